"""Answering a search: people first, then conversations by labels and notes, then comments, then messages, the newest first.

The rarest word leads: so few things have it that all are looked at, or the newest few thousand are, and the answer says where to
go on. So a search costs the same with a thousand messages as with millions. Rules SE5-SE7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.errors import Invalid, TooMany
from confab.model.inbox import Conversation, Viewer
from confab.model.search import HitKind, SearchHit, SnippetPart
from confab.search import words
from confab.search.words import Query
from confab.store import comments, conversations, messages, notes, search
from confab.store.db import Conn
from confab.store.search import Found, Wanted, Way

MOST_CHARACTERS = 200
_MOST_WORDS = 8
_BESIDES = 5  # people, conversations, and comments, above the messages of the first page
_NEWEST = UUID(int=2**128 - 1)
_WINDOW = timedelta(seconds=10)
_MOST_IN_WINDOW = 50  # somebody who types fast asks at every letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody looks for. `kinds`: which things; `before`: where the page before ended, None for the first page."""

    query: Query
    kinds: frozenset[HitKind]
    accounts: Sequence[UUID]
    with_archived: bool
    before: UUID | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was found, and where the next page begins; None when this was the last."""

    hits: list[SearchHit]
    next: UUID | None


class Turns:
    """How often each agent may search: in this process, counted over a few seconds."""

    def __init__(self) -> None:
        self._asked = dict[UUID, list[datetime]]()

    def take(self, agent: UUID, now: datetime) -> None:
        """Count a search. Raises TooMany when there were too many just now."""
        recent = [at for at in self._asked.get(agent, []) if at > now - _WINDOW]
        if len(recent) >= _MOST_IN_WINDOW:
            wait_s = max(1, round((recent[0] + _WINDOW - now).total_seconds()))
            raise TooMany("Too many searches at once. Wait a few seconds.", code="too_many_searches", retry_after_s=wait_s)
        self._asked = {one: at for one, at in self._asked.items() if at[-1] > now - _WINDOW} | {agent: [*recent, now]}


def read(text: str) -> Query:
    """What was typed. Raises Invalid when it is too long, or has no word in it."""
    if len(text) > MOST_CHARACTERS or "\0" in text:
        raise Invalid(f"Search for at most {MOST_CHARACTERS} characters.", field="q")
    query = words.query(text)
    if query.is_empty:
        raise Invalid("Search for at least one letter or digit.", field="q")
    if len(query.words) + (query.prefix is not None) > _MOST_WORDS:
        raise Invalid(f"Search for at most {_MOST_WORDS} words.", field="q")
    return query


async def page(conn: Conn, viewer: Viewer, asked: Asked) -> Page:
    """One page of what there is."""
    hits = list[SearchHit]()
    if asked.before is None and "person" in asked.kinds:
        found, _ = await _look(conn, viewer, asked, search.PERSON, _BESIDES if len(asked.kinds) > 1 else asked.limit)
        hits += await _people(conn, viewer, asked.query, found)
    if asked.before is None and "conversation" in asked.kinds:
        limit = _BESIDES if len(asked.kinds) > 1 else asked.limit
        labelled, _ = await _look(conn, viewer, asked, search.LABELS, limit)
        noted, _ = await _look(conn, viewer, asked, search.NOTE, limit)
        hits += (await _labelled(conn, viewer, asked.query, labelled) + await _noted(conn, viewer, asked.query, noted))[:limit]
    if asked.kinds == frozenset[HitKind]({"comment"}):
        found, next_ = await _look(conn, viewer, asked, search.COMMENT, asked.limit)
        return Page(hits=await _remarks(conn, viewer, asked.query, found), next=next_)
    if asked.before is None and "comment" in asked.kinds:
        found, _ = await _look(conn, viewer, asked, search.COMMENT, _BESIDES)
        hits += await _remarks(conn, viewer, asked.query, found)
    if "message" not in asked.kinds:
        return Page(hits=hits, next=None)
    found, next_ = await _look(conn, viewer, asked, search.MESSAGE, asked.limit)
    return Page(hits=hits + await _said(conn, viewer, asked.query, found), next=next_)


async def _look(conn: Conn, viewer: Viewer, asked: Asked, kind: int, limit: int) -> tuple[list[Found], UUID | None]:
    """Things of a kind, and where to look on."""
    query = asked.query
    way = _way(query, await search.how_many(conn, viewer, kind, query.words, query.prefix))
    if way is None:
        return [], None
    found = list[Found]()
    wanted = Wanted(
        kind=kind, words=query.words, prefix=query.prefix, before=asked.before or _NEWEST, accounts=asked.accounts,
        with_archived=asked.with_archived, limit=limit,
    )  # fmt: skip
    for most in (search.FIRST, search.SCANNED) if kind in (search.MESSAGE, search.COMMENT) else (search.SCANNED,):
        found = await search.matching(conn, viewer, way, wanted, most)
        if len(found) == limit:
            return found, found[-1].subject_id
    return found, await search.last_looked_at(conn, viewer, way, wanted)


def _way(query: Query, counts: Sequence[int]) -> Way | None:
    """By the rarest of what is wanted; None when something of it is nowhere. Pure."""
    of_words, of_prefix = counts[: len(query.words)], counts[len(query.words)]
    if 0 in of_words or (query.prefix is not None and of_prefix == 0):
        return None
    rarest = min(zip(of_words, query.words, strict=True), default=None, key=lambda one: (one[0], -len(one[1])))
    is_by_prefix = query.prefix is not None and (rarest is None or (of_prefix < rarest[0] and of_prefix <= search.SCANNED))
    if rarest is None or is_by_prefix:
        return Way(word=None, prefix=query.prefix, is_narrow=of_prefix <= search.SCANNED)
    return Way(word=rarest[1], prefix=None, is_narrow=rarest[0] <= search.SCANNED)


async def _conversations(conn: Conn, viewer: Viewer, found: Sequence[Found]) -> dict[UUID | None, Conversation]:
    ids = {one.conversation_id for one in found if one.conversation_id is not None}
    known = await conversations.by_ids(conn, [(viewer.workspace_id, id_) for id_ in sorted(ids)]) if ids else {}
    return {id_: conversation for id_, (_, conversation) in known.items()}


async def _people(conn: Conn, viewer: Viewer, query: Query, found: Sequence[Found]) -> list[SearchHit]:
    known = await _conversations(conn, viewer, found)
    return [
        _hit("person", known[one.conversation_id], words.snippet(_names(known[one.conversation_id]), query))
        for one in found
        if one.conversation_id in known
    ]


async def _labelled(conn: Conn, viewer: Viewer, query: Query, found: Sequence[Found]) -> list[SearchHit]:
    known = await _conversations(conn, viewer, found)
    return [
        _hit("conversation", known[one.conversation_id], words.snippet(", ".join(known[one.conversation_id].labels), query))
        for one in found
        if one.conversation_id in known
    ]


async def _noted(conn: Conn, viewer: Viewer, query: Query, found: Sequence[Found]) -> list[SearchHit]:
    known = await _conversations(conn, viewer, found)
    written = await notes.values(conn, viewer, [one.subject_id for one in found])
    return [
        SearchHit(
            kind="conversation", conversation=known[one.conversation_id], message=None, note=note, comment=None,
            snippet=words.snippet(note.text, query), is_archived=known[one.conversation_id].archived_at is not None,
        )
        for one in found
        if one.conversation_id in known and (note := written.get(one.subject_id)) is not None
    ]  # fmt: skip


async def _remarks(conn: Conn, viewer: Viewer, query: Query, found: Sequence[Found]) -> list[SearchHit]:
    known = await comments.by_ids(conn, [(viewer.workspace_id, one.subject_id) for one in found])
    written = [known[one.subject_id][1] for one in found if one.subject_id in known]
    return [
        SearchHit(
            kind="comment", conversation=None, message=None, note=None, comment=comment,
            snippet=words.snippet(comment.text or "", query), is_archived=comment.is_archived,
        )
        for comment in written
        if comment.deleted_at is None
    ]  # fmt: skip


async def _said(conn: Conn, viewer: Viewer, query: Query, found: Sequence[Found]) -> list[SearchHit]:
    known = await _conversations(conn, viewer, found)
    said = await messages.values(conn, viewer, [one.subject_id for one in found])
    archived = await messages.archived(conn, viewer, [one.subject_id for one in found])
    hits = list[SearchHit]()
    for one in found:
        message, conversation = said.get(one.subject_id), known.get(one.conversation_id)
        if message is None or conversation is None or message.deleted_at is not None:
            continue
        text = " ".join(part for part in (message.text, *(carried.title for carried in message.attachments)) if part)
        hits.append(
            SearchHit(
                kind="message", conversation=conversation, message=message, note=None, comment=None,
                snippet=words.snippet(text, query),
                is_archived=one.subject_id in archived,
            )
        )  # fmt: skip
    return hits


def _hit(kind: HitKind, conversation: Conversation, snippet: list[SnippetPart]) -> SearchHit:
    is_archived = conversation.archived_at is not None
    return SearchHit(
        kind=kind, conversation=conversation, message=None, note=None, comment=None, snippet=snippet, is_archived=is_archived
    )  # fmt: skip


def _names(conversation: Conversation) -> str:
    who = conversation.participant
    return " · ".join(part for part in (who.name, who.username and f"@{who.username}") if part) or who.ig_id
