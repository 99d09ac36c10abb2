"""Signing in over HTTP."""

from datetime import timedelta

import httpx2
import pytest

from confab.clock import Clock
from confab.store.db import Database
from confab.team import secrets, set_up
from confab.team.passwords import Passwords
from tests.integration.api.conftest import ORIGIN, PASSWORD, Person, found, join

SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
async def hashed() -> str:
    """What is stored of the password; to make it takes a sixth of a second."""
    return await Passwords().hashed(PASSWORD)


@pytest.fixture
async def carla(app_db: Database, clock: Clock, hashed: str) -> Person:
    """Somebody with a password."""
    return await join(app_db, clock, await found(app_db, clock), "admin", hashed)


async def enter(http: httpx2.AsyncClient, person: Person, password: str = PASSWORD) -> httpx2.Response:
    return await http.post("/api/v1/session", json={"email": person.email, "password": password}, headers=SAME_ORIGIN)


async def test_the_right_password_opens_a_session_in_a_cookie(http: httpx2.AsyncClient, carla: Person) -> None:
    answer = await enter(http, carla)
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert "Max-Age=2592000" in cookie
    me = answer.json()
    assert me["agent"] == {"id": str(carla.agent), "name": me["agent"]["name"], "email": carla.email, "role": "admin"}
    assert me["workspace"]["id"] == str(carla.workspace)
    assert me["session_key"] not in cookie
    assert (await http.get("/api/v1/me")).json() == me


async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(http: httpx2.AsyncClient, carla: Person) -> None:
    wrong = await enter(http, carla, "not the password")
    unknown = await http.post("/api/v1/session", json={"email": "nobody@example.org", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "wrong_credentials"
    assert "set-cookie" not in wrong.headers


async def test_signing_out_ends_the_session_for_everybody_who_holds_its_cookie(http: httpx2.AsyncClient, carla: Person) -> None:
    await enter(http, carla)
    copied = dict(http.cookies)
    assert (await http.delete("/api/v1/session", headers=SAME_ORIGIN)).status_code == 204
    http.cookies.clear()
    again = await http.get("/api/v1/me", headers={"cookie": f"confab_session={copied['confab_session']}"})
    assert again.status_code == 401
    assert again.json()["code"] == "unauthenticated"


async def test_a_session_ends_after_thirty_days(http: httpx2.AsyncClient, carla: Person, clock: Clock) -> None:
    await enter(http, carla)
    cookie = {"cookie": f"confab_session={http.cookies['confab_session']}"}
    clock.ahead = timedelta(days=30) - timedelta(minutes=1)
    assert (await http.get("/api/v1/me", headers=cookie)).status_code == 200
    clock.ahead = timedelta(days=30, seconds=1)
    assert (await http.get("/api/v1/me", headers=cookie)).status_code == 401


async def test_PE1_the_database_holds_neither_cookie_nor_password(
    http: httpx2.AsyncClient, carla: Person, app_db: Database
) -> None:
    await enter(http, carla)
    async with app_db.transaction() as conn:
        stored = await conn.fetch("SELECT * FROM sessions")
        agents = await conn.fetch("SELECT * FROM agents")
    text = repr([list(record) for record in [*stored, *agents]])
    assert http.cookies["confab_session"] not in text
    assert carla.token not in text
    assert PASSWORD not in text
    assert secrets.digest(http.cookies["confab_session"]) in [record["digest"] for record in stored]


async def test_a_bearer_token_is_enough_and_needs_no_origin(http: httpx2.AsyncClient, anna: Person) -> None:
    assert (await http.get("/api/v1/me", headers=anna.bearer)).json()["agent"]["id"] == str(anna.agent)
    assert (await http.get("/api/v1/me", headers={"authorization": "Bearer wrong"})).status_code == 401
    assert (await http.get("/api/v1/me")).status_code == 401
    assert (await http.delete("/api/v1/session", headers=anna.bearer)).status_code == 204
    assert (await http.get("/api/v1/me", headers=anna.bearer)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"sec-fetch-site": "none"}, 204),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": ORIGIN}, 403),
        ({"origin": ORIGIN}, 204),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://inbox.lan:8000", "host": "inbox.lan:8000"}, 204),
        ({"origin": "http://inbox.lan:8001", "host": "inbox.lan:8000"}, 403),
        ({}, 204),  # no browser: they all say one or the other
    ],
)
async def test_PE2_a_cookie_changes_something_only_from_our_own_pages(
    http: httpx2.AsyncClient, carla: Person, headers: dict[str, str], status: int
) -> None:
    await enter(http, carla)
    cookie = {"cookie": f"confab_session={http.cookies['confab_session']}"}
    answer = await http.delete("/api/v1/session", headers=headers | cookie)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "foreign_origin"
        assert (await http.get("/api/v1/me", headers=cookie)).status_code == 200


async def test_another_site_cannot_sign_a_browser_in(http: httpx2.AsyncClient, carla: Person) -> None:
    body = {"email": carla.email, "password": PASSWORD}
    answer = await http.post("/api/v1/session", json=body, headers={"origin": "http://evil.test"})
    assert answer.json()["code"] == "foreign_origin"
    assert (await http.post("/api/v1/session", json=body)).status_code == 200


async def test_the_set_up_link_makes_one_owner_and_signs_them_in(
    http: httpx2.AsyncClient, app_db: Database, clock: Clock
) -> None:
    async with app_db.transaction() as conn:
        await conn.execute("DELETE FROM agents")
        link = await set_up.offer(conn, ORIGIN, clock.now())
    assert link is not None
    token = link.removeprefix(f"{ORIGIN}/setup?token=")
    wish = {
        "token": token,
        "workspace": "Die Bäckerei",
        "name": "Olga",
        "email": "Olga@Example.org",
        "password": PASSWORD,
    }
    short = await http.post("/api/v1/setup", json=wish | {"password": "short"})
    assert (short.status_code, short.json()["field"]) == (422, "password")
    wrong = await http.post("/api/v1/setup", json=wish | {"token": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "setup_link_invalid")

    done = await http.post("/api/v1/setup", json=wish)
    assert done.status_code == 200
    assert done.json()["agent"] | {"id": ""} == {"id": "", "name": "Olga", "email": "olga@example.org", "role": "owner"}
    assert done.json()["workspace"]["name"] == "Die Bäckerei"
    assert (await http.get("/api/v1/me")).status_code == 200

    again = await http.post("/api/v1/setup", json=wish | {"email": "eve@example.org"})
    assert (again.status_code, again.json()["code"]) == (403, "setup_link_invalid")
    async with app_db.transaction() as conn:
        assert await set_up.offer(conn, ORIGIN, clock.now()) is None
