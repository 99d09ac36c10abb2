"""Commands about the outbox and about readers of the views, as they are typed. Rules CN9, O24, O26."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from confab.clock import Clock
from confab.commands.readers import verifier
from confab.inbox import answer
from confab.model.commands import Actor, Send
from confab.model.inbox import ConversationId, MessageId
from confab.model.outgoing import Text
from confab.store.db import Conn, Database
from tests.contract.test_commands import Shell, shell
from tests.world import Customer, World, happen, make_world

__all__ = ["shell"]


class Town:
    """Two workspaces, whose customers wrote, and answers in every state."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.worlds: list[World] = []
        self.names: list[str] = []

    def build(self) -> None:
        for number in range(2):
            world = asyncio.run(make_world(self.shell.doors, ig_id=f"1784100000000000{number}"))
            self.worlds.append(world)
            self.names.append(self._do(lambda conn, of=world: conn.fetchval(
                "SELECT name FROM workspaces WHERE workspace_id = $1", of.workspace)))  # fmt: skip
            self._write(world)

    def _do(self, work: Callable[[Conn], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            async with Database.open(self.shell.doors.worker, size=1) as db, db.transaction() as conn:
                return await work(conn)

        return asyncio.run(run())

    def _write(self, world: World) -> None:
        async def run() -> None:
            now = Clock().now()
            async with Database.open(self.shell.doors.worker, size=1) as db:
                await happen(db, world, Customer(world.ig_id, f"of {world.ig_id}").writes(f"m {world.ig_id}", "Hi", now))

        asyncio.run(run())

    def says(self, world: World, text: str, **more: Any) -> MessageId:
        async def run(conn: Conn) -> MessageId:
            conversation = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
            actor = Actor(workspace_id=world.workspace, kind="agent", agent_id=world.viewer.agent_id, name="Dana")
            content = Text(type="text", text=text)
            command = Send(conversation_id=ConversationId(conversation), client_key=text, content=content, **more)
            return (await answer.send(conn, actor, command, Clock().now()))[0].id

        return self._do(run)

    def fails(self, message: MessageId, state: str) -> None:
        async def run(conn: Conn) -> None:
            for table, column, key in (("outbound_messages", "state", "message_id"), ("messages", "status", "id")):
                change = f"UPDATE {table} SET {column} = $2, error_code = 'no', error_message = 'It says no.' WHERE {key} = $1"
                await conn.execute(change, message, state)

        self._do(run)


@pytest.fixture(scope="module")
def town(shell: Shell) -> Town:
    town = Town(shell)
    town.build()
    return town


def test_O26_the_outbox_says_for_each_account_what_waits_and_what_is_in_trouble(town: Town) -> None:
    shell, (ours, theirs) = town.shell, town.worlds
    shell.sql(f"UPDATE workspaces SET name = 'Shop ' || workspace_id WHERE workspace_id = '{theirs.workspace}'")
    waits, lost = town.says(ours, "waits"), town.says(ours, "lost")
    town.fails(town.says(ours, "refused"), "failed")
    town.fails(lost, "in_doubt")
    found = shell.json_of("outbox")
    (line,) = [one for one in found["items"] if one["people"]]
    assert (line["people"], line["schedules"], line["automatic"]) == (1, 0, 0)
    assert (line["failed"], line["in_doubt"], line["paused_by"]) == (1, 1, None)
    assert line["expected_s"] < 1
    assert [(one["status"], one["code"], one["error"]) for one in found["troubled"]] == [
        ("failed", "no", "It says no."), ("in_doubt", "no", "It says no."),
    ]  # fmt: skip
    assert found["troubled"][1]["message_id"] == str(lost)
    assert str(waits) not in str(found["troubled"])
    text = shell.run("outbox", "--workspace", f"Shop {theirs.workspace}").stdout
    assert text == f"Shop {theirs.workspace}  @harbour.bakery  nothing waits; 0 failed, 0 in doubt\n"
    lines = shell.run("outbox").stdout
    assert "1 waiting (1 of people, 0 scheduled, 0 automatic), about 1 s; 1 failed, 1 in doubt" in lines
    assert "to of 17841000000000000  no: It says no." in lines
    assert shell.run("outbox", "--workspace", "nowhere").returncode == 1


def test_O24_what_is_scheduled_is_listed_the_soonest_first(town: Town) -> None:
    shell, (ours, _) = town.shell, town.worlds
    assert shell.run("scheduled").stdout == "Nothing is scheduled.\n"
    now = Clock().now()
    town.says(ours, "second " * 20, release_at=now + timedelta(hours=2))
    town.says(ours, "first", release_at=now + timedelta(hours=1), on_reply="send")
    items = shell.json_of("scheduled")["items"]
    assert [(one["text"].strip(), one["on_reply"], one["status"]) for one in items] == [
        ("first", "send", "scheduled"), (("second " * 20).strip(), "hold", "scheduled"),
    ]  # fmt: skip
    first, second = shell.run("scheduled").stdout.splitlines()
    assert first.endswith("send  first")
    assert second.endswith("…")


def test_CN9_a_reader_is_made_for_a_workspace_reads_it_as_itself_and_is_removed(town: Town) -> None:
    shell, (ours, theirs) = town.shell, town.worlds
    shell.sql(f"UPDATE workspaces SET name = 'Read ' || workspace_id WHERE workspace_id = '{ours.workspace}'")
    made = shell.json_of("reader", "create", "reports", "--workspace", f"Read {ours.workspace}")
    assert made["workspaces"] == [f"Read {ours.workspace}"]

    async def read(password: str) -> tuple[set[str], set[str]]:
        door = replace(shell.doors.owner, connect={**shell.doors.owner.connect, "user": "reports", "password": password})
        conn = await asyncpg.connect(**door.connect)
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute("SELECT * FROM public.readers")
            seen = {record["workspace_id"] for record in await conn.fetch("SELECT workspace_id FROM messages")}
            return seen, {record["id"] for record in await conn.fetch("SELECT id FROM messages")}
        finally:
            await conn.close()

    workspaces, mids = asyncio.run(read(made["password"]))
    assert (workspaces, mids) == ({ours.workspace}, {f"m {ours.ig_id}"})
    assert theirs.workspace not in workspaces
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(read("wrong"))
    assert made["password"] not in str(shell.json_of("reader", "list"))
    assert shell.json_of("reader", "list")["items"] == [{"name": "reports", "workspaces": [f"Read {ours.workspace}"]}]

    assert "already" in shell.run("reader", "create", "reports", "--workspace", f"Read {ours.workspace}").stderr
    assert shell.json_of("reader", "remove", "reports") == {"removed": "reports"}
    with pytest.raises(asyncpg.PostgresError):
        asyncio.run(read(made["password"]))
    assert shell.run("reader", "list").stdout == "There is none.\n"


@pytest.mark.parametrize("name", ["pg_reads", "confab_app", "Reports", "a; DROP", "", "1st", "a" * 64])
def test_CN9_a_name_that_is_none_is_refused(town: Town, name: str) -> None:
    done = town.shell.run("reader", "create", name, "--workspace", "x")
    assert (done.returncode, "NAME must" in done.stderr) == (1, True)


@pytest.mark.parametrize("name", ["confab_owner", "confab_worker", "confab_reader", "nobody_at_all"])
def test_CN9_only_a_reader_is_removed(town: Town, name: str) -> None:
    done = town.shell.run("reader", "remove", name)
    assert (done.returncode, done.stderr) == (
        1, f"confab: There is no reader {name}. `confab reader list` shows those that there are.\n",
    )  # fmt: skip


def test_CN9_the_password_itself_is_in_no_statement() -> None:
    """RFC 7677's example, with its number of rounds."""
    salt = bytes.fromhex("5b6d99689d12358eeca04b141236fa81")
    assert verifier("pencil", salt) == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
