"""Commands about Instagram accounts, the Meta apps that sign for them, and their tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from confab.arguments.common import AsJson, InWorkspace, show

account = typer.Typer(help="Instagram accounts.", no_args_is_help=True)
meta_app = typer.Typer(help="Meta apps besides the one of the environment.", no_args_is_help=True)
keys = typer.Typer(help="Encryption of access tokens.", no_args_is_help=True)


@meta_app.command("add")
def meta_app_add(
    name: Annotated[str, typer.Argument(help="How this installation calls it.")],
    secret: Annotated[str, typer.Option(help="Its app secret; - reads it from standard input.")],
    as_json: AsJson = False,
) -> None:
    """Accept the webhooks of one more Meta app, for the accounts that name it."""
    from confab.commands import accounts

    added = accounts.add_meta_app(name, secret)
    show({"id": added.id, "name": added.name}, f"Webhooks signed by {added.name} are accepted.", as_json)


@meta_app.command("login")
def meta_app_login(
    name: Annotated[str, typer.Argument(help="How this installation calls it.")],
    app_id: Annotated[str | None, typer.Option(help="Meta's id of it: opens Facebook's login.")] = None,
    instagram_app_id: Annotated[str | None, typer.Option(help="The id of its Instagram login.")] = None,
    instagram_secret: Annotated[
        str | None, typer.Option(help="The secret of its Instagram login; - reads it from standard input.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let accounts be connected in the web inbox by the logins of one more Meta app."""
    from confab.accounts.meta_apps import LoginIds
    from confab.commands import accounts

    given = LoginIds(app_id=app_id, instagram_app_id=instagram_app_id, instagram_secret=instagram_secret)
    accounts.open_logins(name, given)
    shown = {"name": name, "app_id": app_id, "instagram_app_id": instagram_app_id}
    show(shown, f"Accounts can be connected by {name}.", as_json)


@account.command("add")
def account_add(  # noqa: PLR0913, PLR0917 -- the options of a command
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
    page: Annotated[str | None, typer.Option(help="The Page that it is linked to, if the token is that Page's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Connect an Instagram account, or renew its token. No call to Meta is made."""
    from confab.commands import accounts

    given = accounts.AccountGiven(
        ig_id=ig_id, username=username, access_token=access_token, expires_at=expires_at, meta_app=meta_app, page=page
    )
    added = accounts.add_account(workspace, given)
    show({"id": added.id, "ig_id": added.ig_id, "username": added.username}, f"Connected @{added.username}.", as_json)


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
    show({"ig_id": ig_id, "media_mode": wanted, "is_changed": is_changed}, f"{ig_id}: {mode.value}", as_json)


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
    show(value, f"{ig_id}: {state}" + (f". It has no effect: {now.why_off}" if now.why_off else ""), as_json)


@account.command("list")
def account_list(workspace: InWorkspace, as_json: AsJson = False) -> None:
    """List the accounts of a workspace."""
    from confab.commands import accounts

    found = accounts.list_accounts(workspace)
    rows = [{"id": one.id, "ig_id": one.ig_id, "username": one.username, "health": one.health} for one in found]
    show({"items": rows}, "\n".join(f"@{one.username}  {one.ig_id}  {one.health}" for one in found), as_json)


@keys.command("rotate")
def keys_rotate(as_json: AsJson = False) -> None:
    """Encrypt every access token again with a new key."""
    from confab.commands import accounts

    done = accounts.rotate_keys()
    lost = f" No key opens: {', '.join(done.unreadable)}. Give the key back, or connect them again." if done.unreadable else ""
    show({"tokens": done.sealed, "unreadable": done.unreadable}, f"Encrypted {done.sealed} access tokens again.{lost}", as_json)


def refresh_tokens(as_json: AsJson = False) -> None:
    """Have the worker renew now every access token that ends within a week. It does so by itself: this is for the impatient."""
    from confab.commands import accounts

    count = accounts.refresh_tokens()
    show({"tokens": count}, f"{count} access tokens are renewed by the worker now.", as_json)
