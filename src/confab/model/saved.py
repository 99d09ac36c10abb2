"""Texts that are written again and again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType
from uuid import UUID

SavedReplyId = NewType("SavedReplyId", UUID)
Scope = Literal["workspace", "personal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReply:
    """A saved reply: everybody's of the workspace, or the viewer's own. `text` may hold variables: inbox/template.py."""

    id: SavedReplyId
    scope: Scope
    shortcut: str
    title: str
    text: str
    created_at: datetime
    updated_at: datetime
    version: int
