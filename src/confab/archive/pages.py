"""The readable side of an export: plain pages that any browser shows, without scripts and without asking anybody. Pure. Rule
EX2."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from confab.model.inbox import Activity, Attachment, Conversation, Message, Note

_STYLE = """
:root { color-scheme: light dark; --line: #d8d8d8; --ours: #dbeafe; --theirs: #f1f1f1; --note: #fef3c7; --soft: #666 }
@media (prefers-color-scheme: dark) { :root { --line: #444; --ours: #1e3a5f; --theirs: #2a2a2a; --note: #4a3a10; --soft: #aaa } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.4rem; margin: 0 } .facts, time, .by { color: var(--soft); font-size: .85rem }
article { margin: .6rem 0; padding: .5rem .8rem; border-radius: .8rem; background: var(--theirs); width: fit-content;
max-width: 85% }
article.ours { background: var(--ours); margin-left: auto } article.note { background: var(--note); max-width: 100% }
article.line { background: none; color: var(--soft); margin: .4rem auto } article p { margin: .1rem 0; white-space: pre-wrap;
overflow-wrap: anywhere } img, video { max-width: 100%; max-height: 24rem; border-radius: .5rem } audio { width: 100% }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid var(--line) }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; media-src 'self' file:"
END = "</body></html>\n"
_BY = {"participant": "", "instagram": "in the Instagram app"}


def begin(title: str, facts: Sequence[str]) -> str:
    """The top of a page."""
    lines = "".join(f'<p class="facts">{escape(fact)}</p>' for fact in facts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{lines}\n"
    )


def name_of(conversation: Conversation) -> str:
    """What a person is called."""
    who = conversation.participant
    return " · ".join(part for part in (who.name, who.username and f"@{who.username}") if part) or str(who.ig_id)


def facts_of(conversation: Conversation) -> list[str]:
    """What stands above a conversation."""
    who = conversation.participant
    known = [
        f"With @{conversation.account.username}; Instagram's id {who.ig_id}",
        f"{who.follower_count} followers" if who.follower_count is not None else "",
        f"Labels: {', '.join(conversation.labels)}" if conversation.labels else "",
    ]
    return [fact for fact in known if fact]


def message(given: Message, files: Mapping[int, str]) -> str:
    """One message; `files` are the addresses of its files within the export."""
    side = "ours" if given.direction == "outbound" else "theirs"
    said = f"<p>{escape(given.text)}</p>" if given.text else ""
    carried = "".join(_file(attachment, files.get(position)) for position, attachment in enumerate(given.attachments))
    gone = '<p class="by">This message was unsent.</p>' if given.deleted_at else ""
    edited = "".join(f'<p class="by">Before: {escape(one.text or "")}</p>' for one in given.edits)
    reactions = " ".join(escape(one.emoji or one.reaction or "") for one in given.reactions)
    author = " ".join(part for part in (given.author.name, _BY.get(given.author.kind, f"({given.author.kind})")) if part)
    status = f" · {given.status.replace('_', ' ')}" if given.direction == "outbound" else ""
    by = escape(f"{author}{status}") if given.direction == "outbound" else ""
    return (
        f'<article class="{side}">{gone}{said}{carried}{edited}'
        f'<p class="by">{_time(given.sent_at)} {by} {reactions}</p></article>\n'
    )


def note(given: Note) -> str:
    """A note of the team."""
    by = f'<p class="by">{_time(given.created_at)} {escape(given.author.name)}, a note for the team</p>'
    return f'<article class="note"><p>{escape(given.text)}</p>{by}</article>\n'


def activity(given: Activity) -> str:
    """Something that happened."""
    what = escape(given.kind.replace("_", " "))
    return f'<article class="line"><p>{_time(given.happened_at)} {what} {escape(given.note or "")}</p></article>\n'


def comment(given: Mapping[str, Any]) -> str:
    """A public comment."""
    who, text = escape(str(given.get("author_username") or "")), escape(str(given.get("text") or ""))
    return f'<article><p>{text}</p><p class="by">{escape(str(given.get("created_at")))} {who}, a public comment</p></article>\n'


def row(address: str, name: str, messages: int, last_at: datetime | None) -> str:
    """A line of the list of conversations."""
    last = _time(last_at) if last_at else ""
    return f'<tr><td><a href="{escape(address)}">{escape(name)}</a></td><td>{messages}</td><td>{last}</td></tr>\n'


TABLE = "<table><tr><th>Person</th><th>Messages</th><th>Last</th></tr>\n"
TABLE_END = "</table>\n"


def _file(attachment: Attachment, address: str | None) -> str:
    label = escape(attachment.title or attachment.kind.replace("_", " "))
    if address is None:
        return f'<p class="by">{label}: there is no copy ({escape(attachment.state)})</p>'
    kind, where = (attachment.content_type or "").partition("/")[0], escape(address)
    match kind:
        case "image":
            return f'<p><img src="{where}" alt="{label}" loading="lazy"></p>'
        case "video":
            return f'<p><video src="{where}" controls preload="none"></video></p>'
        case "audio":
            return f'<p><audio src="{where}" controls preload="none"></audio></p>'
        case _:
            return f'<p><a href="{where}">{label}</a></p>'


def _time(at: datetime) -> str:
    return f"<time>{at:%Y-%m-%d %H:%M:%S} UTC</time>"
