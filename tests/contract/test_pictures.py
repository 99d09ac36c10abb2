"""Participants' pictures whose links die, and what is shown of them. Rules PR4, PR6, MD8 of docs/spec/inbox.md, on graphsim."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from confab.clock import Clock
from confab.media import relay
from confab.store.db import Doors
from tests.contract.test_media_relay import account_of, door, kept
from tests.contract.test_profiles import ask, becomes, becomes_at_meta, counting, lined, met, nothing_lined, person
from tests.contract.test_windows import pass_time
from tests.stack import Stack, stack, until

DAY = timedelta(days=1)
DEAD = "Instagram's link is dead (403)"


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


@pytest.fixture
async def keepless(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """An installation that keeps nothing; its clock is Instagram's."""
    async with stack(doors, clock=clock, media_mode="reference", is_following=True) as running:
        yield running


async def dead(shop: Stack, count: int | None = None) -> None:
    """Every link to a file, or the next one that is asked for."""
    await shop.fault(target="cdn", effect="status", status=403, **({} if count is None else {"count": count}))


async def seen(shop: Stack, http: httpx2.AsyncClient) -> int:
    """What a browser gets for the picture."""
    return (await http.get((await person(shop))["avatar_url"])).status_code


async def noted(shop: Stack) -> dict[str, Any]:
    """What we know of the picture besides what is shown."""
    async with shop.worker_db.transaction() as conn:
        found = await conn.fetchrow(
            "SELECT id, avatar_source_url, avatar_error FROM participants WHERE workspace_id = $1", shop.workspace
        )
    return dict(found)


async def profile_calls(shop: Stack) -> int:
    """How often a profile was asked for since `counting`."""
    return sum(one["used"] for one in (await shop.sim.get("/fault")).json()["items"] if one["target"] == "profile")


async def test_PR4_a_dead_link_to_a_picture_has_the_profile_asked_for_another_before_it_counts_as_failed(shop: Stack) -> None:
    await dead(shop, count=1)
    await counting(shop)
    ada = await met(shop)
    assert ada["avatar_fetch_failed"] is False
    assert await profile_calls(shop) == 2
    await nothing_lined(shop)


async def test_PR4_for_a_dead_link_the_profile_is_asked_once_a_day(shop: Stack, clock: Clock) -> None:
    before = await met(shop)
    await nothing_lined(shop)
    await dead(shop)
    await becomes_at_meta(shop, new_picture=True)
    await ask(shop)
    failed = await becomes(shop, avatar_fetch_failed=True)
    assert failed["avatar_url"] == before["avatar_url"]
    assert (await noted(shop))["avatar_error"] == DEAD
    await shop.sim.delete("/fault")
    await counting(shop)
    await dead(shop)
    await ask(shop)
    await becomes(shop, avatar_fetch_failed=True)
    assert await profile_calls(shop) == 1  # the one that somebody asked for
    clock.ahead += DAY
    await ask(shop)
    await becomes(shop, avatar_fetch_failed=True)
    assert await profile_calls(shop) == 3


async def test_PR4_MD8_an_account_that_begins_to_keep_has_pictures_though_their_links_died_long_ago(
    keepless: Stack, clock: Clock
) -> None:
    shop = keepless
    await met(shop)
    await pass_time(shop, clock, timedelta(days=6))
    account = await account_of(shop)
    answer = await shop.api.patch(f"/accounts/{account['id']}", json={"media_mode": "store"})
    assert answer.status_code == 200, answer.text

    async def there() -> bool:
        return await kept(shop) > 0 and (await person(shop))["avatar_url"] is not None

    await until(there)
    assert (await person(shop))["avatar_fetch_failed"] is False
    async with door(shop) as http:
        assert await seen(shop, http) == 200


async def test_PR4_what_is_passed_on_and_dies_again_the_same_day_becomes_initials(keepless: Stack) -> None:
    shop = keepless
    await met(shop)
    await counting(shop)
    await dead(shop, count=1)
    async with door(shop) as http:
        assert await seen(shop, http) == 404

        async def again() -> bool:
            return (await person(shop))["avatar_url"] is not None

        await until(again)
        assert (await person(shop))["avatar_fetch_failed"] is False
        assert await profile_calls(shop) == 1
        await dead(shop, count=1)
        assert await seen(shop, http) == 404
    gone = await person(shop)
    assert (gone["avatar_url"], gone["avatar_fetch_failed"]) == (None, True)
    assert (await lined(shop), await profile_calls(shop)) == ([], 1)


async def test_PR4_who_found_a_link_dead_that_is_another_by_now_changes_nothing(keepless: Stack, clock: Clock) -> None:
    shop = keepless
    before = await met(shop)
    await nothing_lined(shop)
    known = await noted(shop)
    async with shop.worker_db.transaction() as conn:
        old = f"{known['avatar_source_url']}&older"
        await relay.lose_avatar(conn, shop.workspace, UUID(str(known["id"])), old, DEAD, clock.now())
    assert (await person(shop), await lined(shop)) == (before, [])
    assert await noted(shop) == known


async def test_PR6_what_is_passed_on_has_another_address_when_it_is_another_picture(keepless: Stack, clock: Clock) -> None:
    shop = keepless
    first = (await met(shop))["avatar_url"]
    await pass_time(shop, clock, timedelta(days=1))  # its signature is another one by now
    link = (await noted(shop))["avatar_source_url"]
    assert (await ask(shop))["avatar_url"] == first

    async def signed_anew() -> bool:
        return (await noted(shop))["avatar_source_url"] != link

    await until(signed_anew)
    await becomes_at_meta(shop, new_picture=True)
    await ask(shop)

    async def another() -> bool:
        return (await person(shop))["avatar_url"] != first

    await until(another)
    async with door(shop) as http:
        assert await seen(shop, http) == 200
