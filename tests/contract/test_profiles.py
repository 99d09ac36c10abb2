"""Who participants are, as Meta tells it: once, in good time anew, and never in anybody's way. Rules PR1-PR7, on graphsim."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from confab.clock import Clock
from confab.store import participants
from confab.store.db import Doors
from tests.stack import Stack, stack, until

ADA = "1087654321098765"
DAY = timedelta(days=1)


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running
        async with running.worker_db.transaction() as conn:
            await conn.execute("DELETE FROM profile_fetches")  # the next test's worker would read them


async def person(shop: Stack, customer: str = ADA) -> dict[str, Any]:
    """The participant as the API shows them; empty before there is a conversation."""
    found = [one["participant"] for one in await shop.conversations() if one["participant"]["ig_id"] == customer]
    return found[0] if found else {}


async def becomes(shop: Stack, customer: str = ADA, **wanted: Any) -> dict[str, Any]:
    """The participant, as soon as they are so."""

    async def look() -> dict[str, Any] | None:
        seen = await person(shop, customer)
        return seen if seen and all(seen[name] == value for name, value in wanted.items()) else None

    return await until(look)


async def met(shop: Stack, customer: str = ADA) -> dict[str, Any]:
    """They wrote, and are known with their picture."""
    await shop.customer_writes("hello", customer=customer)

    async def look() -> dict[str, Any] | None:
        seen = await person(shop, customer)
        return seen if seen and seen["avatar_url"] else None

    return await until(look)


async def becomes_at_meta(shop: Stack, customer: str = ADA, **change: Any) -> None:
    answer = await shop.sim.post("/customers", json={"account": shop.ig_id, "id": customer, **change})
    assert answer.status_code == 200, answer.text


async def path_of(shop: Stack, customer: str = ADA) -> str:
    found = [one["id"] for one in await shop.conversations() if one["participant"]["ig_id"] == customer]
    return f"/conversations/{found[0]}/participant"


async def ask(shop: Stack, customer: str = ADA) -> dict[str, Any]:
    """Somebody presses the button; the participant, once that is answered."""
    answer = await shop.api.post(f"{await path_of(shop, customer)}/refresh")
    assert answer.status_code == 202, answer.text
    return await becomes(shop, customer, profile_asked_at=None)


async def counting(shop: Stack) -> None:
    """From now on `calls` says how often a profile was asked for: a fault that breaks nothing counts whom it strikes."""
    await shop.fault(target="profile", effect="hang", seconds=0)


async def calls(shop: Stack) -> int:
    return sum(one["used"] for one in (await shop.sim.get("/fault")).json()["items"])


async def lined(shop: Stack) -> list[dict[str, Any]]:
    async with shop.worker_db.transaction() as conn:
        found = await conn.fetch("SELECT * FROM profile_fetches WHERE workspace_id = $1", shop.workspace)
    return [dict(record) for record in found]


async def nothing_lined(shop: Stack) -> None:
    async def look() -> bool:
        return await lined(shop) == []

    await until(look)


async def test_PR1_P1_somebody_new_is_known_with_all_that_meta_tells(shop: Stack, clock: Clock) -> None:
    await becomes_at_meta(
        shop, name="Ada", username="ada.bakes", follower_count=312, is_user_follow_business=True, is_business_follow_user=False,
        is_verified_user=True,
    )  # fmt: skip
    await counting(shop)
    ada = await met(shop)
    assert {name: ada[name] for name in ("name", "username", "follower_count", "is_follower", "is_followed", "is_verified")} == {
        "name": "Ada", "username": "ada.bakes", "follower_count": 312, "is_follower": True, "is_followed": False,
        "is_verified": True,
    }  # fmt: skip
    assert ada["avatar_url"].startswith("/media/avatars/")
    assert (ada["profile_error"], ada["avatar_fetch_failed"], ada["linked_lead_id"]) == (None, False, None)
    assert ada["profile_read_at"] <= clock.now().isoformat().replace("+00:00", "Z")
    await shop.customer_writes("and again")

    async def two() -> bool:
        return len(await shop.messages((await shop.conversations())[0]["id"])) == 2

    await until(two)
    assert (await person(shop))["profile_read_at"] == ada["profile_read_at"]
    assert (await calls(shop), await lined(shop)) == (1, [])


async def test_PR1_a_message_and_its_picture_are_there_while_meta_keeps_the_profile_back(shop: Stack) -> None:
    await shop.fault(target="profile", effect="hang", seconds=30)  # longer than anybody waits for a call
    await shop.customer_writes("look", attachments=["image"])

    async def pictured() -> bool:
        found = [message for one in await shop.conversations() for message in await shop.messages(one["id"])]
        return [one["state"] for message in found for one in message["attachments"]] == ["stored"]

    await until(pictured)
    somebody = await person(shop)
    assert (somebody["profile_read_at"], somebody["name"]) == (None, None)
    await shop.sim.delete("/fault")

    async def known() -> bool:
        return (await person(shop))["name"] is not None

    await until(known)


async def test_PR2_P2_what_meta_leaves_out_stays_as_it_was(shop: Stack) -> None:
    before = await met(shop)
    await becomes_at_meta(shop, hidden_fields=["name", "profile_pic", "follower_count"], username="ada.cakes")
    after = await ask(shop)
    assert after["username"] == "ada.cakes"
    kept = ("name", "avatar_url", "follower_count")
    assert [after[name] for name in kept] == [before[name] for name in kept]


async def test_PR2_P3_without_consent_the_first_message_asks_again_and_nothing_before(shop: Stack) -> None:
    """The account wrote first, from the phone: nobody has consented yet."""
    answer = await shop.sim.post("/echo", json={"account": shop.ig_id, "customer": ADA, "text": "are you coming?"})
    assert answer.status_code == 200, answer.text
    await becomes(shop, profile_error="Instagram refused: User consent is required to access user profile")
    refused = await person(shop)
    assert (refused["name"], refused["username"], refused["profile_read_at"]) == (None, None, None)
    await counting(shop)
    assert (await shop.sim.post("/echo", json={"account": shop.ig_id, "customer": ADA, "text": "?"})).status_code == 200

    async def two() -> bool:
        return len(await shop.messages((await shop.conversations())[0]["id"])) == 2

    await until(two)
    assert ([row["state"] for row in await lined(shop)], await calls(shop)) == (["waiting"], 0)
    await shop.customer_writes("still here")
    known = await becomes(shop, profile_error=None)
    assert known["name"] is not None
    assert await calls(shop) == 1
    await nothing_lined(shop)


@pytest.mark.parametrize("end", [{"gone": True}, {"blocked": True}], ids=["gone, P4", "blocked, P5"])
async def test_PR2_P4_P5_whom_meta_does_not_show_any_more_stays_known_and_is_not_asked_for_again_and_again(
    shop: Stack, clock: Clock, end: dict[str, bool]
) -> None:
    before = await met(shop)
    await nothing_lined(shop)
    await becomes_at_meta(shop, **end)
    await counting(shop)
    refused = await ask(shop)
    assert refused["profile_error"]
    same = ("name", "username", "avatar_url", "follower_count", "profile_read_at")
    assert [refused[name] for name in same] == [before[name] for name in same]
    assert [row["state"] for row in await lined(shop)] == ["waiting"]
    assert await calls(shop) == 1
    await becomes_at_meta(shop, gone=False, blocked=False)
    for number in range(3):
        await shop.customer_writes(f"number {number}")

    async def three() -> bool:
        return len(await shop.messages((await shop.conversations())[0]["id"])) == 4

    await until(three)
    assert ([row["state"] for row in await lined(shop)], await calls(shop)) == (["waiting"], 1)
    clock.ahead += DAY
    await shop.customer_writes("back")
    assert (await becomes(shop, profile_error=None))["profile_read_at"] > before["profile_read_at"]


async def turn_comes_within(shop: Stack, clock: Clock, time: timedelta) -> bool:
    """Whether the night after so long takes somebody of this workspace."""
    async with shop.worker_db.transaction() as conn:
        turn = await conn.fetchval("SELECT min(profile_turn_at) FROM participants WHERE workspace_id = $1", shop.workspace)
    return turn <= clock.now() + time - participants.STALE


@pytest.mark.parametrize("code", [190, 10, 200], ids=["dead token", "no permission", "switched off"])
async def test_PR2_what_is_the_accounts_trouble_takes_nobody_out_of_their_turn(shop: Stack, clock: Clock, code: int) -> None:
    before = await met(shop)
    await nothing_lined(shop)
    await shop.fault(target="profile", effect="error", code=code, message="Not the participant's fault")
    refused = await ask(shop)
    assert refused["profile_error"]
    assert (refused["name"], refused["profile_read_at"]) == (before["name"], before["profile_read_at"])
    assert await lined(shop) == []
    assert await turn_comes_within(shop, clock, DAY)


async def test_PR2_what_fails_is_tried_again_and_the_button_is_answered_in_the_end(shop: Stack) -> None:
    await met(shop)
    await nothing_lined(shop)
    await becomes_at_meta(shop, name="Ada Lovelace")
    await shop.fault(target="profile", effect="error", code=2, count=1)
    assert (await ask(shop))["name"] == "Ada Lovelace"


async def test_PR2_what_is_given_up_says_why_and_lives_again_when_they_write(shop: Stack) -> None:
    await shop.fault(target="profile", effect="error", code=2)
    await shop.customer_writes("hello")

    async def tried() -> bool:
        return any(row["attempts"] >= 1 and row["error"] for row in await lined(shop))

    await until(tried)
    async with shop.worker_db.transaction() as conn:
        await conn.execute("UPDATE profile_fetches SET attempts = 7, due_at = now() WHERE workspace_id = $1", shop.workspace)

    async def dead() -> bool:
        return [row["due_at"].year for row in await lined(shop)] == [9999]

    await until(dead)
    assert (await person(shop))["profile_error"].startswith("Unavailable")
    await shop.sim.delete("/fault")
    await shop.customer_writes("are you there?")
    assert (await becomes(shop, profile_error=None))["name"] is not None


async def put_in_line(shop: Stack, count: int) -> None:
    """So many known people, all to be refreshed at once."""
    async with shop.worker_db.transaction() as conn:
        account = await conn.fetchval("SELECT id FROM accounts WHERE workspace_id = $1", shop.workspace)
        await conn.execute(
            """WITH people AS (
                INSERT INTO participants (workspace_id, id, account_id, igsid, name, profile_read_at, created_at)
                SELECT $1, gen_random_uuid(), $2, (5 * 10 ^ 14)::bigint + n, 'Person', '2026-01-01', '2026-01-01'
                FROM generate_series(1, $3::int) n RETURNING id
            ), told AS (
                INSERT INTO conversations (workspace_id, id, account_id, participant_id, read_up_to, created_at)
                SELECT $1, gen_random_uuid(), $2, id, '2026-01-01', '2026-01-01' FROM people
            )
            INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh)
            SELECT $1, id, 'due', '2026-01-02', true FROM people""",
            shop.workspace, account, count,
        )  # fmt: skip


async def test_PR3_with_five_hundred_refreshes_in_line_somebody_new_is_known_first(shop: Stack) -> None:
    """Each call takes a fifth of a second, so that the line alone takes more than a minute and a half."""
    await shop.sim.post("/settings", json={"latency_ms": [200, 200]})
    await put_in_line(shop, 500)

    async def begun() -> bool:
        return len([row for row in await lined(shop) if row["attempts"]]) > 0

    await until(begun)
    ada = await met(shop)
    assert ada["name"] is not None
    left = [row for row in await lined(shop) if row["state"] == "due"]
    assert len(left) > 450
    assert len([row for row in left if row["attempts"]]) <= 1  # one at a time


async def test_PR3_L5_where_meta_asks_to_wait_the_whole_line_of_the_account_waits(shop: Stack) -> None:
    await shop.fault(target="profile", effect="throttle", minutes=5)
    await put_in_line(shop, 30)

    async def begun() -> bool:
        return len([row for row in await lined(shop) if row["error"]]) > 0

    await until(begun)
    await asyncio.sleep(1.5)
    assert await calls(shop) == 1
    assert len(await lined(shop)) == 30


async def test_PR3_a_refresh_that_fails_three_times_is_let_be(shop: Stack, clock: Clock) -> None:
    before = await met(shop)
    await nothing_lined(shop)
    await shop.fault(target="profile", effect="error", code=2)
    async with shop.worker_db.transaction() as conn:
        await conn.execute(
            """INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh)
            SELECT workspace_id, id, 'due', '2026-01-01', true FROM participants WHERE workspace_id = $1""",
            shop.workspace,
        )
    await nothing_lined(shop)
    after = await person(shop)
    assert after["profile_error"]
    assert (after["name"], after["profile_read_at"]) == (before["name"], before["profile_read_at"])
    assert await turn_comes_within(shop, clock, DAY)


async def test_PR4_P7_a_comment_under_another_name_has_the_profile_read_anew_and_one_under_the_same_does_not(
    shop: Stack,
) -> None:
    before = await met(shop)
    await nothing_lined(shop)
    await counting(shop)

    async def comments(text: str) -> None:
        answer = await shop.sim.post("/comment", json={"account": shop.ig_id, "customer": ADA, "text": text})
        assert answer.status_code == 200, answer.text

        async def there() -> bool:
            return text in [one["text"] for one in (await shop.api.get("/comments")).json()["items"]]

        await until(there)

    await comments("lovely")
    assert (await lined(shop), await calls(shop)) == ([], 0)
    await becomes_at_meta(shop, username="ada.cakes", name="Ada of the cakes")
    await comments("lovelier")
    after = await becomes(shop, username="ada.cakes")
    assert (after["name"], after["ig_id"]) == ("Ada of the cakes", before["ig_id"])
    assert await calls(shop) == 1


async def test_PR6_only_another_picture_is_fetched_and_the_one_before_leaves_storage(shop: Stack, clock: Clock) -> None:
    before = await met(shop)
    clock.ahead += DAY  # its signature is another one by now
    same = await ask(shop)
    assert same["avatar_url"] == before["avatar_url"]
    assert await fetches(shop) == []
    await becomes_at_meta(shop, new_picture=True)
    await ask(shop)

    async def another() -> bool:
        return (await person(shop))["avatar_url"] != before["avatar_url"]

    await until(another)

    async def one() -> bool:
        async with shop.worker_db.transaction() as conn:
            return await conn.fetchval("SELECT count(*) FROM media_objects WHERE workspace_id = $1", shop.workspace) == 1

    await until(one)


async def fetches(shop: Stack) -> list[str]:
    async with shop.worker_db.transaction() as conn:
        found = await conn.fetch("SELECT error FROM media_fetches WHERE workspace_id = $1", shop.workspace)
    return [record["error"] for record in found]


async def test_PR6_a_picture_that_cannot_be_fetched_is_marked_and_the_mark_goes_when_somebody_asks(shop: Stack) -> None:
    before = await met(shop)
    await shop.fault(target="cdn", effect="status", status=503)
    await becomes_at_meta(shop, new_picture=True)
    await ask(shop)
    marked = await becomes(shop, avatar_fetch_failed=True)
    assert marked["avatar_url"] == before["avatar_url"]
    await shop.sim.delete("/fault")
    await ask(shop)

    async def another() -> bool:
        now = await person(shop)
        return now["avatar_url"] != before["avatar_url"] and not now["avatar_fetch_failed"]

    await until(another)


async def test_PR7_PR6_a_picture_that_storage_lost_is_there_again_after_one_report_and_nobody_is_told_of_a_change(
    shop: Stack,
) -> None:
    before = await met(shop)
    await nothing_lined(shop)
    (file,) = [
        one
        for one in Path(shop.front.services.settings.data_dir).rglob("*")
        if one.is_file() and one.parent.name == str(shop.workspace)
    ]
    content = file.read_bytes()
    file.unlink()
    answer = await shop.api.post(f"{await path_of(shop)}/picture-broken")
    assert (answer.status_code, answer.json()) == (202, {"enqueued": True})
    assert (await shop.api.post(f"{await path_of(shop)}/picture-broken")).json() == {"enqueued": False}

    async def there() -> bool:
        return file.exists() and file.read_bytes() == content

    await until(there)
    await nothing_lined(shop)
    assert (await person(shop))["avatar_url"] == before["avatar_url"]


async def test_PR4_HI4_all_profiles_of_an_account_are_read_anew_when_somebody_asks(shop: Stack) -> None:
    for customer in ("1087654321098701", "1087654321098702", "1087654321098703"):
        await shop.customer_writes("Hello", customer)

    async def known() -> bool:
        found = await shop.conversations()
        return len(found) == 3 and all(one["participant"]["profile_read_at"] for one in found)

    await until(known)
    before = {one["id"]: one["participant"]["profile_read_at"] for one in await shop.conversations()}
    (account,) = (await shop.api.get("/accounts")).json()["items"]
    run = (await shop.api.post(f"/accounts/{account['id']}/sync", json={"what": "profiles"})).json()

    async def read_anew() -> bool:
        return all(one["participant"]["profile_read_at"] > before[one["id"]] for one in await shop.conversations())

    await until(read_anew)
    ended = (await shop.api.get(f"/runs/{run['id']}")).json()
    assert (ended["what"], ended["state"], ended["people"]) == ("profiles", "done", 3)
