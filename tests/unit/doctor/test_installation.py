"""The checks of the installation and of the way to Meta, each with its levels. Rules DR5-DR11, M8, CN8."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from confab.doctor.seen import AppSeen, DatabaseSeen, KeysSeen, MetaSeen, PublicSeen, Seen
from confab.graph import standing
from confab.graph.standing import AppSubscription
from confab.store.standing import Nobodys
from confab.store.tallies import Tally
from tests.unit.doctor.seen import BUSY, CALLBACK, DEAD, WELL, amiss, with_bakery, with_settings

SIMULATED = with_settings(
    graph_url="http://127.0.0.1:8090/graph.instagram.com/v25.0", public_url="http://127.0.0.1:8000",
    media_mode="store", media_allow=("127.0.0.1:8090",),
)  # fmt: skip


def one(seen: Seen) -> tuple[str, str, str]:
    (finding,) = amiss(seen)
    return finding.check, finding.level, finding.says


@pytest.mark.parametrize(
    ("setting", "check", "level", "said"),
    [
        ({"meta_app_secrets": (), "meta_app_id": None}, "secrets", "red", "Every webhook is refused"),
        ({"meta_verify_token": None}, "secrets", "red", "cannot check"),
        ({"service_token": None}, "services", "amber", "/api/internal"),
        ({"media_mode": "store"}, "media", "amber", "stories never are"),
        ({"media_allow": ("127.0.0.1:8090",)}, "media", "red", "127.0.0.1:8090"),
    ],
)
def test_M8_settings_that_need_a_look_say_what_to_do(setting: dict[str, Any], check: str, level: str, said: str) -> None:
    (finding,) = amiss(with_settings(**setting))
    assert (finding.check, finding.level) == (check, level)
    assert said in finding.says


def test_M8_files_from_the_simulator_that_plays_meta_are_no_trouble_and_any_others_are() -> None:
    seen = replace(SIMULATED, app=None)
    assert {finding.check for finding in amiss(seen)} == {"app"}
    other = replace(seen, settings=replace(seen.settings, media_allow=("127.0.0.1:8090", "10.0.0.7:80")))
    assert [(finding.check, finding.level) for finding in amiss(other) if finding.level == "red"] == [("media", "red")]


def test_DR5_variables_of_other_set_ups_are_named_with_what_to_set_instead() -> None:
    (finding,) = amiss(replace(WELL, foreign={"SUPABASE_URL": "CONFAB_DATABASE_URL."}))
    assert (finding.level, finding.about) == ("amber", "SUPABASE_URL")
    assert "CONFAB_DATABASE_URL" in (finding.remedy or "")


@pytest.mark.parametrize(
    ("changed", "level", "said"),
    [
        ({"version": 150020}, "red", "PostgreSQL 15.20 is older than 16"),
        ({"missing": ["0050_x.sql"]}, "red", "1 migration not applied: 0050_x.sql"),
        ({"strange": ["0099_y.sql"]}, "amber", "newer version of Confab"),
    ],
)
def test_DR6_an_old_database_and_migrations_that_differ_are_seen(changed: dict[str, Any], level: str, said: str) -> None:
    database: DatabaseSeen = replace(WELL.database, **changed)
    assert one(replace(WELL, database=database))[1] == level
    assert said in one(replace(WELL, database=database))[2]


def test_a_storage_that_takes_nothing_work_that_was_given_up_and_a_missing_worker_are_seen() -> None:
    found = amiss(replace(WELL, dead={"deliveries": 2, "media": 0}, storage_error="the disk is full", is_worker_there=False))
    assert [(finding.check, finding.level) for finding in found] == [("storage", "red"), ("work", "red"), ("work", "amber")]


@pytest.mark.parametrize(("drift_s", "level"), [(29, None), (31, "amber"), (-31, "amber"), (301, "red"), (-4000, "red")])
def test_DR7_a_clock_that_differs_from_the_databases_or_metas_is_seen(drift_s: int, level: str | None) -> None:
    drift = timedelta(seconds=drift_s)
    at_database = replace(WELL, database=replace(WELL.database, drift=drift))
    at_meta = replace(WELL, meta=replace(WELL.meta, drift=drift))
    for seen in (at_database, at_meta):
        assert [(finding.check, finding.level) for finding in amiss(seen)] == ([("clock", level)] if level else [])


def test_DR8_a_lost_key_is_named_with_what_it_had_sealed() -> None:
    lost = replace(WELL, keys=KeysSeen(here=("aaaaaaaa",), lost={"0badcafe": ["@harbour.bakery", "the Meta app B"]}, damaged=[]))
    check, level, says = one(lost)
    assert (check, level) == ("keys", "red")
    assert says.startswith("The key 0badcafe is missing")
    assert "@harbour.bakery and the Meta app B" in says
    assert "Keys here: aaaaaaaa" in says
    damaged = replace(WELL, keys=KeysSeen(here=("aaaaaaaa",), lost={}, damaged=["@harbour.bakery"]))
    assert one(damaged)[:2] == ("keys", "red")


@pytest.mark.parametrize(
    ("outcome", "detail", "said"),
    [
        ("refuses", "403", "refuses the handshake"),
        ("other", "502", "It answers 502"),
        ("redirects", "301 to https://www.example.org/", "redirects"),
        ("certificate", "self-signed certificate", "self-signed"),
        ("unknown_name", "its name is not known", "leads nowhere"),
        ("unreachable", "ConnectTimeout", "Nobody answers"),
    ],
)
def test_DR9_an_address_that_meta_cannot_use_is_red_and_says_why(outcome: Any, detail: str, said: str) -> None:
    check, level, says = one(replace(WELL, public=PublicSeen(outcome=outcome, detail=detail, is_private=False)))
    assert (check, level) == ("public", "red")
    assert said in says


def test_DR9_plain_http_and_private_addresses_are_good_enough_for_a_simulator_alone() -> None:
    private = replace(WELL, public=PublicSeen(outcome="answers", detail="", is_private=True))
    assert one(private)[:2] == ("public", "red")
    plain = with_settings(public_url="http://inbox.example.org")
    assert ("public", "red") in [(finding.check, finding.level) for finding in amiss(plain)]
    at_home = replace(SIMULATED, public=private.public)
    assert "public" not in {finding.check for finding in amiss(at_home)}
    nowhere = replace(with_settings(public_url=None), public=None)
    assert ("public", "red") in [(finding.check, finding.level) for finding in amiss(nowhere)]
    no_token = replace(
        with_settings(meta_verify_token=None), public=PublicSeen(outcome="refuses", detail="403", is_private=False)
    )
    assert ("public", "unknown") in [(finding.check, finding.level) for finding in amiss(no_token)]


def test_a_meta_that_cannot_be_reached_is_red() -> None:
    assert one(replace(WELL, meta=MetaSeen(error="Meta cannot be reached: ConnectError.", drift=None, took_s=None)))[:2] == (
        "meta",
        "red",
    )


@pytest.mark.parametrize(
    ("changed", "level", "said"),
    [
        ({"callback_url": "https://old.example.org/hook"}, "red", "Meta delivers to https://old.example.org/hook, not to"),
        ({"is_active": False}, "red", "switched the app's webhooks off"),
        ({"fields": frozenset(standing.WANTED_FIELDS) - {"messages"}}, "red", "not subscribed to messages"),
        ({"fields": frozenset(standing.WANTED_FIELDS) - {"comments"}}, "amber", "not subscribed to comments"),
    ],
)
def test_DR10_an_app_that_delivers_elsewhere_or_less_is_seen(changed: dict[str, Any], level: str, said: str) -> None:
    told = AppSubscription(callback_url=CALLBACK, is_active=True, fields=frozenset(standing.WANTED_FIELDS))
    check, found, says = one(replace(WELL, app=AppSeen(refusal=None, standing=replace(told, **changed))))
    assert (check, found) == ("app", level)
    assert said in says


def test_DR10_an_app_without_subscription_or_with_another_secret_is_red_and_one_that_nobody_named_is_unknown() -> None:
    assert one(replace(WELL, app=AppSeen(refusal=None, standing=None)))[:2] == ("app", "red")
    assert one(replace(WELL, app=AppSeen(refusal=DEAD, standing=None)))[:2] == ("app", "red")
    assert one(replace(WELL, app=AppSeen(refusal=BUSY, standing=None)))[:2] == ("app", "unknown")
    assert one(replace(WELL, app=None))[:2] == ("app", "unknown")


@pytest.mark.parametrize(
    ("today", "lately", "level"),
    [
        ((100, 0), (9, 0), None),
        ((100, 4), (9, 0), None),
        ((100, 10), (9, 1), "amber"),
        ((10, 20), (9, 1), "red"),
        ((100, 5), (0, 3), "red"),
        ((0, 2), (0, 2), None),
        ((0, 0), (0, 0), "unknown"),
    ],
)
def test_DR11_the_share_of_wrong_signatures_decides(today: tuple[int, int], lately: tuple[int, int], level: str | None) -> None:
    seen = replace(WELL, today=Tally(kept=today[0], unsigned=today[1]), lately=Tally(kept=lately[0], unsigned=lately[1]))
    assert [(finding.check, finding.level) for finding in amiss(seen)] == ([("signatures", level)] if level else [])


def test_deliveries_of_accounts_that_nobody_connected_are_counted_by_account() -> None:
    check, level, says = one(replace(WELL, nobodys=[Nobodys(ig_id="1799", count=12), Nobodys(ig_id="", count=1)]))
    assert (check, level) == ("nobodys", "amber")
    assert "1799 (12) and no account (1)" in says


def test_CN8_customers_who_cannot_connect_are_seen_where_an_account_wants_them_to() -> None:
    assert amiss(replace(WELL, connecting_off="CONFAB_SMTP_URL is not set.")) == []
    (finding,) = amiss(replace(with_bakery(connects_customers=True), connecting_off="CONFAB_SMTP_URL is not set."))
    assert (finding.check, finding.level, finding.about) == ("connecting", "amber", "@harbour.bakery")
    assert "CONFAB_SMTP_URL" in finding.says
