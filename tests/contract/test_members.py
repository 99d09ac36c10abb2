"""Who customers are: by a provider, by the company's own page, by mail. What is refused, counted, and told to nobody."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from confab.clock import Clock
from confab.model.inbox import WorkspaceId
from confab.model.library import Identity
from confab.store import ids, members, team
from confab.store.db import Database, Doors
from tests.mail_server import Mailbox, mail_server
from tests.members import customer, heading, make_link
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider
from tests.stack import Stack, stack, until

KEY = "k" * 40
PAGE = "https://shop.example.org/instagram"


@asynccontextmanager
async def shop(doors: Doors, **more: Any) -> AsyncIterator[tuple[Stack, str]]:
    """The product with one conversation, and that conversation's id. Its public address is one that nobody answers at."""
    async with stack(doors, **{"public_url": "http://127.0.0.1:1", "brand_name": "Harbour Bakery", **more}) as running:
        await running.customer_writes("https://ex.io/a")
        (conversation,) = await until(running.conversations)
        yield running, conversation["id"]


async def open_link(running: Stack, conversation: str, browser: httpx2.AsyncClient, app_db: Database) -> tuple[str, str]:
    """A fresh link, opened."""
    link = await make_link(app_db, running.workspace, conversation, running.front.services.clock.now())
    page = await browser.get("/verify", params={"token": link[0], "ig_id": link[1]})
    assert heading(page) == "Connect your Instagram", page.text
    return link


def here(url: str, running: Stack) -> str:
    """An address of the product's, where it really listens."""
    return url.replace("http://127.0.0.1:1/", f"{running.url}/")


async def follow(answer: httpx2.Response, running: Stack, browser: httpx2.AsyncClient) -> httpx2.Response:
    """To the provider and back, as a browser would go."""
    while answer.is_redirect:
        url = here(answer.headers["location"], running)
        answer = await browser.get(url, follow_redirects=False)
    return answer


async def by_provider(running: Stack, browser: httpx2.AsyncClient) -> httpx2.Response:
    answer = await browser.post("/verify/continue", data={"consent": "yes"}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return await follow(answer, running, browser)


@asynccontextmanager
async def with_provider(doors: Doors) -> AsyncIterator[tuple[Stack, str, Provider]]:
    async with provider() as one:
        given = {"oidc_issuer": one.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
        async with shop(doors, **given) as (running, conversation):
            yield running, conversation, one


async def test_CS8_a_provider_says_who_a_customer_is(doors: Doors, app_db: Database) -> None:
    async with with_provider(doors) as (running, conversation, one), customer(running.url) as browser:
        one.claims = {"email": "Anna@example.org", "email_verified": True}
        await open_link(running, conversation, browser, app_db)
        assert heading(await browser.post("/verify/continue")) == "That did not work"  # no consent
        page = await by_provider(running, browser)
        assert (heading(page), "anna@example.org" in page.text) == ("Your library", True)
        assert one.refusals == []
        (shown,) = await running.conversations()
        assert shown["participant"]["connected_user_id"] == "user-7"
        async with customer(running.url) as phone:
            await phone.get("/library")
            assert heading(await by_provider(running, phone)) == "Your library"
        one.user = "somebody-else"
        async with customer(running.url) as other:
            await other.get("/library")
            assert heading(await by_provider(running, other)) == "There is no library for you yet"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example.org"},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "other"], "azp": "other"},
        {"nonce": "of another sign-in"},
        {"exp": 1},
        {"iat": 99999999999},
        {"sub": ""},
        {"sub": None},
    ],
    ids=str,
)
async def test_CS8_a_token_that_is_not_for_this_sign_in_connects_nobody(
    doors: Doors, app_db: Database, claims: dict[str, Any]
) -> None:
    async with with_provider(doors) as (running, conversation, one), customer(running.url) as browser:
        one.claims = claims
        await open_link(running, conversation, browser, app_db)
        await refused(running, browser)


