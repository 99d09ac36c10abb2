"""The command line: arguments only. What takes long to import is imported by the command that needs it."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- whoever runs it with an old one is told so
    sys.exit("confab needs Python 3.11 or later; this is {}.{}.".format(*sys.version_info[:2]))

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

app = typer.Typer(
    help="Confab: the Instagram inbox for teams.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
user = typer.Typer(help="People who answer.", no_args_is_help=True)
workspace = typer.Typer(help="Teams and all that they own.", no_args_is_help=True)
account = typer.Typer(help="Instagram accounts.", no_args_is_help=True)
token = typer.Typer(help="Bearer tokens for programs.", no_args_is_help=True)
meta_app_group = typer.Typer(help="Meta apps besides the one of the environment.", no_args_is_help=True)
dead = typer.Typer(help="Work that was given up after its last attempt.")
reader = typer.Typer(help="Database users of other programs, which read the views.", no_args_is_help=True)
keys = typer.Typer(help="Encryption of access tokens.", no_args_is_help=True)
for name, group in (
    ("user", user),
    ("workspace", workspace),
    ("account", account),
    ("token", token),
    ("dead", dead),
    ("reader", reader),
    ("keys", keys),
    ("meta-app", meta_app_group),
):
    app.add_typer(group, name=name)

AsJson = Annotated[bool, typer.Option("--json", help="Machine output.")]
InWorkspace = Annotated[str, typer.Option("--workspace", help="The workspace's name.")]


class ServeRole(StrEnum):
    """Which processes to run."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


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
    SCHEDULES = "schedules"


class MemberRole(StrEnum):
    """What somebody may do in a workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    AGENT = "agent"


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    from confab import __version__

    _print({"version": __version__}, __version__, as_json)


@app.command()
def serve(
    role: Annotated[ServeRole, typer.Option(help="Which processes to run.")] = ServeRole.ALL,
    host: Annotated[str | None, typer.Option(help="Instead of CONFAB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of CONFAB_PORT.", min=0, max=65535)] = None,
    supervisor: Annotated[int | None, typer.Option(hidden=True)] = None,
    listener: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the server until SIGTERM or Ctrl-C. Migrates the database first."""
    from confab import supervise

    supervise.serve(role.value, host, port, supervisor=supervisor, listener=listener)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check that everything is as it should be: what is amiss, what it means and how to mend it. 1 when something is red."""
    from confab.commands import operations

    found = operations.examine()
    lines = [
        f"{one.level:<6} {one.check}{f', {one.about}' if one.about else ''}: {one.says}"
        + (f"\n{'':<7}{one.remedy}" if one.remedy else "")
        for one in found
    ]
    _print({"items": found}, "\n".join(lines), as_json)
    if any(one.level == "red" for one in found):
        raise typer.Exit(1)


@app.command()
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
    _print({"replayed": count}, f"{count} deliveries ingested again.", as_json)


@app.command()
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
    _print(facts, "\n".join(lines), as_json)
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
    _print({"items": rows, "counts": found.counts}, "\n".join(lines) or "Nothing was given up.", as_json)


@dead.command("retry")
def dead_retry(
    kind: Annotated[WorkKind | None, typer.Argument(help="Only this kind of work; else all.")] = None, as_json: AsJson = False
) -> None:
    """Try again what was given up, as if it had never been tried."""
    from confab.commands import operations

    count = operations.retry_dead(kind.value if kind else None)
    _print({"retried": count}, f"{count} rows will be tried again.", as_json)


OfWorkspace = Annotated[str | None, typer.Option("--workspace", help="Only the workspace of this name; else all.")]


@app.command()
def outbox(workspace: OfWorkspace = None, as_json: AsJson = False) -> None:
    """Show what waits to go out for each account and how long that takes, what failed and what is in doubt: counts and newest."""
    from confab.commands import outbox as commands
    from confab.commands import shown

    found = commands.standing(workspace)
    _print(shown.outbox_facts(found), "\n".join(shown.outbox_lines(found)) or "There is no account yet.", as_json)


@app.command()
def scheduled(workspace: OfWorkspace = None, as_json: AsJson = False) -> None:
    """List what is scheduled or held for review, the soonest first; at most 100 of each workspace."""
    from confab.commands import outbox as commands
    from confab.commands import shown

    found = commands.scheduled(workspace)
    facts = {"items": [shown.scheduled_facts(name, item) for name, item in found]}
    _print(facts, "\n".join(shown.scheduled_line(name, item) for name, item in found) or "Nothing is scheduled.", as_json)


@reader.command("create")
def reader_create(
    name: Annotated[str, typer.Argument(help="The user's name: small letters, digits and _.")],
    workspace: Annotated[list[str], typer.Option(help="A workspace that it sees; may be given several times.")],
    as_json: AsJson = False,
) -> None:
    """Create a user of the database that reads workspaces through the views. Its password is shown once."""
    from confab.commands import readers

    made = readers.create_reader(name, workspace)
    shown = f"Created {made.name}, who reads {', '.join(workspace)}.\nPassword (shown once): {made.password}"
    _print({"name": made.name, "workspaces": workspace, "password": made.password}, shown, as_json)


@reader.command("list")
def reader_list(as_json: AsJson = False) -> None:
    """List the users that read views, with the workspaces that each of them sees."""
    from confab.commands import readers

    found = readers.list_readers()
    rows = [{"name": one.name, "workspaces": one.workspaces} for one in found]
    _print({"items": rows}, "\n".join(f"{one.name}  {', '.join(one.workspaces)}" for one in found) or "There is none.", as_json)


@reader.command("remove")
def reader_remove(
    name: Annotated[str, typer.Argument(help="Its name, as `confab reader list` shows it.")], as_json: AsJson = False
) -> None:
    """End a user that reads views: it sees nothing from now on, and cannot log in again."""
    from confab.commands import readers

    readers.remove_reader(name)
    _print({"removed": name}, f"Removed {name}.", as_json)


@app.command()
def demo(
    is_reloading: Annotated[bool, typer.Option("--reload", help="Start web and worker again when the source changes.")] = False,
) -> None:
    """Run everything on data of its own, with a simulated Instagram whose customers write and answer."""
    from confab.demo import run

    run.demo(is_reloading=is_reloading)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the database up to date."""
    from confab.commands import operations

    applied = operations.migrate_now()
    _print({"applied": applied}, "\n".join(applied) or "Nothing to do.", as_json)


