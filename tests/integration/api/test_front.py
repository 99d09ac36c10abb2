"""What every answer has in common, the pages of the web inbox, and what operations asks."""

import gzip
from pathlib import Path

import httpx2
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from confab.api import static
from confab.app import Front
from confab.store import presence
from confab.store.db import Doors, connect
from tests.integration.api.conftest import Person

CSP = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; frame-ancestors 'none'"


@pytest.fixture
def built(tmp_path: Path) -> static.Static:
    """A small inbox as Vite leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Confab</title>")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-abc123.js").write_text("let inbox\n" * 500)
    return static.load(tmp_path)


def client_of(app: static.Static) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://confab.test")


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/me", "/api/v1/docs", "/api/nothing", "/nothing.js"])
async def test_every_answer_carries_the_security_headers(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_every_address_of_the_inbox_is_the_inbox(built: static.Static) -> None:
    async with client_of(built) as http:
        for path in ("/", "/setup?token=x", "/inbox/conversations/1", "/index.html"):
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
            assert "<title>Confab</title>" in answer.text
        assert (await http.get("/missing.js")).status_code == 404
        assert (await http.get("/assets/../index.html%00.js")).status_code == 404
        assert (await http.post("/")).status_code == 405


async def test_what_has_its_hash_in_its_name_is_kept_for_ever_and_zipped(built: static.Static) -> None:
    async with client_of(built) as http:
        answer = await http.get("/assets/index-abc123.js", headers={"accept-encoding": "gzip"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) < 200
        plain = await http.get("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == answer.text
        head = await http.head("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
        assert (head.content, head.headers["content-length"]) == (b"", str(len(plain.content)))
        again = await http.get("/favicon.svg", headers={"if-none-match": (await http.get("/favicon.svg")).headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_an_inbox_that_was_not_built_says_what_to_do(tmp_path: Path) -> None:
    async with client_of(static.load(tmp_path / "nothing")) as http:
        answer = await http.get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text


async def test_the_documentation_page_takes_nothing_from_elsewhere(http: httpx2.AsyncClient) -> None:
    page = await http.get("/api/v1/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace('name="viewport"', "")
    assert "<script>" not in page.text
    assert " style=" not in page.text
    for name, kind in (("docs.js", "text/javascript"), ("docs.css", "text/css")):
        asset = await http.get(f"/api/v1/docs/{name}")
        assert asset.headers["content-type"].startswith(kind)
    assert (await http.get("/api/v1/docs/other.js")).status_code == 404
    document = await http.get("/api/v1/openapi.json")
    assert document.json()["openapi"].startswith("3.1")


async def test_an_unknown_address_and_a_wrong_method_are_problems(http: httpx2.AsyncClient) -> None:
    missing = await http.get("/api/v1/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert missing.headers["content-type"] == "application/problem+json"
    wrong = await http.put("/api/v1/session", json={})
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "DELETE, POST"


async def test_a_body_that_is_no_json_or_too_large_is_refused(http: httpx2.AsyncClient) -> None:
    broken = await http.post("/api/v1/session", content=b"{", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (422, "invalid")
    large = await http.post("/api/v1/session", content=b"x" * (2 << 20), headers={"content-type": "application/json"})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")

    async def endless():
        for _ in range(40):
            yield b"x" * (1 << 16)

    chunked = await http.post("/api/v1/session", content=endless(), headers={"content-type": "application/json"})
    assert chunked.status_code == 400


async def test_a_bug_says_nothing_about_itself(
    front: Front, http: httpx2.AsyncClient, anna: Person, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("what a customer wrote")

    monkeypatch.setattr("confab.store.team.agents", broken)
    answer = await http.get("/api/v1/agents", headers=anna.bearer)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "customer" not in answer.text
    logged = capsys.readouterr()
    assert "request_crashed" in logged.out + logged.err
    assert "customer" not in logged.out + logged.err


async def test_a_database_that_is_gone_is_a_problem_that_may_be_tried_again(
    http: httpx2.AsyncClient, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("confab.store.team.agents", refused)
    answer = await http.get("/api/v1/agents", headers=anna.bearer)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_ready_means_that_a_worker_is_there_too(http: httpx2.AsyncClient, doors: Doors) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    alone = await http.get("/readyz")
    assert alone.status_code == 503
    assert [reason["code"] for reason in alone.json()["reasons"]] == ["worker"]
    worker = await connect(doors.worker)
    try:
        await presence.announce(worker, "worker")
        both = await http.get("/readyz")
        assert (both.status_code, both.json()["reasons"]) == (200, [])
        assert {note["code"] for note in both.json()["notes"]} == {"app_secret", "verify_token", "service_token"}
    finally:
        await worker.close()


async def test_a_process_that_is_stopping_is_not_ready(front: Front, http: httpx2.AsyncClient) -> None:
    front.services.closing.set()
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["stopping"]


async def test_metrics_are_openmetrics_and_count_what_was_answered(http: httpx2.AsyncClient) -> None:
    before = (await _counted(http)).get(("api", "401"), 0)
    for _ in range(3):
        await http.get("/api/v1/me")
    assert (await _counted(http))["api", "401"] == before + 3


async def _counted(http: httpx2.AsyncClient) -> dict[tuple[str, str], float]:
    """How many requests were answered, by door and status."""
    answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    return {
        (sample.labels["door"], sample.labels["status"]): sample.value
        for sample in families["confab_http_requests"].samples
        if sample.name.endswith("_total")
    }


def test_gzip_is_the_same_on_every_build(built: static.Static) -> None:
    file = built._files["/assets/index-abc123.js"]
    assert file.zipped == gzip.compress(file.body, 6, mtime=0)