async def refused(running: Stack, browser: httpx2.AsyncClient) -> None:
    page = await by_provider(running, browser)
    assert (page.status_code, heading(page)) == (502, "That did not work")
    (shown,) = await running.conversations()
    assert shown["participant"]["connected_user_id"] is None


async def test_CS8_a_forged_signature_and_a_refusal_connect_nobody(doors: Doors, app_db: Database) -> None:
    async with with_provider(doors) as (running, conversation, one), customer(running.url) as browser:
        await open_link(running, conversation, browser, app_db)
        one.signing_key = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
        await refused(running, browser)
        one.signing_key, one.user = None, None
        await refused(running, browser)
        one.user = "user-7"
        assert heading(await by_provider(running, browser)) == "Your library"


async def test_CS8_an_answer_counts_once_and_in_the_browser_that_asked(doors: Doors, app_db: Database) -> None:
    async with with_provider(doors) as (running, conversation, _), customer(running.url) as browser:
        await open_link(running, conversation, browser, app_db)
        answer = await browser.post("/verify/continue", data={"consent": "yes"}, follow_redirects=False)
        back = await browser.get(answer.headers["location"], follow_redirects=False)
        url, jar = here(back.headers["location"], running), dict(browser.cookies)
        async with customer(running.url) as other:
            assert heading(await other.get(url)) == "Please begin again"
            await open_link(running, conversation, other, app_db)
            await other.post("/verify/continue", data={"consent": "yes"}, follow_redirects=False)
            assert heading(await other.get(url)) == "That did not work"
        await open_link(running, conversation, browser, app_db)
        assert heading(await by_provider(running, browser)) == "Your library"
        async with customer(running.url, cookies=jar) as again:
            assert heading(await again.get(url)) in ("That did not work", "This link has been used", "This link has expired")


async def test_CS9_the_companys_own_page_says_who_a_customer_is(doors: Doors, app_db: Database) -> None:
    given = {"member_page": PAGE, "member_page_key": KEY}
    async with shop(doors, **given) as (running, conversation), customer(running.url) as browser:
        _, ig_id = await open_link(running, conversation, browser, app_db)
        answer = await browser.post("/verify/continue", data={"consent": "yes"}, follow_redirects=False)
        url = urlsplit(answer.headers["location"])
        assert f"{url.scheme}://{url.netloc}{url.path}" == PAGE
        claims = jwt.decode(parse_qs(url.query)["handover"][0], OctKey.import_key(KEY), algorithms=["HS256"]).claims
        assert (claims["ig_id"], claims["return_to"]) == (ig_id, "http://127.0.0.1:1/verify/return")
        end = int((running.front.services.clock.now() + timedelta(minutes=5)).timestamp())
        said = {"aud": "http://127.0.0.1:1", "state": claims["state"], "sub": "customer 42", "exp": end}
        signed = jwt.encode({"alg": "HS256"}, said, OctKey.import_key(KEY))
        forged = jwt.encode({"alg": "HS256"}, said, OctKey.import_key("x" * 40))
        jar = dict(browser.cookies)
        assert heading(await browser.get("/verify/return", params={"handover": forged})) == "That did not work"
        assert heading(await browser.get("/verify/return", params={"handover": signed})) == "Your library"
        (shown,) = await running.conversations()
        assert shown["participant"]["connected_user_id"] == "customer 42"
        async with customer(running.url, cookies=jar) as again:
            page = await again.get("/verify/return", params={"handover": signed})
            assert heading(page) == "That did not work"
        async with customer(running.url) as phone:
            await phone.get("/library")
            answer = await phone.post("/verify/continue", follow_redirects=False)
            claims = jwt.decode(
                parse_qs(urlsplit(answer.headers["location"]).query)["handover"][0], OctKey.import_key(KEY), algorithms=["HS256"]
            ).claims
            assert "ig_id" not in claims
            signed = jwt.encode({"alg": "HS256"}, {**said, "state": claims["state"]}, OctKey.import_key(KEY))
            assert heading(await phone.get("/verify/return", params={"handover": signed})) == "Your library"


