"""The whole corridor in one process, with the simulator beside it: for tests that follow a message all the way.

The web process's app listens on a real port, the worker's loops run on the same event loop, and Meta is graphsim over HTTP.
"""

import asyncio
import atexit
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from confab import app
from confab.accounts import connect, vault
from confab.app import Front, web_app
from confab.clock import Clock
from confab.model.inbox import AgentId, IgId, WorkspaceId
from confab.settings import Settings
from confab.store import ids, schedules, team
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from confab.team import sign_in
from confab.work.loop import Worker
from confab.worker import SCHEDULES, outside, works
from tests.lines import line_of

TOKEN = "IGAA-test-token"
INSTAGRAM_APP = "880214567890123"
META_APP = "990602627938098"
_LONG_AFTER = timedelta(days=36500)  # the doctor comes when a test asks for it, and not in the middle of another's story
SECRET = "0123456789abcdef0123456789abcdef"
VERIFY = "verify-me"


@dataclass(slots=True)
class Stack:
    """What a test talks to: our API as an agent (`api`), the simulator's control door (`sim`)."""

    api: httpx2.AsyncClient
    sim: httpx2.AsyncClient
    front: Front
    workspace: WorkspaceId
    worker_db: Database
    url: str
    ig_id: str

    async def customer_writes(self, text: str, customer: str = "1087654321098765", **more: Any) -> dict[str, Any]:
        answer = await self.sim.post("/write", json={"account": self.ig_id, "customer": customer, "text": text, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def conversations(self, **filters: str) -> list[dict[str, Any]]:
        return (await self.api.get("/conversations", params=filters)).json()["items"]

    async def messages(self, conversation: str) -> list[dict[str, Any]]:
        return (await self.api.get(f"/conversations/{conversation}/messages")).json()["items"]

    async def answer(self, conversation: str, text: str, key: str | None = None) -> dict[str, Any]:
        body = {"client_key": key or text, "text": text}
        answer = await self.api.post(f"/conversations/{conversation}/messages", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def is_compared(self) -> bool:
        """The first comparison of the account with Instagram is over: from here on only the test asks there.

        Where the machine was too slow for it, the next one need not wait for its minutes.
        """
        (found,) = (await self.api.get("/accounts")).json()["items"]
        if found["complete_up_to"] is None and found["incomplete_reason"] is not None:
            again = "UPDATE account_watches SET due_at = now() WHERE workspace_id = $1 AND attempts = 0"
            async with self.worker_db.transaction() as conn:
                await conn.execute(again, self.workspace)
            await asyncio.sleep(1)
        return found["complete_up_to"] is not None

    async def fault(self, **fault: Any) -> None:
        answer = await self.sim.post("/fault", json=fault)
        assert answer.status_code == 200, answer.text

    async def sends(self) -> list[dict[str, Any]]:
        return (await self.sim.get("/sends")).json()["items"]


async def until(look: Any, within_s: float = 60) -> Any:
    """Look again and again until something true is seen."""
    async with asyncio.timeout(within_s):
        while not (seen := await look()):
            await asyncio.sleep(0.02)
        return seen


def start_sim(*arguments: str) -> tuple["subprocess.Popen[str]", str]:
    """The simulator on a free port."""
    command = [sys.executable, "-m", "graphsim", "serve", "--port", "0", "--exit-with-parent", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = line_of(process)
    assert "listening on" in line, line
    return process, line.rsplit(" ", 1)[1].strip()


_idle: list[str] = []


@asynccontextmanager
async def lent_sim() -> AsyncIterator[httpx2.AsyncClient]:
    """The control door of a simulator as new, without accounts: one of this test process that nobody uses, else a fresh one.

    To begin anew costs nothing, to start costs a second. They end with this process.
    """
    url = _idle.pop() if _idle else _lasting_sim()
    async with httpx2.AsyncClient(base_url=f"{url}/_control", timeout=30) as control:
        await _begin_anew(control)
        yield control
    _idle.append(url)  # not after a failure, which may have left it in any state


def _lasting_sim() -> str:
    process, url = start_sim("--app-secret", SECRET, "--verify-token", VERIFY)

    def end() -> None:
        process.kill()
        process.communicate()

    atexit.register(end)
    return url


async def _begin_anew(control: httpx2.AsyncClient) -> None:
    """Forget everything, also what is on its way to whoever used it before: that would be queued again when it fails."""
    while True:
        (await control.post("/reset")).raise_for_status()
        if (await control.get("/stats")).json()["pending"]["in_flight"] == 0:
            return
        await asyncio.sleep(0.01)


@asynccontextmanager
async def served(front: Front) -> AsyncIterator[str]:
    """The app on a free port."""
    server = Quiet(app.served(front))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                front.hub.close()
                server.should_exit = True


class Quiet(uvicorn.Server):
    """Uvicorn inside a test: signals are the test runner's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def stack(
    doors: Doors,
    *,
    clock: Clock | None = None,
    send_timeout_s: float = 5.0,
    working: bool = True,
    is_following: bool = False,
    is_facebook: bool = False,
    connects: bool = True,
    **more: Any,
) -> AsyncIterator[Stack]:
    """Everything up, with one workspace and one connected account. `is_following`: our clock is the simulator's.
    `is_facebook`: its account is reached through its Page. `connects`: False: no account is connected, the simulator has one.
    `more`: further settings, and `dev_token` for a development account of the environment."""
    clock = clock or Clock()
    ig_id = f"1784146{ids.new(clock.now()).int % 10**10:010}"  # tests share a database, not an account
    folder = tempfile.mkdtemp()
    try:
        async with lent_sim() as control:
            sim_url = str(control.base_url).removesuffix("/_control/")
            page = f"1045{ig_id[-11:]}" if is_facebook else None
            account = {"id": ig_id, "username": "harbour.bakery", **_kind(page)}
            (await control.post("/accounts", json=account)).raise_for_status()
            settings = Settings(
                meta_app_secrets=(SECRET,), meta_verify_token=VERIFY, graph_url=f"{sim_url}/graph.instagram.com/v25.0",
                graph_facebook_url=f"{sim_url}/graph.facebook.com/v25.0", oauth_url=f"{sim_url}/www.instagram.com",
                oauth_facebook_url=f"{sim_url}/www.facebook.com/v25.0", oauth_token_url=f"{sim_url}/api.instagram.com",
                instagram_app_id=INSTAGRAM_APP, instagram_app_secrets=(SECRET,), meta_app_id=more.pop("meta_app_id", META_APP),
                send_timeout_s=send_timeout_s, encryption_keys=(b"k" * 32,), data_dir=Path(folder),
                media_allow=(sim_url.removeprefix("http://"), *more.pop("media_allow", ())),
                clock_url=f"{sim_url}/_control/clock" if is_following else None,
                **({"dev_account_id": ig_id, "dev_access_token": more.pop("dev_token")} if "dev_token" in more else {}), **more,
            )  # fmt: skip
            given = connect.Connection(
                ig_id=IgId(ig_id), username="harbour.bakery", access_token=TOKEN, expires_at=None, page=page,
                platform="facebook" if is_facebook else "instagram",
            )  # fmt: skip
            async with _running(doors, settings, clock, control, given if connects else None, ig_id, working=working) as running:
                yield running
    finally:
        shutil.rmtree(folder)


def _kind(page: str | None) -> dict[str, str]:
    return {"flavour": "fb", "page_token": TOKEN, "page_id": page} if page is not None else {"token": TOKEN}


@asynccontextmanager
async def _running(
    doors: Doors, settings: Settings, clock: Clock, control: httpx2.AsyncClient, given: connect.Connection | None, ig_id: str, *,
    working: bool,
) -> AsyncIterator[Stack]:  # fmt: skip
    async with (
        web_app(settings, doors, clock) as front,
        served(front) as url,
        Database.open(doors.worker, size=8) as worker_db,
        outside(settings) as world,
    ):
        await control.post("/settings", json={"callback": f"{url}/api/webhooks/instagram"})
        workspace, token = await _workspace(doors, clock, settings, given)
        waker = Wake(doors.worker)
        async with worker_db.transaction() as conn:
            await schedules.ensure(conn, SCHEDULES, clock.now())
        worker = Worker(worker_db, clock, waker, works(settings, worker_db, clock, waker, world))
        headers = {"authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=30) as api,
            asyncio.TaskGroup() as group,
        ):
            tasks = [group.create_task(one) for one in ([waker.run(), worker.run()] if working else [])]
            running = Stack(api, control, front, workspace, worker_db, url, ig_id)
            if working and given is not None:
                await until(running.is_compared)
            yield running
            for task in tasks:
                task.cancel()


async def _workspace(doors: Doors, clock: Clock, settings: Settings, given: connect.Connection | None) -> tuple[WorkspaceId, str]:
    now = clock.now()
    workspace, agent = WorkspaceId(ids.new(now)), AgentId(ids.new(now))
    async with Database.open(doors.app, size=1) as db, db.viewing(workspace) as conn:
        await team.create_workspace(conn, workspace, "Harbour Bakery", now)
        await team.create_agent(conn, agent, email=f"{agent}@example.org", name="Dana", password_hash=None, now=now)
        await team.join(conn, workspace, agent, "owner", now)
        token = await sign_in.create_token(conn, workspace, agent, "test", now)
        if given is not None:
            await connect.add(conn, vault.opened_by(settings), workspace, given, now)
        await conn.execute("UPDATE checkups SET due_at = $1", now + _LONG_AFTER)
    return workspace, token
