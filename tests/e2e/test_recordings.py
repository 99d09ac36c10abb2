"""Every recording as it is shown in the inbox, and as a screen reader says it. Laws 3 and 4."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests import recordings_of
from tests.e2e import replay
from tests.e2e.conftest import Shop, made_contexts
from tests.e2e.screen import exactly, thread
from tests.product import IG_ID, eventually

UNREAD = "unread, 1 message, window 23 hours"
OPEN = "window 23 hours"
NEVER = "window never opened"
NOT_HERE = (
    "(?:is being copied from Instagram|could not be fetched from Instagram|was not kept: [^.]+"
    "|is no longer available on Instagram|cannot be shown here|can be seen on Instagram)"
)


@dataclass(frozen=True)
class Article:
    """One message: its accessible name (WHO is the person, TIME any time), what can be read in it, and what it holds."""

    name: str
    reads: tuple[str | re.Pattern[str], ...] = ()
    holds: tuple[tuple[str, str], ...] = ()
    """Elements inside, as role and name."""
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A conversation: its row's name after the person's, its row's line, and its messages."""

    row: str
    line: str
    articles: tuple[Article, ...]
    account: str = "harbour.bakery"
    person: int = 0
    thread_says: str | None = None
    """What stands above or below the messages."""
    lines: tuple[str, ...] = ()
    """What happened between the messages."""


@dataclass(frozen=True)
class Commented:
    """Nothing in the list of conversations; a comment that the API lists."""

    ig_id: str | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class Nothing:
    """Nothing in the inbox; what became of the delivery."""

    state: str = "applied"
    unknown: int = 0


@dataclass(frozen=True)
class Case:
    shows: tuple[Shown | Commented | Nothing, ...]
    before: tuple[str, ...] = ()
    """Recordings that come first, about the same people and messages."""


def theirs(*reads: str | re.Pattern[str], what: str = "", holds: tuple[tuple[str, str], ...] = (), lacks: tuple[str, ...] = ()):
    return Article(f"WHO, TIME{what and f', {what}'}", reads, holds, lacks)


def ours(*reads: str, by: str = "Instagram app", what: str = "sent", holds: tuple[tuple[str, str], ...] = ()):
    return Article(f"{by}, TIME{what and f', {what}'}", (by, *reads), holds)


def says(text: str, *more: str, **options: Any) -> Case:
    """A message of text from somebody new."""
    return Case((Shown(UNREAD, text, (theirs(text, *more, **options),)),))


def sends(line: str, *reads: str | re.Pattern[str], row: str = UNREAD, **options: Any) -> Case:
    """A message that is more than text, or none, from somebody new."""
    return Case((Shown(row, line, (theirs(*reads, **options),)),))


def not_here(kind: str) -> re.Pattern[str]:
    """Media that our own storage does not have: what it was, and why it is not there."""
    return re.compile(f"{kind} {NOT_HERE}")


def comment(ig_id: str | None, text: str | None = "Do you ship to Dundee?", **facts: Any) -> Case:
    return Case((Commented(ig_id, {"text": text, "kind": "comment", "is_own": False, **facts}),))


NOTHING = Case((Nothing(),))
IGNORED = Case((Nothing("ignored"),))
HELLO = "Hi! Do you deliver to Leith on Sundays?"
ANSWER = "Yes! Leith is free above 20 pounds."
STORY = "The story could not be shown."  # its link leads nowhere here
CAPTION = "Sourdough weekend. Order by Friday noon."
IN_INSTAGRAM = (("link", "Open in Instagram"),)
ELSEWHERE = "Another app is answering this conversation at the moment."
PASSED = "Another app has the conversation now: customer asked for a human"

