"""What may be done about comments where everybody sees it: a part of the gate. Pure; rules CG1-CG10 of docs/spec/comments.md."""

from dataclasses import dataclass

from confab.inbox.contents import bad_text
from confab.inbox.policy import Ruling
from confab.model.outgoing import ActorKind, CommentCallKind

LONGEST = 2200
"""Characters of a comment (rule K17)."""
WRITING = ("reply", "mention_reply")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """The comment that something is to be done with. `is_at_meta`: Instagram gave it an id."""

    is_at_meta: bool
    kind: str
    is_own: bool
    is_deleted: bool
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What it stands under. `is_own` None: nobody knows yet, and Instagram decides. `takes_comments` likewise."""

    is_own: bool | None
    is_broadcast: bool
    takes_comments: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """What somebody wants to do in public. `comment` None: with the post. `can_like`: the account's login has likes."""

    actor: ActorKind
    kind: CommentCallKind
    text: str | None
    comment: Remark | None
    where: Where
    can_like: bool


def refused(asked: Public) -> Ruling | None:
    """The first rule that stands against it."""
    if asked.comment is not None and (asked.comment.is_deleted or not asked.comment.is_at_meta):
        return _no("CG2", "comment_gone", "This comment is not at Instagram (any more).")
    match asked.kind:
        case "reply" | "mention_reply":
            return _text(asked.text or "") or _written(asked)
        case "hide" | "unhide" | "delete":
            return _moderated(asked)
        case "like" | "unlike":
            if not asked.can_like:
                words = "Only accounts connected with Facebook can like comments from here: Instagram's own login has no likes."
                return _no("CG8", "like_not_possible", words)
            return None
        case "comments_on" | "comments_off":
            return _switched(asked)


def _text(text: str) -> Ruling | None:
    if not text.strip():
        return _no("CG1", "text_empty", "Write something first.", field="text")
    if (bad := bad_text(text)) is not None:
        return _no("CG1", "text_empty", bad, field="text")
    if len(text) > LONGEST:
        return _no(
            "CG1", "text_too_long", f"A comment has at most {LONGEST:,} characters; this one has {len(text):,}.", field="text"
        )
    return None


def _written(asked: Public) -> Ruling | None:
    comment, where = asked.comment, asked.where
    if comment is not None and comment.is_own and asked.actor != "agent":
        return _no("CG10", "own_comment", "Nothing automatic answers a comment of our own.")
    if comment is not None and comment.is_hidden:
        return _no("CG3", "comment_hidden", "A hidden comment takes no public reply: show it again first.")
    if where.is_broadcast or (comment is not None and comment.kind == "live_comment"):
        words = "Comments of a live broadcast take no public reply; answer in private while the broadcast goes on."
        return _no("CG4", "comment_live", words)
    if where.is_own is False and asked.kind == "reply":
        return _no("CG5", "not_our_post", "This stands under somebody else's post; only a mention is answered there.")
    if where.takes_comments is False:
        return _no("CG9", "comments_off", "Comments are switched off under this post.")
    return None


def _moderated(asked: Public) -> Ruling | None:
    if asked.where.is_own is False or (asked.comment is not None and asked.comment.kind == "mention"):
        return _no("CG5", "not_our_post", "This stands under somebody else's post: only its owner can hide or delete it.")
    if asked.kind != "delete" and asked.comment is not None and asked.comment.is_own:
        return _no("CG6", "own_comment", "Instagram does not hide our own comments; delete it instead.")
    return None


def _switched(asked: Public) -> Ruling | None:
    if asked.where.is_own is False:
        return _no("CG5", "not_our_post", "Whether somebody else's post takes comments is theirs to say.")
    if asked.where.is_broadcast:
        return _no("CG7", "comment_live", "Comments of a live broadcast cannot be switched from here.")
    return None


def _no(rule: str, code: str, words: str, field: str | None = None) -> Ruling:
    return Ruling(outcome="refused", rule=rule, code=code, words=words, field=field)