async def test_CS5_mail_is_tried_again_and_given_up_without_what_it_said(doors: Doors, app_db: Database, clock: Clock) -> None:
    with mail_server() as box:
        async with with_mail(doors, box, clock=clock) as (running, conversation), customer(running.url) as browser:
            await open_link(running, conversation, browser, app_db)
            box.refuse = "451 not now"
            await browser.post("/verify/code", data={"email": "late@example.org", "consent": "yes"})

            async def tried() -> bool:
                return any(attempts >= 2 for _, attempts, _ in await mails(running))

            await until(tried)
            box.refuse = None
            assert len(await asyncio.to_thread(box.code, "late@example.org")) == 6
            await until(lambda: none_waits(running))
            await browser.post("/verify/again")
            await browser.post("/verify/code", data={"email": "nobody@example.org", "consent": "yes"})

            async def given_up() -> list[Any]:
                return [error for sealed, _, error in await mails(running) if sealed is None and error]

            (error,) = await until(given_up)
            assert "does not know the address" in error


async def none_waits(running: Stack) -> bool:
    return await mails(running) == []


async def mails(running: Stack) -> list[tuple[bytes | None, int, str | None]]:
    async with running.worker_db.transaction() as conn:
        found = await conn.fetch("SELECT sealed, attempts, error FROM mails WHERE workspace_id = $1", running.workspace)
    return [(record["sealed"], record["attempts"], record["error"]) for record in found]


@asynccontextmanager
async def with_mail(doors: Doors, box: Mailbox, **more: Any) -> AsyncIterator[tuple[Stack, str]]:
    async with shop(doors, smtp_url=box.url, mail_from="post@bakery.example", **more) as found:
        yield found


async def test_CS5_a_waiting_mail_and_a_kept_code_say_nothing(doors: Doors, app_db: Database) -> None:
    with mail_server() as box:
        box.refuse = "451 not now"
        async with with_mail(doors, box) as (running, conversation), customer(running.url) as browser:
            await open_link(running, conversation, browser, app_db)
            await browser.post("/verify/code", data={"email": "sealed@example.org", "consent": "yes"})
            ((sealed, _, _),) = await mails(running)
            assert sealed is not None
            assert b"sealed@example.org" not in sealed
            async with app_db.viewing(running.workspace) as conn:
                digest = await conn.fetchval("SELECT digest FROM member_codes")
            assert digest not in {hashlib.sha256(f"{n:06}".encode()).digest() for n in range(0, 10**6, 997)}
            box.refuse = None
            code = await asyncio.to_thread(box.code, "sealed@example.org")
            assert digest != hashlib.sha256(code.encode()).digest()


async def test_CS6_a_preview_uses_nothing_up_and_the_token_leaves_the_address(doors: Doors, app_db: Database) -> None:
    with mail_server() as box:
        async with with_mail(doors, box) as (running, conversation), customer(running.url) as preview:
            now = running.front.services.clock.now()
            token, ig_id = await make_link(app_db, running.workspace, conversation, now)
            for _ in range(3):
                first = await preview.get("/verify", params={"token": token, "ig_id": ig_id}, follow_redirects=False)
                assert (first.status_code, first.headers["location"]) == (303, "/verify")
                assert (first.headers["referrer-policy"], first.headers["cache-control"]) == ("no-referrer", "no-store")
                page = await preview.get("/verify")
                assert token not in page.text + str(page.url)
            assert all(token not in value for value in preview.cookies.values())
            async with app_db.viewing(running.workspace) as conn:
                used = await conn.fetchval("SELECT count(*) FROM verification_tokens WHERE consumed_at IS NOT NULL")
            assert used == 0


