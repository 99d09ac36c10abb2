"""From a customer's first message to their library and out again: the product in one process, mail and Instagram beside it."""

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from confab.store.db import Database, Doors
from tests.mail_server import Mailbox, mail_server
from tests.members import customer, heading, make_link
from tests.stack import Quiet, Stack, stack, until


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@asynccontextmanager
async def shop(doors: Doors, box: Mailbox, **more: Any) -> AsyncIterator[Stack]:
    """The product with a mail server. Its public address is where it listens."""
    given = {"smtp_url": box.url, "mail_from": "Harbour Bakery <post@bakery.example>", "brand_name": "Harbour Bakery"}
    async with stack(doors, **{"public_url": "http://127.0.0.1:1", **given, **more}) as running:
        yield running


async def only_conversation(running: Stack) -> str:
    found = await until(running.conversations)
    return found[0]["id"]


async def connect(running: Stack, box: Mailbox, browser: httpx2.AsyncClient, app_db: Database, email: str) -> httpx2.Response:
    """The way of the one conversation's customer: link, consent, code. The page they come to."""
    conversation = await only_conversation(running)
    token, ig_id = await make_link(app_db, running.workspace, conversation, running.front.services.clock.now())
    page = await browser.get("/verify", params={"token": token, "ig_id": ig_id})
    assert heading(page) == "Connect your Instagram", page.text
    page = await browser.post("/verify/code", data={"email": email, "consent": "yes"})
    assert heading(page) == "Check your mail", page.text
    code = await asyncio.to_thread(box.code, email)
    return await browser.post("/verify/confirm", data={"code": code})


async def items(browser: httpx2.AsyncClient) -> list[dict[str, Any]]:
    answer = await browser.get("/library/api/items")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def mark(browser: httpx2.AsyncClient) -> str:
    return (await browser.get("/library/news")).json()["mark"]


async def gone(browser: httpx2.AsyncClient) -> bool:
    return not await items(browser)


async def kinds(browser: httpx2.AsyncClient) -> list[str]:
    return sorted(one["kind"] for one in await items(browser))


async def test_CS10_a_link_consent_and_a_code_by_mail_connect_a_profile_and_fill_its_library(
    doors: Doors, app_db: Database, box: Mailbox
) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        sent = await running.customer_writes("look https://www.instagram.com/reel/DTb4WnQk1Zs/?igsh=x", attachments=["ig_post"])
        page = await connect(running, box, browser, app_db, "anna@example.org")
        assert (page.url.path, heading(page)) == ("/library", "Your library")
        await until(lambda: items(browser))
        assert await kinds(browser) == ["post", "reel"]
        (conversation,) = await running.conversations()
        assert conversation["participant"]["connected_user_id"]
        unsent = await running.sim.post("/unsend", json={"mid": sent["mid"]})
        assert unsent.status_code == 200, unsent.text
        await until(lambda: gone(browser))


async def test_LB2_LB3_what_is_shared_again_is_one_item_and_goes_with_its_last_message(
    doors: Doors, app_db: Database, box: Mailbox
) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        await running.customer_writes("hello")
        await connect(running, box, browser, app_db, "bea@example.org")
        first = await running.customer_writes("https://ex.io/a?utm_source=x")
        await until(lambda: items(browser))
        second = await running.customer_writes("again: https://www.ex.io/a/ and https://ex.io/b")

        async def both() -> bool:
            return len(await items(browser)) == 2

        await until(both)
        (merged,) = [one for one in await items(browser) if "ex.io/a" in one["permalink"]]
        assert merged["first_sent_at"] < merged["last_sent_at"]
        conversation = await only_conversation(running)
        listed = (await running.api.get(f"/conversations/{conversation}/library")).json()["items"]
        assert {one["id"] for one in listed} == {one["id"] for one in await items(browser)}
        await running.sim.post("/unsend", json={"mid": second["mid"]})

        async def only_the_first() -> bool:
            return [one["permalink"] for one in await items(browser)] == ["https://ex.io/a?utm_source=x"]

        await until(only_the_first)
        await running.sim.post("/unsend", json={"mid": first["mid"]})
        await until(lambda: gone(browser))
        assert (await running.api.get(f"/conversations/{conversation}/library")).json()["items"] == []


