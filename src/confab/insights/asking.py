"""Asking Meta, many questions at once and within the account's limits: each asked, tried again and failed by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from confab.clock import Clock
from confab.errors import GraphError, Rejected, Throttled, Unauthorised, Unavailable
from confab.graph import insights as meta
from confab.graph import limits
from confab.graph.client import GraphClient
from confab.graph.insights import Answer, Question
from confab.graph.limits import Usage
from confab.graph.metrics import ACCOUNT, ENOUGH_FOLLOWERS, FEWEST_VIEWERS
from confab.insights.questions import Ask, values_of
from confab.model.inbox import AccountId, WorkspaceId
from confab.model.insights import MetricError, TroubleKind, Value
from confab.store.db import Conn
from confab.work.pace import Pace, Pool, Waiting, sleep_until

Result = TypeVar("Result")

POOL = Pool(name=limits.INSIGHTS, each=limits.EACH_INSIGHTS_CALL, saved=limits.SAVED_INSIGHTS_CALLS)
OLDER_THAN_PROFESSIONAL = 2108006
"""The subcode for media from before the account became professional (rule I14)."""
_AT_ONCE = 16
_PAUSES_S = (0.3, 1.2)  # before the second and third attempt
_UNKNOWN_TROUBLE = 1  # also what a wrong breakdown is refused with (rule I3)
_TOO_FEW_VIEWERS = 10  # of a story; of anything else the code says that a permission is missing (rule I13)


class Line(Protocol):
    """What a call needs of the account."""

    @property
    def ig_id(self) -> str:
        """Its id at Meta."""
        ...

    @property
    def token(self) -> str:
        """Its access token."""
        ...


LineOf = Callable[[Conn, WorkspaceId, UUID], Awaitable[Line | None]]
"""The line of an account of a workspace; None when it has no token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a question: its numbers, and what did not come. `is_answered`: Meta gave an answer, if only an empty one."""

    ask: Ask
    values: list[Value]
    error: MetricError | None
    is_answered: bool
    is_too_old: bool = False


@dataclass(slots=True, kw_only=True)
class Asker:
    """Asks for one account. `on_wait` is told until when Meta asks to wait, None when that is over; `calls` counts."""

    graph: GraphClient
    pace: Pace
    clock: Clock
    workspace: WorkspaceId
    account: AccountId
    line: Line
    on_wait: Callable[[datetime | None], Awaitable[None]] | None = None
    calls: int = 0
    followers: int | None = None
    _used: int = 0
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def all(self, asks: Sequence[Ask]) -> list[Outcome]:
        """Every question at once, in the order given. Raises Unauthorised when the token is dead; nothing else of Meta's."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(one)) for one in asks]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in tasks]

    async def count_followers(self) -> None:
        """How many there are, for words; that nobody says is no trouble."""
        try:
            self.followers = await self.paced(lambda: meta.followers(self.graph, token=self.line.token, ig_id=self.line.ig_id))
        except (Rejected, Unavailable):
            self.followers = None

    async def paced(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """A call in its turn, after waiting for as long as Meta asks for; tried three times where that may help."""
        pauses = list(_PAUSES_S)
        while True:
            try:
                await self.pace.turn(self.workspace, self.account, POOL)
                self.calls += 1
                return await call()
            except Waiting as waiting:
                await self._wait(waiting.until)
            except Throttled as error:
                await self._wait(await self.pace.block(self.workspace, self.account, POOL, error.patience()))
            except Unavailable as error:
                if not pauses or (error.graph_code == _UNKNOWN_TROUBLE and len(pauses) == 1):
                    raise
                await asyncio.sleep(pauses.pop(0))

    async def _one(self, ask: Ask) -> Outcome:
        async with self._gate:
            refused: GraphError | None = None
            for place, question in enumerate(ask.tries):
                is_last = place == len(ask.tries) - 1
                try:
                    answer = await self.paced(lambda question=question: self._ask(question))
                except Unauthorised as error:
                    await self._confirm()
                    return self._failed(ask, error, "refused")
                except Rejected as error:
                    refused = error
                except GraphError as error:
                    if is_last or error.graph_code != _UNKNOWN_TROUBLE:
                        return self._failed(ask, error, "unavailable")
                    refused = error
                else:
                    return self._answered(ask, answer, refused if is_last and question.breakdown is None else None)
            assert refused is not None  # noqa: S101 -- there is a question
            return self._failed(ask, refused, "unavailable" if isinstance(refused, Unavailable) else "refused")

    async def _ask(self, question: Question) -> Answer:
        answer = await meta.ask(self.graph, self.line.token, question)
        await self._learn(answer.usage)
        return answer

    def _answered(self, ask: Ask, answer: Answer, refused: GraphError | None) -> Outcome:
        values, error = values_of(ask, answer), None
        about = ACCOUNT.get(ask.metric)
        needs_followers = about is not None and about.needs_followers and not ask.media
        if not answer.numbers and needs_followers and self.followers is not None and self.followers < ENOUGH_FOLLOWERS:
            error = MetricError(metric=ask.metric, kind="too_few", says=f"Fewer than {ENOUGH_FOLLOWERS} followers.")
        elif refused is not None:
            says = f"Not by {ask.by}: {refused.detail}"
            error = MetricError(metric=ask.metric, kind="refused", says=says, code=refused.graph_code, media=ask.media or None)
        return Outcome(ask=ask, values=values, error=error, is_answered=True)

    def _failed(self, ask: Ask, error: GraphError, kind: TroubleKind) -> Outcome:
        says, is_too_old = error.detail, False
        if ask.media and error.graph_code == _TOO_FEW_VIEWERS and error.subcode is None:
            kind, says = "too_few", f"Fewer than {FEWEST_VIEWERS} viewers."
        elif error.subcode == OLDER_THAN_PROFESSIONAL:
            says, is_too_old = "It was posted before the account became a professional one.", True
        made = MetricError(metric=ask.metric, kind=kind, says=says, code=error.graph_code, media=ask.media or None)
        return Outcome(ask=ask, values=[], error=made, is_answered=kind == "too_few", is_too_old=is_too_old)

    async def _confirm(self) -> None:
        """A 190 is believed when a second, harmless call says the same: then this raises Unauthorised. Rules E6, TK5."""
        try:
            await self.graph.me(token=self.line.token)
        except (Throttled, Unavailable, Rejected):
            return

    async def _learn(self, usage: Usage | None) -> None:
        if usage is not None and usage.percent != self._used:
            self._used = usage.percent
            await self.pace.learn(self.workspace, self.account, POOL, usage.percent)

    async def _wait(self, until: datetime) -> None:
        if self.on_wait is not None:
            await self.on_wait(until)
        await sleep_until(self.clock, until)