async def test_CS7_a_link_that_does_not_work_has_one_honest_page(doors: Doors, app_db: Database, clock: Clock) -> None:
    with mail_server() as box:
        async with with_mail(doors, box, clock=clock) as (running, conversation), customer(running.url) as browser:
            token, ig_id = await make_link(app_db, running.workspace, conversation, clock.now())
            seen = [
                await browser.get("/verify", params=query)
                for query in (
                    {"token": "forged" * 8, "ig_id": ig_id}, {"token": token, "ig_id": ig_id + "1"}, {"token": token},
                    {"ig_id": ig_id}, {"token": "x" * 5000, "ig_id": ig_id}, {"token": token, "ig_id": ""},
                )
            ]  # fmt: skip
            assert {(page.status_code, page.text) for page in seen} == {(404, seen[0].text)}
            clock.ahead += timedelta(hours=2)
            page = await browser.get("/verify", params={"token": token, "ig_id": ig_id})
            assert (page.status_code, heading(page)) == (410, "This link has expired")
            token, ig_id = await make_link(app_db, running.workspace, conversation, clock.now())
            async with app_db.viewing(running.workspace) as conn:
                await conn.execute("UPDATE verification_tokens SET consumed_at = $1 WHERE replaced_at IS NULL", clock.now())
            page = await browser.get("/verify", params={"token": token, "ig_id": ig_id})
            assert (page.status_code, heading(page)) == (410, "This link has been used")
            assert (
                heading(await browser.get("/verify", params={"token": token, "ig_id": ig_id + "1"})) == "This link does not work"
            )
            browser.cookies.clear()
            assert heading(await browser.get("/verify")) == "Please begin again"


async def test_CS7_guessing_is_counted_by_address(doors: Doors, app_db: Database) -> None:
    with mail_server() as box:
        async with with_mail(doors, box) as (running, conversation), customer(running.url) as browser:
            async with running.worker_db.transaction() as conn:
                await conn.execute("DELETE FROM sign_in_attempts")
            pages = [await browser.get("/verify", params={"token": f"guess-{n}", "ig_id": "1"}) for n in range(61)]
            assert [page.status_code for page in pages] == [404] * 60 + [429]
            assert int(pages[-1].headers["retry-after"]) > 0
            async with running.worker_db.transaction() as conn:
                await conn.execute("DELETE FROM sign_in_attempts")
            await open_link(running, conversation, browser, app_db)
            for n in range(6):
                page = await browser.post("/verify/code", data={"email": "often@example.org", "consent": "yes"})
                assert heading(page) == ("Check your mail" if n < 5 else "Too many attempts")
            page = await browser.post("/verify/code", data={"email": "no address", "consent": "yes"})
            assert (page.status_code, "This is not an e-mail address." in page.text) == (422, True)


async def test_CS4_a_code_is_good_for_five_tries_and_ten_minutes(doors: Doors, app_db: Database, clock: Clock) -> None:
    with mail_server() as box:
        async with with_mail(doors, box, clock=clock) as (running, conversation), customer(running.url) as browser:
            await open_link(running, conversation, browser, app_db)
            await browser.post("/verify/code", data={"email": "five@example.org", "consent": "yes"})
            right = await asyncio.to_thread(box.code, "five@example.org")
            wrong = f"{(int(right) + 1) % 10**6:06}"
            for _ in range(5):
                assert "This code does not work" in (await browser.post("/verify/confirm", data={"code": wrong})).text
            assert "This code does not work" in (await browser.post("/verify/confirm", data={"code": right})).text
            await browser.post("/verify/again")
            await browser.post("/verify/code", data={"email": "five@example.org", "consent": "yes"})
            right = await asyncio.to_thread(box.code, "five@example.org")
            clock.ahead += timedelta(minutes=11)
            assert "This code does not work" in (await browser.post("/verify/confirm", data={"code": right})).text
            await browser.post("/verify/again")
            await browser.post("/verify/code", data={"email": "five@example.org", "consent": "yes"})
            right = await asyncio.to_thread(box.code, "five@example.org")
            page = await browser.post("/verify/confirm", data={"code": f" {right[:3]} {right[3:]} "})
            assert heading(page) == "Your library"