async def test_LB4_an_edit_brings_in_what_it_says_now(doors: Doors, app_db: Database, box: Mailbox) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        await running.customer_writes("hello")
        await connect(running, box, browser, app_db, "cleo@example.org")
        sent = await running.customer_writes("https://ex.io/wrong")
        await until(lambda: items(browser))
        edited = await running.sim.post("/edit", json={"mid": sent["mid"], "text": "https://ex.io/right"})
        assert edited.status_code == 200, edited.text

        async def right() -> bool:
            return [one["permalink"] for one in await items(browser)] == ["https://ex.io/right"]

        await until(right)


async def test_LB5_LB6_a_member_notes_tags_finds_takes_and_removes(doors: Doors, app_db: Database, box: Mailbox) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        await running.customer_writes("https://ex.io/bread https://ex.io/cake")
        await connect(running, box, browser, app_db, "dora@example.org")
        await until(lambda: items(browser))
        bread, cake = sorted(await items(browser), key=lambda one: one["permalink"])
        form = {"note": "for <Sunday>", "tags": "Bread, bread , to bake", "back": "/library?kind=link"}
        page = await browser.post(f"/library/items/{bread['id']}", data=form)
        assert (page.url.path, page.url.query) == ("/library", b"kind=link")
        assert "for &lt;Sunday&gt;" in page.text
        assert [one["id"] for one in (await browser.get("/library/api/items", params={"tag": "to bake"})).json()["items"]] == [
            bread["id"]
        ]
        assert [one["id"] for one in (await browser.get("/library/api/items", params={"q": "sunday"})).json()["items"]] == [
            bread["id"]
        ]
        assert "Nothing fits" in (await browser.get("/library", params={"q": "nowhere"})).text
        changed = await browser.patch(f"/library/api/items/{cake['id']}", json={"note": "x"})
        assert (changed.json()["note"], changed.json()["version"]) == ("x", cake["version"] + 1)
        exported = (await browser.get("/library/export.json")).json()
        assert (exported["member"]["email"], len(exported["items"])) == ("dora@example.org", 2)
        page = await browser.post(f"/library/items/{cake['id']}/remove", data={"back": "https://evil.example/"})
        assert (page.url.path, [one["id"] for one in await items(browser)]) == ("/library", [bread["id"]])
        assert (await browser.delete(f"/library/api/items/{cake['id']}")).status_code == 404
        for field in ({"note": "x" * 2001}, {"tags": ["x" * 41]}, {"tags": [str(n) for n in range(21)]}, {"tag": []}):
            assert (await browser.patch(f"/library/api/items/{bread['id']}", json=field)).status_code == 422


async def test_LB4_what_a_member_removed_comes_back_only_when_it_is_shared_again(
    doors: Doors, app_db: Database, box: Mailbox
) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        sent = await running.customer_writes("https://ex.io/a")
        await connect(running, box, browser, app_db, "ella@example.org")
        (item,) = await until(lambda: items(browser))
        await browser.delete(f"/library/api/items/{item['id']}")
        await running.sim.post("/edit", json={"mid": sent["mid"], "text": "https://ex.io/a https://ex.io/b"})
        await until(lambda: items(browser))
        assert [one["permalink"] for one in await items(browser)] == ["https://ex.io/b"]
        await running.customer_writes("https://ex.io/a")

        async def back() -> bool:
            return len(await items(browser)) == 2

        await until(back)


async def test_CS11_disconnecting_keeps_the_library_until_its_member_deletes_it(
    doors: Doors, app_db: Database, box: Mailbox
) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser, customer(running.url) as phone:
        await running.customer_writes("https://ex.io/a")
        await connect(running, box, browser, app_db, "fay@example.org")
        await until(lambda: items(browser))
        await sign_in(phone, box, "fay@example.org")
        assert len(await items(phone)) == 1
        page = await browser.post("/library/disconnect")
        assert "No Instagram profile is connected any more" in page.text
        (conversation,) = await running.conversations()
        assert conversation["participant"]["connected_user_id"] is None
        assert (await phone.get("/library/api/items")).status_code == 401
        sent = await running.customer_writes("https://ex.io/b")
        await asyncio.sleep(1)
        assert len(await items(browser)) == 1
        await running.sim.post("/unsend", json={"mid": sent["mid"]})
        assert heading(await browser.post("/library/forget")) == "That did not work"
        assert heading(await browser.post("/library/forget", data={"sure": "yes"})) == "Everything is deleted"
        assert (await browser.get("/library/api/items")).status_code == 401
        async with running.worker_db.transaction() as conn:
            left = [
                await conn.fetchval(f"SELECT count(*) FROM {table} WHERE workspace_id = $1", running.workspace)
                for table in ("members", "member_sessions", "member_codes", "mails", "library_items", "library_sources")
            ]
        assert left == [0] * 6


