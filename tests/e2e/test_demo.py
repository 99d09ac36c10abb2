"""`confab demo` as somebody who tries Confab meets it: started, looked at, answered in, stopped, started again, killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.lines import lines_of
from tests.product import eventually

PATIENCE_S = 180.0
READY_WITHIN_S = 300.0  # it promises 10, which `make bench` measures; tests share their machine


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that PostgreSQL, which runs as nobody when we are root, can reach too."""
    with tempfile.TemporaryDirectory(prefix="confab-demo-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@dataclass
class Demo:
    process: "subprocess.Popen[str]"
    url: str
    sim: str
    email: str
    password: str


@contextmanager
def demo(data_dir: Path, *, port: int = 0) -> Iterator[Demo]:
    """A demo that has said it is ready; ended by Ctrl-C if it still runs."""
    process = start(data_dir, port)
    try:
        yield read_block(process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)
        assert process.stdout is not None
        process.stdout.close()


def start(data_dir: Path, port: int = 0) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONFAB_")}
    environment |= {"CONFAB_DATA_DIR": str(data_dir), "CONFAB_PORT": str(port)}
    return subprocess.Popen(
        [sys.executable, "-m", "confab", "demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )


def read_block(process: "subprocess.Popen[str]") -> Demo:
    """What the demo prints for a person. Its reader gives up when the demo ends."""
    text = ""
    for line in lines_of(process, READY_WITHIN_S):
        text += line
        if "Data " in line:
            break
    else:
        raise AssertionError(f"the demo ended: {text}")
    facts = dict(re.findall(r"^    (\w[\w ]*?)  +(\S+)", text, re.MULTILINE))
    assert re.search(r"ready after [\d.]+ s", text), text
    sim = facts["Instagram"].removesuffix("/_control/docs")
    return Demo(process, facts["Inbox"], sim, facts["Sign in"], facts["Password"])


def processes_of(data_dir: Path) -> list[str]:
    """The command lines of everything that works for the demo in this folder: by arguments, environment or open lock."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ")
            environment = (entry / "environ").read_text()
        except OSError:
            continue
        if str(data_dir) in command + environment:
            found.append(command)
    return found


@contextmanager
def signed_in(running: Demo) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        base_url=running.url, headers={"origin": running.url}, timeout=PATIENCE_S, trust_env=False, verify=False
    ) as client:
        answer = client.post("/api/v1/session", json={"email": running.email, "password": running.password})
        assert answer.status_code in (200, 201), answer.text
        yield client


def every_conversation(client: httpx2.Client, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = {"limit": "100", **filters, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/conversations", params=query).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def gone(data_dir: Path) -> None:
    eventually(lambda: not processes_of(data_dir), PATIENCE_S)


def test_the_demo_opens_to_a_living_inbox_answers_back_and_goes_on_where_it_was(data_dir: Path) -> None:
    with demo(data_dir) as running:
        with signed_in(running) as client:
            known = every_conversation(client)
            assert len(known) >= 250
            eventually(lambda: all(one["participant"]["username"] for one in every_conversation(client)[:50]), PATIENCE_S)
            assert {one["account"]["username"] for one in known} == {"harbour.bakery", "harbour.cakes"}
            assert sum(one["unread_count"] > 0 for one in known) in range(30, 140)
            open_ones = every_conversation(client, sort="ending")
            assert len(open_ones) in range(30, 150)
            answered(client, open_ones[-1]["id"])
            asked = open_ones[0]["participant"]["ig_id"]
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(PATIENCE_S) == 0
        gone(data_dir)
    with demo(data_dir) as running:
        with signed_in(running) as client:
            again = every_conversation(client)
            assert {one["id"] for one in known} <= {one["id"] for one in again}
            conversation = next(one for one in again if one["participant"]["ig_id"] == asked)
            answered(client, conversation["id"])
        running.process.kill()
        running.process.wait(PATIENCE_S)
        gone(data_dir)


def answered(client: httpx2.Client, conversation: str) -> None:
    """Write to the customer, see it sent, and see them write back."""
    path = f"/api/v1/conversations/{conversation}/messages"
    sent = client.post(path, json={"client_key": "k1", "text": "Would Saturday or Sunday suit you?"})
    assert sent.status_code == 201, sent.text

    def written_back() -> bool:
        items = client.get(path).json()["items"]
        place = next(nth for nth, one in enumerate(items) if one["id"] == sent.json()["id"])
        return items[place]["status"] in ("sent", "seen") and any(one["direction"] == "inbound" for one in items[place + 1 :])

    eventually(written_back, PATIENCE_S)


def test_a_newcomer_plays_a_customer_who_writes_connects_by_mail_and_sees_the_library(data_dir: Path) -> None:
    """As docs/demo.md says; and nobody else was sent a link."""
    you, club = "1087654321098766", "17841463216549870"
    with demo(data_dir) as running, httpx2.Client(timeout=PATIENCE_S, trust_env=False, verify=False) as browser:
        written = {"account": club, "customer": you, "username": "you", "attachments": ["ig_reel"]}
        browser.post(f"{running.sim}/_control/write", json=written).raise_for_status()

        def links() -> list[str]:
            found = re.findall(r'http://[^" ]*/verify\?[^" ]*', browser.get(f"{running.sim}/_control/sends").text)
            return sorted(set(found))

        eventually(lambda: bool(links()), PATIENCE_S)
        (link,) = links()
        browser.follow_redirects = True
        page = browser.get(link)
        assert "harbour.club" in page.text
        browser.headers["origin"] = running.url
        browser.post(f"{running.url}/verify/code", data={"email": "you@example.org", "consent": "yes"}).raise_for_status()

        def codes() -> list[str]:
            return re.findall(r"\b\d{6}\b", re.sub(r"<[^>]*>", " ", browser.get(f"{running.url}/demo/mail").text))

        eventually(lambda: bool(codes()), PATIENCE_S)
        library = browser.post(f"{running.url}/verify/confirm", data={"code": codes()[0]})
        assert "Your library" in library.text

        def items() -> list[Any]:
            return browser.get(f"{running.url}/library/api/items").json()["items"]

        eventually(lambda: bool(items()), PATIENCE_S)
        assert [item["kind"] for item in items()] == ["reel"]
        with signed_in(running) as client:
            welcomed = [one for one in every_conversation(client) if "connect" in (one["last_message_preview"] or "")]
            assert [one["participant"]["ig_id"] for one in welcomed] == [you]


def test_live_traffic_comes_within_seconds_of_the_start(data_dir: Path) -> None:
    with demo(data_dir) as running:
        with signed_in(running) as client:

            def newest() -> str:
                return client.get("/api/v1/conversations?limit=1").json()["items"][0]["last_message_at"]

            before = newest()
            eventually(lambda: newest() > before, PATIENCE_S)


def test_a_port_in_use_is_told_in_one_sentence(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(data_dir, port)
        text, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert text.count("\n") == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in text
    assert not processes_of(data_dir)


def test_a_data_directory_that_cannot_be_written_is_told_in_one_sentence(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    process = start(data_dir / "file" / "var")
    text, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert re.fullmatch(r"confab: The data directory \S+ cannot be written \(.*\): set CONFAB_DATA_DIR to one that can\.\n", text)


def test_two_that_start_in_the_same_moment_have_a_simulator_each(data_dir: Path) -> None:
    folders = [data_dir / name for name in ("one", "two")]
    processes = [start(folder) for folder in folders]
    try:
        both = [read_block(process) for process in processes]
        assert len({one.sim for one in both}) == 2
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process in processes:
            process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("begun", ["demo/demo.log", "demo/postgres"])
def test_stopped_while_it_starts_it_leaves_nothing_and_begins_again(data_dir: Path, begun: str) -> None:
    process = start(data_dir)
    eventually((data_dir / begun).exists, PATIENCE_S)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    gone(data_dir)
    with demo(data_dir) as running:
        with signed_in(running) as client:
            assert len(every_conversation(client)) >= 250
