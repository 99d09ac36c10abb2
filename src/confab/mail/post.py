"""Hand waiting mails to the mail server."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import msgspec

from confab.clock import Clock
from confab.errors import MailRefused, MailUnavailable, Misconfigured
from confab.mail.letter import Letter
from confab.model.inbox import WorkspaceId
from confab.store import mails
from confab.store.claims import MAILS, Due
from confab.store.db import Database

Open = Callable[..., str]
"""Opens what was sealed for the owner of these ids: a vault's."""

_TIMEOUT_S = 20.0
_UNSEALED_FOR_GOOD = "it was not sent in time, and what it said is forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server: `smtp://` (STARTTLS where it is offered, always before a password) or `smtps://` (TLS from the start)."""

    host: str
    port: int
    is_tls: bool
    username: str | None
    password: str | None = field(repr=False)

    @classmethod
    def at(cls, url: str) -> "Server":
        """The server of `CONFAB_SMTP_URL`."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "", port=parts.port or (465 if is_tls else 587), is_tls=is_tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )  # fmt: skip


class Postman:
    """Handles claimed mails. Without a server all wait, and say why."""

    def __init__(self, db: Database, clock: Clock, open_: Open, *, smtp_url: str | None, sender: str | None) -> None:
        self._db = db
        self._clock = clock
        self._open = open_
        self._server = Server.at(smtp_url) if smtp_url else None
        self._sender = sender

    async def run(self, due: Due) -> None:
        """Send a mail, and forget it. One that is too late is given up instead.

        A mail server that took it and was not heard saying so gets it again: twice the same code does no harm.
        Raises MailUnavailable to try again, MailRefused when this mail will never be taken.
        """
        workspace, mail = _key(due)
        async with self._db.transaction() as conn:
            waiting = await mails.get(conn, workspace, mail)
            if waiting is None:
                return
            if waiting.sealed is None or waiting.expires_at <= self._clock.now():
                await mails.blank(conn, workspace, mail)
                await MAILS.bury(conn, due, _UNSEALED_FOR_GOOD)
                return
        letter = msgspec.json.decode(self._open(waiting.sealed, workspace, mail), type=Letter)
        try:
            await self._send(letter, mail)
        except MailRefused as error:
            await self.give_up(due, error.detail)
            return
        async with self._db.transaction() as conn:
            await MAILS.finish(conn, due)

    async def give_up(self, due: Due, error: str) -> None:
        """The mail stands as given up, without what it said."""
        workspace, mail = _key(due)
        async with self._db.transaction() as conn:
            await mails.blank(conn, workspace, mail)
            await MAILS.bury(conn, due, error)

    async def _send(self, letter: Letter, mail: UUID) -> None:
        if self._server is None or self._sender is None:
            raise Misconfigured("Mail is off: set CONFAB_SMTP_URL and CONFAB_MAIL_FROM.")
        server = self._server
        try:
            await aiosmtplib.send(
                written(letter, self._sender, mail, self._clock.now()), hostname=server.host, port=server.port,
                use_tls=server.is_tls, start_tls=None if server.password is None else not server.is_tls, username=server.username,
                password=server.password, timeout=_TIMEOUT_S, sender=parseaddr(self._sender)[1], recipients=[letter.to],
            )  # fmt: skip
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(500 <= refused.code < 600 for refused in error.recipients):
                raise MailRefused("the mail server does not know the address") from None
            raise MailUnavailable("the mail server does not take the mail at the moment") from None
        except aiosmtplib.SMTPResponseException as error:
            raise MailUnavailable(f"the mail server says {error.code}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"the mail server cannot be reached ({type(error).__name__})") from None


def written(letter: Letter, sender: str, mail: UUID, now: datetime) -> EmailMessage:
    """The mail as it goes out. It is from a program: nobody's holiday note answers it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(idstring=mail.hex, domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
