"""Family T: how a person lets an app in, through Instagram and through Facebook."""

import hashlib
import hmac
import re
from typing import Any

import pytest
from tests.contract.graphsim.door import CUSTOMER, DAY, IG, SECRET, USERNAME, Sim, refusal
from tests.contract.graphsim.logins import (
    BACK,
    DIALOG,
    FACEBOOK,
    FACEBOOK_SCOPE,
    INSTAGRAM_APP,
    META_APP,
    PAGE,
    SCOPE,
    answered,
    brought,
    exchange,
    facebook_code,
    facebook_oauth,
    opened,
    page_token,
    unversioned,
    user_token,
)

OTHER = "17841400000000002"


async def test_T1_the_consent_page_offers_accounts_and_permissions_and_sends_back_with_state(sim: Sim) -> None:
    page = await opened(sim)
    assert (page.status_code, f'value="{IG}"' in page.text) == (200, True)
    assert set(re.findall(r'name="grant" id="[^"]+" value="([^"]+)"', page.text)) == set(SCOPE.split(","))
    found = await answered(sim, PAGE, {"person": IG, "grant": SCOPE.split(","), "decision": "allow"}, state="a b&c")
    assert (found["state"], found["code"][:3]) == ("a b&c", "AQB")


async def test_T1_behind_the_code_stands_a_fragment_that_is_not_part_of_it(sim: Sim) -> None:
    await sim.do("login", account=IG)
    assert (await opened(sim)).headers["location"].endswith("#_")


async def test_T1_who_refuses_comes_back_with_an_error_and_the_state(sim: Sim) -> None:
    found = await answered(sim, PAGE, {"person": IG, "decision": "deny"})
    assert found == {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "The user denied your request",
        "state": "s",
    }
    await sim.do("login", denied=True)
    assert brought(await opened(sim))["error"] == "access_denied"


async def test_T1_the_old_host_shows_a_page_without_a_way_back(sim: Sim) -> None:
    await sim.do("login", account=IG)
    page = await opened(sim, "api.instagram.com/oauth/authorize")
    assert page.status_code == 200
    assert "this page isn" in page.text
    assert BACK not in page.text


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"client_id": META_APP}, "Invalid platform app"),
        ({"redirect_uri": BACK + "/"}, "Invalid redirect_uri"),
        ({"response_type": "token"}, "Invalid response_type"),
        ({"scope": "business_basic"}, "Invalid Scopes: business_basic"),
        ({"scope": ""}, "Invalid Scopes"),
    ],
)
async def test_T19_a_wrong_app_address_or_scope_is_a_page_without_a_way_back(sim: Sim, wrong: dict[str, str], text: str) -> None:
    await sim.do("apps", redirect_uris=[BACK])
    await sim.do("login", account=IG)
    page = await opened(sim, **wrong)
    assert (page.status_code, text in page.text) == (400, True)
    assert (await opened(sim)).status_code == 302


async def test_T19_one_scope_that_is_not_approved_makes_the_whole_login_fail(sim: Sim) -> None:
    await sim.do("apps", unapproved_scopes=["instagram_business_manage_messages"])
    assert "Invalid Scopes: instagram_business_manage_messages" in (await opened(sim)).text
    assert (await opened(sim, scope="instagram_business_basic")).status_code == 200


async def test_T20_an_app_in_development_lets_in_only_people_with_a_role_and_gets_no_webhooks(sim: Sim, receiver: Any) -> None:
    await sim.do("apps", mode="development")
    form = {"person": IG, "grant": SCOPE.split(","), "decision": "allow"}
    refused = await sim.client.post(
        f"{sim.base}/{PAGE}",
        params={"client_id": INSTAGRAM_APP, "redirect_uri": BACK, "response_type": "code", "scope": SCOPE},
        data=form,
    )
    assert (refused.status_code, "Insufficient developer role" in refused.text) == (400, True)
    await sim.do("apps", roles=[IG])
    assert "code" in await answered(sim, PAGE, form)
    await sim.do("write", customer=CUSTOMER)
    await sim.flush()
    assert receiver.posts == []


async def test_T20_with_standard_access_there_are_messages_but_no_comments(sim: Sim, receiver: Any) -> None:
    await sim.do("apps", access="standard")
    await sim.do("comment", customer=CUSTOMER, text="Pretty!")
    await sim.do("write", customer=CUSTOMER, text="Hello")
    await sim.flush()
    assert [item["message"]["text"] for item in receiver.items()] == ["Hello"]


