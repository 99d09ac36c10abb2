"""The workspace's Instagram accounts."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from confab.api.access import Running, SignedIn
from confab.api.encode import Json
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, Seq
from confab.store import accounts as store
from confab.store import changes, wake

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """All accounts; `next` is always null."""

    items: list[Account]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPatch:
    """What may be changed of an account: whether its agents use Meta's Human Agent feature."""

    human_agent: bool


@router.get("/accounts", operation_id="list_accounts", response_model=AccountPage)
async def list_accounts(access: SignedIn) -> Response:
    """The accounts of the workspace, by username."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await store.all_for_viewer(conn, access.viewer)
    return Json(AccountPage(items=items, next=None, seq=seq))


@router.patch("/accounts/{id}", operation_id="update_account", response_model=Account)
async def update_account(
    id: UUID,  # noqa: A002 -- the path's word
    body: AccountPatch,
    access: SignedIn,
    services: Running,
) -> Response:
    """Change an account's settings; owners and admins may."""
    access.require("owner", "admin")
    workspace, account_id = access.viewer.workspace_id, AccountId(id)
    async with access.transaction() as conn:
        is_changed = await store.set_human_agent(conn, workspace, account_id, human_agent=body.human_agent)
        account = await store.for_workspace(conn, workspace, account_id)
        if is_changed:
            await changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=account)], access.now)
    services.wake.say(wake.changed(workspace))
    return Json(account)
