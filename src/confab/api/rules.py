"""Rules: what happens by itself, what a rule would have done, and what rules did."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.inbox import calling, rulebook
from confab.inbox.rulebook import Place, Wanted
from confab.model.inbox import AccountId, Seq
from confab.model.rules import (
    AssignTo,
    Automation,
    CallOut,
    Definition,
    HistoryIs,
    Labelled,
    LeaveNote,
    Mode,
    Notify,
    PersonIs,
    PostIs,
    PrivateReply,
    PublicReply,
    PutLabels,
    PutStatus,
    Reply,
    Rule,
    RuleId,
    RuleVersion,
    Span,
    TextIs,
    TimeIs,
    Trigger,
    Tryout,
)
from confab.store import accounts, changes, rules

router = APIRouter()

_CURSOR = re.compile(r"([0-9a-f]{32})\.(\d{1,6})\.(\d{1,10})", re.ASCII)  # after which event, how many were read, since when

_VERSIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """All rules of an account in their order, and what holds for all of them; `next` is always null."""

    items: list[Rule]
    settings: Automation
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersionPage:
    """What a rule said before, newest first; `next` is always null."""

    items: list[RuleVersion]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryoutPage:
    """What a rule would have done to a piece of the last 30 days; `next` is the cursor of the piece after it."""

    tryout: Tryout
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookKey:
    """The key of the signatures."""

    key: str


SomeCondition = Annotated[TextIs | PersonIs | Labelled | HistoryIs | TimeIs | PostIs, Field(discriminator="type")]
SomeAction = Annotated[
    Reply | PrivateReply | PublicReply | PutLabels | AssignTo | PutStatus | LeaveNote | Notify | CallOut,
    Field(discriminator="type"),
]


class RuleBody(BaseModel):
    """What a rule says: when, if, then. `stops`: once it fired, the rules after it are not asked. `cooldown_s`: for the same
    person not again so soon."""

    model_config = ConfigDict(extra="forbid")

    name: str
    trigger: Trigger
    conditions: list[SomeCondition] = []
    actions: list[SomeAction]
    stops: bool = False
    cooldown_s: int = 3600

    def definition(self) -> Definition:
        """As everybody else knows it."""
        return Definition(
            name=self.name, trigger=self.trigger, conditions=tuple(self.conditions), actions=tuple(self.actions),
            stops=self.stops, cooldown_s=self.cooldown_s,
        )  # fmt: skip


class NewRule(BaseModel):
    """A rule of an account. Begin with `watch`: it is logged and does nothing."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID
    mode: Mode = "watch"
    definition: RuleBody


class RulePatch(BaseModel):
    """What changes; what is left out stays. `version`: the one that you have seen; where there is a newer one nothing
    is changed."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode | None = None
    definition: RuleBody | None = None
    version: int | None = None


class RuleOrder(BaseModel):
    """All of an account's rules, in the order in which they are to be asked."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID
    rules: list[UUID]


class NewTryout(BaseModel):
    """A rule to be tried on the last 30 days, saved or not. `cursor`: where the piece before it ended."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID
    definition: RuleBody
    cursor: Annotated[str, Field(max_length=100)] | None = None


class AutomationBody(BaseModel):
    """What holds for all rules of an account; what is left out is as it is in the beginning."""

    model_config = ConfigDict(extra="forbid")

    zone: str = "UTC"
    hours: list[Span] = []
    disclosure: str | None = None
    opt_out_words: list[str] = list(Automation().opt_out_words)
    opt_in_words: list[str] = list(Automation().opt_in_words)
    person_words: list[str] = list(Automation().person_words)
    pause_minutes: int = Automation().pause_minutes
    most_per_hour: int = Automation().most_per_hour


@router.get("/rules", operation_id="list_rules", response_model=RulePage)
async def list_rules(access: SignedIn, account: Annotated[UUID, Query(description="Whose rules.")]) -> Response:
    """An account's rules in the order in which they are asked."""
    workspace = access.viewer.workspace_id
    async with access.transaction() as conn:
        await accounts.for_workspace(conn, workspace, AccountId(account))
        seq = await changes.newest_seq(conn, workspace)
        items = await rules.of_account(conn, workspace, AccountId(account), rulebook.counted_since(access.now))
        kept = await rules.book(conn, workspace, AccountId(account))
    return Json(RulePage(items=items, settings=kept.settings, next=None, seq=seq))


