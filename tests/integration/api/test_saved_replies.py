"""Saved replies over HTTP: whose they are, what they may be. Rules SR1, SR2 of docs/spec/inbox.md."""

from typing import Any

import httpx2
import pytest

from tests.integration.api.conftest import Person


async def ask(http: httpx2.AsyncClient, who: Person, method: str, path: str = "", body: Any = None) -> httpx2.Response:
    return await http.request(method, f"/api/v1/saved-replies{path}", json=body, headers=who.bearer)


async def keep(http: httpx2.AsyncClient, who: Person, scope: str = "personal", **given: Any) -> httpx2.Response:
    body = {"scope": scope, "shortcut": "hours", "title": "Opening hours", "text": "We open at nine, {first_name|friend}."}
    return await ask(http, who, "POST", "", body | given)


async def shortcuts(http: httpx2.AsyncClient, who: Person) -> list[tuple[str, str]]:
    return [(one["shortcut"], one["scope"]) for one in (await ask(http, who, "GET")).json()["items"]]


async def test_SR1_the_workspaces_are_everybodys_to_use_and_owners_to_change(
    http: httpx2.AsyncClient, anna: Person, bob: Person, stranger: Person
) -> None:
    made = await keep(http, anna, "workspace", shortcut="/Hours")
    assert (made.status_code, made.json()["shortcut"], made.json()["version"]) == (201, "hours", 1)
    assert await shortcuts(http, bob) == [("hours", "workspace")]
    assert await shortcuts(http, stranger) == []
    path = f"/{made.json()['id']}"
    for attempt in (
        await keep(http, bob, "workspace"),
        await ask(http, bob, "PATCH", path, {"text": "x"}),
        await ask(http, bob, "DELETE", path),
    ):
        assert (attempt.status_code, attempt.json()["roles"]) == (403, ["owner", "admin"])
    assert (await ask(http, stranger, "PATCH", path, {"text": "x"})).status_code == 404
    changed = await ask(http, anna, "PATCH", path, {"title": "When we open"})
    assert (changed.json()["title"], changed.json()["version"], changed.json()["shortcut"]) == ("When we open", 2, "hours")
    assert (await ask(http, anna, "DELETE", path)).status_code == 204
    assert await shortcuts(http, bob) == []


async def test_SR1_a_persons_own_are_nobody_elses_and_may_have_the_same_shortcut(
    http: httpx2.AsyncClient, anna: Person, bob: Person
) -> None:
    await keep(http, anna, "workspace")
    mine = await keep(http, bob)
    assert await shortcuts(http, bob) == [("hours", "workspace"), ("hours", "personal")]
    assert await shortcuts(http, anna) == [("hours", "workspace")]
    assert (await ask(http, anna, "DELETE", f"/{mine.json()['id']}")).status_code == 404
    again = await keep(http, bob)
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (409, "shortcut_taken", "shortcut")
    other = await keep(http, bob, shortcut="other")
    taken = await ask(http, bob, "PATCH", f"/{other.json()['id']}", {"shortcut": "HOURS"})
    assert taken.json()["code"] == "shortcut_taken"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"text": "Hi {firstname}"}, "text", "unknown_variable"),
        ({"text": "  "}, "text", "invalid"),
        ({"text": "x" * 10_001}, "text", "invalid"),
        ({"title": ""}, "title", "invalid"),
        ({"title": "x" * 101}, "title", "invalid"),
        ({"shortcut": "two words"}, "shortcut", "invalid"),
        ({"shortcut": "/"}, "shortcut", "invalid"),
        ({"shortcut": "x" * 33}, "shortcut", "invalid"),
        ({"scope": "team"}, "scope", "invalid"),
    ],
)
async def test_SR2_what_cannot_be_kept_is_refused_by_its_field(
    http: httpx2.AsyncClient, anna: Person, given: dict[str, Any], field: str, code: str
) -> None:
    refused = await keep(http, anna, **given)
    assert (refused.status_code, refused.json()["field"], refused.json()["code"]) == (422, field, code)
    if code == "unknown_variable":
        assert "{first_name}" in refused.json()["detail"]
    assert await shortcuts(http, anna) == []