async def test_CS10_two_tabs_with_one_link_connect_once(doors: Doors, app_db: Database) -> None:
    with mail_server() as box:
        async with with_mail(doors, box) as (running, conversation):
            now = running.front.services.clock.now()
            token, ig_id = await make_link(app_db, running.workspace, conversation, now)
            async with customer(running.url) as one, customer(running.url) as other:
                codes = []
                for browser, email in ((one, "tab1@example.org"), (other, "tab2@example.org")):
                    await browser.get("/verify", params={"token": token, "ig_id": ig_id})
                    await browser.post("/verify/code", data={"email": email, "consent": "yes"})
                    codes.append(await asyncio.to_thread(box.code, email))
                pages = await asyncio.gather(
                    one.post("/verify/confirm", data={"code": codes[0]}), other.post("/verify/confirm", data={"code": codes[1]})
                )
                assert sorted(heading(page) for page in pages) == ["This link has been used", "Your library"]
            async with app_db.viewing(running.workspace) as conn:
                assert await conn.fetchval("SELECT count(*) FROM members") == 1  # the other left nothing behind
                assert await conn.fetchval("SELECT count(*) FROM member_sessions") == 1


async def test_CS3_a_members_session_opens_the_library_and_nothing_else(doors: Doors, app_db: Database) -> None:
    with mail_server() as box:
        async with with_mail(doors, box) as (running, conversation), customer(running.url) as browser:
            await open_link(running, conversation, browser, app_db)
            await browser.post("/verify/code", data={"email": "only@example.org", "consent": "yes"})
            code = await asyncio.to_thread(box.code, "only@example.org")
            answer = await browser.post("/verify/confirm", data={"code": code}, follow_redirects=False)
            (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("confab_member=")]
            for part in ("HttpOnly", "SameSite=lax", "Path=/library", "Max-Age=2592000"):
                assert part in cookie
            secret = cookie.split(";")[0].partition("=")[2]
            async with customer(running.url) as thief:
                for name in ("confab_session", "confab_member"):
                    for path in ("/api/v1/me", "/api/v1/conversations", f"/api/v1/conversations/{conversation}/library"):
                        assert (await thief.get(path, headers={"cookie": f"{name}={secret}"})).status_code == 401
                assert (await thief.get("/api/v1/me", headers={"authorization": f"Bearer {secret}"})).status_code == 401
                bearer = running.api.headers["authorization"]
                agents = {"authorization": bearer, "cookie": f"confab_member={bearer.partition(' ')[2]}"}
                assert (await thief.get("/library/api/items", headers=agents)).status_code == 401
                mine = {"cookie": f"confab_member={secret}"}
                assert (await thief.get("/library/api/items", headers=mine)).status_code == 200
                evil = {**mine, "sec-fetch-site": "cross-site"}
                assert (await thief.post("/library/disconnect", headers=evil)).status_code == 403
                assert (await thief.post("/library/sign-out", headers=mine)).status_code == 200
                assert (await thief.get("/library/api/items", headers=mine)).status_code == 401
            async with app_db.viewing(running.workspace) as conn:
                stored = [bytes(record["digest"]) for record in await conn.fetch("SELECT digest FROM member_sessions")]
            assert all(secret.encode() not in one for one in stored)


