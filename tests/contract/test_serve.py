"""The command line and `confab serve`, as they are started from a shell."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from confab.store import embedded

PATIENCE_S = 180


def environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        "CONFAB_DATA_DIR": str(folder / "var"),
    }


def confab(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "confab", *arguments]
    return subprocess.run(command, env=environment(folder), capture_output=True, text=True, check=False, timeout=PATIENCE_S)


class Server:
    """A running `confab serve` on a free port."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "confab", "serve", "--port", "0"]
        self.process = subprocess.Popen(
            command, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.said: list[str] = []
        self.logged: list[str] = []
        threading.Thread(target=self._collect, args=(self.process.stderr, self.logged), daemon=True).start()
        self._listener = threading.Thread(target=self._collect, args=(self.process.stdout, self.said), daemon=True)
        self._listener.start()

    def _collect(self, stream, lines: list[str]) -> None:
        with stream:
            lines.extend(iter(stream.readline, ""))

    def hear(self, pattern: str) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in list(self.said):
                found = re.search(pattern, line)
                if found:
                    return found[1]
            time.sleep(0.02)
        raise AssertionError(f"{self.said} {self.logged}")

    def children(self) -> dict[str, int]:
        found = subprocess.run(["/usr/bin/pgrep", "-a", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return {match[2]: int(match[1]) for match in re.finditer(r"^(\d+) .*--role (web|worker) ", found.stdout, re.MULTILINE)}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="confab-serve-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def database(folder: Path) -> Iterator[None]:
    """A running database, to which commands attach."""
    with embedded.running(folder / "var"):
        yield


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    yield server
    server.process.kill()
    server.process.wait()


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone while it is read
        return False


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", timeout=10, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


def test_from_nothing_to_a_signed_in_owner_and_through_every_kind_of_end(folder: Path, server: Server) -> None:
    url = server.hear(r"^confab is ready on (http://127\.0\.0\.1:\d+)$")
    link = server.hear(r"(http://\S+/setup\?token=\S+)$")
    assert link.startswith(url)
    wish = {
        "token": link.partition("token=")[2],
        "workspace": "Bakery",
        "name": "Olga",
        "email": "olga@example.org",
        "password": "correct horse battery",
    }
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        assert http.post("/api/v1/setup", json=wish).status_code == 200
        assert http.get("/api/v1/me").json()["workspace"]["name"] == "Bakery"

        # a command beside the running server
        made = confab(folder, "token", "create", "--user", "olga@example.org", "--json")
        assert made.returncode == 0, made.stderr
        bearer = {"authorization": f"Bearer {json.loads(made.stdout)['token']}"}
        assert httpx2.get(f"{url}/api/v1/me", headers=bearer, timeout=60, trust_env=False).status_code == 200

    # either process may crash; both come back, on the same address
    for role in ("worker", "web"):
        os.kill(server.children()[role], signal.SIGKILL)
        until(lambda: len(server.children()) == 2)
        until(lambda: is_ready(url))
    # the database may crash, too
    pid_file = folder / "var" / "postgres" / "cluster" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    until(lambda: "database_started_again" in "".join(server.logged))
    until(lambda: is_ready(url))

    # and nothing stays behind when the supervisor itself is killed
    others = [*server.children().values(), int(pid_file.read_text().split()[0])]
    server.process.kill()
    until(lambda: not any(is_running(pid) for pid in others))


def test_a_second_start_finds_what_was_there_and_stops_cleanly(folder: Path, server: Server) -> None:
    url = server.hear(r"^confab is ready on (http://\S+)$")
    assert len(server.said) == 1  # somebody can sign in, so there is no link
    others = list(server.children().values())
    assert len(others) == 2
    assert is_ready(url)
    server.process.terminate()
    assert server.process.wait(PATIENCE_S) == 0
    assert not any(is_running(pid) for pid in others)
    assert not (folder / "var" / "postgres" / "cluster" / "postmaster.pid").exists()
    assert "Traceback" not in "".join(server.logged)


def test_a_command_runs_a_database_of_its_own(folder: Path) -> None:
    made = confab(folder, "workspace", "create", "Alone")
    assert (made.returncode, made.stdout) == (0, "Created workspace Alone.\n")
    assert not (folder / "var" / "postgres" / "cluster" / "postmaster.pid").exists()


def test_commands_do_what_they_say_and_how_it_ended(folder: Path, database: None) -> None:
    def json_of(*arguments: str) -> dict[str, object]:
        done = confab(folder, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    json_of("workspace", "create", "Café")
    user = json_of("user", "create", "Ben@example.org", "--workspace", "Café", "--role", "admin")
    assert user["email"] == "ben@example.org"
    assert isinstance(user["password"], str)
    token = "IG-secret-token"
    added = json_of("account", "add", "--workspace", "Café", "--ig-id", "17841", "--username", "cafe", "--access-token", token)
    listed = json_of("account", "list", "--workspace", "Café")
    assert listed["items"] == [{"id": added["id"], "ig_id": "17841", "username": "cafe", "health": "ok"}]
    assert json_of("keys", "rotate") == {"tokens": 1, "unreadable": []}

    twice = confab(folder, "workspace", "create", "Café")
    assert (twice.returncode, twice.stdout) == (1, "")
    assert twice.stderr == "confab: There is a workspace 'Café' already.\n"
    unknown = confab(folder, "account", "list", "--workspace", "Nowhere")
    assert unknown.returncode == 1
    assert "Café" in unknown.stderr
    assert confab(folder, "account", "list").returncode == 2
    assert confab(folder, "bake").returncode == 2


def test_a_port_in_use_and_a_wrong_setting_are_one_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = confab(folder, "serve", "--port", port)
    assert refused.returncode == 1
    assert re.fullmatch(rf"confab: Cannot listen on 127\.0\.0\.1:{port} \(.*\): .* --port or CONFAB_PORT\.\n", refused.stderr)
    wrong = subprocess.run(
        [sys.executable, "-m", "confab", "migrate"],
        env=environment(folder) | {"CONFAB_PROT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("confab: CONFAB_PROT is not a setting")
    assert wrong.stderr.count("\n") == 1


def test_help_imports_nothing_heavy() -> None:
    asked = "import sys; from confab.__main__ import app; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], env=environment(Path()), capture_output=True, text=True, check=True)
    assert not {"fastapi", "asyncpg", "pydantic", "cryptography", "uvicorn"} & set(done.stdout.split())


def test_only_the_web_process_loads_a_web_framework() -> None:
    asked = "import sys, confab.supervise, confab.worker; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], env=environment(Path()), capture_output=True, text=True, check=True)
    assert not {"fastapi", "pydantic", "starlette", "uvicorn", "confab.api"} & set(done.stdout.split())
