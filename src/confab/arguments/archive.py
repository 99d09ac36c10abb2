"""Commands about what is old: the archive, what is taken out, what is deleted, what is held."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from confab.arguments.common import AsJson, InWorkspace, OfWorkspace, show

if TYPE_CHECKING:
    from confab.model.exports import Hold

hold = typer.Typer(help="What must not be deleted by its age.", no_args_is_help=True)


class ExportChoice(StrEnum):
    """What can be taken out."""

    CONVERSATION = "conversation"
    PERSON = "person"
    ACCOUNT = "account"


def archive(
    workspace: OfWorkspace = None,
    days: Annotated[int | None, typer.Option(help="How old is old; else CONFAB_ARCHIVE_DAYS.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Put what is answered and old into the archive now, as the job of the night does. Nothing is deleted."""
    from confab.commands import archive as commands

    done = commands.archive(workspace, days, quiet=as_json)
    facts = {"conversations": done.conversations, "messages": done.messages, "comments": done.comments}
    text = f"{done.conversations} conversations archived, {done.messages} messages, {done.comments} comments."
    show(facts, text, as_json)


def retention(
    workspace: OfWorkspace = None,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete for good what is older than CONFAB_RETENTION_DAYS allows and nothing holds, as the job of the night does."""
    from confab.commands import archive as commands

    done = commands.retention(workspace, is_dry=is_dry, quiet=as_json)
    verb = "would be deleted" if is_dry else "deleted"
    lines = [
        f"{of}: {one.messages} messages, {one.comments} comments, {one.notes} notes, {one.people} people {verb}."
        for of, one in done.items()
    ]
    show({"items": commands.shown(done), "dry_run": is_dry}, "\n".join(lines) or "Nothing is old enough.", as_json)


def export(
    kind: Annotated[ExportChoice, typer.Argument(help="A conversation, all about a person, or an account.")],
    which: Annotated[str, typer.Argument(help="The account's username; the person's username or id; or a conversation's id.")],
    workspace: InWorkspace,
    to: Annotated[Path, typer.Option("--to", help="The ZIP to write; it must not be there yet.")],
    as_json: AsJson = False,
) -> None:
    """Take out a conversation, all about a person, or an account: pages for people, JSON for programs, and the files."""
    from confab.commands import archive as commands

    made = commands.export(workspace, kind.value, which, to, quiet=as_json)
    facts = {
        "id": made.id, "state": made.state, "messages": made.messages, "files": made.files, "size_bytes": made.size_bytes,
        "path": str(to), "error": made.error,
    }  # fmt: skip
    text = f"{made.messages} messages and {made.files} files in {to}." if made.state == "done" else f"Failed: {made.error}"
    show(facts, text, as_json)
    if made.state != "done":
        raise typer.Exit(1)


@hold.command("add")
def hold_add(
    workspace: InWorkspace,
    reason: Annotated[str, typer.Option(help="Why.")],
    account: Annotated[str | None, typer.Option(help="Only the account with this username.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only the conversation of this id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a conversation, an account, or all of a workspace from being deleted by its age."""
    from confab.commands import archive as commands

    placed = commands.place_hold(workspace, reason, account, conversation)
    show({"id": placed.id}, f"Held: {placed.id}", as_json)


@hold.command("release")
def hold_release(
    workspace: InWorkspace, id_: Annotated[str, typer.Argument(metavar="ID", help="The hold's id.")], as_json: AsJson = False
) -> None:
    """End a hold."""
    from confab.commands import archive as commands

    released = commands.release_hold(workspace, id_)
    show({"id": released.id, "released_at": released.released_at}, "Released.", as_json)


@hold.command("list")
def hold_list(workspace: InWorkspace, as_json: AsJson = False) -> None:
    """List what is held, and what was; at most 100."""
    from confab.commands import archive as commands

    found = commands.every_hold(workspace)
    show({"items": found}, "\n".join(map(_line, found)) or "Nothing is held.", as_json)


def _line(one: "Hold") -> str:
    which = f"account {one.account_id}" if one.account_id else "all"
    what = f"conversation {one.conversation_id}" if one.conversation_id else which
    end = f"released by {one.released_by}" if one.released_at else "held"
    return f"{one.id}  {one.placed_at:%Y-%m-%d}  {what}  {end}  {one.reason}"
