"""A real mail server on this machine, and the box that it fills."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """What came, oldest first. `refuse`: an answer that the server gives instead of taking a mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: str | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    def code(self, address: str, within_s: float = 30) -> str:
        """The code in the newest mail to this address, taken out of the box, as soon as it is there."""
        deadline = time.monotonic() + within_s
        while not (found := self.to(address)):
            assert time.monotonic() < deadline, f"no mail came for {address}"
            time.sleep(0.02)
        self.mails.remove(found[-1])
        return code_in(found[-1])

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return self.refuse
        self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 taken"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 there is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 known"


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"^ +(\d{6})\s*$", mail.get_content(), re.MULTILINE)
    assert found is not None
    return found[1]


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server for as long as the block lasts, in a thread of its own."""
    box = Mailbox()
    controller = _OnAnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


class _OnAnyPort(Controller):
    """Its own way to see whether it runs connects to the port that was asked for, not to the one that it got."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
