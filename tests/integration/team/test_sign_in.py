"""Guessing passwords is slow and counted."""

import asyncio
from datetime import timedelta

import pytest

from confab.clock import Clock
from confab.errors import Forbidden, Invalid, TooMany, Unauthenticated
from confab.store import ids
from confab.store.db import Database
from confab.team import sign_in
from confab.team.passwords import Passwords


class Instant(Passwords):
    """The same answers without the work, because here the counting is of interest."""

    async def fits(self, password: str, stored: str | None) -> bool:
        return stored is not None and password == stored


@pytest.fixture
async def email(app_db: Database, clock: Clock) -> str:
    """Somebody who is a member of nothing, with the password `right`."""
    agent = ids.new(clock.now())
    async with app_db.transaction() as conn:
        await conn.execute("INSERT INTO agents VALUES ($1, $2, 'Ada', 'right', $3)", agent, f"{agent}@example.org", clock.now())
    return f"{agent}@example.org"


async def fail(db: Database, clock: Clock, email: str, address: str = "192.0.2.1") -> None:
    with pytest.raises(Unauthenticated):
        await sign_in.sign_in(db, Instant(), email, "wrong", address, clock.now())


async def test_after_ten_failures_for_an_address_even_the_right_password_waits(
    app_db: Database, clock: Clock, email: str
) -> None:
    for attempt in range(10):
        await fail(app_db, clock, email.upper() if attempt % 2 else email, f"192.0.2.{attempt}")
    with pytest.raises(TooMany) as refused:
        await sign_in.sign_in(app_db, Instant(), email, "right", "192.0.2.99", clock.now())
    assert 0 < refused.value.facts["retry_after_s"] <= 15 * 60
    clock.ahead = timedelta(minutes=15, seconds=1)
    with pytest.raises(Forbidden):  # the password was right; there is only no workspace
        await sign_in.sign_in(app_db, Instant(), email, "right", "192.0.2.99", clock.now())


async def test_after_fifty_failures_from_a_network_everybody_there_waits(app_db: Database, clock: Clock) -> None:
    for attempt in range(50):
        await fail(app_db, clock, f"{attempt}@example.org", f"2001:db8::{attempt:x}")
    with pytest.raises(TooMany):
        await sign_in.sign_in(app_db, Instant(), "x@example.org", "wrong", "2001:db8::ffff", clock.now())
    await fail(app_db, clock, "x@example.org", "2001:db8:1::1")


async def test_guessing_at_the_same_time_does_not_get_around_the_count(app_db: Database, clock: Clock, email: str) -> None:
    async def guess(number: int) -> type[Exception]:
        try:
            await sign_in.sign_in(app_db, Instant(), email, "wrong", f"198.51.100.{number}", clock.now())
        except (Unauthenticated, TooMany) as error:
            return type(error)
        raise AssertionError

    outcomes = await asyncio.gather(*(guess(number) for number in range(30)))
    assert outcomes.count(Unauthenticated) == 10
    assert outcomes.count(TooMany) == 20


@pytest.mark.parametrize("email", ["", "ada", "@example.org", "ada@", "a da@example.org", f"{'x' * 250}@example.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        sign_in.checked_email(email)


def test_an_address_is_kept_in_lower_case() -> None:
    assert sign_in.checked_email("  Ada@Example.ORG ") == "ada@example.org"