async def sign_in(browser: httpx2.AsyncClient, box: Mailbox, email: str) -> httpx2.Response:
    """Somebody comes back without a link."""
    page = await browser.get("/library")
    assert (page.url.path, heading(page)) == ("/verify", "Your library")
    page = await browser.post("/verify/code", data={"email": email})
    assert heading(page) == "Check your mail", page.text
    return await browser.post("/verify/confirm", data={"code": await asyncio.to_thread(box.code, email)})


async def test_CS11_an_agent_lets_a_customer_go(doors: Doors, app_db: Database, box: Mailbox) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        await running.customer_writes("https://ex.io/a")
        await connect(running, box, browser, app_db, "gina@example.org")
        await until(lambda: items(browser))
        conversation = await only_conversation(running)
        assert (await running.api.delete(f"/conversations/{conversation}/connection")).status_code == 204
        assert (await running.api.delete(f"/conversations/{conversation}/connection")).status_code == 404
        assert (await browser.get("/library/api/items")).status_code == 401
        await sign_in(browser, box, "gina@example.org")
        assert len(await items(browser)) == 1


async def test_CS4_whether_somebody_is_a_member_is_not_told(doors: Doors, app_db: Database, box: Mailbox) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser, customer(running.url) as stranger:
        await running.customer_writes("hello")
        await connect(running, box, browser, app_db, "hana@example.org")
        answers = []
        for email in ("hana@example.org", "unknown@example.org"):
            await stranger.get("/verify/sign-in")
            page = await stranger.post("/verify/code", data={"email": email})
            answers.append((page.status_code, page.text.replace(email, "EMAIL")))
        assert answers[0] == answers[1]
        await asyncio.to_thread(box.code, "hana@example.org")
        assert box.to("unknown@example.org") == []
        page = await stranger.post("/verify/confirm", data={"code": "000000"})
        assert "This code does not work" in page.text


async def test_LB7_a_preview_is_shown_to_its_member_alone(doors: Doors, app_db: Database, box: Mailbox) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser, customer(running.url) as stranger:
        await running.customer_writes("look", attachments=["ig_post"])
        await connect(running, box, browser, app_db, "lou@example.org")

        async def with_preview() -> list[dict[str, Any]]:
            return [one for one in await items(browser) if one["preview_url"]]

        (item,) = await until(with_preview)
        picture = await browser.get(item["preview_url"])
        assert (picture.status_code, picture.headers["content-type"].partition("/")[0]) == (200, "image")
        assert (await stranger.get(item["preview_url"])).status_code == 401
        conversation = await only_conversation(running)
        (seen,) = (await running.api.get(f"/conversations/{conversation}/library")).json()["items"]
        assert (await running.api.get(f"{running.url}{seen['preview_url']}")).status_code == 200


async def test_LB7_a_preview_that_comes_later_is_told_to_the_team_and_to_its_member(
    doors: Doors, app_db: Database, box: Mailbox
) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        await running.customer_writes("hello")
        await connect(running, box, browser, app_db, "pia@example.org")
        assert await mark(browser) == "0.0."
        await running.customer_writes("this one", attachments=["ig_post"])

        async def with_preview() -> list[dict[str, Any]]:
            return [one for one in await items(browser) if one["preview_url"]]

        (item,) = await until(with_preview)
        async with running.worker_db.transaction() as conn:
            told = await conn.fetch(
                """SELECT body FROM changes WHERE workspace_id = $1 AND type = 'library_item_updated' ORDER BY seq""",
                running.workspace,
            )  # fmt: skip
        conversation = await only_conversation(running)
        (seen,) = (await running.api.get(f"/conversations/{conversation}/library")).json()["items"]
        assert json.loads(told[-1]["body"])["item"] == seen
        assert await mark(browser) == f"1.{len(told)}.{item['id']}"
        assert seen["version"] == item["version"] == len(told)


async def test_LB10_a_library_in_which_one_item_took_the_place_of_another_is_another(
    doors: Doors, app_db: Database, box: Mailbox
) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        await running.customer_writes("https://ex.io/a")
        await connect(running, box, browser, app_db, "rosa@example.org")
        (item,) = await until(lambda: items(browser))
        before = await mark(browser)
        await browser.delete(f"/library/api/items/{item['id']}")
        await running.customer_writes("https://ex.io/b")
        (other,) = await until(lambda: items(browser))
        assert other["version"] == item["version"]
        assert await mark(browser) != before


