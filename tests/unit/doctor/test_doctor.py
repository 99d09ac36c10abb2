"""The list of checks: what is amiss, what it means, how to mend it and where. Rules DR1-DR4."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from confab.doctor.checks import CHECKS, findings, in_words, turned_red
from confab.doctor.checkups import next_in
from confab.doctor.seen import Seen
from tests.unit.doctor.seen import BUSY, CLOSED, DEAD, NEVER, WELL, amiss, with_bakery, with_settings
from tests.world import NOON

GUIDE = Path(__file__).parents[3] / "docs/meta-setup.md"


def anchors() -> set[str]:
    """The sections of the guide as a page of Markdown names them."""
    headings = re.findall(r"^#+ (.+)$", GUIDE.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_DR1_where_all_is_well_every_check_is_green() -> None:
    assert amiss(WELL) == []
    assert {finding.check for finding in findings(WELL)} == {check.name for check in CHECKS} - {"connecting"}


def test_DR1_a_check_that_cannot_be_made_says_so() -> None:
    blind = with_bakery(token=replace(WELL.accounts[0].token, refusal=BUSY), fields=None, scopes=frozenset())
    unknown = {finding.check for finding in amiss(replace(blind, app=None)) if finding.level == "unknown"}
    assert unknown == {"app", "token", "permissions", "subscription", "access"}


def test_DR2_what_is_amiss_says_what_it_means_and_how_to_mend_it() -> None:
    spoilt = [
        with_settings(meta_app_secrets=(), meta_verify_token=None, media_allow=("10.0.0.1:80",)), with_settings(public_url=None),
        with_bakery(token=replace(WELL.accounts[0].token, refusal=DEAD), failed=3, withheld=2, receiving="polling"),
        with_bakery(reading=CLOSED, scopes=frozenset({"instagram_basic"}), fields=frozenset()), with_bakery(reading=NEVER),
        replace(WELL, accounts=[], dead={"media": 2}, storage_error="full", is_worker_there=False, app=None),
    ]  # fmt: skip
    for finding in (one for seen in spoilt for one in amiss(seen) if one.level in ("amber", "red")):
        assert all((finding.says.strip(), finding.means, finding.remedy)), finding


def test_DR3_every_check_leads_to_a_section_of_the_guide() -> None:
    there = anchors()
    for check in CHECKS:
        assert check.guide in there, f"{check.name} leads to #{check.guide}"
    assert {finding.guide.partition("#")[0] for finding in findings(WELL)} == {GUIDE.name}


def test_DR4_only_what_was_not_red_before_turned_red() -> None:
    broken = with_bakery(token=replace(WELL.accounts[0].token, refusal=DEAD))
    worse = replace(broken, storage_error="full")
    assert turned_red(findings(WELL), findings(broken)) == [
        "Access token, @harbour.bakery: Instagram refuses it. The password was changed."
    ]
    assert turned_red(findings(broken), findings(broken)) == []
    assert [line.split(",")[0] for line in turned_red(findings(broken), findings(worse))] == ["Storage"]
    assert in_words(findings(WELL)[0]) == "Secrets: Webhooks can be checked and taken in."


@pytest.mark.parametrize(
    ("age", "changed", "expected"),
    [
        (timedelta(seconds=5), {"heard_at": None}, timedelta(minutes=1)),
        (timedelta(hours=2), {"complete_up_to": None}, timedelta(minutes=30)),
        (timedelta(hours=2), {}, timedelta(days=1)),
        (timedelta(days=30), {"heard_at": None}, timedelta(days=1)),
    ],
)
def test_DR4_the_doctor_comes_sooner_while_a_new_account_is_still_to_be_heard_and_compared(
    age: timedelta, changed: dict[str, Any], expected: timedelta
) -> None:
    assert next_in(with_bakery(connected_at=NOON - age, **changed)) == expected
    assert next_in(replace(WELL, accounts=[])) == timedelta(days=1)


def test_DR1_no_finding_shows_a_secret() -> None:
    told: Seen = with_settings(
        meta_app_secrets=("very-secret-1",), meta_verify_token="very-secret-2", service_token="very-secret-3"
    )
    assert "very-secret" not in repr(findings(told))