CASES: dict[str, Case] = {
    "batch-duplicate": says("hello"),
    "batch-out-of-order": Case(
        (Shown("unread, 2 messages, window 23 hours", "two", (theirs("one"), theirs("two"))),),
    ),
    "batch-two-accounts": Case(
        (
            Shown("unread, 2 messages, window 23 hours", "second", (theirs("first"), theirs("second"))),
            Shown(UNREAD, "other shop", (theirs("other shop"),), account="harbour.cafe"),
            Commented("18047712390856299", {"text": "Do you ship to Dundee?", "author": "ada.bakes", "account": "harbour.cafe"}),
        ),
    ),
    "changes-message-real": says("arrived through changes"),
    "comment-ad": comment("18047712390856203", author="ada.bakes", ad="Autumn boxes"),
    "comment-changes": comment("18047712390856104", author="ada.bakes"),
    "comment-comment-id-key": comment("18047712390856202", "price?", author="dundee.dan"),
    "comment-flat": comment("18047712390856104", author="ada.bakes"),
    "comment-no-from-id": comment("18047712390856206", author="quiet.quokka"),
    "comment-no-text": comment("18047712390856205", None, author="ada.bakes"),
    "comment-own": comment("18047712390856204", "We do, two days.", author="harbour.bakery", is_own=True),
    "comment-reply": comment("18047712390856201", "me too!", author="dundee.dan"),
    "deleted-before-message": Case((Shown(OPEN, "Message unsent", (theirs("Unsent by them, ", what="Unsent message"),)),)),
    "entry-unknown-account": Case((Nothing("unclaimed"),)),
    "envelope-array": says("in an array"),
    "envelope-changed-fields": IGNORED,
    "envelope-empty": IGNORED,
    "envelope-page-object": IGNORED,
    "handover-app-roles": NOTHING,
    "handover-pass": Case(
        (Shown(UNREAD, HELLO, (theirs(HELLO),), thread_says=ELSEWHERE, lines=(PASSED,)),), before=("msg-text",)
    ),
    "handover-request": Case(
        (Shown(UNREAD, HELLO, (theirs(HELLO),), lines=("Another app asks for the conversation: give me the thread",)),),
        before=("msg-text",),
    ),
    "handover-take": Case(
        (Shown(UNREAD, HELLO, (theirs(HELLO),), lines=(PASSED, "The conversation is ours again")),),
        before=("msg-text", "handover-pass"),
    ),
    "ids-as-numbers": says("numeric ids"),
    "live-comment": comment("17865000000000111", "hello from Oslo", kind="live_comment", author="dundee.dan"),
    "mention-caption": comment(None, None, kind="mention"),
    "mention-comment": comment("17966402183357714", None, kind="mention"),
    "message-edit": Case(
        (
            Shown(
                UNREAD,
                "Hi! Do you deliver to Leith on Saturdays?",
                (theirs("Hi! Do you deliver to Leith on Saturdays?", what="edited", holds=(("button", "edited"),)),),
            ),
        ),
        before=("msg-text",),
    ),
    "message-edit-before-message": Case(
        (Shown(UNREAD, "2 loaves please", (theirs("2 loaves please", what="edited", holds=(("button", "edited"),)),)),),
    ),
    "message-edit-string-count": Case(
        (
            Shown(
                UNREAD,
                "Hi! Do you deliver to Leith on Saturdays, before 10?",
                (theirs("Hi! Do you deliver to Leith on Saturdays, before 10?", what="edited", holds=(("button", "edited"),)),),
            ),
        ),
        before=("msg-text", "message-edit"),
    ),
    "message-edit-zero": NOTHING,
    "msg-ad-referral": says("I saw your ad, is the offer on?", "Came from the ad “Autumn boxes”"),
    "msg-audio": sends("Voice message", not_here("Voice message"), what="Voice message"),
    "msg-deleted": Case(
        (Shown(OPEN, "Message unsent", (theirs("Unsent by them, ", what="Unsent message", lacks=(HELLO,)),)),),
        before=("msg-text",),
    ),
    "msg-deleted-echo": Case(
        (Shown(NEVER, "Us: Message unsent", (ours("Unsent from this account, ", what="Unsent message"),)),),
        before=("msg-echo-native",),
    ),
    "msg-echo-attachments": Case((Shown(NEVER, "Us: Photo × 2", (ours(what="Photo and 1 more, sent"),)),)),
    "msg-echo-native": Case((Shown(NEVER, "Us: answered from my phone :)", (ours("answered from my phone :)", "Sent"),)),)),
    "msg-echo-ours": Case((Shown(NEVER, f"Us: {ANSWER}", (ours(ANSWER, "Sent"),)),)),
    "msg-echo-reply-to-story": Case(
        (
            Shown(
                NEVER,
                "Us: Thank you for the mention!",
                (ours("Answered their story", "Thank you for the mention!", what="answer to a story, sent"),),
            ),
        )
    ),
    "msg-echo-story-mention": Case(
        (
            Shown(
                NEVER,
                "Us: Mentioned them in your story",
                (ours("Mentioned them in your story", STORY, what="Story mention, sent"),),
            ),
        )
    ),
    "msg-echo-template": Case((Shown(NEVER, "Us: Card", (ours("Card", "Rye loaf", what="Card, sent"),)),)),
    "msg-echo-template-open-url": Case(
        (Shown(NEVER, "Us: Card", (ours("Card", "Thanks for your comment! Here is the recipe 👇", what="Card, sent"),)),)
    ),
    "msg-ephemeral": sends(
        "Disappearing photo or video",
        "Disappearing photo or video. It can be seen in the Instagram app only.",
        what="Disappearing photo or video",
    ),
    "msg-fallback": sends("look", "Link", "Harbour Bakery on Maps", what="Link", holds=(("link", "Open maps.example"),)),
    "msg-file": sends("File", not_here("File"), what="File"),
    "msg-ig-post": sends("Shared post", "Shared post", CAPTION, what="Shared post"),
    "msg-ig-post-transition": sends("Shared post", "Shared post", CAPTION, what="Shared post"),
    "msg-ig-reel": sends("Reel", "Shared reel", "How we laminate croissants", what="Shared reel"),
    "msg-ig-reel-permalink": sends("Reel", "Shared reel", "Behind the counter at 5 am", what="Shared reel", holds=IN_INSTAGRAM),
    "msg-ig-story": sends("Shared story", "Shared a story", STORY, what="Shared story"),
    "msg-igme-referral": says("hi, I scanned the code on the box", "Followed a link (box-77)"),
    "msg-image": sends("Photo", not_here("Photo"), what="Photo"),
    "msg-image-multiple": sends("Photo × 3", not_here("Photo"), what="Photo and 2 more"),
    "msg-is-unsupported": sends(
        "Message that Instagram does not share",
        "Instagram does not pass this kind of message on. Open the Instagram app to see it.",
        what="Message that Instagram does not pass on",
    ),
    "msg-like-heart": sends("❤️", "❤️", what="Heart", holds=(("img", "Heart"),)),
    "msg-product-referral": says("Is this gluten free?", "Asks about product 7390116620458831"),
    "msg-quick-reply": says("Opening hours", "Tapped a quick reply"),
    "msg-quick-reply-native-faq": says("Do you take pre-orders?", "Tapped a quick reply"),
    "msg-reel": sends("Reel", "Shared reel", "Morning bake", what="Shared reel", holds=(("link", "Open www.facebook.com"),)),
    "msg-reply-to-message": Case(
        (
            Shown(
                "unread, 2 messages, window 23 hours",
                "Yes please, two of them",
                (theirs(HELLO), theirs(HELLO, "Yes please, two of them")),
            ),
        ),
        before=("msg-text",),
    ),
    "msg-reply-to-story": says("Do you still have this one?", "Answered your story", what="answer to a story"),
    "msg-reply-to-story-media": sends("Photo", "Answered your story", not_here("Photo"), what="answer to a story, Photo"),
    "msg-self-echo": Case(
        (
            Shown(
                "",
                "Us: testing the keyword MENU",
                (ours("testing the keyword MENU"),),
                person=2,
                thread_says="Your own test conversation: no reply window",
            ),
        )
    ),
    "msg-share-legacy": sends("Shared post", "Shared post", CAPTION, what="Shared post"),
    "msg-share-permalink": sends("Shared post", "Shared post", what="Shared post", holds=IN_INSTAGRAM),
    "msg-sticker-transition": sends("Sticker", not_here("Sticker"), what="Sticker"),
    "msg-story-mention": sends("Mentioned you in a story", "Mentioned you in their story", STORY, what="Story mention"),
    "msg-template-empty": sends("Card", "Shared content", "Instagram does not pass its content on.", what="Card"),
    "msg-text": says(HELLO),
    "msg-text-and-image": sends("this one?", "this one?", not_here("Photo"), what="Photo"),
    "msg-text-link": says(
        "is this the one? https://harbourbakery.example/p/rye-42",
        holds=(("link", "https://harbourbakery.example/p/rye-42"),),
    ),
    "msg-text-unicode": says("Größe 38 👟🔥 — كم السعر؟ äöå"),
    "msg-unknown-attachment-type": sends(
        "Attachment", "Attachment (ig product card) is not passed on by Instagram", what="Attachment (ig product card)"
    ),
    "msg-unsupported-type": sends("Attachment", "Instagram does not pass this attachment on.", what="Unsupported attachment"),
    "msg-video": sends("Video", not_here("Video"), what="Video"),
    "optin-notification": Case(
        (Shown(UNREAD, HELLO, (theirs(HELLO),), lines=("Agreed to marketing messages",)),), before=("msg-text",)
    ),
    "policy-enforcement": Case(
        (
            Shown(
                UNREAD,
                HELLO,
                (theirs(HELLO),),
                thread_says="Sending is paused: Meta: block. The account violated the messaging policy. Notes still work.",
            ),
        ),
        before=("msg-text",),
    ),
    "postback-icebreaker": says("What are your opening hours?", "Pressed a button"),
    "postback-no-mid": says("Talk to a person", "Pressed a button"),
    "postback-referral": says("Start", "Pressed a button", "Followed a link (flyer-7)"),
    "postback-self": Case(
        (
            Shown(
                "unread, 1 message",
                "Show the preview",
                (theirs("Show the preview", "Pressed a button"),),
                person=2,
                thread_says="Your own test conversation: no reply window",
            ),
        )
    ),
    "reaction-love": Case(
        (Shown(NEVER, f"Us: {ANSWER}", (ours(ANSWER, holds=(("img", "WHO reacted with ❤️"),)),)),), before=("msg-echo-ours",)
    ),
    "reaction-other": Case(
        (Shown(NEVER, f"Us: {ANSWER}", (ours(ANSWER, holds=(("img", "WHO reacted with 🥐"),)),)),),
        before=("msg-echo-ours", "reaction-love"),
    ),
    "reaction-unreact": Case((Shown(NEVER, f"Us: {ANSWER}", (ours(ANSWER),)),), before=("msg-echo-ours", "reaction-love")),
    "referral-igme": Case(
        (Shown(UNREAD, HELLO, (theirs(HELLO),), lines=("Came through a link (table-12)",)),), before=("msg-text",)
    ),
    "seen": Case((Shown(NEVER, f"Us: {ANSWER}", (ours(ANSWER, "Seen", what="seen"),)),), before=("msg-echo-ours",)),
    "standby-echo": Case(
        (
            Shown(
                NEVER, "Us: I am the booking bot", (ours("I am the booking bot", "handled elsewhere", by="Another app"),)
            ),
        )
    ),
    "standby-message": says("hello? anyone?", "handled elsewhere"),
    "standby-postback": says("Book a table", "handled elsewhere"),
    "standby-reaction": Case(
        (Shown(NEVER, f"Us: {ANSWER}", (ours(ANSWER, holds=(("img", "WHO reacted with ❤️"),)),)),), before=("msg-echo-ours",)
    ),
    "standby-take": Case(
        (Shown(UNREAD, HELLO, (theirs(HELLO),), thread_says=ELSEWHERE, lines=("Another app has the conversation now",)),),
        before=("msg-text",),
    ),
    "story-insights": NOTHING,
    "test-bare-change": IGNORED,
    "test-comments": IGNORED,
    "test-messages-changes": IGNORED,
    "test-messages-messaging": IGNORED,
    "unknown-event": Case((Nothing(unknown=1),)),
}  # fmt: skip


