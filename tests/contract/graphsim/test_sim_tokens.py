"""Family T: how tokens live and die, what an account is subscribed to, and what an app is told when a person goes."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from tests.contract.graphsim.door import CUSTOMER, DAY, IG, SECRET, TOKEN, VERIFY, Posted, Receiver, Sim, refusal
from tests.contract.graphsim.logins import FACEBOOK, META_APP, facebook_oauth, long_token, page_token, refreshed, user_token

SOMEBODY = "10220844119532608"
WITHDRAWN = "instagram_business_basic"


class App(Receiver):
    """An app's addresses for deauthorisation and deletion."""

    reply: bytes = b'{"url":"https://inbox.example/d?code=DEL-7F3K9Q","confirmation_code":"DEL-7F3K9Q"}'

    async def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if target in ("/deauthorize", "/deletion"):
            self.posts.append(Posted(headers={**headers, "path": target}, body=body))
            return self.status, self.reply
        return await super().answer(method, target, headers, body)


@pytest.fixture
async def app(sim: Sim) -> AsyncIterator[App]:
    found = App()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{found.port}"
    await sim.do("apps", deauthorize_url=f"{base}/deauthorize", deletion_url=f"{base}/deletion")
    yield found
    server.close()
    await found.close()


def request_of(post: Posted) -> dict[str, Any]:
    """What a signed_request says, its signature checked. Rule T12."""
    signature, _, payload = parse_qs(post.body.decode())["signed_request"][0].partition(".")
    expected = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "==") == expected
    return json.loads(base64.urlsafe_b64decode(payload + "=="))


async def me(sim: Sim, token: str) -> httpx2.Response:
    host = "graph.instagram.com" if token.startswith("IGAA") else FACEBOOK
    return await sim.call("GET", "me", host=host, token=token)


async def test_T6_T7_a_token_is_renewed_once_it_is_a_day_old_and_lives_60_days_from_then(sim: Sim) -> None:
    first = await long_token(sim, IG)
    await sim.advance(DAY - 1)
    young = await refreshed(sim, first)
    assert (young.status_code, refusal(young)) == (400, (100, None))
    assert "Unsupported request - method type: get" in young.text
    await sim.advance(1)
    second = (await refreshed(sim, first)).json()
    assert (second["token_type"], second["expires_in"]) == ("bearer", 60 * DAY)
    await sim.advance(59 * DAY)
    assert refusal(await me(sim, first)) == (190, 463)
    assert (await me(sim, second["access_token"])).status_code == 200
    await sim.advance(DAY)
    assert refusal(await refreshed(sim, second["access_token"])) == (190, 463)


async def test_T6_the_answer_may_hold_the_same_string(sim: Sim) -> None:
    await sim.do("settings", refresh_keeps_token=True)
    token = await long_token(sim, IG)
    await sim.advance(DAY)
    assert (await refreshed(sim, token)).json()["access_token"] == token
    assert refusal(await refreshed(sim, token)) == (100, None)
    await sim.advance(59 * DAY)
    assert (await me(sim, token)).status_code == 200


async def test_T7_a_short_token_or_another_method_is_refused(sim: Sim) -> None:
    short = (await sim.do("tokens", action="issue", kind="short"))["items"][0]["value"]
    assert refusal(await refreshed(sim, short)) == (100, None)
    await sim.advance(DAY)
    url = f"{sim.base}/graph.instagram.com/refresh_access_token"
    posted = await sim.client.post(url, data={"grant_type": "ig_refresh_token", "access_token": TOKEN})
    assert refusal(posted) == (100, None)
    assert (await refreshed(sim, TOKEN)).status_code == 200


async def test_T22_a_users_token_is_exchanged_for_a_long_one_and_that_again_after_a_day(sim: Sim) -> None:
    first = await user_token(sim)
    query = {"grant_type": "fb_exchange_token", "fb_exchange_token": first}
    await sim.advance(3600)
    early = (await facebook_oauth(sim, **query)).json()
    assert (early["access_token"], early["expires_in"]) == (first, 60 * DAY - 3600)
    await sim.advance(DAY)
    later = (await facebook_oauth(sim, **query)).json()
    assert (later["access_token"] != first, later["expires_in"]) == (True, 60 * DAY)
    await sim.advance(59 * DAY)
    assert refusal(await facebook_oauth(sim, **query)) == (190, 463)
    wrong = await facebook_oauth(sim, grant_type="fb_exchange_token", fb_exchange_token=later["access_token"], client_secret="x")
    assert refusal(wrong) == (1, None)


