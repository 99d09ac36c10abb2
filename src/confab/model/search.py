"""What a search finds."""

from dataclasses import dataclass
from typing import Literal

from confab.model.comments import Comment
from confab.model.inbox import Conversation, Message, Note

HitKind = Literal["person", "conversation", "comment", "message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetPart:
    """A piece of a text; `is_hit`: it is what was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A person by their name, a conversation by its labels or a note of the team, a comment, or a message.

    `snippet` is the place where it says what was looked for, in pieces. `is_archived`: it lies in the archive.
    Only a comment stands in no `conversation`.
    """

    kind: HitKind
    conversation: Conversation | None
    message: Message | None
    note: Note | None
    comment: Comment | None
    snippet: list[SnippetPart]
    is_archived: bool