async def test_T2_T4_a_code_works_once_and_for_an_hour(sim: Sim) -> None:
    await sim.do("login", account=IG)
    code = brought(await opened(sim))["code"]
    assert "access_token" in (await exchange(sim, code)).json()
    again = await exchange(sim, code)
    text = "Matching code was not found or was already used"
    assert (again.status_code, again.json()) == (400, {"error_type": "OAuthException", "code": 400, "error_message": text})
    late = brought(await opened(sim))["code"]
    await sim.advance(3600)
    assert (await exchange(sim, late)).json()["error_message"] == text


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"client_id": META_APP}, "Invalid platform app"),
        ({"client_secret": "guess"}, "Error validating client secret."),
        ({"redirect_uri": BACK + "/"}, "redirect_uri is identical"),
        ({"grant_type": "password"}, "Invalid grant_type"),
    ],
)
async def test_T4_an_exchange_that_does_not_fit_is_refused_and_leaves_the_code(
    sim: Sim, wrong: dict[str, str], text: str
) -> None:
    await sim.do("login", account=IG)
    code = brought(await opened(sim))["code"]
    answer = await exchange(sim, code, **wrong)
    assert (answer.status_code, text in answer.json()["error_message"]) == (400, True)
    assert (await exchange(sim, code)).status_code == 200


async def test_T3_the_answer_may_be_flat_or_wrapped(sim: Sim) -> None:
    await sim.do("login", account=IG)
    flat = (await exchange(sim, brought(await opened(sim))["code"])).json()
    assert (type(flat["user_id"]), flat["permissions"]) == (int, SCOPE.split(","))
    await sim.do("settings", wrapped_token_answer=True)
    (wrapped,) = (await exchange(sim, brought(await opened(sim))["code"])).json()["data"]
    assert (wrapped["user_id"], wrapped["permissions"]) == (str(flat["user_id"]), SCOPE)


async def test_T3_unticked_permissions_are_not_granted(sim: Sim) -> None:
    found = await answered(sim, PAGE, {"person": IG, "grant": ["instagram_business_basic"], "decision": "allow"})
    token = (await exchange(sim, found["code"])).json()
    assert token["permissions"] == ["instagram_business_basic"]
    await sim.do("write", customer=CUSTOMER)
    assert refusal(await sim.call("GET", CUSTOMER, token=token["access_token"], fields="name")) == (10, None)


async def test_T5_only_a_short_token_and_the_right_secret_make_a_long_one(sim: Sim) -> None:
    await sim.do("login", account=IG)
    short = (await exchange(sim, brought(await opened(sim))["code"])).json()["access_token"]
    query = {"grant_type": "ig_exchange_token", "access_token": short}
    assert (await unversioned(sim, "access_token", client_secret="guess", **query)).json()["error"]["code"] == 100
    long = (await unversioned(sim, "access_token", client_secret=SECRET, **query)).json()
    assert (long["token_type"], long["expires_in"]) == ("bearer", 60 * DAY)
    again = {**query, "access_token": long["access_token"]}
    assert "Unsupported request" in (await unversioned(sim, "access_token", client_secret=SECRET, **again)).text


async def test_T21_the_dialog_offers_pages_and_permissions_and_a_code_becomes_a_users_token(sim: Sim) -> None:
    await sim.do("accounts", id=OTHER, username="quay.tea")
    asked = {"client_id": META_APP, "scope": FACEBOOK_SCOPE}
    page = await opened(sim, DIALOG, **asked)
    assert set(re.findall(r'name="page" id="[^"]+" value="([^"]+)"', page.text)) == {IG, OTHER}
    (user,) = (await sim.see("users"))["items"]
    form = {"person": user["id"], "page": [OTHER], "grant": FACEBOOK_SCOPE.split(","), "decision": "allow"}
    found = await answered(sim, DIALOG, form, **asked)
    token = (await facebook_oauth(sim, code=found["code"])).json()
    assert (token["token_type"], token["expires_in"], token["access_token"][:3]) == ("bearer", 3600, "EAA")
    (shared,) = (await sim.get("me/accounts", host=FACEBOOK, token=token["access_token"], fields="instagram_business_account"))[
        "data"
    ]
    assert shared["instagram_business_account"]["id"] == OTHER
    denied = await answered(sim, DIALOG, {"decision": "deny"}, **asked)
    assert (denied["error"], denied["state"]) == ("access_denied", "s")


async def test_T21_a_configuration_stands_for_its_permissions(sim: Sim) -> None:
    await sim.do("apps", configurations={"77": ["instagram_basic", "pages_show_list"]})
    page = await opened(sim, DIALOG, client_id=META_APP, config_id="77")
    assert set(re.findall(r'name="grant" id="[^"]+" value="([^"]+)"', page.text)) == {"instagram_basic", "pages_show_list"}
    assert (await opened(sim, DIALOG, client_id=META_APP, config_id="78")).status_code == 400


async def test_T21_facebooks_refusals_of_a_code_are_graphs(sim: Sim) -> None:
    code = await facebook_code(sim)
    assert refusal(await facebook_oauth(sim, code=code, client_secret="guess")) == (1, None)
    assert refusal(await facebook_oauth(sim, code=code, client_id="1")) == (101, None)
    assert refusal(await facebook_oauth(sim, code=code, redirect_uri=BACK + "/")) == (100, 36008)
    assert (await facebook_oauth(sim, code=code)).status_code == 200
    assert refusal(await facebook_oauth(sim, code=code)) == (100, 36009)
    late = await facebook_code(sim)
    await sim.advance(3600)
    assert refusal(await facebook_oauth(sim, code=late)) == (100, 36007)


