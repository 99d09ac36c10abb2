"""Letting an app in, as the tests of logins and tokens do it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from tests.contract.graphsim.door import SECRET, Sim

META_APP = "990602627938098"
INSTAGRAM_APP = "880214567890123"
BACK = "https://inbox.example/back"
SCOPE = "instagram_business_basic,instagram_business_manage_messages"
FACEBOOK = "graph.facebook.com"
FACEBOOK_SCOPE = "instagram_basic,instagram_manage_messages,instagram_manage_insights,pages_show_list,pages_read_engagement"
PAGE = "www.instagram.com/oauth/authorize"
DIALOG = "www.facebook.com/v25.0/dialog/oauth"


def asked(**query: str) -> dict[str, str]:
    """What the consent page is opened with."""
    usual = {"client_id": INSTAGRAM_APP, "redirect_uri": BACK, "response_type": "code", "state": "s", "scope": SCOPE}
    return {**usual, **query}


async def opened(sim: Sim, page: str = PAGE, **query: str) -> httpx2.Response:
    """The consent page."""
    return await sim.client.get(f"{sim.base}/{page}", params=asked(**query))


async def answered(sim: Sim, page: str, form: dict[str, Any], **query: str) -> dict[str, str]:
    """What the browser brings back when the form of the page was sent."""
    return brought(await sim.client.post(f"{sim.base}/{page}", params=asked(**query), data=form))


def brought(answer: httpx2.Response) -> dict[str, str]:
    """What the browser brings back."""
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def exchange(sim: Sim, code: str, **form: str) -> httpx2.Response:
    """A code for a short token."""
    usual = {"client_id": INSTAGRAM_APP, "client_secret": SECRET, "grant_type": "authorization_code", "redirect_uri": BACK}
    return await sim.client.post(f"{sim.base}/api.instagram.com/oauth/access_token", data={**usual, "code": code, **form})


async def unversioned(sim: Sim, path: str, **query: str) -> httpx2.Response:
    """An endpoint of graph.instagram.com without a version."""
    return await sim.client.get(f"{sim.base}/graph.instagram.com/{path}", params=query)


async def refreshed(sim: Sim, token: str) -> httpx2.Response:
    """A long token renewed."""
    return await unversioned(sim, "refresh_access_token", grant_type="ig_refresh_token", access_token=token)


async def long_token(sim: Sim, account: str, **query: str) -> str:
    """A whole login of an account."""
    await sim.do("login", account=account)
    short = (await exchange(sim, brought(await opened(sim, **query))["code"])).json()["access_token"]
    query = {"grant_type": "ig_exchange_token", "client_secret": SECRET, "access_token": short}
    return (await unversioned(sim, "access_token", **query)).json()["access_token"]


async def facebook_code(sim: Sim, **login: Any) -> str:
    """A code from Facebook's dialog, as the control door has the person answer it."""
    await sim.do("login", **{"user": "", **login})
    return brought(await opened(sim, DIALOG, client_id=META_APP, scope=FACEBOOK_SCOPE))["code"]


async def facebook_oauth(sim: Sim, **query: str) -> httpx2.Response:
    """`oauth/access_token` of graph.facebook.com."""
    usual = {"client_id": META_APP, "client_secret": SECRET, "redirect_uri": BACK}
    return await sim.client.get(f"{sim.base}/{FACEBOOK}/v25.0/oauth/access_token", params={**usual, **query})


async def user_token(sim: Sim, **login: Any) -> str:
    """A long-lived token of a Facebook user."""
    short = (await facebook_oauth(sim, code=await facebook_code(sim, **login))).json()["access_token"]
    return (await facebook_oauth(sim, grant_type="fb_exchange_token", fb_exchange_token=short)).json()["access_token"]


async def page_token(sim: Sim, user: str) -> str:
    """The first Page's token of a user."""
    return (await sim.get("me/accounts", host=FACEBOOK, token=user))["data"][0]["access_token"]
