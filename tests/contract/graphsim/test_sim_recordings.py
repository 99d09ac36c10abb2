"""Family N: every recording can be replayed, and what the simulator says itself has the shape of the recordings."""

import hashlib
import hmac
import json
import re
from typing import Any

import pytest
from tests.contract.graphsim.door import CUSTOMER, IG, ROOT, SECRET, Receiver, Sim

RECORDINGS = sorted((ROOT / "tests" / "recordings").glob("*.json"))
REEL = "https://www.instagram.com/reel/DQx7LkPa2Rw/"
ELEMENT = {"title": "Rye", "subtitle": "4.20", "image_url": "https://x.example/a.jpg"}
BUTTON = {"type": "postback", "title": "Order", "payload": "ORDER"}
LINK = {"type": "open_url", "url": "https://x.example", "title": "Open"}
AD = {"ref": "a", "ad_id": "1", "source": "ADS", "type": "OPEN_THREAD"}
AD_MEDIA = {"ad_title": "t", "photo_url": "https://x.example", "video_url": "https://x.example"}
REFERRAL = {"ref": "a", "source": "SHORTLINKS", "type": "OPEN_THREAD"}

Act = tuple[str, dict[str, Any]]


def write(**body: Any) -> Act:
    return "write", body


def attached(*kinds: Any, **body: Any) -> Act:
    return "write", {"attachments": list(kinds), **body}


def echoed(**body: Any) -> Act:
    return "echo", body


# the act whose event has the shape of the recording; {mid} is a message that came before
ACTS: dict[str, Act] = {
    "msg-text": write(text="x"),
    "msg-text-unicode": write(text="Größe 👟"),
    "msg-text-link": write(text="https://x.example/p"),
    "msg-image": attached("image"),
    "msg-video": attached("video"),
    "msg-audio": attached("audio"),
    "msg-file": attached("file"),
    "msg-image-multiple": attached("image", "image", "image"),
    "msg-text-and-image": attached("image", text="this one?"),
    "msg-ig-post": attached({"type": "ig_post", "title": "t"}),
    "msg-ig-post-transition": attached({"type": "share", "title": "t"}, {"type": "ig_post", "title": "t"}),
    "msg-share-legacy": attached({"type": "share", "title": "t"}),
    "msg-share-permalink": attached({"type": "share", "url": REEL}),
    "msg-ig-reel": attached({"type": "ig_reel", "title": "t"}),
    "msg-ig-reel-permalink": attached({"type": "ig_reel", "title": "t", "url": REEL}),
    "msg-reel": attached({"type": "reel", "title": "t", "url": "https://www.facebook.com/reel/1/"}),
    "msg-story-mention": attached("story_mention"),
    "msg-ig-story": attached("ig_story"),
    "msg-ephemeral": attached("ephemeral"),
    "msg-sticker-transition": attached("sticker"),
    "msg-template-empty": attached("template"),
    "msg-fallback": attached("fallback", text="look"),
    "msg-unsupported-type": attached("unsupported_type"),
    "msg-is-unsupported": write(unsupported=True),
    "msg-unknown-attachment-type": attached({"type": "ig_product_card", "payload": {"foo": {"bar": 1}}}),
    "msg-like-heart": attached("like_heart"),
    "msg-reply-to-message": write(text="x", reply_to="{mid}"),
    "msg-reply-to-story": write(text="x", story={"link_sticker_url": "https://x.example"}),
    "msg-reply-to-story-media": attached("image", story={}),
    "msg-quick-reply": write(text="Hours", quick_reply="HOURS"),
    "msg-quick-reply-native-faq": write(text="Pre-orders?", quick_reply="3:IB_FIRST_PARTY:x:no_response:is_custom"),
    "msg-ad-referral": write(text="x", referral={**AD, "ads_context_data": AD_MEDIA}),
    "msg-igme-referral": write(text="x", referral=REFERRAL),
    "msg-product-referral": write(text="x", referral={"product": {"id": "1"}}),
    "msg-echo-ours": echoed(text="x", app_id="990602627938098"),
    "msg-echo-native": echoed(text="x"),
    "msg-echo-attachments": echoed(attachments=["image", "image"]),
    "msg-echo-template": echoed(
        attachments=[{"type": "template", "payload": {"generic": {"elements": [{**ELEMENT, "buttons": [BUTTON]}]}}}]
    ),
    "msg-echo-template-open-url": echoed(
        attachments=[{"type": "template", "payload": {"generic": {"elements": [{"title": "t", "buttons": [LINK]}]}}}]
    ),
    "msg-echo-story-mention": echoed(attachments=["story_mention"]),
    "msg-echo-reply-to-story": echoed(text="x", story={}),
    "msg-self-echo": echoed(text="x", to_self=True),
    "msg-deleted": ("unsend", {"mid": "{mid}"}),
    "msg-deleted-echo": ("unsend", {"mid": "{echo}"}),
    "message-edit": ("edit", {"mid": "{mid}", "text": "y"}),
    "message-edit-zero": write(text="x", stub="only"),
    "reaction-love": ("react", {"mid": "{mid}"}),
    "reaction-other": ("react", {"mid": "{mid}", "emoji": "🥐"}),
    "reaction-unreact": ("unreact", {"mid": "{mid}"}),
    "seen": ("seen", {"customer": CUSTOMER}),
    "postback-icebreaker": ("postback", {}),
    "postback-no-mid": ("postback", {"without_mid": True}),
    "postback-referral": ("postback", {"referral": REFERRAL}),
    "referral-igme": ("referral", {}),
    "handover-pass": ("control", {}),
    "standby-message": write(text="x", standby=True),
    "standby-echo": echoed(text="x", standby=True, app_id="1217981644879628"),
    "standby-postback": ("postback", {"standby": True, "without_payload": True}),
    "standby-reaction": ("react", {"mid": "{mid}", "standby": True}),
    "comment-changes": ("comment", {"text": "x"}),
    "comment-flat": ("comment", {"text": "x", "form": "flat"}),
    "comment-comment-id-key": ("comment", {"text": "x", "form": "comment_id", "product_type": "REELS"}),
    "comment-reply": ("comment", {"text": "x", "parent": "{comment}"}),
    "comment-ad": ("comment", {"text": "x", "product_type": "AD"}),
    "comment-own": ("comment", {"text": "x", "own": True, "parent": "{comment}"}),
    "comment-no-text": ("comment", {}),
    "comment-no-from-id": ("comment", {"text": "x", "without_id": True}),
    "live-comment": ("comment", {"text": "x", "live": True}),
    "mention-comment": ("mention", {"form": "mentions"}),
    "mention-caption": ("mention", {"where": "caption"}),
    "changes-message-real": write(text="x", channel="changes"),
}
WITHOUT_CUSTOMER = ("unsend", "edit", "react", "unreact")


