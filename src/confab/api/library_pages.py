"""The page that shows a member their library. Pure, plain HTML; while it is open `pages/library.js` keeps it current."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response

from confab.api.html import Html, join, tag
from confab.api.member_pages import page
from confab.model.library import KINDS, ItemKind, LibraryItem, Member
from confab.store.members import Connected

_NAMES: dict[ItemKind, str] = {"reel": "Reel", "post": "Post", "story": "Story", "link": "Link"}
_ICONS: dict[ItemKind, str] = {
    "reel": "M8 5.5v13l11-6.5z",
    "post": "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4",
    "story": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8v8M8 12h8",
    "link": "M9 15l6-6M11 6l2-2a4 4 0 0 1 6 6l-2 2M13 18l-2 2a4 4 0 0 1-6-6l2-2",
}

_LOOK_AGAIN_S = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the page shows; the same words as in its address."""

    q: str = ""
    kind: ItemKind | None = None
    tag: str = ""
    cursor: str = ""

    def address(self, *, cursor: str | None = None) -> str:
        """The page with these filters, at another place of it perhaps."""
        given = {"q": self.q, "kind": self.kind or "", "tag": self.tag, "cursor": self.cursor if cursor is None else cursor}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/library?{query}" if query else "/library"

    @property
    def is_any(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.kind or self.tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All that the page shows."""

    brand: str
    member: Member
    filters: Filters
    items: Sequence[LibraryItem]
    count: int
    tags: Sequence[str]
    connected: Sequence[Connected]
    next: str | None
    mark: str
    is_gathering: bool


def library(shelf: Shelf) -> Response:
    """The whole page."""
    count = tag("span", f"{shelf.count} {'item' if shelf.count == 1 else 'items'}", class_="quiet", role="status")
    title = tag("div", tag("h1", "Your library"), count, class_="title")
    main = tag(
        "main", title, _notice(shelf), _filters(shelf) if shelf.count else None, _items(shelf), _turning(shelf), _settings(shelf),
        id="main", data_mark=shelf.mark,
    )  # fmt: skip
    skip = tag("a", "To the library", href="#main", class_="skip")
    return page(shelf.brand, "Your library", skip, _header(shelf), main, is_wide=True, in_head=_live(shelf))


def _live(shelf: Shelf) -> Html:
    """What keeps it current. A page that loads itself again would take away what is being written: only without scripts."""
    again = tag("noscript", tag("meta", http_equiv="refresh", content=_LOOK_AGAIN_S)) if shelf.is_gathering else None
    return join([tag("script", src="/library/live.js", defer=True), again])


def _turning(shelf: Shelf) -> Html | None:
    """The ways to the pages before and behind this one."""
    places = {"Newest": "" if shelf.filters.cursor else None, "Older ones": shelf.next}
    ways = [
        tag("a", name, href=shelf.filters.address(cursor=place), class_="button secondary")
        for name, place in places.items() if place is not None
    ]  # fmt: skip
    return tag("nav", ways, class_="turning", aria_label="Pages") if ways else None


def _header(shelf: Shelf) -> Html:
    brand = tag("p", tag("img", src="/favicon.svg", alt="", width="28", height="28"), tag("span", shelf.brand), class_="brand")
    out = tag("form", tag("button", "Sign out", type="submit", class_="secondary"), method="post", action="/library/sign-out")
    return tag("header", brand, tag("div", tag("span", shelf.member.email or "Signed in"), out, class_="person"))


def _notice(shelf: Shelf) -> Html | None:
    if shelf.is_gathering:
        return tag("p", "We are still gathering what you sent; it appears by itself.", class_="notice", role="status")
    if shelf.connected:
        return None
    return tag(
        "p", "No Instagram profile is connected any more, so nothing new comes in. What is here stays until you delete it.",
        class_="notice", role="status",
    )  # fmt: skip


def _filters(shelf: Shelf) -> Html:
    chosen = shelf.filters
    kinds = [tag("option", "All kinds", value="")]
    kinds += [
        tag("option", f"{_NAMES[kind]}s" if kind != "story" else "Stories", value=kind, selected=chosen.kind == kind)
        for kind in KINDS
    ]
    tags = [tag("option", "All tags", value="")]
    tags += [tag("option", one, value=one, selected=chosen.tag == one) for one in shelf.tags]
    search = tag(
        "input", id="q", name_="q", type="search", value=chosen.q, maxlength="200", placeholder="Captions, authors, notes, links"
    )
    return tag(
        "form",
        tag("div", tag("label", "Search", for_="q"), search, class_="grow"),
        tag("div", tag("label", "Kind", for_="kind"), tag("select", kinds, id="kind", name_="kind")),
        tag("div", tag("label", "Tag", for_="tag"), tag("select", tags, id="tag", name_="tag")) if shelf.tags else None,
        tag("button", "Show", type="submit", class_="secondary"),
        tag("a", "Show all", href="/library", class_="button secondary") if chosen.is_any else None,
        class_="filters", role="search", action="/library",
    )  # fmt: skip


def _items(shelf: Shelf) -> Html:
    if shelf.items:
        return tag("ul", [_item(one, shelf.filters) for one in shelf.items], class_="grid", aria_label="Items")
    if shelf.filters.is_any or shelf.filters.cursor:
        return tag("div", tag("h2", "Nothing fits"), tag("p", "Try other words, or all kinds.", class_="quiet"), class_="empty")
    if shelf.is_gathering:
        return tag("div", class_="empty", aria_busy="true")
    accounts = " or ".join(f"@{one.account}" for one in shelf.connected)
    told = f"Send a reel, a post, a story or a link to {accounts} on Instagram, and it appears here." if accounts else ""
    return tag("div", tag("h2", "Nothing here yet"), tag("p", told, class_="quiet") if told else None, class_="empty")


def _item(item: LibraryItem, filters: Filters) -> Html:
    caption = item.caption or _without_scheme(item.permalink) or _NAMES[item.kind]
    author = f"@{item.author} · " if item.author else None
    tags = [tag("li", tag("a", one, href=Filters(tag=one).address())) for one in item.tags]
    about = tag(
        "div",
        tag("h2", caption, class_="caption"),
        tag("p", author, "sent ", _time(item.last_sent_at), class_="facts"),
        tag("ul", tags, class_="tags", aria_label="Tags") if tags else None,
        tag("p", item.note, class_="note") if item.note else None,
        _actions(item, caption, filters),
        class_="about",
    )  # fmt: skip
    return tag("li", _preview(item), about, class_="item", id=f"i{item.id}")


def _preview(item: LibraryItem) -> Html:
    icon = tag("svg", tag("path", d=_ICONS[item.kind]), viewBox="0 0 24 24", aria_hidden="true")
    picture = tag("img", src=item.preview_url, alt="", loading="lazy") if item.preview_url else None
    look = "preview bare" if item.kind == "link" and picture is None else "preview"
    return tag("div", icon, picture, tag("span", _NAMES[item.kind], class_="badge"), class_=look)


def _actions(item: LibraryItem, caption: str, filters: Filters) -> Html:
    back = tag("input", type="hidden", name_="back", value=filters.address())
    field = f"f{item.id}"
    edit = tag(
        "form", back,
        tag("label", "Note", for_=f"{field}n"), tag("textarea", item.note, id=f"{field}n", name_="note", maxlength="2000"),
        tag("label", "Tags, separated by commas", for_=f"{field}t"),
        tag("input", id=f"{field}t", name_="tags", value=", ".join(item.tags), maxlength="900"),
        tag("button", "Save", type="submit"),
        method="post", action=f"/library/items/{item.id}",
    )  # fmt: skip
    remove = tag(
        "form", back,
        tag("button", "Remove from my library", type="submit", class_="danger", aria_label=f"Remove: {caption[:80]}"),
        method="post", action=f"/library/items/{item.id}/remove",
    )  # fmt: skip
    is_instagram = (item.permalink or "").split("/", 3)[2:3] and "instagram.com" in (item.permalink or "").split("/", 3)[2]
    link = None
    if item.permalink:
        link = tag(
            "a", "Open on Instagram" if is_instagram else "Open", href=item.permalink, target="_blank",
            rel="noopener noreferrer nofollow",
        )  # fmt: skip
    return tag("div", link, tag("details", tag("summary", "Note, tags, remove"), edit, remove), class_="actions")


def _settings(shelf: Shelf) -> Html:
    export = tag(
        "section", tag("h2", "Take it with you"), tag("p", "Everything in your library, as JSON."),
        tag("a", "Export", href="/library/export.json", class_="button secondary", download="library.json"),
    )  # fmt: skip
    return tag("div", _connections(shelf), export, _forget(), class_="settings")


def _connections(shelf: Shelf) -> Html | None:
    if not shelf.connected:
        return None
    names = [
        tag("li", f"@{one.username} with @{one.account}" if one.username else f"Your profile with @{one.account}")
        for one in shelf.connected
    ]  # fmt: skip
    return tag(
        "section", tag("h2", "Connected"), tag("ul", names),
        tag("p", "Once you disconnect, nothing new comes in, and you are signed out elsewhere. What is here stays until you "
            "delete it."),
        tag("form", tag("button", "Disconnect", type="submit", class_="secondary"), method="post", action="/library/disconnect"),
    )  # fmt: skip


def _forget() -> Html:
    box = tag("input", type="checkbox", name_="sure", value="yes", required=True)
    return tag(
        "section", tag("h2", "Delete everything"),
        tag("p", "Your library and your sign-in here are gone for good, and your profile is disconnected. "
            "Your messages on Instagram stay."),
        tag("form", tag("label", box, tag("span", "Yes, delete all of it."), class_="check"),
            tag("button", "Delete everything", type="submit", class_="danger"), method="post", action="/library/forget"),
    )  # fmt: skip


def _time(at: datetime) -> Html:
    return tag("time", f"{at.day} {at:%B %Y}", datetime=at.isoformat())


def _without_scheme(url: str | None) -> str | None:
    return url.partition("://")[2].removeprefix("www.").rstrip("/")[:120] if url else None
