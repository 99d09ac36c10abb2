"""The pages of customers who connect: plain HTML that needs no scripts: it opens in any browser that Instagram has. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib import resources

from starlette.responses import Response

from confab.api.html import Child, Html, join, tag
from confab.errors import ConfabError, TooMany
from confab.model.inbox import Conversation
from confab.model.library import Way
from confab.store.members import Home

_IN_THE_DARK = (":root {\n  @variant on-dark {", "@media (prefers-color-scheme: dark) {\n  :root {")
HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a page of the way to the library needs: the brand, how people sign in, whom a link connects (None: somebody comes
    back), the address that a code went to, and what went wrong just now.
    """

    brand: str
    way: Way
    whom: Conversation | None = None
    email: str = ""
    problem: str | None = None


def page(brand: str, title: str, *body: Child, status: int = 200, is_wide: bool = False, in_head: Child = None) -> Response:
    """A whole page."""
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        tag("meta", name_="color-scheme", content="light dark"), tag("title", f"{title} · {brand}"),
        tag("link", rel="icon", href="/favicon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="/verify/style.css"), in_head,
    )  # fmt: skip
    document = tag("html", head, tag("body", *body, class_="wide" if is_wide else "narrow"), lang="en")
    return Response(f"<!doctype html>\n{document}", status, HEADERS, "text/html; charset=utf-8")


def style() -> str:
    """How the pages look: the colours of the web inbox, whose words for "in the dark" are Tailwind's, and their own forms."""
    folder = resources.files("confab.api") / "pages"
    colours = (folder / "colours.css").read_text("utf-8").replace(*_IN_THE_DARK)
    return colours + (folder / "members.css").read_text("utf-8")


def card(brand: str, title: str, *body: Child, status: int = 200) -> Response:
    """A page with one thing to do."""
    inner = tag("div", tag("h1", title), *body, class_="card")
    return page(brand, title, tag("main", _brand(brand), inner), status=status)


def begin(step: Step) -> Response:
    """Who is to be connected, what that means, and how to go on."""
    if step.whom is None:
        intro: Child = tag("p", "Sign in to see what you shared.", class_="quiet")
        return _card(step, "Your library", intro, _sign_in(step))
    return _card(step, "Connect your Instagram", _pair(step.whom), _meaning(step.whom.account.username), _sign_in(step))


def code(step: Step) -> Response:
    """Where the code goes."""
    told = tag("p", "If mail reaches you at ", tag("strong", step.email), ", a code of six digits is on its way.", class_="quiet")
    form = tag(
        "form",
        tag("label", "Code", for_="code"),
        tag("input", id="code", name_="code", inputmode="numeric", autocomplete="one-time-code", required=True, autofocus=True,
            maxlength="20", class_="code", aria_describedby="problem" if step.problem else None,
            aria_invalid="true" if step.problem else None),
        tag("button", "Connect" if step.whom is not None else "Sign in", type="submit"),
        method="post", action="/verify/confirm",
    )  # fmt: skip
    other = tag(
        "form",
        tag("button", "Another code, or another address", type="submit", class_="plain"),
        method="post",
        action="/verify/again",
    )
    return _card(step, "Check your mail", told, form, other)


def choose(brand: str, homes: Sequence[Home]) -> Response:
    """Which of several libraries."""
    forms = [
        tag("form", tag("input", type="hidden", name_="workspace", value=str(home.workspace_id)),
            tag("button", home.workspace, type="submit", class_="secondary"), method="post", action="/verify/choose")
        for home in homes
    ]  # fmt: skip
    return card(
        brand, "Which library?", tag("p", "You are connected with several.", class_="quiet"), tag("div", forms, class_="stack")
    )


