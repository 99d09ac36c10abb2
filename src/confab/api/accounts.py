"""The workspace's Instagram accounts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from confab.accounts import connecting, keeping, leaving, meta_apps, oauth
from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.api.services import Services
from confab.errors import Invalid
from confab.members.ways import why_off
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, LoginDoor, Seq, WorkspaceId
from confab.model.media import MediaMode
from confab.store import accounts as store
from confab.store import changes, wake
from confab.store.db import Conn

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """All accounts; `next` is always null. `connecting_off`: why no account's customers can connect, null where they can.

    `logins`: by which logins, and which Meta apps', accounts are connected.
    """

    items: list[Account]
    next: str | None
    seq: Seq
    connecting_off: str | None
    logins: list[LoginDoor]


class AccountPatch(BaseModel):
    """What changes of an account; what is left out stays.

    `human_agent`: whether its agents use Meta's Human Agent feature. `media_mode`: whether copies of media are kept, null: as the
    installation says; changing it removes what is kept, or fetches it again. `shows_indicators`: whether participants see that
    somebody types here, and that their messages were seen. `connects_customers`: whether who writes gets a link to become a
    member, and members an acknowledgement; `acknowledges_every_s`: that at most once in so many seconds, null: for every message.
    """

    model_config = ConfigDict(extra="forbid")

    human_agent: bool | None = None
    media_mode: MediaMode | None = None
    shows_indicators: bool | None = None
    connects_customers: bool | None = None
    acknowledges_every_s: int | None = None


@router.get("/accounts", operation_id="list_accounts", response_model=AccountPage)
async def list_accounts(access: SignedIn) -> Response:
    """The accounts of the workspace, by username."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await store.all_for_viewer(conn, access.viewer)
        return Json(await _page(conn, access.services, items, seq))


@router.patch("/accounts/{id}", operation_id="update_account", response_model=Account)
async def update_account(
    id: UUID,  # noqa: A002 -- the path's word
    body: AccountPatch,
    access: SignedIn,
) -> Response:
    """Change an account's settings; owners and admins may."""
    access.require("owner", "admin")
    if not body.model_fields_set:
        raise Invalid("Say what is to change.", field="human_agent")
    for name in ("human_agent", "shows_indicators", "connects_customers"):
        if name in body.model_fields_set and getattr(body, name) is None:
            raise Invalid(f"{name} is true or false.", field=name)
    workspace, account_id = access.viewer.workspace_id, AccountId(id)
    async with access.transaction() as conn:
        account = await _update(conn, workspace, account_id, body, access.now)
    access.tell(wake.work("turns"))
    return Json(account)


@router.post("/accounts/{id}/disconnect", operation_id="disconnect_account", response_model=Account)
async def disconnect_account(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Disconnect an account: nothing comes or goes, and what is here is erased in 30 days unless it is connected before."""
    access.require("owner", "admin")
    workspace, name = access.viewer.workspace_id, access.viewer.name
    async with access.transaction() as conn:
        account = await leaving.disconnect(conn, workspace, AccountId(id), name, access.now)
    access.tell(wake.work("errands"))
    return Json(account)


@router.put("/accounts/{id}/stop", operation_id="stop_account", response_model=Account)
async def stop_account(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Nothing of the account is sent: what is queued waits."""
    return await _stop(id, access, access.viewer.name)


@router.delete("/accounts/{id}/stop", operation_id="resume_account", response_model=Account)
async def resume_account(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """The account sends again, what waited first."""
    return await _stop(id, access, None)


@router.put("/stop", operation_id="stop_sending", response_model=AccountPage)
async def stop_sending(access: SignedIn) -> Response:
    """The emergency stop: nothing of the workspace is sent until somebody lets it go on."""
    return await _stop_all(access, access.viewer.name)


@router.delete("/stop", operation_id="resume_sending", response_model=AccountPage)
async def resume_sending(access: SignedIn) -> Response:
    """End the emergency stop."""
    return await _stop_all(access, None)


async def _stop(account: UUID, access: SignedIn, by: str | None) -> Response:
    access.require("owner", "admin")
    async with access.transaction() as conn:
        value = await leaving.stop(conn, access.viewer.workspace_id, AccountId(account), by, access.now)
    access.tell(*wake.sending())
    return Json(value)


async def _stop_all(access: SignedIn, by: str | None) -> Response:
    access.require("owner", "admin")
    workspace = access.viewer.workspace_id
    async with access.transaction() as conn:
        items = await leaving.stop_all(conn, workspace, by, access.now)
        answer = await _page(conn, access.services, items, await changes.newest_seq(conn, workspace))
    access.tell(*wake.sending())
    return Json(answer)


async def _page(conn: Conn, services: Services, items: list[Account], seq: Seq) -> AccountPage:
    logins = oauth.doors(oauth.Entrances.of(services.settings), await meta_apps.every(conn, services.vault))
    return AccountPage(items=items, next=None, seq=seq, connecting_off=why_off(services.settings), logins=logins)


async def _update(conn: Conn, workspace: WorkspaceId, account: AccountId, body: AccountPatch, now: datetime) -> Account:
    is_changed = body.human_agent is not None and await store.set_human_agent(
        conn, workspace, account, human_agent=body.human_agent
    )
    if body.shows_indicators is not None:
        is_changed |= await store.set_indicators(conn, workspace, account, shown=body.shows_indicators)
    if "media_mode" in body.model_fields_set:
        await keeping.decide(conn, workspace, account, body.media_mode, now)
    pace = _pace(body.acknowledges_every_s) if "acknowledges_every_s" in body.model_fields_set else None
    value = await connecting.decide(conn, workspace, account, connects=body.connects_customers, pace=pace, now=now)
    if is_changed:
        changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=value)], now)
    return value


def _pace(seconds: int | None) -> connecting.Pace:
    return connecting.EveryMessage() if seconds is None else connecting.AtMostEvery(seconds=seconds)
