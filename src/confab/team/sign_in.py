"""Signing in and out, and tokens for programs."""

import ipaddress
import math
from datetime import datetime, timedelta
from uuid import UUID

from confab.errors import Forbidden, Invalid, TooMany, Unauthenticated
from confab.model.inbox import AgentId, WorkspaceId
from confab.store import ids
from confab.store import team as store
from confab.store.db import Conn, Database
from confab.team import secrets
from confab.team.passwords import Passwords

SESSION_LASTS = timedelta(days=30)
_WINDOW = timedelta(minutes=15)
_PER_EMAIL = 10
_PER_ADDRESS = 50
_LONGEST_EMAIL = 254


async def sign_in(db: Database, passwords: Passwords, email: str, password: str, address: str, now: datetime) -> str:
    """Check the password and open a session for 30 days; the secret for its cookie.

    Raises Unauthenticated (`wrong_credentials`) alike for a wrong password and an unknown address, after as much work;
    TooMany after 10 failures for one e-mail address or 50 from one network address within 15 minutes.
    """
    email = email.strip().lower()
    subjects = {f"email {secrets.digest(email).hex()}": _PER_EMAIL, f"address {network(address)}": _PER_ADDRESS}
    attempt = await count(db, subjects, now)
    async with db.transaction() as conn:
        known = await store.credentials(conn, email)
    if not await passwords.fits(password, known.password_hash if known else None) or known is None:
        raise Unauthenticated("The e-mail address or the password is wrong.", code="wrong_credentials")
    async with db.transaction() as conn:
        await store.forgive(conn, list(subjects), attempt)
        workspaces = await store.workspaces_of(conn, known.id)
        if not workspaces:
            raise Forbidden("You are not a member of any workspace any more. Ask an owner of yours to add you.")
        return await open_session(conn, workspaces[0], known.id, now)


async def count(db: Database, limits: dict[str, int], now: datetime) -> UUID:
    """Count an attempt against every subject. Raises TooMany, and counts nothing, when one has reached its limit."""
    attempt = ids.new(now)
    async with db.transaction() as conn:
        await store.lock_subjects(conn, list(limits))
        for subject, limit in limits.items():
            times = await store.attempts(conn, subject, now - _WINDOW)
            if len(times) >= limit:
                wait_s = math.ceil((times[-limit] + _WINDOW - now).total_seconds())
                raise TooMany(f"Too many attempts. Try again in {_minutes(wait_s)}.", retry_after_s=wait_s)
        await store.record_attempt(conn, list(limits), attempt, now)
    return attempt


async def open_session(conn: Conn, workspace: WorkspaceId, agent: AgentId, now: datetime) -> str:
    """Open a browser's session; the secret for its cookie, which is kept nowhere else."""
    secret = secrets.fresh()
    await store.open_session(
        conn, workspace, agent,
        id=ids.new(now), digest=secret.digest, kind="browser", label="browser", now=now, expires_at=now + SESSION_LASTS,
    )  # fmt: skip
    return secret.text


async def create_token(
    conn: Conn, workspace: WorkspaceId, agent: AgentId, label: str, now: datetime, expires_at: datetime | None = None
) -> str:
    """Make a bearer token that acts as the agent until then or until it is revoked; shown once, kept nowhere else.

    Raises Invalid when it would have ended already.
    """
    if expires_at is not None and expires_at <= now:
        raise Invalid("The token would have expired already.", field="expires_at")
    secret = secrets.fresh("confab_")
    await store.open_session(
        conn, workspace, agent,
        id=ids.new(now), digest=secret.digest, kind="token", label=label, now=now, expires_at=expires_at,
    )  # fmt: skip
    return secret.text


def checked_email(email: str) -> str:
    """The address in the form it is stored in. Raises Invalid when it cannot be one."""
    email = email.strip().lower()
    name, at, domain = email.rpartition("@")
    if not (name and at and domain) or len(email) > _LONGEST_EMAIL or any(c.isspace() or not c.isprintable() for c in email):
        raise Invalid("This is not an e-mail address.", field="email")
    return email


def network(address: str) -> str:
    """What one person can move about in: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _minutes(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
