"""Commands about Instagram accounts, the Meta apps that sign for them, and the keys of their tokens."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from confab.accounts import connect, connecting, keeping, meta_apps, turns, vault
from confab.accounts.meta_apps import LoginIds, MetaApp
from confab.commands.session import STANDARD_INPUT, Session, read_secret, utc, with_session
from confab.errors import NotFound
from confab.members.ways import why_off
from confab.model.inbox import Account, AccountId, IgId, WorkspaceId
from confab.model.media import MediaMode
from confab.store import accounts as store
from confab.store import tokens
from confab.store.db import Conn


def add_meta_app(name: str, secret: str) -> MetaApp:
    """Make a Meta app known besides the environment's (- reads its secret)."""
    secret = read_secret(secret) if secret == STANDARD_INPUT else secret

    async def add(session: Session) -> MetaApp:
        async with session.app.transaction() as conn:
            return await meta_apps.add(conn, vault.opened_by(session.settings), name, secret, session.now)

    return with_session(add)


def open_logins(name: str, given: LoginIds) -> None:
    """Let accounts be connected by a Meta app's logins (- reads the secret of its Instagram login)."""
    if given.instagram_secret == STANDARD_INPUT:
        given = replace(given, instagram_secret=read_secret(given.instagram_secret))

    async def open_(session: Session) -> None:
        async with session.app.transaction() as conn:
            await meta_apps.open_logins(conn, vault.opened_by(session.settings), name, given)

    with_session(open_)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGiven:
    """An account as it stands on the command line. `expires_at` without a zone is UTC; an access token of - is read.

    `meta_app` None: whichever it had. `page`: the Page whose token it is, None: it is of Instagram's own login.
    """

    ig_id: str
    username: str
    access_token: str = field(repr=False)
    expires_at: datetime | None
    meta_app: str | None
    page: str | None


def add_account(workspace: str, account: AccountGiven) -> Account:
    """Connect an account to a workspace, or renew its token."""
    token = read_secret(account.access_token) if account.access_token == STANDARD_INPUT else account.access_token
    username, expires_at = account.username.removeprefix("@"), utc(account.expires_at)

    async def add(session: Session) -> Account:
        team = await session.workspace(workspace)
        keys = vault.opened_by(session.settings)
        async with session.app.viewing(team) as conn:
            signed_by = await meta_apps.named(conn, account.meta_app) if account.meta_app is not None else None
            given = connect.Connection(
                ig_id=IgId(account.ig_id), username=username, access_token=token, expires_at=expires_at, signed_by=signed_by,
                platform="instagram" if account.page is None else "facebook", page=account.page,
            )  # fmt: skip
            return await connect.add(conn, keys, team, given, session.now)

    return with_session(add)


def list_accounts(workspace: str) -> list[Account]:
    """The accounts of a workspace, by username."""

    async def found(session: Session) -> list[Account]:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            return await store.of_workspace(conn, team)

    return with_session(found)


def rotate_keys() -> connect.Rotated:
    """Encrypt every access token with a new key; how many there were, and what no key opens."""

    async def rotate(session: Session) -> connect.Rotated:
        keys = vault.opened_by(session.settings)
        async with session.worker.transaction() as conn:
            return await connect.rotate(conn, keys, session.now)

    return with_session(rotate)


def refresh_tokens() -> int:
    """Have every access token renewed now that ends within a week and is older than a day; how many. The worker renews them."""

    async def make_due(session: Session) -> int:
        async with session.worker.transaction() as conn:
            return await tokens.make_due(conn, session.now + turns.BEFORE_ITS_END, session.now)

    return with_session(make_due)


def keep_media(workspace: str, ig_id: str, mode: MediaMode | None) -> bool:
    """Whether an account keeps copies of media; None: as the installation says. False when it already was so."""

    async def decide(session: Session) -> bool:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            return await keeping.decide(conn, team, await _named(conn, team, ig_id), mode, session.now)

    return with_session(decide)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """What an account says now, and why it has no effect; None where it has."""

    account: Account
    why_off: str | None


def connect_customers(workspace: str, ig_id: str, connects: bool | None, every_s: int | None) -> Connecting:
    """Whether an account's customers can connect, and how often members get an acknowledgement (0: for every message).

    None: as it was.
    """
    pace = None if every_s is None else connecting.AtMostEvery(seconds=every_s) if every_s else connecting.EveryMessage()

    async def decide(session: Session) -> Connecting:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            account = await _named(conn, team, ig_id)
            value = await connecting.decide(conn, team, account, connects=connects, pace=pace, now=session.now)
        return Connecting(account=value, why_off=why_off(session.settings))

    return with_session(decide)


async def _named(conn: Conn, team: WorkspaceId, ig_id: str) -> AccountId:
    known = [one.id for one in await store.of_workspace(conn, team) if one.ig_id == ig_id]
    if not known:
        raise NotFound(f"The workspace has no account {ig_id}.")
    return known[0]
