"""What our own database says: the part of looking that asks nobody else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from confab.clock import Clock
from confab.doctor.seen import AccountSeen, DatabaseSeen, KeysSeen, MetaSeen, Seen, TokenSeen
from confab.errors import Misconfigured
from confab.graph.token import Token
from confab.model.inbox import Account, AccountId, Workspace, WorkspaceId
from confab.settings import Settings, foreign
from confab.store import accounts, claims, deliveries, meta_apps, migrate, presence, tallies, team
from confab.store import standing as store
from confab.store.db import Conn
from confab.store.standing import AccountState, DatabaseState

_LATELY = timedelta(hours=2)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_MOST = 1000
_TEST = "test:"


class Keys(Protocol):
    """What the doctor needs of the vault."""

    def open(self, sealed: bytes, *owner: UUID) -> str:
        """The secret. Raises Misconfigured."""
        ...

    def key_ids(self) -> tuple[str, ...]:
        """What the keys are called that are here."""
        ...

    def missing_key(self, sealed: bytes) -> str | None:
        """What the key is called that sealed it, where it is not here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An account before Meta was asked about it, with what that takes. `token` is None where there is none that opens."""

    seen: AccountSeen
    workspace: WorkspaceId
    token: Token | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What was found: `seen` lacks what others have to be asked about."""

    seen: Seen
    accounts: list[Given]


async def read(
    conn: Conn, settings: Settings, clock: Clock, keys: Keys, workspace: WorkspaceId | None, connecting_off: str | None
) -> Records:
    """All of one moment, for one workspace or for all. Through the worker's door."""
    now = clock.now()
    database = await store.database(conn)
    drift = clock.now() - clock.ahead - database.at
    places = [one for one in await team.workspaces(conn) if workspace in (None, one.id)]
    found = [given for place in places for given in await _accounts(conn, keys, place, now, is_named=workspace is None)]
    counts = await deliveries.counts(conn, since=(now - _WEEK).date())
    seen = Seen(
        now=now, settings=settings, foreign=foreign(), database=_database(database, drift), storage_error=None, public=None,
        meta=MetaSeen(error=None, drift=None, took_s=None), app=None, keys=_keys(keys, found, await _lost_apps(conn, keys)),
        today=await tallies.since(conn, _hour(now - _DAY)), lately=await tallies.since(conn, _hour(now - _LATELY)),
        nobodys=await store.nobodys(conn, now - _WEEK, _MOST),
        tests=sum(one.count for one in counts if one.name.startswith(_TEST)),
        is_worker_there=await presence.is_there(conn, "worker"), dead=await claims.dead_counts(conn),
        connecting_off=connecting_off, accounts=[],
    )  # fmt: skip
    return Records(seen=seen, accounts=found)


async def _accounts(conn: Conn, keys: Keys, place: Workspace, now: datetime, *, is_named: bool) -> list[Given]:
    states = {state.account_id: state for state in await store.accounts(conn, place.id)}
    unapplied = {(one.account_id, one.state): one.count for one in await store.unapplied(conn, place.id, now - _WEEK, _MOST)}
    return [
        _given(keys, account, states[account.id], f" ({place.name})" if is_named else "", unapplied)
        for account in await accounts.of_workspace(conn, place.id)
        if account.id in states and (account.disconnected_at is None or account.disconnected_by is None)
    ]


def _given(
    keys: Keys, account: Account, state: AccountState, suffix: str, unapplied: Mapping[tuple[AccountId, str], int]
) -> Given:
    opened, token = _token(keys, state)
    seen = AccountSeen(
        account=account, about=f"@{account.username}{suffix}", scopes=frozenset(state.scopes),
        platform="facebook" if state.platform == "facebook" else "instagram",
        connected_at=state.connected_at, heard_at=state.heard_at, habit=timedelta(seconds=state.habit_s),
        is_reached=state.is_reached, token=token, fields=None, reading=None, failed=unapplied.get((account.id, "failed"), 0),
        withheld=unapplied.get((account.id, "unclaimed"), 0), used_percent=state.used_percent,
        read_at=state.read_at, paused_until=state.paused_until,
    )  # fmt: skip
    return Given(seen=seen, workspace=state.workspace_id, token=opened)


def _token(keys: Keys, state: AccountState) -> tuple[Token | None, TokenSeen]:
    if state.sealed is None:
        return None, TokenSeen(is_there=False)
    if missing := keys.missing_key(state.sealed):
        return None, TokenSeen(is_there=True, missing_key=missing)
    try:
        text = keys.open(state.sealed, state.workspace_id, state.account_id)
    except Misconfigured:
        return None, TokenSeen(is_there=True, is_damaged=True)
    return Token(text, state.node_id), TokenSeen(is_there=True)


async def _lost_apps(conn: Conn, keys: Keys) -> list[tuple[str, str | None]]:
    """The Meta apps beside the environment's whose secret does not open, each with the key that is missing, if that is why."""
    lost: list[tuple[str, str | None]] = []
    for app in await meta_apps.every(conn):
        missing = keys.missing_key(app.secret)
        try:
            if missing is None:
                keys.open(app.secret, app.id)
                continue
        except Misconfigured:
            pass
        lost.append((f"the Meta app {app.name}", missing))
    return lost


def _keys(keys: Keys, found: Sequence[Given], apps: Sequence[tuple[str, str | None]]) -> KeysSeen:
    tokens = [(one.seen.about, one.seen.token) for one in found]
    shut = [(about, token.missing_key) for about, token in tokens if token.missing_key or token.is_damaged]
    lost: defaultdict[str, list[str]] = defaultdict(list)
    for about, missing in [*shut, *apps]:
        if missing is not None:
            lost[missing].append(about)
    return KeysSeen(here=keys.key_ids(), lost=dict(lost), damaged=[about for about, missing in [*shut, *apps] if missing is None])


def _database(state: DatabaseState, drift: timedelta) -> DatabaseSeen:
    ours = migrate.files()
    return DatabaseSeen(
        version=state.version, drift=drift, missing=[name for name in ours if name not in state.applied],
        strange=[name for name in state.applied if name not in ours],
    )  # fmt: skip


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
