"""What is over leaves: a story with its day, a copy when it is older than the installation keeps its kind. Rules MD7, MD9.

Each hour, in short transactions; what one leaves undone the next one finds.
"""

from collections.abc import Sequence
from datetime import datetime

from confab.clock import Clock
from confab.media import told
from confab.media.policy import Policy
from confab.model import media as policy
from confab.model.changes import Change, ConversationUpdated, PostUpdated
from confab.model.inbox import WorkspaceId
from confab.model.media import AGED, AgedKind
from confab.store import changes, conversations, media_ages, post_pictures, posts, wake
from confab.store.db import Database
from confab.store.media import Place
from confab.store.wake import Wake

_BATCH = 100
_INDEXED: dict[AgedKind, str] = {"image": "image", "video": "video", "audio": "audio", "file": "application"}


class Ages:
    """Ends what is over."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, rules: Policy) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._rules = rules

    async def end(self, now: datetime) -> None:
        """End all that is over now."""
        await self._each(media_ages.STORY, now - policy.STORY_LIFE, policy.STORY_OVER)
        for kind in AGED:
            before = self._rules.before(kind, now)
            if before is None:
                continue
            if kind == "avatar":
                await self._avatars(before, self._rules.reason(kind))
            else:
                await self._each(_INDEXED[kind], before, self._rules.reason(kind))
            if kind == "image":
                await self._posts(before, self._rules.reason(kind))

    async def _each(self, kind: str, before: datetime, reason: str) -> None:
        while True:
            async with self._db.transaction() as conn:
                places: Sequence[Place] = await media_ages.older(conn, kind, before, _BATCH)
                locked = await told.lock(conn, places)
                if kind == media_ages.STORY:
                    await media_ages.end_stories(conn, places, reason)
                else:
                    await media_ages.forget(conn, places, reason, self._clock.now())
                changed = await told.publish(conn, places, locked, self._clock.now())
            self._wake.say(*(wake.changed(one) for one in changed), wake.work("removals"))
            if len(places) < _BATCH:
                return

    async def _posts(self, before: datetime, reason: str) -> None:
        while True:
            now = self._clock.now()
            async with self._db.transaction() as conn:
                forgotten = await post_pictures.forget(conn, before, reason, now, _BATCH)
                updated: dict[WorkspaceId, list[Change]] = {}
                for workspace, post in await posts.by_ids(conn, forgotten):
                    updated.setdefault(workspace, []).append(PostUpdated(type="post_updated", post=post))
                changes.publish_all(conn, updated, now)
            self._wake.say(*(wake.changed(one) for one in updated), wake.work("removals"))
            if len(forgotten) < _BATCH:
                return

    async def _avatars(self, before: datetime, reason: str) -> None:
        while True:
            async with self._db.transaction() as conn:
                people = await media_ages.old_avatars(conn, before, _BATCH)
                await conversations.lock_people(conn, people)
                shown = await media_ages.forget_avatars(conn, people, before, reason, self._clock.now())
                updated: dict[WorkspaceId, list[Change]] = {}
                for workspace, value in (await conversations.by_ids(conn, shown)).values():
                    change = ConversationUpdated(type="conversation_updated", conversation=value)
                    updated.setdefault(workspace, []).append(change)
                changes.publish_all(conn, updated, self._clock.now())
            self._wake.say(*(wake.changed(one) for one in updated), wake.work("removals"))
            if len(people) < _BATCH:
                return
