"""What turned red is mailed to the owners, where mail goes out at all. Rule DR20."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from confab.mail import letter
from confab.mail.letter import Letter, Seal
from confab.model.inbox import WorkspaceId
from confab.store import ids, team
from confab.store.db import Conn

_NEWS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """How mail is sealed while it waits, who it is from, and where the doctor's page is."""

    seal: Seal
    brand: str
    origin: str

    async def ring(self, conn: Conn, workspace: WorkspaceId, turned: Sequence[str], now: datetime) -> None:
        """One mail to each owner with all that turned red in one look; nothing where nothing did."""
        if not turned:
            return
        subject, text = written(turned, brand=self.brand, origin=self.origin)
        for agent in await team.agents(conn, workspace):
            if agent.role == "owner":
                mail = Letter(to=agent.email, subject=subject, text=text)
                await letter.post(
                    conn, self.seal, workspace, mail, mail=ids.new(now), purpose="alarm", expires_at=now + _NEWS_FOR, now=now
                )  # fmt: skip


def written(turned: Sequence[str], *, brand: str, origin: str) -> tuple[str, str]:
    """What the mail says: its subject and its text. Pure."""
    more = f" (and {len(turned) - 1} more)" if len(turned) > 1 else ""
    listed = "\n".join(f"- {one}" for one in turned)
    text = f"The doctor found what needs you:\n\n{listed}\n\nWhat it means and how to mend it: {origin}/doctor\n"
    return f"{brand}: {turned[0]}{more}"[:200].replace("\n", " "), text