async def test_T24_another_login_gives_earlier_tokens_access_again(sim: Sim) -> None:
    page = await page_token(sim, await user_token(sim))
    await sim.advance(80 * DAY)
    user = await user_token(sim)
    await sim.advance(80 * DAY)
    assert (await me(sim, page)).status_code == 200
    assert refusal(await me(sim, user)) == (190, 463)


async def test_T15_T24_a_pages_token_has_no_date_but_dies_90_days_after_the_last_login(sim: Sim) -> None:
    page = await page_token(sim, await user_token(sim))
    await sim.advance(89 * DAY)
    assert (await me(sim, page)).status_code == 200
    await sim.advance(DAY)
    assert refusal(await me(sim, page)) == (190, None)
    await sim.do("settings", data_access_days=None)
    assert (await me(sim, page)).status_code == 200


@pytest.mark.parametrize(
    ("does", "subcode"),
    [("change_password", 460), ("log_out", 467), ("checkpoint", 459), ("unconfirm", 464), ("remove_app", 458)],
)
async def test_T14_what_a_person_does_kills_their_tokens_and_the_subcode_says_what(sim: Sim, does: str, subcode: int) -> None:
    page = await page_token(sim, await user_token(sim))
    await sim.do("owner", does=does)
    answer = await me(sim, TOKEN)
    assert (answer.status_code, refusal(answer)) == (401, (190, subcode))
    assert refusal(await refreshed(sim, TOKEN)) == (190, subcode)
    assert (await me(sim, page)).status_code == 200
    await sim.do("owner", does=does, user="")
    assert refusal(await me(sim, page)) == (190, subcode)


async def test_T14_after_a_checkpoint_the_token_lives_again(sim: Sim) -> None:
    await sim.do("owner", does="checkpoint")
    assert "follow the instructions given" in (await me(sim, TOKEN)).text
    await sim.do("owner", does="clear")
    assert (await me(sim, TOKEN)).status_code == 200


async def test_T14_who_loses_the_role_loses_the_page(sim: Sim) -> None:
    user = await user_token(sim)
    page = await page_token(sim, user)
    await sim.do("owner", does="lose_role", user="")
    assert refusal(await me(sim, page)) == (190, 492)
    assert (await sim.get("me/accounts", host=FACEBOOK, token=user))["data"] == []


async def test_T14_the_time_in_the_text_is_pacific_and_the_subcode_may_be_missing(sim: Sim) -> None:
    await sim.do("tokens", action="expire", token=TOKEN)
    message = (await me(sim, TOKEN)).json()["error"]["message"]
    assert "Session has expired on Monday, 02-Nov-26 01:00:00 PST. The current time is Monday, 02-Nov-26 01:00:00 PST." in message
    await sim.do("settings", instagram_subcodes=False)
    assert refusal(await me(sim, TOKEN)) == (190, None)


async def test_T14_a_revoked_token_tells_why(sim: Sim) -> None:
    await sim.do("tokens", action="revoke", token=TOKEN, subcode=460)
    assert refusal(await me(sim, TOKEN)) == (190, 460)
    await sim.do("tokens", action="revoke", token=TOKEN, subcode=None)
    assert refusal(await me(sim, TOKEN)) == (190, None)


