"""Whatever a request holds, it is answered in the way the API's own schema says, and never by an error of ours."""

import json
import random
import string
from typing import Any

import httpx2
import pytest

from confab.api import openapi, routes
from tests.integration.api.conftest import Person

HOSTILE = [
    "", " ", "\0", "a\0b", "\ud83d", "💥" * 300, "x" * 5000, "../../etc/passwd", "' OR 1=1 --", "<script>", "null", "true",
    "-1", "1e999", "9" * 40, "2026-13-99T99:99:99Z", "2026-11-02T12:00:00", "00000000-0000-0000-0000-000000000000",
    "01a1fc89-0000-7000-8000-000000000000", "é" * 50, "\u202e", "%00", "%ff", "AAAA", "owner@example.org",
]  # fmt: skip
VALUES: list[Any] = [*HOSTILE, None, True, 0, -1, 2**63, 1e308, [], {}, ["\0"], ["x"] * 100, {"a": {"b": []}}, [[[]]]]


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    document = json.loads(openapi.rendered(routes.api()))
    return [
        (method, path, {**operation, "schemas": document["components"]["schemas"]})
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "patch", "delete", "put") and not path.endswith("/stream")
    ]


def _body(operation: dict[str, Any], chance: random.Random) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if content is None:
        return None
    reference = content.get("$ref") or next((one["$ref"] for one in content.get("anyOf", []) if "$ref" in one), None)
    fields = operation["schemas"][reference.rsplit("/", 1)[1]].get("properties", {}) if reference else {}
    if chance.random() < 0.1:
        return chance.choice(VALUES)
    return {name: chance.choice(VALUES) for name in fields if chance.random() < 0.8}


def _as_text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()


@pytest.mark.parametrize(("method", "path", "operation"), operations(), ids=lambda given: given if isinstance(given, str) else "")
async def test_a_hostile_request_is_refused_and_crashes_nothing(
    http: httpx2.AsyncClient, anna: Person, method: str, path: str, operation: dict[str, Any]
) -> None:
    chance = random.Random(f"{method} {path}")
    for _ in range(25):
        query: dict[str, str] = {}
        address = path
        for parameter in operation.get("parameters", []):
            value = chance.choice(HOSTILE)
            if parameter["in"] == "path":
                safe = "".join(c for c in value if c in string.ascii_letters + string.digits + "-") or "x"
                address = address.replace("{" + parameter["name"] + "}", safe)
            elif chance.random() < 0.6:
                query[parameter["name"]] = _as_text(value)
        body = _body(operation, chance)
        content = None if body is None else json.dumps(body).encode()
        headers = {**anna.bearer, "content-type": "application/json"}
        answer = await http.request(method.upper(), address, params=query, content=content, headers=headers)
        assert answer.status_code < 500, (method, address, query, body, answer.text)
        if answer.status_code >= 400 and answer.status_code not in (401, 405):
            assert answer.headers["content-type"] == "application/problem+json", (address, answer.text)
            assert {"code", "detail", "status"} <= answer.json().keys()
