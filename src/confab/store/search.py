"""The words of everything that can be found, and the ranges of them that a search reads.

One table has every word once for each thing that says it, in the order of the key: workspace, kind, word, thing. The newest
things with a word are the end of a range, whatever lies before it. All comparisons are leakproof, so row-level security leaves
these ranges to the planner, which it does with no full-text index (decision 0023). Whether a thing has another word too, that
word's range says, whose rows lie close together; those of the things do not. Another table has the words of each thing, to look
whether one begins as wanted, and to take them out again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import Viewer, WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, row, rows, run

MESSAGE, PERSON, NOTE, LABELS, COMMENT = 1, 2, 3, 4, 5
"""Kinds of things. A person and the labels are those of a conversation and have its id; a comment is of none."""

SCANNED = 3000
"""So many things that have one of the words are looked at for a page, the newest first."""
FIRST = 200
"""Mostly so many do, of which the page is full."""
_MORE_THAN_WANTED = 10
_ABOVE = "\U0010ffff"  # no word has it, so what begins with another word lies below that word and this


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A thing with its different words."""

    subject_id: UUID
    conversation_id: UUID | None
    words: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """How far a workspace's index is; None: not begun. `..._from`: what is older is still to come, None: all.

    `is_whole`: it has everything but comments; `has_comments`: and those.
    """

    seq: int | None
    messages_from: UUID | None
    conversations_from: UUID | None
    notes_from: UUID | None
    is_whole: bool
    comments_from: UUID | None
    has_comments: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Things of a kind that have all these words and one that begins with the prefix, before a thing, in these accounts."""

    kind: int
    words: Sequence[str]
    prefix: str | None
    before: UUID
    accounts: Sequence[UUID]
    with_archived: bool
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A thing that has what was wanted."""

    subject_id: UUID
    conversation_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """By which word things are looked through: `word` for one word, `prefix` for all that begin so.

    `is_narrow`: so few have it that all are looked at.
    """

    word: str | None
    prefix: str | None
    is_narrow: bool


async def ensure(conn: Conn, workspace: WorkspaceId, now: datetime) -> int:
    """The workspace can be searched from now on, and what it has already."""
    return await run(
        conn, "INSERT INTO search_indexes (workspace_id, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", workspace, now
    )


async def make_due(conn: Conn, workspaces: Sequence[UUID], now: datetime) -> int:
    """Their feeds have grown: index on now, where the next turn would be later. What is being indexed goes on."""
    return await run(
        conn,
        """UPDATE search_indexes SET due_at = $2
        WHERE workspace_id = ANY($1::uuid[]) AND attempts = 0 AND due_at > $2 AND due_at < 'infinity'""",
        list(workspaces), now,
    )  # fmt: skip


async def again(conn: Conn, due: Due, at: datetime) -> int:
    """When to index on; 0 when it was claimed by another meanwhile."""
    return await run(
        conn,
        "UPDATE search_indexes SET due_at = $3, attempts = 0, error = NULL WHERE workspace_id = $1 AND attempts = $2",
        *due.key, due.attempts, at,
    )  # fmt: skip


_INDEXED: LiteralString = """SELECT seq, messages_from, conversations_from, notes_from, is_whole, comments_from, has_comments
    FROM search_indexes WHERE workspace_id = $1"""


async def indexed(conn: Conn, workspace: WorkspaceId) -> Indexed | None:
    """How far the index is; None: the workspace has none yet."""
    return await row(conn, Indexed, _INDEXED, workspace)


async def lock(conn: Conn, workspace: WorkspaceId) -> Indexed | None:
    """The same, and nobody else indexes until the transaction ends."""
    return await row(conn, Indexed, _INDEXED + " FOR NO KEY UPDATE", workspace)


