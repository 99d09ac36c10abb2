"""What rules did, event by event; and whether they answer in a conversation."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.inbox import standing
from confab.model.inbox import AccountId, ConversationId, Seq
from confab.model.rules import RuleRun, RuleStanding
from confab.store import changes, conversations, rule_log
from confab.store.rule_log import Filter

router = APIRouter()

_NEWEST = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRunPage:
    """A page of what became of events, newest first; `next` is the cursor of the page after it."""

    items: list[RuleRun]
    next: str | None
    seq: Seq


class StandingPatch(BaseModel):
    """Whether rules may answer: `paused` keeps them out until they are let in again, which also takes back an opt-out."""

    model_config = ConfigDict(extra="forbid")

    paused: bool


@router.get("/rule-runs", operation_id="list_rule_runs", response_model=RuleRunPage)
async def list_rule_runs(
    access: SignedIn,
    account: Annotated[UUID, Query(description="Whose events.")],
    conversation: UUID | None = None,
    rule: UUID | None = None,
    fired: bool = False,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """For each event which rules were looked at, which fired, what came of it and why not."""
    wanted = Filter(
        account=AccountId(account), rule=rule, has_fired=fired,
        conversation=ConversationId(conversation) if conversation else None,
    )  # fmt: skip
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items, after = await rule_log.page(conn, access.viewer, wanted, cursor or _NEWEST, limit)
    return Json(RuleRunPage(items=items, next=str(after) if after is not None else None, seq=seq))


@router.get("/conversations/{id}/automation", operation_id="get_conversation_automation", response_model=RuleStanding)
async def get_conversation_automation(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Whether rules answer in a conversation, and if not, why."""
    async with access.transaction() as conn:
        await conversations.exists(conn, access.viewer, ConversationId(id))
        return Json(await rule_log.standing(conn, access.viewer, ConversationId(id)))


@router.put("/conversations/{id}/automation", operation_id="set_conversation_automation", response_model=RuleStanding)
async def set_conversation_automation(id: UUID, body: StandingPatch, access: SignedIn) -> Response:  # noqa: A002
    """Keep rules out of a conversation, or let them in again although a person has just answered."""
    async with access.transaction() as conn:
        await standing.put(conn, access.actor, ConversationId(id), is_paused=body.paused, now=access.now)
        return Json(await rule_log.standing(conn, access.viewer, ConversationId(id)))