def shape(value: Any) -> Any:
    """Keys and types without values."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in sorted(value.items())}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


def recorded(name: str) -> Any:
    return json.loads((ROOT / "tests" / "recordings" / f"{name}.json").read_text())


async def prepare(sim: Sim) -> dict[str, str]:
    """A message, an echo and a comment to refer to, of which the callback does not hear."""
    mid = (await sim.do("write", customer=CUSTOMER, text="before", deliver=False))["mid"]
    echo = (await sim.do("echo", customer=CUSTOMER, text="before", deliver=False))["mid"]
    comment = (await sim.do("comment", customer=CUSTOMER, text="before", deliver=False))["id"]
    return {"{mid}": mid, "{echo}": echo, "{comment}": comment}


def rules_by_recording() -> dict[str, list[str]]:
    """The rules of the spec that name a recording."""
    found: dict[str, list[str]] = {}
    spec = (ROOT / "docs" / "spec" / "graph.md").read_text()
    for rule, text in re.findall(r"^- \*\*(\w+)\*\* (.*)$", spec, re.MULTILINE):
        for name in re.findall(r"`([a-z0-9-]+)`", text):
            found.setdefault(name, []).append(rule)
    return found


RULES = rules_by_recording()


def test_every_recording_belongs_to_a_rule() -> None:
    assert [path.stem for path in RECORDINGS if path.stem not in RULES] == []


@pytest.mark.parametrize("name", sorted(ACTS), ids=lambda name: f"{RULES[name][0]}-{name}")
async def test_N2_N3_an_act_says_what_the_recording_shows(sim: Sim, receiver: Receiver, name: str) -> None:
    known = await prepare(sim)
    path, wanted = ACTS[name]
    body = {key: known.get(value, value) if isinstance(value, str) else value for key, value in wanted.items()}
    if path not in WITHOUT_CUSTOMER and not body.get("to_self"):
        body["customer"] = CUSTOMER
    await sim.do(path, **body)
    await sim.flush()
    assert shape(receiver.posts[0].document) == shape(recorded(name))


async def test_N1_every_recording_can_be_posted_signed(sim: Sim, receiver: Receiver) -> None:
    await sim.do("settings", in_flight=1)
    for path in RECORDINGS:
        await sim.do("deliver", document=json.loads(path.read_text()))
    await sim.flush()
    for path, post in zip(RECORDINGS, receiver.posts, strict=True):
        assert post.document == json.loads(path.read_text()), path.stem
        assert post.body.isascii()
        expected = hmac.new(SECRET.encode(), post.body, hashlib.sha256).hexdigest()
        assert post.headers["x-hub-signature-256"] == f"sha256={expected}"


@pytest.mark.parametrize(
    "name",
    ["handover-take", "handover-request", "handover-app-roles", "optin-notification", "policy-enforcement", "unknown-event"],
)
async def test_N6_an_item_of_any_kind_is_wrapped_as_it_stands(sim: Sim, receiver: Receiver, name: str) -> None:
    document = recorded(name)
    await sim.do("raw", account=IG, item=document["entry"][0]["messaging"][0])
    await sim.flush()
    entry = receiver.posts[0].document["entry"][0]
    assert {**entry, "time": 0} == {**document["entry"][0], "time": 0}


async def test_N50_a_stub_may_come_before_its_message_which_can_be_read(sim: Sim, receiver: Receiver) -> None:
    mid = (await sim.do("write", customer=CUSTOMER, text="hidden", stub="before"))["mid"]
    await sim.flush()
    assert [list(item)[-1] for item in receiver.items()] == ["message_edit", "message"]
    assert (await sim.get(mid, fields="message"))["message"] == "hidden"


async def test_N60_another_apps_conversation_is_told_in_standby_and_cannot_be_written_to(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER, deliver=False)
    await sim.do("control", customer=CUSTOMER, deliver=False)
    await sim.do("write", customer=CUSTOMER, text="anyone?")
    await sim.flush()
    assert "standby" in receiver.posts[0].document["entry"][0]
    answer = await sim.send()
    assert answer.json()["error"]["error_subcode"] == 2534037