@router.post("/rules", operation_id="create_rule", response_model=Rule, status_code=201)
async def create_rule(body: NewRule, access: SignedIn) -> Response:
    """Add a rule after the others; owners and admins may."""
    async with access.transaction() as conn:
        made = await rulebook.create(
            conn, access.viewer, AccountId(body.account_id), body.definition.definition(), body.mode, access.now
        )
    return Json(made, 201)


@router.put("/rules/order", operation_id="order_rules", status_code=204)
async def order_rules(body: RuleOrder, access: SignedIn) -> Response:
    """Put an account's rules into another order."""
    async with access.transaction() as conn:
        await rulebook.order(conn, access.viewer, AccountId(body.account_id), [RuleId(rule) for rule in body.rules])
    return Response(status_code=204)


@router.post("/rules/try", operation_id="try_rule", response_model=TryoutPage)
async def try_rule(body: NewTryout, access: SignedIn) -> Response:
    """What a rule would have done to the last 30 days, piece by piece. Nothing is sent or written."""
    async with access.transaction() as conn:
        place = _place(body.cursor) if body.cursor is not None else None
        tryout, next_ = await rulebook.try_out(
            conn, access.viewer, AccountId(body.account_id), body.definition.definition(), place, access.now
        )
    return Json(TryoutPage(tryout=tryout, next=_cursor(next_) if next_ is not None else None))


def _cursor(place: Place) -> str:
    return f"{place.after.hex}.{place.read}.{int(place.began_at.timestamp())}"


def _place(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Invalid("This is no cursor of ours.", field="cursor")
    return Place(after=UUID(found[1]), read=int(found[2]), began_at=datetime.fromtimestamp(int(found[3]), UTC))


@router.get("/rules/webhook-key", operation_id="get_webhook_key", response_model=WebhookKey)
async def get_webhook_key(access: SignedIn) -> Response:
    """What requests of this workspace's rules to other programs are signed with; for owners and admins."""
    access.require("owner", "admin")
    return Json(WebhookKey(key=calling.key_of(access.services.vault.current()[0], access.viewer.workspace_id)))


@router.get("/rules/{id}", operation_id="get_rule", response_model=Rule)
async def get_rule(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """One rule."""
    async with access.transaction() as conn:
        return Json(await rules.get(conn, access.viewer.workspace_id, RuleId(id)))


@router.patch("/rules/{id}", operation_id="update_rule", response_model=Rule)
async def update_rule(id: UUID, body: RulePatch, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Change what a rule says, or switch it on, off, or to watching. Each change is a version that is kept."""
    if body.mode is None and body.definition is None:
        raise Invalid("Say what to change: mode or definition.", field="definition")
    definition = body.definition.definition() if body.definition is not None else None
    wanted = Wanted(definition=definition, mode=body.mode, version=body.version)
    async with access.transaction() as conn:
        changed = await rulebook.change(conn, access.viewer, RuleId(id), wanted, access.now)
    return Json(changed)


@router.delete("/rules/{id}", operation_id="delete_rule", status_code=204)
async def delete_rule(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Forget a rule. What it said and did stays on record."""
    async with access.transaction() as conn:
        await rulebook.remove(conn, access.viewer, RuleId(id))
    return Response(status_code=204)


@router.get("/rules/{id}/versions", operation_id="list_rule_versions", response_model=RuleVersionPage)
async def list_rule_versions(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """What a rule said before, and who changed it."""
    async with access.transaction() as conn:
        items = await rules.versions(conn, access.viewer.workspace_id, RuleId(id), _VERSIONS)
    return Json(RuleVersionPage(items=items, next=None))


@router.put("/accounts/{id}/automation", operation_id="set_automation", response_model=Automation)
async def set_automation(id: UUID, body: AutomationBody, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """What holds for all rules of an account: hours, what automatic texts say besides, words, limits."""
    wanted = Automation(
        zone=body.zone, hours=tuple(body.hours), disclosure=body.disclosure, opt_out_words=tuple(body.opt_out_words),
        opt_in_words=tuple(body.opt_in_words), person_words=tuple(body.person_words), pause_minutes=body.pause_minutes,
        most_per_hour=body.most_per_hour,
    )  # fmt: skip
    async with access.transaction() as conn:
        kept = await rulebook.settle(conn, access.viewer, AccountId(id), wanted)
    return Json(kept)
