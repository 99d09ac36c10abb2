"""Commands about work: what is amiss, what was given up, what waits, and what is to be read or tried again."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from confab.arguments.common import AsJson, InWorkspace, OfWorkspace, show

if TYPE_CHECKING:
    from confab.model.doctor import Finding

dead = typer.Typer(help="Work that was given up after its last attempt.")


class DeliveryChoice(StrEnum):
    """What became of a delivery."""

    STORED = "stored"
    FAILED = "failed"
    UNCLAIMED = "unclaimed"
    APPLIED = "applied"
    IGNORED = "ignored"


class WorkKind(StrEnum):
    """What can be given up."""

    DELIVERIES = "deliveries"
    PARTS = "parts"
    OUTBOUND = "outbound"
    OUTBOUND_SCHEDULED = "outbound_scheduled"
    OUTBOUND_AUTOMATED = "outbound_automated"
    PROFILES = "profiles"
    REFRESHES = "refreshes"
    MEDIA = "media"
    AVATARS = "avatars"
    TURNS = "turns"
    REMOVALS = "removals"
    HINTS = "hints"
    ERASURES = "erasures"
    EARLIER = "earlier"
    RUNS = "runs"
    WATCHES = "watches"
    SNOOZES = "snoozes"
    WELCOMES = "welcomes"
    MAILS = "mails"
    LIBRARY = "library"
    LIBRARY_EVENTS = "library_events"
    TOKENS = "tokens"
    ERRANDS = "errands"
    META_REQUESTS = "meta_requests"
    CHECKUPS = "checkups"
    INSIGHTS = "insights"
    NUMBERS = "numbers"
    POSTS = "posts"
    COMMENT_LOOKS = "comment_looks"
    COMMENT_CALLS = "comment_calls"
    COMMENT_WATCHES = "comment_watches"
    RULE_EVENTS = "rule_events"
    RULE_CALLS = "rule_calls"
    SEARCHING = "searching"
    EXPORTS = "exports"
    SCHEDULES = "schedules"


def doctor(as_json: AsJson = False) -> None:
    """Check that everything is as it should be: what is amiss, what it means and how to mend it. 1 when something is red."""
    from confab.commands import operations

    found = operations.examine()
    lines = [line for one in found for line in _in_lines(one)]
    show({"items": found}, "\n".join(lines), as_json)
    if any(one.level == "red" for one in found):
        raise typer.Exit(1)


def _in_lines(one: "Finding") -> Iterator[str]:
    yield f"{one.level:<7} {one.check}{f', {one.about}' if one.about else ''}: {one.says}"
    more = (one.means, one.remedy, one.path and f"At: {one.path}", one.level != "green" and f"More: docs/{one.guide}")
    yield from (f"{'':<8}{line}" for line in more if line)


def replay(
    since: Annotated[datetime | None, typer.Option(help="Only deliveries that came at or after this time (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only deliveries that came before this time (UTC).")] = None,
    ig_id: Annotated[str | None, typer.Option("--account", help="Only deliveries with something for this Instagram id.")] = None,
    state: Annotated[DeliveryChoice | None, typer.Option(help="Only deliveries with a part in this state.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ingest deliveries again: what was applied stays as it is, what failed gets another chance."""
    from confab.commands import operations

    count = operations.replay(since=since, until=until, ig_id=ig_id, state=state.value if state else None, quiet=as_json)
    show({"replayed": count}, f"{count} deliveries ingested again.", as_json)


def backfill(
    workspace: InWorkspace,
    account: Annotated[str | None, typer.Option(help="Only the account with this username; else all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the past at Instagram: every conversation, and of each what Meta still shows. Again reads what is missing."""
    from confab.commands import history

    ended = history.backfill(workspace, account, quiet=as_json)
    facts = {"items": [{"account": name, "run": run} for name, run in ended.items()]}
    lines = [
        f"@{name}: {run.messages_new} new messages in {run.conversations_read} conversations"
        + (f", {run.unreadable} could not be understood" if run.unreadable else "")
        + (f"; {run.state}: {run.error}" if run.error else ".")
        for name, run in ended.items()
    ]
    show(facts, "\n".join(lines), as_json)
    if any(run.state == "failed" for run in ended.values()):
        raise typer.Exit(1)


@dead.callback(invoke_without_command=True)
def dead_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List what was given up: kind, workspace, key, attempts and reason; at most 100 rows of each kind."""
    if context.invoked_subcommand is not None:
        return
    from confab.commands import operations

    found = operations.dead_rows()
    rows = [
        {"kind": row.kind, "workspace_id": row.workspace_id, "key": row.key, "attempts": row.attempts, "error": row.error}
        for row in found.rows
    ]
    lines = [
        f"{row.kind}  {row.workspace_id or '-'}  {' '.join(map(str, row.key))}  {row.attempts}  {row.error or ''}"
        for row in found.rows
    ]
    unseen = sum(found.counts.values()) - len(lines)
    if unseen > 0:
        lines.append(f"and {unseen} more")
    show({"items": rows, "counts": found.counts}, "\n".join(lines) or "Nothing was given up.", as_json)


@dead.command("retry")
def dead_retry(
    kind: Annotated[WorkKind | None, typer.Argument(help="Only this kind of work; else all.")] = None, as_json: AsJson = False
) -> None:
    """Try again what was given up, as if it had never been tried."""
    from confab.commands import operations

    count = operations.retry_dead(kind.value if kind else None)
    show({"retried": count}, f"{count} rows will be tried again.", as_json)


def outbox(workspace: OfWorkspace = None, as_json: AsJson = False) -> None:
    """Show what waits to go out for each account and how long that takes, what failed and what is in doubt: counts and newest."""
    from confab.commands import outbox as commands
    from confab.commands import shown

    found = commands.standing(workspace)
    show(shown.outbox_facts(found), "\n".join(shown.outbox_lines(found)) or "There is no account yet.", as_json)


def scheduled(workspace: OfWorkspace = None, as_json: AsJson = False) -> None:
    """List what is scheduled or held for review, the soonest first; at most 100 of each workspace."""
    from confab.commands import outbox as commands
    from confab.commands import shown

    found = commands.scheduled(workspace)
    facts = {"items": [shown.scheduled_facts(name, item) for name, item in found]}
    show(facts, "\n".join(shown.scheduled_line(name, item) for name, item in found) or "Nothing is scheduled.", as_json)