async def note(conn: Conn, workspace: WorkspaceId, indexed: Indexed) -> int:
    """How far it got."""
    return await run(
        conn,
        """UPDATE search_indexes SET seq = $2, messages_from = $3, conversations_from = $4, notes_from = $5, is_whole = $6,
            comments_from = $7, has_comments = $8
        WHERE workspace_id = $1""",
        workspace, indexed.seq, indexed.messages_from, indexed.conversations_from, indexed.notes_from, indexed.is_whole,
        indexed.comments_from, indexed.has_comments,
    )  # fmt: skip


async def entries(conn: Conn, workspace: WorkspaceId, kind: int, wanted: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The words under which things are found now, locked in the order of their ids."""
    records = await conn.fetch(
        """SELECT subject_id, words FROM search_entries WHERE workspace_id = $1 AND kind = $2 AND subject_id = ANY($3::uuid[])
        ORDER BY subject_id FOR UPDATE""",
        workspace, kind, list(wanted),
    )  # fmt: skip
    return {record["subject_id"]: record["words"] for record in records}


async def put(conn: Conn, workspace: WorkspaceId, kind: int, new: Sequence[Entry]) -> None:
    """These words are what things have from now on."""
    await conn.execute(
        """INSERT INTO search_entries (workspace_id, kind, subject_id, conversation_id, words)
        SELECT $1, $2, g.subject_id, g.conversation_id, string_to_array(g.words, ' ')
        FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS g (subject_id, conversation_id, words) ORDER BY g.subject_id
        ON CONFLICT (workspace_id, kind, subject_id) DO UPDATE SET words = excluded.words""",
        workspace, kind, [one.subject_id for one in new], [one.conversation_id for one in new],
        [" ".join(one.words) for one in new],
    )  # fmt: skip


async def add_words(conn: Conn, workspace: WorkspaceId, kind: int, new: Sequence[tuple[str, UUID]]) -> None:
    """Words under which things are found, in the order of the key."""
    await conn.execute(
        """INSERT INTO search_words (workspace_id, kind, word, subject_id)
        SELECT $1, $2, * FROM unnest($3::text[], $4::uuid[]) ON CONFLICT DO NOTHING""",
        workspace, kind, [word for word, _ in new], [subject for _, subject in new],
    )  # fmt: skip


async def remove_words(conn: Conn, workspace: WorkspaceId, kind: int, old: Sequence[tuple[str, UUID]]) -> None:
    """Words under which things are found no longer."""
    await conn.execute(
        """DELETE FROM search_words WHERE workspace_id = $1 AND kind = $2 AND (word, subject_id) IN (
            SELECT * FROM unnest($3::text[], $4::uuid[]))""",
        workspace, kind, [word for word, _ in old], [subject for _, subject in old],
    )  # fmt: skip


async def forget(conn: Conn, things: Sequence[tuple[UUID, int, UUID]]) -> None:
    """What was erased, (workspace, kind, thing), is not found any more, and none of its words is left."""
    await conn.execute(
        """WITH doomed AS MATERIALIZED (
            SELECT e.workspace_id, e.kind, e.subject_id, e.words FROM search_entries e
            WHERE (e.workspace_id, e.kind, e.subject_id) IN (SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[]))
            ORDER BY e.subject_id FOR UPDATE
        ), gone AS (
            DELETE FROM search_entries e USING doomed d
            WHERE (e.workspace_id, e.kind, e.subject_id) = (d.workspace_id, d.kind, d.subject_id)
        )
        DELETE FROM search_words w USING (SELECT workspace_id, kind, unnest(words) AS word, subject_id FROM doomed) d
        WHERE (w.workspace_id, w.kind, w.word, w.subject_id) = (d.workspace_id, d.kind, d.word, d.subject_id)""",
        [workspace for workspace, _, _ in things],
        [kind for _, kind, _ in things],
        [subject for _, _, subject in things],
    )


async def forget_all(conn: Conn, workspace: WorkspaceId) -> None:
    """Begin anew: nothing of the workspace is found."""
    await run(conn, "DELETE FROM search_words WHERE workspace_id = $1", workspace)
    await run(conn, "DELETE FROM search_entries WHERE workspace_id = $1", workspace)


async def how_many(conn: Conn, viewer: Viewer, kind: int, words: Sequence[str], prefix: str | None) -> list[int]:
    """How many things have each word, and then the prefix; one more than `SCANNED` stands for more. Index: the primary key."""
    records = await conn.fetch(
        """SELECT t.n, (SELECT count(*) FROM (
            SELECT FROM search_words w
            WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word = t.word ORDER BY w.subject_id LIMIT $4 + 1) x) AS count
        FROM unnest($3::text[]) WITH ORDINALITY AS t (word, n)
        UNION ALL SELECT NULL, (SELECT count(*) FROM (
            SELECT FROM search_words w
            WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word >= $5 AND w.word < $6 ORDER BY w.word LIMIT $4 + 1) x)
        ORDER BY n NULLS LAST""",
        viewer.workspace_id, kind, list(words), SCANNED, prefix, above(prefix),
    )  # fmt: skip
    return [record["count"] for record in records]


_OF_WORD: LiteralString = """SELECT w.subject_id FROM search_words w
    WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word = $3 AND w.subject_id < $4 ORDER BY w.subject_id DESC LIMIT $5"""
_OF_PREFIX: LiteralString = """SELECT DISTINCT w.subject_id FROM search_words w
    WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word >= $3 AND w.word < $3 || chr(1114111) AND w.subject_id < $4
    ORDER BY w.subject_id DESC LIMIT $5"""
_OF_EXPANDED: LiteralString = """SELECT DISTINCT newest.subject_id FROM (
        WITH RECURSIVE known AS (
            (SELECT w.word FROM search_words w
            WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word >= $3 AND w.word < $3 || chr(1114111) ORDER BY w.word LIMIT 1)
            UNION ALL
            SELECT (SELECT w.word FROM search_words w
                WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word > known.word AND w.word < $3 || chr(1114111)
                ORDER BY w.word LIMIT 1)
            FROM known WHERE known.word IS NOT NULL
        ) SELECT word FROM known WHERE word IS NOT NULL LIMIT 200
    ) expanded CROSS JOIN LATERAL (
        SELECT w.subject_id FROM search_words w
        WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word = expanded.word AND w.subject_id < $4
        ORDER BY w.subject_id DESC LIMIT $5) newest
    ORDER BY newest.subject_id DESC LIMIT $5"""
_FIT: LiteralString = """WITH candidate AS MATERIALIZED ({candidates}), fit AS MATERIALIZED (
        SELECT c.subject_id FROM candidate c
        WHERE ($6::text[] = '{}' OR cardinality($6::text[]) = (
            SELECT count(*) FROM unnest($6::text[]) AS other (word) CROSS JOIN LATERAL (
                SELECT FROM search_words w
                WHERE w.workspace_id = $1 AND w.kind = $2 AND w.word = other.word AND w.subject_id = c.subject_id OFFSET 0) x))
        AND ($7::text IS NULL OR (
            SELECT strpos(' ' || array_to_string(e.words, ' '), ' ' || $7) > 0 FROM search_entries e
            WHERE e.workspace_id = $1 AND e.kind = $2 AND e.subject_id = c.subject_id))
    )"""
"""Of the candidates those that have the other words, and one that begins so. The planner has no idea how few they are: what
comes after them is laid out so that it cannot read more than these, for it would rather read a hundred thousand messages."""

_MESSAGES: LiteralString = (
    _FIT
    + """SELECT f.subject_id, t.conversation_id FROM fit f CROSS JOIN LATERAL (
        SELECT t.conversation_id FROM messages t
        WHERE t.workspace_id = $1 AND t.id = f.subject_id AND t.account_id = ANY($8::uuid[])
            AND ($9 OR NOT t.is_archived) OFFSET 0) t
    ORDER BY f.subject_id DESC LIMIT $10"""
)
_COMMENTS: LiteralString = (
    _FIT
    + """SELECT f.subject_id, NULL::uuid AS conversation_id FROM fit f CROSS JOIN LATERAL (
        SELECT FROM comments t
        WHERE t.workspace_id = $1 AND t.id = f.subject_id AND t.account_id = ANY($8::uuid[])
            AND ($9 OR NOT t.is_archived) OFFSET 0) t
    ORDER BY f.subject_id DESC LIMIT $10"""
)
_CONVERSATIONS: LiteralString = (
    _FIT
    + """SELECT f.subject_id, e.conversation_id FROM fit f CROSS JOIN LATERAL (
        SELECT e.conversation_id FROM search_entries e
        WHERE e.workspace_id = $1 AND e.kind = $2 AND e.subject_id = f.subject_id OFFSET 0) e
    CROSS JOIN LATERAL (
        SELECT t.last_message_at FROM conversations t
        WHERE t.workspace_id = $1 AND t.id = e.conversation_id AND t.account_id = ANY($8::uuid[])
            AND ($9 OR t.archived_at IS NULL) OFFSET 0) t
    ORDER BY t.last_message_at DESC NULLS LAST, f.subject_id DESC LIMIT $10"""
)
_LAST: LiteralString = (
    """SELECT count(*) AS count, (array_agg(subject_id ORDER BY subject_id))[1] AS last FROM ({candidates}) c"""
)
_CANDIDATES: dict[str, LiteralString] = {"word": _OF_WORD, "prefix": _OF_PREFIX, "expanded": _OF_EXPANDED}
_MESSAGES_BY: dict[str, LiteralString] = {way: _MESSAGES.replace("{candidates}", sql) for way, sql in _CANDIDATES.items()}
_COMMENTS_BY: dict[str, LiteralString] = {way: _COMMENTS.replace("{candidates}", sql) for way, sql in _CANDIDATES.items()}
_CONVERSATIONS_BY: dict[str, LiteralString] = {
    way: _CONVERSATIONS.replace("{candidates}", sql) for way, sql in _CANDIDATES.items()
}
_LAST_BY: dict[str, LiteralString] = {way: _LAST.replace("{candidates}", sql) for way, sql in _CANDIDATES.items()}


async def matching(conn: Conn, viewer: Viewer, way: Way, wanted: Wanted, most: int) -> list[Found]:
    """The newest things that have what is wanted, among the `most` newest that have the word of the way.

    People, notes and labels come in the order of their conversations. Indexes: the primary keys.
    """
    kind, start = _kind_of(way)
    by = _MESSAGES_BY if wanted.kind == MESSAGE else _COMMENTS_BY if wanted.kind == COMMENT else _CONVERSATIONS_BY
    return await rows(
        conn, Found, by[kind], viewer.workspace_id, wanted.kind, start, wanted.before, _looked_at(way, wanted, most),
        [word for word in wanted.words if word != way.word],
        None if kind == "expanded" else wanted.prefix, list(wanted.accounts), wanted.with_archived, wanted.limit,
    )  # fmt: skip


async def last_looked_at(conn: Conn, viewer: Viewer, way: Way, wanted: Wanted) -> UUID | None:
    """The thing where `matching` stopped looking, None when there is nothing beyond it."""
    kind, start = _kind_of(way)
    most = _looked_at(way, wanted, SCANNED)
    record = await conn.fetchrow(_LAST_BY[kind], viewer.workspace_id, wanted.kind, start, wanted.before, most)
    return record["last"] if record is not None and record["count"] == most else None


def above(prefix: str | None) -> str | None:
    """What lies above everything that begins with it."""
    return None if prefix is None else prefix + _ABOVE


def _kind_of(way: Way) -> tuple[str, str]:
    if way.word is not None:
        return "word", way.word
    return "prefix" if way.is_narrow else "expanded", way.prefix or ""


def _looked_at(way: Way, wanted: Wanted, most: int) -> int:
    """Of each word that begins so a few more than the page holds."""
    return wanted.limit + _MORE_THAN_WANTED if way.word is None and not way.is_narrow else most
