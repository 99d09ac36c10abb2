"""How many rows of a kind are worked on side by side, in this process, whoever claimed them.

Mostly the loop claims what is due. A transaction of other work may claim a row by writing it down as claimed: it takes a seat
before, and the work begins when that is committed. So there are never more side by side than there are seats.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from confab.store.claims import Due

Work = Callable[[], Awaitable[None]]
"""What is to be done with a claimed row."""


@dataclass(slots=True, kw_only=True)
class Seats:
    """The seats of one kind of work. `held`: for rows that somebody is about to claim."""

    most: int
    running: set[Due] = field(default_factory=set[Due])
    held: int = 0
    _start: Callable[[Due, Work], None] | None = None
    _early: list[tuple[Due, Work]] = field(default_factory=list[tuple[Due, Work]])

    @property
    def free(self) -> int:
        """How many more rows may be worked on."""
        return self.most - len(self.running) - self.held

    @contextmanager
    def hold(self, count: int) -> Generator[None]:
        """Keep so many for as long as the block lasts."""
        self.held += count
        try:
            yield
        finally:
            self.held -= count

    @contextmanager
    def open(self, start: Callable[[Due, Work], None]) -> Generator[None]:
        """Somebody works, for as long as the block lasts: what took a seat is handed to `start` when it is committed."""
        self._start, early = start, self._early
        self._early = []
        for due, work in early:
            start(due, work)
        try:
            yield
        finally:
            self._start = None

    def take(self) -> "Seat | None":
        """A seat for a row that is claimed in a transaction that goes on; None when all are taken or nobody works."""
        if self._start is None or self.free <= 0:
            return None
        self.held += 1
        return Seat(seats=self)

    def leave(self, due: Due | None, work: Work | None) -> None:
        """A seat that was taken is given back, or its work begins; where nobody works for a moment, as soon as somebody does."""
        self.held -= 1
        if due is None or work is None:
            return
        if self._start is not None:
            self._start(due, work)
        else:
            self._early.append((due, work))


@dataclass(slots=True, kw_only=True)
class Seat:
    """A seat that was taken, and the work that it is for, once that is known."""

    seats: Seats
    due: Due | None = None
    work: Work | None = None

    def end(self, is_committed: bool) -> None:
        """The transaction is over: the work begins, or the seat is free again."""
        self.seats.leave(*((self.due, self.work) if is_committed else (None, None)))