_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "link_invalid": (
        "This link does not work",
        "Perhaps a part of it is missing. Open it just as it came in your Instagram message.",
    ),
    "link_expired": (
        "This link has expired",
        "To keep you safe, a link works for a short time only. Send us a message on Instagram to get a new one.",
    ),
    "link_used": (
        "This link has been used",
        "A link works once. If it was you, your library is open to you; if not, send us a message on Instagram.",
    ),
    "journey_over": (
        "Please begin again",
        "This took too long, or this browser does not keep cookies. Open the link in your Instagram message again.",
    ),
    "off": ("Connecting is switched off", "Who runs this page has not finished setting it up."),
    "sign_in_failed": ("That did not work", "We could not be told who you are. Nothing was connected; please try again."),
    "no_library": ("There is no library for you yet", "Open the link in your Instagram message to connect your profile first."),
    "foreign_origin": ("Please begin again", "This did not come from our own pages."),
}


def problem(brand: str, error: ConfabError) -> Response:
    """What went wrong, for people: no more than helps them on."""
    name = str(error.facts.get("code", error.code))
    title, text = _PROBLEMS.get(name, ("That did not work", error.detail))
    if isinstance(error, TooMany):
        title, text = "Too many attempts", error.detail
    reason = tag("p", error.detail, class_="quiet") if name == "off" else None
    way_out = to_library() if name in ("link_used", "unauthenticated") else None
    answer = card(brand, title, tag("p", text), reason, way_out, status=error.status)
    if isinstance(error, TooMany) and "retry_after_s" in error.facts:
        answer.headers["retry-after"] = str(error.facts["retry_after_s"])
    return answer


def to_library() -> Html:
    """The way to the library."""
    return tag("p", tag("a", "Open my library", href="/library"))


def _card(step: Step, title: str, *body: Child) -> Response:
    alert = tag("p", step.problem, id="problem", role="alert", class_="alert") if step.problem else None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if step.problem else HTTPStatus.OK
    return card(step.brand, title, alert, *body, status=status)


def _brand(brand: str) -> Html:
    return tag("p", tag("img", src="/favicon.svg", alt="", width="32", height="32"), tag("span", brand), class_="brand")


def _pair(whom: Conversation) -> Html:
    """Whose profile, and which account it is connected to."""
    person = whom.participant
    name = f"@{person.username}" if person.username else person.name or "Your Instagram profile"
    known_as = person.name if person.username else None
    return tag(
        "div",
        _face(name, "You", known_as), tag("span", "↔", class_="link", aria_hidden="true"),
        _face(f"@{whom.account.username}", "Writes with you", None),
        class_="pair",
    )  # fmt: skip


def _face(name: str, role: str, known_as: str | None) -> Html:
    letter = name.lstrip("@")[:1].upper() or "?"
    return tag(
        "div", tag("span", letter, class_="face", aria_hidden="true"), tag("strong", _breakable(name)),
        tag("span", known_as or role, class_="quiet"), class_="who",
    )  # fmt: skip


def _breakable(name: str) -> Html:
    """A name that breaks behind its dots and underscores before it breaks anywhere."""
    parts = re.split(r"(?<=[._])", name)
    return join(part if not at else join([tag("wbr"), part]) for at, part in enumerate(parts))


def _meaning(account: str) -> Html:
    points = (
        f"Reels, posts, stories and links that you send or have sent to @{account} are gathered in a library of your own.",
        f"You see it, and so does the team of @{account}. Nobody else does.",
        "What you unsend leaves it. You can take things out, disconnect, or delete everything, at any time.",
    )
    return tag("ul", [tag("li", point) for point in points], class_="points")


def _sign_in(step: Step) -> Html:
    consent = None
    if step.whom is not None:
        box = tag("input", type="checkbox", name_="consent", value="yes", required=True)
        consent = tag("label", box, tag("span", "This is my profile, and I agree."), class_="check")
    if step.way == "mail":
        fields: Child = join([
            tag("label", "Your e-mail address", for_="email"),
            tag("input", id="email", name_="email", type="email", autocomplete="email", required=True, maxlength="254",
                value=step.email, aria_describedby="problem" if step.problem else None,
                aria_invalid="true" if step.problem else None),
        ])  # fmt: skip
        return tag("form", fields, consent, tag("button", "Send me a code", type="submit"), method="post", action="/verify/code")
    return tag("form", consent, tag("button", "Continue to sign in", type="submit"), method="post", action="/verify/continue")