@pytest.fixture(scope="module")
def inbox(shop: Shop, browser: Browser) -> Iterator[Page]:
    """An inbox that stays open while the recordings come in, one after the other; Instagram tells nothing else meanwhile."""
    shop.sim("/fault", target="graph", effect="error", is_transient=True)
    with made_contexts(browser) as make:
        page = make().new_page()
        shop.sign_in(page, "/inbox?status=any")
        yield page


def test_every_recording_has_its_line_in_the_table() -> None:
    assert sorted(CASES) == recordings_of.names()


@pytest.mark.parametrize("name", recordings_of.names())
def test_a_recording_is_shown_and_named(shop: Shop, inbox: Page, name: str) -> None:
    case = CASES[name]
    with everything_as_before(shop, name):
        for nth, earlier in enumerate(case.before):
            settle(shop, replay.body(earlier, name, 3 - nth))
        state = settle(shop, replay.body(name))
        for shown in case.shows:
            match shown:
                case Shown():
                    assert_shown(inbox, name, shown)
                case Commented():
                    assert_commented(shop, name, shown)
                case Nothing():
                    assert (state["state"], state["unknown"]) == (shown.state, shown.unknown)
        if not any(isinstance(shown, Shown) for shown in case.shows):
            assert_nothing_shown(shop, inbox, name)


