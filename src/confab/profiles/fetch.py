"""Read one participant's profile at Meta: the first time, when somebody asks, and in good time anew. Rules P1-P7, PR1-PR6."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from confab.clock import Clock
from confab.errors import GraphError, Rejected, Throttled, Unauthorised
from confab.graph.client import GraphClient, Profile
from confab.graph.errors import NO_CONSENT, NOBODY
from confab.model.changes import ConversationUpdated
from confab.model.inbox import WorkspaceId
from confab.store import avatars, changes, conversations, participants, paths, wake
from confab.store.claims import PROFILES, REFRESHES, Due, Kind
from confab.store.db import Conn, Database
from confab.store.participants import Known, Picture, Told
from confab.store.wake import Wake

_PAUSE = timedelta(minutes=15)
_REFUSED_FOR = timedelta(days=1)
_TOMORROW = timedelta(days=1) - participants.STALE
"""A turn so long ago comes again with the next night."""


class Profiles:
    """Handles claimed profile fetches: those that people wait for, and refreshes."""

    def __init__(
        self,
        db: Database,
        graph: GraphClient,
        clock: Clock,
        waker: Wake,
        token_of: Callable[[Conn, WorkspaceId, UUID], Awaitable[str | None]],
    ) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._token_of = token_of

    async def run(self, due: Due) -> None:
        """Ask once; keep what came. A person without a profile keeps the placeholder and is asked for again when they write.

        Raises GraphError where another try may help.
        """
        await self._read(PROFILES, due)

    async def refresh(self, due: Due) -> None:
        """The same for somebody we know, as long as nobody waits for it."""
        await self._read(REFRESHES, due)

    async def give_up(self, due: Due, reason: str) -> None:
        """The row stays as dead, and lives again when the participant writes or somebody asks."""
        await self._end(due, reason, _TOMORROW, lambda conn: PROFILES.bury(conn, due, reason))

    async def let_be(self, due: Due, reason: str) -> None:
        """A refresh that fails has no need to be seen to: what we know stays, and their turn comes again tomorrow."""
        await self._end(due, reason, _TOMORROW, lambda conn: REFRESHES.finish(conn, due))

    async def _read(self, kind: Kind, due: Due) -> None:
        workspace, participant = _key(due)
        person = await self._person(workspace, participant)
        async with self._db.transaction() as conn:
            token = await self._token_of(conn, workspace, person.account_id)
        if token is None:
            await self._refused(kind, due, person, Unauthorised("The account has no access token."))
            return
        try:
            profile = await self._graph.profile(token=token, igsid=person.igsid)
        except (Rejected, Unauthorised) as error:
            await self._refused(kind, due, person, error)
            return
        except Throttled as error:
            until = self._clock.now() + error.patience(_PAUSE)
            async with self._db.transaction() as conn:
                await kind.postpone(conn, due, until, error.detail)
                if kind is REFRESHES:
                    await participants.put_off(conn, workspace, person.account_id, until)
            return
        await self._keep(kind, due, person, profile)

    async def _keep(self, kind: Kind, due: Due, person: Known, profile: Profile) -> None:
        workspace, participant = _key(due)
        now = self._clock.now()
        async with self._db.transaction() as conn:
            await conversations.lock(conn, workspace, person.conversation_id)
            picture = await participants.picture(conn, workspace, participant)
            await participants.write_profile(conn, workspace, participant, _told(profile), now)
            if profile.profile_pic and is_to_fetch(picture, profile.profile_pic):
                await avatars.enqueue(conn, workspace, participant, profile.profile_pic, now)
            await kind.finish(conn, due)
            await self._publish(conn, workspace, person)
        self._wake.say(wake.changed(workspace), wake.work("avatars"))

    async def _refused(self, kind: Kind, due: Due, person: Known, error: GraphError) -> None:
        """Meta says no; only the participant's next message, or somebody who asks, tries again. Rule PR2.

        Of consent their message decides; where there is nobody, one message a day is enough. A token or a permission that is
        missing says nothing of the participant: whom we know has their turn the next night.
        """
        workspace, participant = _key(due)
        now, reason = self._clock.now(), error.detail
        is_about_them = error.graph_code == NO_CONSENT or error.graph_code in NOBODY
        not_before = now + _REFUSED_FOR if error.graph_code in NOBODY else now

        async def settle(conn: Conn) -> None:
            if person.is_read and not is_about_them:
                await kind.finish(conn, due)
            else:
                await participants.wait_for_message(conn, workspace, participant, due.attempts, reason, not_before)

        await self._end(due, reason, timedelta() if is_about_them else _TOMORROW, settle)

    async def _end(self, due: Due, reason: str, turn: timedelta, settle: Callable[[Conn], Awaitable[None]]) -> None:
        """It brought nothing, and whoever waits for it is told why. `turn`: how far from now their turn counts from."""
        workspace, participant = _key(due)
        person = await self._person(workspace, participant)
        async with self._db.transaction() as conn:
            await conversations.lock(conn, workspace, person.conversation_id)
            turn_at = self._clock.now() + turn
            is_news = await participants.note_failure(conn, workspace, participant, reason, turn_at)
            await settle(conn)
            if is_news:
                await self._publish(conn, workspace, person)
        self._wake.say(wake.changed(workspace))

    async def _person(self, workspace: WorkspaceId, participant: UUID) -> Known:
        async with self._db.transaction() as conn:
            return await participants.get(conn, workspace, participant)

    async def _publish(self, conn: Conn, workspace: WorkspaceId, person: Known) -> None:
        found = await conversations.by_ids(conn, [(workspace, person.conversation_id)])
        updated = [ConversationUpdated(type="conversation_updated", conversation=value) for _, value in found.values()]
        changes.publish(conn, workspace, updated, self._clock.now())


def is_to_fetch(picture: Picture, profile_pic: str) -> bool:
    """Whether this is another picture than ours, or ours is not there. Host and signature change with every answer (P6)."""
    if picture.is_missing or picture.is_wanted or picture.source_url is None:
        return True
    return paths.lasting(picture.source_url) != paths.lasting(profile_pic)


def _told(profile: Profile) -> Told:
    return Told(
        username=profile.username, name=profile.name, follower_count=profile.follower_count,
        is_follower=profile.is_user_follow_business, is_followed=profile.is_business_follow_user,
        is_verified=profile.is_verified_user,
    )  # fmt: skip


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
