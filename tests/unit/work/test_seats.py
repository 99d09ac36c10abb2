"""How many rows of a kind are worked on side by side: rule O28 of docs/spec/inbox.md."""

from uuid import UUID

from confab.store.claims import Due
from confab.work.seats import Seats, Work

ROW = Due(key=(UUID(int=1),), attempts=1)


async def nothing() -> None:
    return None


def test_O28_whoever_claims_there_are_never_more_at_work_than_seats() -> None:
    seats = Seats(most=3)
    with seats.open(lambda due, _: seats.running.add(due)), seats.hold(1):
        first, second, third = (seats.take() for _ in range(3))
        assert (first is not None, second is not None, third) == (True, True, None)
        assert first is not None
        first.due, first.work = ROW, nothing
        first.end(True)
        assert (seats.running, seats.free, seats.take()) == ({ROW}, 0, None)
        assert second is not None
        second.end(True)
        assert seats.free == 1


def test_O28_where_nobody_works_there_is_no_seat() -> None:
    assert Seats(most=3).take() is None


def test_O28_what_is_committed_while_nobody_works_begins_as_soon_as_somebody_does() -> None:
    seats, begun = Seats(most=1), list[tuple[Due, Work]]()
    with seats.open(lambda due, work: begun.append((due, work))):
        seat = seats.take()
    assert seat is not None
    seat.due, seat.work = ROW, nothing
    seat.end(True)
    assert (begun, seats.free) == ([], 1)
    with seats.open(lambda due, work: begun.append((due, work))):
        assert begun == [(ROW, nothing)]
