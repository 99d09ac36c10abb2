"""Read a message of which only a hint arrived (rule N50) and let it in by the same door as every other.

Its own event may still come: what is read back is kept without a delivery, and apply completes it then.
"""

from uuid import UUID

from confab.clock import Clock
from confab.errors import Rejected, Unauthorised
from confab.graph import payloads
from confab.graph.client import GraphClient, ReadAttachment, ReadMessage
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.line import LineOf
from confab.inbox.normalise.content import content_of
from confab.model.events import Event, MessageEchoed, MessageReceived
from confab.model.inbox import Igsid, Mid, WorkspaceId
from confab.model.media import STORY_REPLY, is_story
from confab.store import events, wake
from confab.store.claims import HINTS, Due
from confab.store.db import Database
from confab.store.wake import Wake


class Hints:
    """Handles claimed hints."""

    def __init__(
        self,
        db: Database,
        graph: GraphClient,
        clock: Clock,
        waker: Wake,
        line_of: LineOf,
    ) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of

    async def run(self, due: Due) -> None:
        """Read the message and apply it, which ends the hint; one that Meta does not show stays as given up, with the reason.

        Raises GraphError to try again.
        """
        workspace, account, digest = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])), UUID(str(due.key[2]))
        async with self._db.transaction() as conn:
            mid = await events.hinted_mid(conn, (workspace, account, digest))
            line = await self._line_of(conn, workspace, account)
        if mid is None:
            return
        if line is None:
            raise Unauthorised("the account must be reconnected")
        try:
            read = await self._graph.message(token=line.token, mid=mid)
            event = _event(read, line.ig_id)
        except Rejected as error:
            async with self._db.transaction() as conn:
                await HINTS.bury(conn, due, error.detail)
            return
        source = Source(workspace_id=workspace, account_id=account, delivery_id=None)
        async with self._db.transaction() as conn:
            changed = await apply(conn, Batch(events=[(source, event)], our_app_ids=frozenset()), self._clock.now())
        self._wake.say(*(wake.changed(one) for one in changed))


def _event(read: ReadMessage, ig_id: str) -> Event:
    """A message read back, as the event it would have been (rules C5, C8). Raises Rejected when it names nobody."""
    sender = str(read.sender.id) if read.sender and read.sender.id else None
    others = [str(person.id) for person in (read.to.data if read.to else []) if person.id]
    participant = (others[0] if others else None) if sender == ig_id else sender
    if participant is None:
        raise Rejected("Instagram does not say whose message it is.")
    content = content_of(_as_it_would_have_come(read), [])
    if sender == ig_id:
        return MessageEchoed(
            type="message_echoed", mid=Mid(read.id), igsid=Igsid(participant), sent_at=read.created_at, meta_sent_at=None,
            content=content, app_id=None, is_standby=False, is_self=False,
        )  # fmt: skip
    return MessageReceived(
        type="message_received", mid=Mid(read.id), igsid=Igsid(participant), sent_at=read.created_at, meta_sent_at=None,
        content=content, is_standby=False, is_self=False,
    )  # fmt: skip


def _as_it_would_have_come(read: ReadMessage) -> payloads.Message:
    """The same message in the words of a webhook (rules C9, C10)."""
    story = read.story.reply_to if read.story else None
    attachments = [
        *(_attachment(one) for one in read.attachments.data),
        *({"type": "share", "payload": {"url": one.link}} for one in read.shares.data),
        *([{"type": "story_mention", "payload": {"url": read.story.mention.link}}] if read.story and read.story.mention else []),
    ]
    return payloads.Message(
        mid=read.id, text=read.message or None, attachments=attachments,
        reply_to=payloads.ReplyTo(
            mid=read.reply_to.mid if read.reply_to else None,
            story=payloads.Story(id=story.id, url=story.link) if story else None,
        ),
        is_unsupported=read.is_unsupported or not (read.message or attachments),
    )  # fmt: skip


def file_link(read: ReadMessage, kind: str, position: int) -> str | None:
    """The fresh link of an attachment of a message read back; None where there is no file any more. Rules C10, M9."""
    if is_story(kind) and read.story is not None:
        told = read.story.reply_to if kind == STORY_REPLY else read.story.mention
        return (told.link or None) if told is not None else None
    if position >= len(read.attachments.data):
        return None
    url = payloads.an_object(_attachment(read.attachments.data[position]).get("payload"))
    return str(url["url"]) if url and url.get("url") else None


def _attachment(read: ReadAttachment) -> dict[str, object]:
    if read.generic_template is not None:
        return {"type": "template", "payload": {"generic": {"elements": [read.generic_template]}}}
    if read.image_data is not None:
        return {"type": "image", "payload": {"url": read.image_data.url}}
    if read.video_data is not None:
        return {"type": "video", "payload": {"url": read.video_data.url}}
    kind = (read.mime_type or "").partition("/")[0]
    return {"type": kind if kind in ("image", "video", "audio") else "file", "payload": {"url": read.file_url}}
