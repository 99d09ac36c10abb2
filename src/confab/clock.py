"""What time it is. One clock is made at the start and handed to whoever needs it; nothing else asks the system."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Clock:
    """The system's time, moved by `ahead`: tests and the simulated year run us on another's clock."""

    ahead: timedelta = field(default=timedelta())

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC) + self.ahead
