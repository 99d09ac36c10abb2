"""`confab doctor`: what is amiss, what it means and how to mend it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from confab.doctor.checks import Finding, Seen, findings
from confab.model.inbox import Account, AccountId, IgId, Workspace, WorkspaceId
from confab.settings import Settings
from tests.world import NOON

WORKSPACE = Workspace(id=WorkspaceId(UUID(int=1)), name="Bakery")
ACCOUNT = Account(
    id=AccountId(UUID(int=2)), ig_id=IgId("1784"), username="harbour.bakery", name=None, human_agent=False, media_mode=None,
    health="ok", health_reason=None, token_expires_at=None, token_error=None,
    complete_up_to=NOON - timedelta(minutes=5), incomplete_reason=None,
    receiving="webhooks", polling_since=None, restricted_until=None,
    restricted_reason=None, shows_indicators=False, connects_customers=False, acknowledges_every_s=None, version=1,
)  # fmt: skip
WELL = Seen(
    settings=Settings(meta_app_secrets=("s",), meta_verify_token="v", service_token="s", media_mode="reference"),
    accounts=[(WORKSPACE, ACCOUNT)],
    dead={"deliveries": 0}, storage_error=None, connecting_off=None, now=NOON,
)  # fmt: skip


def amiss(seen: Seen) -> list[Finding]:
    return [finding for finding in findings(seen) if finding.level != "green"]


def test_nothing_is_amiss_where_all_is_well() -> None:
    assert amiss(WELL) == []


@pytest.mark.parametrize(
    ("setting", "check", "level", "said"),
    [
        ({"meta_app_secrets": ()}, "secrets", "red", "Every webhook is refused"),
        ({"meta_verify_token": None}, "secrets", "red", "cannot check"),
        ({"service_token": None}, "secrets", "amber", "/api/internal"),
        ({"media_mode": None}, "media", "amber", "stories never are"),
        ({"media_allow": ("127.0.0.1:8090",)}, "media", "red", "127.0.0.1:8090"),
    ],
)
def test_M8_settings_that_need_a_look_say_what_to_do(setting: dict[str, object], check: str, level: str, said: str) -> None:
    (finding,) = amiss(replace(WELL, settings=replace(WELL.settings, **setting)))
    assert (finding.check, finding.level) == (check, level)
    assert said in finding.says
    assert finding.remedy


@pytest.mark.parametrize(
    ("account", "level", "said"),
    [
        ({"receiving": "polling", "polling_since": NOON - timedelta(hours=1)}, "red", "No webhooks since 2026-11-02 11:00"),
        ({"complete_up_to": None}, "amber", "nobody has compared it"),
        ({"complete_up_to": NOON - timedelta(hours=4), "incomplete_reason": "refused"}, "amber", "refused"),
        ({"incomplete_reason": "In one conversation more was sent."}, "amber", "In one conversation"),
        ({"health": "reconnect", "health_reason": "password changed"}, "red", "password changed"),
    ],
)
def test_GA4_an_account_of_which_not_all_arrives_is_named(account: dict[str, object], level: str, said: str) -> None:
    (finding,) = amiss(replace(WELL, accounts=[(WORKSPACE, replace(ACCOUNT, **account))]))
    assert (finding.about, finding.level) == ("@harbour.bakery (Bakery)", level)
    assert said in finding.says


def test_what_was_given_up_and_a_storage_that_takes_nothing_are_seen() -> None:
    found = amiss(replace(WELL, dead={"deliveries": 2, "media": 0}, storage_error="the disk is full"))
    assert [(finding.check, finding.level) for finding in found] == [("storage", "red"), ("work", "amber")]