async def test_T27_a_permission_taken_back_is_200_where_one_never_given_is_10(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("owner", does="withdraw", scopes=["instagram_business_manage_messages"])
    answer = await sim.call("GET", CUSTOMER, fields="name")
    assert (answer.status_code, refusal(answer)) == (403, (200, None))
    assert (await me(sim, TOKEN)).status_code == 200
    bare = (await sim.do("tokens", action="issue", scopes=[WITHDRAWN]))["items"][0]["value"]
    assert refusal(await sim.call("GET", CUSTOMER, token=bare, fields="name")) == (10, None)


async def test_T6_without_the_basic_permission_nothing_is_renewed(sim: Sim) -> None:
    await sim.do("owner", does="withdraw", scopes=[WITHDRAWN])
    await sim.advance(DAY)
    assert refusal(await refreshed(sim, TOKEN)) == (200, None)


async def test_T7_calls_and_refusals_are_counted_by_account_and_endpoint(sim: Sim) -> None:
    before = await sim.see("stats")
    assert before["calls_by_account"] == {}
    await refreshed(sim, TOKEN)
    await sim.advance(DAY)
    await refreshed(sim, TOKEN)
    await sim.get("me")
    await sim.get(IG, fields="username")
    await sim.get("me/subscribed_apps")
    found = (await sim.see("stats"))["calls_by_account"][IG]
    assert found["GET /refresh_access_token"] == {"calls": 2, "refused": 1}
    assert found["GET /{account}"] == {"calls": 2, "refused": 0}
    assert found["GET /{account}/subscribed_apps"]["calls"] == 1


async def test_T7_a_fault_of_renewals_leaves_other_calls_alone(sim: Sim) -> None:
    await sim.advance(DAY)
    await sim.do("fault", target="refresh", effect="error", code=2, count=1)
    assert refusal(await refreshed(sim, TOKEN)) == (2, None)
    assert (await me(sim, TOKEN)).status_code == 200
    assert (await refreshed(sim, TOKEN)).status_code == 200


async def test_T10_a_subscription_can_be_seen_made_and_ended(sim: Sim, receiver: Receiver) -> None:
    assert (await sim.call("DELETE", "me/subscribed_apps")).json() == {"success": True}
    assert (await sim.get("me/subscribed_apps"))["data"] == []
    body = {"subscribed_fields": ["messages", "comments"]}
    assert (await sim.call("POST", f"{IG}/subscribed_apps", body=body)).json() == {"success": True}
    found = (await sim.get("me/subscribed_apps"))["data"][0]
    assert (found["id"], found["subscribed_fields"]) == (META_APP, ["messages", "comments"])
    wrote = await sim.do("write", customer=CUSTOMER)
    await sim.do("react", mid=wrote["mid"], emoji="👍")
    await sim.flush()
    assert ["message" in item for item in receiver.items()] == [True]
    assert (await sim.see("stats"))["unsubscribed_events"] == 1


@pytest.mark.parametrize("field", ["story_insights", "mentions", "messaging_policy_enforcement", "feed"])
async def test_T10_instagram_login_has_not_every_field(sim: Sim, field: str) -> None:
    answer = await sim.call("POST", "me/subscribed_apps", subscribed_fields=f"messages,{field}")
    assert refusal(answer) == (100, None)
    assert "Param subscribed_fields[1] must be one of {" in answer.text


async def test_T11_a_page_takes_only_its_own_fields_and_is_told_of_all_the_app_chose(sim: Sim, receiver: Receiver) -> None:
    await sim.do("accounts", id=IG, page_token="EAApage", subscribed_fields=[])
    facebook = {"host": FACEBOOK, "token": "EAApage"}
    wrong = await sim.call("POST", "me/subscribed_apps", subscribed_fields="messages,messaging_seen", **facebook)
    assert refusal(wrong) == (100, None)
    assert (await sim.call("POST", "me/subscribed_apps", subscribed_fields="feed", **facebook)).status_code == 200
    assert (await sim.get("me/subscribed_apps", **facebook))["data"][0]["subscribed_fields"] == ["feed"]
    await sim.do("apps", webhook_fields=["messages"])
    wrote = await sim.do("write", customer=CUSTOMER)
    await sim.do("react", mid=wrote["mid"], emoji="👍")
    await sim.flush()
    assert ["message" in item for item in receiver.items()] == [True]


async def test_T29_a_subscription_may_lack_a_field_and_only_reading_it_shows(sim: Sim, receiver: Receiver) -> None:
    await sim.do("fault", target="subscriptions", effect="lack", fields=["messages"], count=1)
    asked = {"subscribed_fields": "messages,comments"}
    assert (await sim.call("POST", "me/subscribed_apps", **asked)).json() == {"success": True}
    assert (await sim.get("me/subscribed_apps"))["data"][0]["subscribed_fields"] == ["comments"]
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    assert receiver.posts == []
    assert (await sim.call("POST", "me/subscribed_apps", **asked)).json() == {"success": True}
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    assert len(receiver.posts) == 1


async def test_T28_the_apps_own_subscription_is_read_by_its_token_and_made_where_that_is_open(
    sim: Sim, receiver: Receiver
) -> None:
    app = {"host": FACEBOOK, "token": f"{META_APP}|{SECRET}"}
    (found,) = (await sim.get(f"{META_APP}/subscriptions", **app))["data"]
    assert (found["object"], found["callback_url"], found["active"]) == ("instagram", receiver.url, True)
    wanted = {"object": "instagram", "fields": "messages", "callback_url": receiver.url, "verify_token": VERIFY}
    assert refusal(await sim.call("POST", f"{META_APP}/subscriptions", **app, **wanted)) == (200, None)
    await sim.do("apps", may_subscribe=True)
    bad = {**wanted, "verify_token": "guess"}
    assert refusal(await sim.call("POST", f"{META_APP}/subscriptions", **app, **bad)) == (2200, None)
    assert (await sim.call("POST", f"{META_APP}/subscriptions", **app, **wanted)).json() == {"success": True}
    (found,) = (await sim.get(f"{META_APP}/subscriptions", **app))["data"]
    assert [one["name"] for one in found["fields"]] == ["messages"]
    assert refusal(await sim.call("GET", f"{META_APP}/subscriptions", host=FACEBOOK, token="EAAno")) == (190, None)


async def test_T12_removing_the_app_tells_its_address_who(sim: Sim, app: App) -> None:
    told = (await sim.do("owner", does="remove_app"))["told"]
    assert [(one["kind"], one["ok"], one["status"]) for one in told] == [("deauthorize", True, 200)]
    (post,) = app.posts
    assert post.headers["content-type"] == "application/x-www-form-urlencoded"
    payload = request_of(post)
    account = (await sim.see("accounts"))["items"][0]
    assert (payload["algorithm"], payload["user_id"]) == ("HMAC-SHA256", account["app_scoped_id"])
    assert account["subscribed_fields"] == []
    assert len((await sim.see("callbacks"))["items"]) == 1


async def test_T12_a_facebook_user_is_named_by_theirs(sim: Sim, app: App) -> None:
    await user_token(sim)
    await sim.do("owner", does="remove_app", user="")
    assert request_of(app.posts[0])["user_id"] == SOMEBODY


@pytest.mark.parametrize(
    ("reply", "ok"),
    [
        (App.reply, True),
        (b'{"url":"https://inbox.example/d"}', False),
        (b'{"url":"https://inbox.example/d","confirmation_code":"no good!"}', False),
        (b"ok", False),
    ],
)
async def test_T13_a_deletion_must_be_answered_with_an_address_and_a_code(sim: Sim, app: App, reply: bytes, ok: bool) -> None:
    app.reply = reply
    (told,) = (await sim.do("owner", does="delete_data"))["told"]
    assert (told["kind"], told["ok"], told["body"].encode()) == ("deletion", ok, reply)
    assert app.posts[0].headers["path"] == "/deletion"
    assert (await me(sim, TOKEN)).status_code == 200


async def test_T12_which_secret_signs_can_be_chosen_and_the_id_may_be_a_number(sim: Sim, app: App) -> None:
    await sim.do("apps", instagram_secret="another", signs_requests_with="meta")
    await sim.do("signed-request", send="deauthorize", as_number=True)
    assert isinstance(request_of(app.posts[0])["user_id"], int)
    await sim.do("apps", signs_requests_with="instagram")
    signed = (await sim.do("signed-request"))["signed_request"]
    signature, _, payload = signed.partition(".")
    expected = hmac.new(b"another", payload.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "==") == expected
    assert "=" not in signed