def settle(shop: Shop, body: bytes) -> dict[str, Any]:
    """Post it, and wait until it is done with; what became of it."""

    def newest() -> dict[str, Any]:
        return next(iter(shop.get("/deliveries", limit=1)["items"]), {})

    before = newest()
    shop.posts(body)

    def settled() -> dict[str, Any] | None:
        delivery = newest()
        return delivery if delivery.get("id") != before.get("id") and delivery["state"] != "stored" else None

    return eventually(settled)


def assert_shown(page: Page, name: str, shown: Shown) -> None:
    igsid = replay.person(name, shown.person)
    who = replay.display_name(igsid)
    row = page.get_by_role("option", name=re.compile(f"^{who}, to @{shown.account}"))
    expect(row).to_have_count(1)
    expect(row).to_have_accessible_name(f"{who}, to @{shown.account}{shown.row and f', {shown.row}'}")
    expect(row).to_contain_text(shown.line)
    row.click()
    log = thread(page)
    expect(log).to_have_accessible_name(f"Messages with {who}")
    articles = log.get_by_role("article")
    expect(articles).to_have_count(len(shown.articles))
    for nth, wanted in enumerate(shown.articles):
        assert_article(articles.nth(nth), wanted, who)
    lines = log.get_by_role("listitem")
    expect(lines).to_have_count(len(shown.lines))
    for nth, line in enumerate(shown.lines):
        expect(lines.nth(nth)).to_have_accessible_name(exactly(f"{line}, TIME"))
    expect(page.get_by_role("main")).to_contain_text(f"to @{shown.account}")
    if shown.thread_says is not None:
        expect(page.get_by_role("main")).to_contain_text(shown.thread_says)
    else:
        expect(page.get_by_role("main")).not_to_contain_text("Another app is answering")