async def test_LB7_a_story_is_passed_on_and_not_kept(doors: Doors, app_db: Database, box: Mailbox) -> None:
    async with shop(doors, box) as running, customer(running.url) as browser:
        await running.customer_writes("look", attachments=["story_mention"])
        await connect(running, box, browser, app_db, "mia@example.org")
        (item,) = await until(lambda: items(browser))
        assert item["kind"] == "story"

        async def settled() -> bool:
            (message,) = await running.messages(await only_conversation(running))
            return message["attachments"][0]["state"] != "pending"

        await until(settled)
        (item,) = await items(browser)
        if item["preview_url"]:
            shown = await browser.get(item["preview_url"])
            assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        async with running.worker_db.transaction() as conn:
            assert await conn.fetchval("SELECT count(digest) FROM attachments WHERE workspace_id = $1", running.workspace) == 0


async def test_LB8_a_companys_program_is_told_until_it_takes_it(doors: Doors, app_db: Database, box: Mailbox) -> None:
    async with program() as told:
        given = {"library_hook_url": told.url, "library_hook_key": "k" * 40}
        async with shop(doors, box, **given) as running, customer(running.url) as browser:
            await running.customer_writes("hello")
            await connect(running, box, browser, app_db, "nora@example.org")
            told.answers = [503, 302, 200]
            sent = await running.customer_writes("https://ex.io/a")

            async def heard(*types: str) -> bool:
                return tuple(one["type"] for one in told.events) == types

            await until(lambda: heard("library_item.created"))
            (event,) = told.events
            assert (event["item"]["permalink"], event["member"]["email"]) == ("https://ex.io/a", "nora@example.org")
            (item,) = await items(browser)
            await browser.patch(f"/library/api/items/{item['id']}", json={"note": "x"})
            await until(lambda: heard("library_item.created", "library_item.updated"))
            await running.sim.post("/unsend", json={"mid": sent["mid"]})
            await until(lambda: heard("library_item.created", "library_item.updated", "library_item.removed"))
            assert told.events[-1]["item"] == {"id": item["id"]}
            assert len({one["id"] for one in told.events}) == 3
            assert told.attempts == 5


async def test_LB8_what_nobody_takes_waits_and_is_withdrawn_with_its_item(doors: Doors, app_db: Database, box: Mailbox) -> None:
    given = {"library_hook_url": "http://127.0.0.1:9/", "library_hook_key": "k" * 40}
    async with shop(doors, box, **given) as running, customer(running.url) as browser:
        sent = await running.customer_writes("https://ex.io/secret")
        await connect(running, box, browser, app_db, "olga@example.org")
        await until(lambda: items(browser))

        async def waiting() -> list[tuple[str, str | None]]:
            async with running.worker_db.transaction() as conn:
                found = await conn.fetch("SELECT type, error FROM library_events WHERE workspace_id = $1", running.workspace)
            return [(record["type"], record["error"]) for record in found if record["error"]]

        ((type_, error),) = await until(waiting)
        assert (type_, "cannot be reached" in (error or "")) == ("created", True)
        await running.sim.post("/unsend", json={"mid": sent["mid"]})
        await until(lambda: gone(browser))
        async with running.worker_db.transaction() as conn:
            bodies = await conn.fetch("SELECT body::text FROM library_events WHERE workspace_id = $1", running.workspace)
            feed = await conn.fetch("SELECT body FROM changes WHERE workspace_id = $1", running.workspace)
        assert len(bodies) == 1
        assert "secret" not in str(bodies)
        assert b"secret" not in b"".join(record["body"] for record in feed)


@dataclass
class Program:
    """A company's own program: what it was told and took. `answers`: what it says first; then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    attempts: int = 0

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        signed = request.headers["confab-timestamp"].encode() + b"." + body
        assert request.headers["confab-signature"] == "v1=" + hmac.new(b"k" * 40, signed, "sha256").hexdigest()
        self.attempts += 1
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.events.append(json.loads(body))
        return Response(status_code=status, headers={"location": "/elsewhere"})


@asynccontextmanager
async def program() -> AsyncIterator[Program]:
    one = Program()

    async def told(request: Request) -> Response:
        return await one(request)

    app = Starlette(routes=[Route("/told", told, methods=["POST"])])
    server = Quiet(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one.url = f"http://127.0.0.1:{listener.getsockname()[1]}/told"
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            yield one
            server.should_exit = True