@workspace.command("create")
def workspace_create(name: str, as_json: AsJson = False) -> None:
    """Create a workspace."""
    from confab.commands import people

    made = people.create_workspace(name)
    _print({"id": made.id, "name": made.name}, f"Created workspace {made.name}.", as_json)


@workspace.command("list")
def workspace_list(as_json: AsJson = False) -> None:
    """List the workspaces."""
    from confab.commands import people

    found = people.list_workspaces()
    rows = [{"id": one.id, "name": one.name} for one in found]
    _print({"items": rows}, "\n".join(one.name for one in found) or "There is none yet.", as_json)


@user.command("create")
def user_create(
    email: str,
    workspace: InWorkspace,
    role: Annotated[MemberRole, typer.Option(help="What they may do.")] = MemberRole.AGENT,
    name: Annotated[str | None, typer.Option(help="How the team sees them; else the address before the @.")] = None,
    password_file: Annotated[
        str | None, typer.Option(help="Read the password from this file (- is standard input); else one is made.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a person in a workspace, or add somebody from another one. A password that was made is shown once."""
    from confab.commands import people, session

    password = session.read_secret(password_file) if password_file else None
    made = people.create_user(email, workspace, role.value, name, password)
    shown = f"Created {made.email} as {role.value} of {workspace}."
    if made.password:
        shown += f"\nPassword (shown once): {made.password}"
    facts = {"id": made.id, "email": made.email, "role": role.value, "password": made.password}
    _print(facts, shown, as_json)


@user.command("list")
def user_list(workspace: InWorkspace, as_json: AsJson = False) -> None:
    """List the people of a workspace."""
    from confab.commands import people

    found = people.list_users(workspace)
    rows = [{"id": one.id, "name": one.name, "email": one.email, "role": one.role} for one in found]
    _print({"items": rows}, "\n".join(f"{one.email}  {one.role}  {one.name}" for one in found), as_json)


@meta_app_group.command("add")
def meta_app_add(
    name: Annotated[str, typer.Argument(help="How this installation calls it.")],
    secret: Annotated[str, typer.Option(help="Its app secret; - reads it from standard input.")],
    as_json: AsJson = False,
) -> None:
    """Accept the webhooks of one more Meta app, for the accounts that name it."""
    from confab.commands import accounts

    added = accounts.add_meta_app(name, secret)
    _print({"id": added.id, "name": added.name}, f"Webhooks signed by {added.name} are accepted.", as_json)


@account.command("add")
def account_add(
    workspace: InWorkspace,
    ig_id: Annotated[str, typer.Option(help="The professional account's id at Instagram.")],
    username: Annotated[str, typer.Option(help="Its username.")],
    access_token: Annotated[str, typer.Option(help="Its access token; - reads it from standard input.")],
    expires_at: Annotated[datetime | None, typer.Option(help="When the token expires, in UTC.")] = None,
    meta_app: Annotated[
        str | None,
        typer.Option(
            help="The Meta app that signs for it, 'environment' for the settings' own; else as it was, at first that one."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Connect an Instagram account, or renew its token. No call to Meta is made."""
    from confab.commands import accounts

    given = accounts.AccountGiven(
        ig_id=ig_id, username=username, access_token=access_token, expires_at=expires_at, meta_app=meta_app
    )
    added = accounts.add_account(workspace, given)
    _print({"id": added.id, "ig_id": added.ig_id, "username": added.username}, f"Connected @{added.username}.", as_json)


class MediaMode(StrEnum):
    """Whether an account keeps copies of media."""

    STORE = "store"
    REFERENCE = "reference"
    DEFAULT = "default"


@account.command("media")
def account_media(
    workspace: InWorkspace,
    ig_id: Annotated[str, typer.Option(help="The professional account's id at Instagram.")],
    mode: Annotated[MediaMode, typer.Option(help="Keep copies, pass everything on, or as the installation says.")],
    as_json: AsJson = False,
) -> None:
    """Say whether an account keeps copies of media. Changing it removes what is kept, or fetches it again."""
    from confab.commands import accounts

    wanted = None if mode is MediaMode.DEFAULT else mode.value
    is_changed = accounts.keep_media(workspace, ig_id, wanted)
    _print({"ig_id": ig_id, "media_mode": wanted, "is_changed": is_changed}, f"{ig_id}: {mode.value}", as_json)


@account.command("connecting")
def account_connecting(
    workspace: InWorkspace,
    ig_id: Annotated[str, typer.Option(help="The professional account's id at Instagram.")],
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether customers can connect; else as it was.")] = None,
    acknowledge_every: Annotated[
        int | None, typer.Option(help="Seconds between two acknowledgements to a member; 0: for every message.", min=0)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether who writes to an account gets a link to connect, and members an acknowledgement."""
    from confab.commands import accounts

    now = accounts.connect_customers(workspace, ig_id, on, acknowledge_every)
    value = {
        "ig_id": ig_id, "connects_customers": now.account.connects_customers,
        "acknowledges_every_s": now.account.acknowledges_every_s, "why_off": now.why_off,
    }  # fmt: skip
    state = "customers can connect" if now.account.connects_customers else "customers cannot connect"
    _print(value, f"{ig_id}: {state}" + (f". It has no effect: {now.why_off}" if now.why_off else ""), as_json)


@account.command("list")
def account_list(workspace: InWorkspace, as_json: AsJson = False) -> None:
    """List the accounts of a workspace."""
    from confab.commands import accounts

    found = accounts.list_accounts(workspace)
    rows = [{"id": one.id, "ig_id": one.ig_id, "username": one.username, "health": one.health} for one in found]
    _print({"items": rows}, "\n".join(f"@{one.username}  {one.ig_id}  {one.health}" for one in found), as_json)


@token.command("create")
def token_create(
    user: Annotated[str, typer.Option(help="Whose rights it has: their e-mail address.")],
    workspace: Annotated[str | None, typer.Option(help="In which workspace, if they work in several.")] = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    expires_at: Annotated[datetime | None, typer.Option(help="Until when it is good, in UTC; else until it is revoked.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create a bearer token. It is shown once."""
    from confab.commands import people

    made = people.create_token(user, workspace, label, expires_at)
    _print({"token": made}, made, as_json)


@token.command("list")
def token_list(
    user: Annotated[str, typer.Option(help="Whose tokens: their e-mail address.")],
    as_json: AsJson = False,
) -> None:
    """List the bearer tokens of a person: id, workspace, day of creation, end, and what it is for."""
    from confab.commands import people

    found = people.list_tokens(user)
    rows = [
        {"id": one.id, "workspace": one.workspace, "label": one.label, "created_at": one.created_at, "expires_at": one.expires_at}
        for one in found
    ]
    lines = [
        f"{one.id}  {one.workspace}  {one.created_at:%Y-%m-%d}  {one.expires_at or 'until revoked'}  {one.label}" for one in found
    ]
    _print({"items": rows}, "\n".join(lines) or "There is none.", as_json)


@token.command("revoke")
def token_revoke(
    token: Annotated[UUID, typer.Argument(help="Its id, as `confab token list` shows it.")], as_json: AsJson = False
) -> None:
    """End a bearer token at once."""
    from confab.commands import people

    people.revoke_token(token)
    _print({"revoked": token}, f"Revoked {token}.", as_json)


@keys.command("rotate")
def keys_rotate(as_json: AsJson = False) -> None:
    """Encrypt every access token again with a new key."""
    from confab.commands import accounts

    count = accounts.rotate_keys()
    _print({"tokens": count}, f"Encrypted {count} access tokens again.", as_json)


@app.command("refresh-tokens")
def refresh_tokens(as_json: AsJson = False) -> None:
    """Have the worker renew now every access token that ends within a week. It does so by itself: this is for the impatient."""
    from confab.commands import accounts

    count = accounts.refresh_tokens()
    _print({"tokens": count}, f"{count} access tokens are renewed by the worker now.", as_json)


def _print(facts: Mapping[str, object], text: str, as_json: bool) -> None:
    if as_json:
        import msgspec

        text = msgspec.json.encode(facts).decode()
    typer.echo(text)


def main() -> None:
    """Run a command: 0 done, 1 failed with one sentence, 2 wrong usage."""
    try:
        app()
    except Exception as error:  # the top of a process
        from confab.commands.session import explain

        sentence = explain(error)
        if sentence is None:
            raise
        typer.echo(f"confab: {sentence}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