async def test_CS3_a_member_sees_only_their_own(doors: Doors, app_db: Database) -> None:
    with mail_server() as box:
        async with with_mail(doors, box) as (running, conversation), customer(running.url) as anna, customer(running.url) as bob:
            await running.customer_writes("https://ex.io/bobs", customer="1087000000000001")

            async def both() -> list[Any]:
                found = await running.conversations()
                return found if len(found) == 2 else []

            (theirs,) = [one["id"] for one in await until(both) if one["id"] != conversation]
            for browser, which, email in ((anna, conversation, "anna.s@example.org"), (bob, theirs, "bob.s@example.org")):
                await open_link(running, which, browser, app_db)
                await browser.post("/verify/code", data={"email": email, "consent": "yes"})
                await browser.post("/verify/confirm", data={"code": await asyncio.to_thread(box.code, email)})

            async def items(browser: httpx2.AsyncClient) -> list[dict[str, Any]]:
                return (await browser.get("/library/api/items")).json()["items"]

            (hers,), (his,) = await until(lambda: items(anna)), await until(lambda: items(bob))
            assert (hers["permalink"], his["permalink"]) == ("https://ex.io/a", "https://ex.io/bobs")
            assert (await anna.patch(f"/library/api/items/{his['id']}", json={"note": "x"})).status_code == 404
            assert (await anna.delete(f"/library/api/items/{his['id']}")).status_code == 404
            assert (await anna.get(f"/library/media/{his['id']}")).status_code == 404
            await anna.post(f"/library/items/{his['id']}/remove")
            await anna.post("/library/forget", data={"sure": "yes"})
            assert [one["id"] for one in await items(bob)] == [his["id"]]


async def test_CS2_without_mail_or_address_the_flow_is_off_and_says_why(doors: Doors) -> None:
    for given, reason in (
        ({"public_url": None, "smtp_url": "smtp://127.0.0.1:9", "mail_from": "a@b.example"}, "CONFAB_PUBLIC_URL"),
        ({}, "CONFAB_SMTP_URL"),
        ({"smtp_url": "smtp://127.0.0.1:9"}, "CONFAB_MAIL_FROM"),
        ({"oidc_issuer": "https://id.example.org"}, "CONFAB_OIDC_CLIENT_ID"),
        ({"member_page": PAGE}, "CONFAB_MEMBER_PAGE_KEY"),
    ):
        async with stack(doors, **{"public_url": "http://127.0.0.1:1", **given}, working=False) as running:
            async with customer(running.url) as browser:
                page = await browser.get("/verify", params={"token": "t", "ig_id": "1"})
                assert (page.status_code, heading(page)) == (503, "Connecting is switched off")
                assert reason in page.text


async def test_CS3_who_is_with_several_teams_chooses(doors: Doors, app_db: Database) -> None:
    with mail_server() as box:
        async with with_mail(doors, box) as (running, conversation), customer(running.url) as browser:
            await open_link(running, conversation, browser, app_db)
            await browser.post("/verify/code", data={"email": "two@example.org", "consent": "yes"})
            await browser.post("/verify/confirm", data={"code": await asyncio.to_thread(box.code, "two@example.org")})
            now = running.front.services.clock.now()
            other = WorkspaceId(ids.new(now))
            async with app_db.viewing(other) as conn:
                await team.create_workspace(conn, other, "Harbour Cakes", now)
                await members.admit(conn, other, ids.new(now), Identity(way="mail", user_id=None, email="two@example.org"), now)
            async with customer(running.url) as again:
                await again.get("/library")
                await again.post("/verify/code", data={"email": "two@example.org"})
                code = await asyncio.to_thread(box.code, "two@example.org")
                page = await again.post("/verify/confirm", data={"code": code})
                assert (heading(page), "Harbour Cakes" in page.text) == ("Which library?", True)
                assert (
                    heading(await again.post("/verify/choose", data={"workspace": "another"}))
                    == "There is no library for you yet"
                )
                assert heading(await again.post("/verify/choose", data={"workspace": str(other)})) == "Your library"
                assert (await again.get("/library/export.json")).json()["workspace"] == "Harbour Cakes"
