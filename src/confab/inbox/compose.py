"""What somebody wants to say → the calls it takes, in order, each with the message it becomes. Pure; rules O13, S6, S9, S10."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from confab.errors import Invalid, NotFound
from confab.inbox.contents import MAX_PARTS, bad_text
from confab.inbox.split import split
from confab.model.outgoing import Button, Buttons, Card, Cards, Content, Files, Heart, OutboundKind, Share, Text
from confab.store.rows import AttachmentRow, MessageRow
from confab.store.uploads import UploadRow

_PICTURES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One call and its message: the payload by kind (see contents.py), the text, and what the message shows besides."""

    kind: OutboundKind
    payload: dict[str, Any]
    text: str | None = None
    files: Sequence[UploadRow] = ()
    shown: Sequence[dict[str, Any]] = field(default=())  # attachments that are no files: kind, title, payload


def parts(content: Content, uploads: Mapping[UUID, UploadRow]) -> list[Part]:
    """The calls in order. Raises Invalid for a text that nobody can send, NotFound for a file that is not there."""
    match content:
        case Text():
            return _texts(content)
        case Files():
            files = [_file(uploads, upload, index) for index, upload in enumerate(content.uploads)]
            caption = _texts(Text(type="text", text=content.caption)) if content.caption is not None else []
            return [*_files(files), *caption]
        case Cards():
            cards = [_card(card) for card in content.cards]
            return [Part(kind="template", payload={"cards": cards}, shown=[_template(content.cards[0].title, cards)])]
        case Buttons():
            buttons = [_button(button) for button in content.buttons]
            card = {"title": content.text, "buttons": buttons}
            payload = {"text": content.text, "buttons": buttons}
            return [Part(kind="template", payload=payload, shown=[_template(content.text, [card])])]
        case Share():
            shown = {"kind": "share", "title": None, "payload": {"id": content.media_ig_id}}
            return [Part(kind="share", payload={"media_ig_id": content.media_ig_id}, shown=[shown])]
        case Heart():
            return [Part(kind="heart", payload={}, shown=[{"kind": "like_heart", "title": None, "payload": {}}])]


def attachments(part: Part, message: MessageRow) -> list[AttachmentRow]:
    """What the part's message shows: its files from our own storage, and cards."""
    found: list[AttachmentRow] = []
    for position, file in enumerate(part.files):
        row = _attachment(message, position, file.kind, file.name, "stored")
        row.digest, row.content_type, row.size_bytes = file.digest, file.content_type, file.size_bytes
        row.width, row.height, row.duration_ms = file.width, file.height, file.duration_ms
        row.placeholder, row.has_thumbnail = file.placeholder, file.has_thumbnail
        found.append(row)
    for position, one in enumerate(part.shown, len(found)):
        row = _attachment(message, position, one["kind"], one["title"], "link")
        row.payload = one["payload"]
        found.append(row)
    return found


def _attachment(message: MessageRow, position: int, kind: str, title: str | None, state: str) -> AttachmentRow:
    return AttachmentRow(
        workspace_id=message.workspace_id, message_id=message.id, position=position, kind=kind, source_url=None, title=title,
        permalink=None, state=state, sent_at=message.sent_at,
    )  # fmt: skip


def _texts(content: Text) -> list[Part]:
    wrong = bad_text(content.text)
    if wrong is not None:
        raise Invalid(wrong, field="text", rule="G5", code="text_empty")
    texts = split(content.text)
    if len(texts) > MAX_PARTS:
        words = f"The text would be {len(texts)} messages; at most {MAX_PARTS} go out together. Shorten it."
        raise Invalid(words, field="text", rule="G6", code="text_too_long")
    found = [Part(kind="text", payload={"text": text}, text=text) for text in texts]
    if content.quick_replies:
        found[-1].payload["quick_replies"] = [asdict(reply) for reply in content.quick_replies]
    return found


def _file(uploads: Mapping[UUID, UploadRow], upload: UUID, index: int) -> UploadRow:
    if upload not in uploads:
        raise NotFound("This file is no longer there; upload it again.", field=f"files[{index}]")
    return uploads[upload]


def _files(files: Sequence[UploadRow]) -> list[Part]:
    """Pictures that stand together go together; everything else goes by itself."""
    found: list[Part] = []
    for _, group in groupby(files, key=lambda one: one.kind):
        same = list(group)
        size = _PICTURES if same[0].kind == "image" else 1
        found += [_part_of(same[start : start + size]) for start in range(0, len(same), size)]
    return found


def _part_of(files: Sequence[UploadRow]) -> Part:
    given = [
        {"digest": one.digest.hex(), "content_type": one.content_type, "size_bytes": one.size_bytes, "name": one.name}
        for one in files
    ]
    return Part(kind=files[0].kind, payload={"files": given}, files=files)


def _template(title: str, cards: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": "template", "title": title, "payload": {"generic": {"elements": cards}}}


def _card(card: Card) -> dict[str, Any]:
    plain = {"title": card.title, "subtitle": card.subtitle, "image_url": card.image_url, "url": card.url}
    buttons = [_button(button) for button in card.buttons]
    return {name: value for name, value in {**plain, "buttons": buttons}.items() if value}


def _button(button: Button) -> dict[str, Any]:
    return {name: value for name, value in asdict(button).items() if value is not None}
