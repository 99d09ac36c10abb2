"""The simulator's time, and what is due in it."""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from typing import Literal

Mode = Literal["real", "manual"]
Action = Callable[[], Awaitable[None]]

MANUAL_START_MS = 1_793_610_000_000  # 2026-11-02T09:00:00Z


class Clock:
    """Milliseconds since 1970: the machine's time plus an offset, or a value that moves only when told to."""

    def __init__(self, mode: Mode, start_ms: int | None = None) -> None:
        self.mode: Mode = mode
        self._start_ms = start_ms
        self._value = 0
        self.restart()

    def restart(self) -> None:
        """Return to the beginning: the chosen start, else a fixed moment (manual) or the machine's time (real)."""
        self._value = MANUAL_START_MS if self.mode == "manual" else 0
        if self._start_ms is not None:
            self.jump_to(self._start_ms)

    def now_ms(self) -> int:
        """The present moment."""
        return self._value + (time.time_ns() // 1_000_000 if self.mode == "real" else 0)

    def jump_to(self, epoch_ms: int) -> None:
        """Make this moment the present one; a real clock goes on from there."""
        self._value = epoch_ms - (time.time_ns() // 1_000_000 if self.mode == "real" else 0)


class Timeline:
    """What must happen at a moment of the simulator's clock, in order of due time, then of arrival."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._due: list[tuple[int, int, Action]] = []
        self._count = 0
        self._changed = asyncio.Event()

    def at(self, due_ms: int, action: Action) -> None:
        """Run the action when the clock reaches the moment (at once if it has passed)."""
        self._count += 1
        heapq.heappush(self._due, (due_ms, self._count, action))
        self._changed.set()

    def pending(self) -> int:
        """How many actions wait for their moment."""
        return len(self._due)

    def clear(self) -> None:
        """Forget everything that waits."""
        self._due.clear()

    def has_due(self) -> bool:
        """Whether something should have run by now."""
        return bool(self._due) and self._due[0][0] <= self.clock.now_ms()

    async def advance(self, to_ms: int, settle: Action) -> int:
        """Move the clock to a moment, running what falls due on the way and settling around each. How many ran."""
        ran = 0
        await settle()
        while self._due and self._due[0][0] <= to_ms:
            due_ms, _, action = heapq.heappop(self._due)
            self.clock.jump_to(max(due_ms, self.clock.now_ms()))
            await action()
            await settle()
            ran += 1
        self.clock.jump_to(max(to_ms, self.clock.now_ms()))
        self._changed.set()
        return ran

    async def run(self) -> None:
        """Run what falls due as time passes by itself; never returns."""
        while True:
            self._changed.clear()
            await self._run_due()
            try:
                await asyncio.wait_for(self._changed.wait(), self._wait_s())
            except TimeoutError:
                continue

    async def _run_due(self) -> None:
        while self.has_due():
            _, _, action = heapq.heappop(self._due)
            await action()

    def _wait_s(self) -> float | None:
        if not self._due or self.clock.mode == "manual":
            return None
        return max(0.0, (self._due[0][0] - self.clock.now_ms()) / 1000) + 0.001
