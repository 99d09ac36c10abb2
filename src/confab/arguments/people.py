"""Commands about people, teams, and who else may look."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from confab.arguments.common import AsJson, InWorkspace, show

user = typer.Typer(help="People who answer.", no_args_is_help=True)
workspace = typer.Typer(help="Teams and all that they own.", no_args_is_help=True)
token = typer.Typer(help="Bearer tokens for programs.", no_args_is_help=True)
reader = typer.Typer(help="Database users of other programs, which read the views.", no_args_is_help=True)


class MemberRole(StrEnum):
    """What somebody may do in a workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    AGENT = "agent"


@workspace.command("create")
def workspace_create(name: str, as_json: AsJson = False) -> None:
    """Create a workspace."""
    from confab.commands import people

    made = people.create_workspace(name)
    show({"id": made.id, "name": made.name}, f"Created workspace {made.name}.", as_json)


@workspace.command("list")
def workspace_list(as_json: AsJson = False) -> None:
    """List the workspaces."""
    from confab.commands import people

    found = people.list_workspaces()
    rows = [{"id": one.id, "name": one.name} for one in found]
    show({"items": rows}, "\n".join(one.name for one in found) or "There is none yet.", as_json)


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
    show(facts, shown, as_json)


@user.command("list")
def user_list(workspace: InWorkspace, as_json: AsJson = False) -> None:
    """List the people of a workspace."""
    from confab.commands import people

    found = people.list_users(workspace)
    rows = [{"id": one.id, "name": one.name, "email": one.email, "role": one.role} for one in found]
    show({"items": rows}, "\n".join(f"{one.email}  {one.role}  {one.name}" for one in found), as_json)


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
    show({"token": made}, made, as_json)


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
    show({"items": rows}, "\n".join(lines) or "There is none.", as_json)


@token.command("revoke")
def token_revoke(
    token: Annotated[UUID, typer.Argument(help="Its id, as `confab token list` shows it.")], as_json: AsJson = False
) -> None:
    """End a bearer token at once."""
    from confab.commands import people

    people.revoke_token(token)
    show({"revoked": token}, f"Revoked {token}.", as_json)


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
    show({"name": made.name, "workspaces": workspace, "password": made.password}, shown, as_json)


@reader.command("list")
def reader_list(as_json: AsJson = False) -> None:
    """List the users that read views, with the workspaces that each of them sees."""
    from confab.commands import readers

    found = readers.list_readers()
    rows = [{"name": one.name, "workspaces": one.workspaces} for one in found]
    show({"items": rows}, "\n".join(f"{one.name}  {', '.join(one.workspaces)}" for one in found) or "There is none.", as_json)


@reader.command("remove")
def reader_remove(
    name: Annotated[str, typer.Argument(help="Its name, as `confab reader list` shows it.")], as_json: AsJson = False
) -> None:
    """End a user that reads views: it sees nothing from now on, and cannot log in again."""
    from confab.commands import readers

    readers.remove_reader(name)
    show({"removed": name}, f"Removed {name}.", as_json)