def assert_article(article: Locator, wanted: Article, who: str) -> None:
    expect(article).to_have_accessible_name(exactly(wanted.name.replace("WHO", who)))
    for text in wanted.reads:
        expect(article).to_contain_text(text)
    for role, name in wanted.holds:
        expect(article.get_by_role(role, name=name.replace("WHO", who), exact=True)).to_be_visible()  # pyright: ignore[reportArgumentType]: a role
    for text in wanted.lacks:
        expect(article).not_to_contain_text(text)
    if not any("reacted" in name for _, name in wanted.holds):
        expect(article.get_by_role("img", name="reacted")).to_have_count(0)


def assert_commented(shop: Shop, name: str, wanted: Commented) -> None:
    own = wanted.ig_id and replay.comment_id(name, wanted.ig_id)
    found = [one for one in shop.get("/comments", limit=100)["items"] if one["ig_id"] == own]
    assert len(found) == 1
    one = found[0]
    seen = {**one, "author": one["author"]["username"], "ad": one["media"]["ad_title"], "account": one["account"]["username"]}
    assert {key: seen[key] for key in wanted.facts} == wanted.facts


def assert_nothing_shown(shop: Shop, page: Page, name: str) -> None:
    """A message that comes after it is there; of the recording itself nothing is."""
    shop.writes(f"after {name}", customer="1199000000000001")
    expect(page.get_by_role("option").filter(has_text=f"after {name}")).to_have_count(1)
    for nth in range(3):
        who = replay.display_name(replay.person(name, nth))
        expect(page.get_by_role("option", name=re.compile(f"^{who}\\b"))).to_have_count(0)


@contextmanager
def everything_as_before(shop: Shop, name: str) -> Iterator[None]:
    """Meta's ban of an account ends with its test."""
    try:
        yield
    finally:
        if name == "policy-enforcement":
            shop.sim("/raw", account=IG_ID, item={"policy_enforcement": {"action": "unblock"}}, channel="messaging")
            eventually(lambda: all(one["health"] == "ok" for one in shop.get("/accounts")["items"]))


def test_the_earlier_texts_of_an_edited_message_can_be_read(shop: Shop, inbox: Page) -> None:
    for recording in ("msg-text", "message-edit", "message-edit-string-count"):
        settle(shop, replay.body(recording, "msg-text-unicode"))
    who = replay.display_name(replay.person("msg-text-unicode"))
    inbox.get_by_role("option", name=re.compile(f"^{who}\\b")).click()
    thread(inbox).get_by_role("button", name="edited").click()
    dialog = inbox.get_by_role("dialog", name="Earlier texts")
    earlier = dialog.get_by_role("listitem")
    expect(earlier).to_have_text(
        [f"As first sent{HELLO}", "After edit 1Hi! Do you deliver to Leith on Saturdays?"], use_inner_text=False
    )
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