async def test_T21_a_code_may_give_a_long_token_at_once(sim: Sim) -> None:
    await sim.do("settings", facebook_code_gives="long")
    assert (await facebook_oauth(sim, code=await facebook_code(sim))).json()["expires_in"] == 60 * DAY


async def test_T21_a_page_left_out_of_a_later_login_is_lost_to_the_earlier_one(sim: Sim) -> None:
    await sim.do("accounts", id=OTHER, username="quay.tea")
    page = await page_token(sim, await user_token(sim, pages=[IG]))
    assert (await sim.call("GET", "me", host=FACEBOOK, token=page)).status_code == 200
    await user_token(sim, pages=[OTHER])
    answer = await sim.call("GET", "me", host=FACEBOOK, token=page)
    assert refusal(answer) == (190, None)
    assert "must be granted before impersonating" in answer.json()["error"]["message"]


async def test_T15_a_users_token_lists_pages_with_theirs(sim: Sim) -> None:
    user = (await sim.do("tokens", action="issue", kind="user"))["items"][0]["value"]
    fields = "id,access_token,tasks,instagram_business_account{id,username}"
    page = (await sim.get("me/accounts", host=FACEBOOK, token=user, fields=fields))["data"][0]
    assert page["instagram_business_account"] == {"id": IG, "username": USERNAME}
    assert "MESSAGING" in page["tasks"]
    found = await sim.get(page["id"], host=FACEBOOK, token=page["access_token"], fields="name")
    assert found["id"] == page["id"]


async def test_T15_a_page_may_have_no_instagram_account_or_no_task_for_messages(sim: Sim) -> None:
    await sim.do("accounts", id=IG, is_page_linked=False, page_tasks=["ANALYZE"])
    user = await user_token(sim)
    fields = "id,tasks,instagram_business_account{id}"
    (page,) = (await sim.get("me/accounts", host=FACEBOOK, token=user, fields=fields))["data"]
    assert page.keys() == {"id", "tasks"}
    assert page["tasks"] == ["ANALYZE"]


async def test_T15_without_pages_show_list_there_are_no_pages(sim: Sim) -> None:
    user = await user_token(sim, untick=["pages_show_list"])
    assert (await sim.get("me/accounts", host=FACEBOOK, token=user))["data"] == []


async def test_T23_debug_token_tells_what_a_token_is(sim: Sim) -> None:
    page = await page_token(sim, await user_token(sim))
    app = f"{META_APP}|{SECRET}"
    data = (await sim.get("debug_token", host=FACEBOOK, token=app, input_token=page))["data"]
    assert (data["app_id"], data["type"], data["expires_at"], data["is_valid"]) == (META_APP, "PAGE", 0, True)
    assert set(data["scopes"]) == set(FACEBOOK_SCOPE.split(","))
    assert data["data_access_expires_at"] == data["issued_at"] + 90 * DAY
    await sim.do("owner", does="change_password", user="")
    dead = (await sim.get("debug_token", host=FACEBOOK, token=app, input_token=page))["data"]
    assert (dead["is_valid"], dead["error"]["code"], dead["error"]["subcode"]) == (False, 190, 460)
    assert (await sim.get("debug_token", host=FACEBOOK, token=app, input_token="EAAnone"))["data"]["is_valid"] is False
    assert refusal(await sim.call("GET", "debug_token", host=FACEBOOK, token=f"{META_APP}|guess", input_token=page)) == (
        190,
        None,
    )


async def test_T25_a_users_token_tells_who_and_what_was_granted_or_declined(sim: Sim) -> None:
    user = await user_token(sim, untick=["instagram_manage_messages"])
    me = await sim.get("me", host=FACEBOOK, token=user)
    assert me == {"id": (await sim.see("users"))["items"][0]["id"], "name": "Dana Harbour"}
    found = (await sim.get("me/permissions", host=FACEBOOK, token=user))["data"]
    status = {one["permission"]: one["status"] for one in found}
    assert (status["instagram_basic"], status["instagram_manage_messages"]) == ("granted", "declined")


async def test_T26_a_proof_is_checked_where_it_is_given_or_asked_for(sim: Sim) -> None:
    page = await page_token(sim, await user_token(sim))
    proof = hmac.new(SECRET.encode(), page.encode(), hashlib.sha256).hexdigest()
    assert refusal(await sim.call("GET", "me", host=FACEBOOK, token=page, appsecret_proof="0" * 64)) == (100, None)
    await sim.do("apps", requires_proof=True)
    assert refusal(await sim.call("GET", "me", host=FACEBOOK, token=page)) == (100, None)
    assert (await sim.call("GET", "me", host=FACEBOOK, token=page, appsecret_proof=proof)).status_code == 200


async def test_T19_apps_do_not_know_each_others_codes(sim: Sim) -> None:
    other = await sim.do("apps", id="5551", name="another")
    await sim.do("login", account=IG)
    code = brought(await opened(sim))["code"]
    mine = {"client_id": other["instagram_id"], "client_secret": other["instagram_secret"]}
    assert (await exchange(sim, code, **mine)).status_code == 400
    theirs = brought(await opened(sim, client_id=other["instagram_id"]))["code"]
    assert (await exchange(sim, theirs, **mine)).status_code == 200
