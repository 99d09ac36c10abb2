"""Read one participant's profile at Meta. Rules P1-P7."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from confab.clock import Clock
from confab.errors import Rejected, Throttled, Unauthorised
from confab.graph.client import GraphClient, Profile
from confab.model.changes import ConversationUpdated
from confab.model.inbox import WorkspaceId
from confab.store import avatars, changes, conversations, participants, wake
from confab.store.claims import PROFILES, Due
from confab.store.db import Conn, Database
from confab.store.wake import Wake

_PAUSE = timedelta(minutes=15)


class Profiles:
    """Handles claimed profile fetches."""

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
        """Ask once; keep what came. A person without a profile keeps the placeholder and is asked again when they write.

        Raises GraphError where another try may help.
        """
        workspace = WorkspaceId(UUID(str(due.key[0])))
        participant = UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            person = await participants.get(conn, workspace, participant)
            token = await self._token_of(conn, workspace, person.account_id)
        if token is None:
            await self._settle(workspace, participant, due, "waiting", "no access token")
            return
        try:
            profile = await self._graph.profile(token=token, igsid=person.igsid)
        except (Rejected, Unauthorised) as error:
            await self._settle(workspace, participant, due, "waiting", error.detail)
            return
        except Throttled as error:
            async with self._db.transaction() as conn:
                await PROFILES.postpone(conn, due, self._clock.now() + (error.retry_after or _PAUSE), error.detail)
            return
        await self._keep(workspace, participant, due, profile)

    async def _keep(self, workspace: WorkspaceId, participant: UUID, due: Due, profile: Profile) -> None:
        now = self._clock.now()
        async with self._db.transaction() as conn:
            conversation = await participants.write_profile(
                conn,
                workspace,
                participant,
                username=profile.username,
                name=profile.name,
                follower_count=profile.follower_count,
            )
            await PROFILES.finish(conn, due)
            if profile.profile_pic:
                await avatars.enqueue(conn, workspace, participant, profile.profile_pic, now)
            if conversation is not None:
                found = await conversations.by_ids(conn, [(workspace, conversation)])
                updated = [ConversationUpdated(type="conversation_updated", conversation=value) for _, value in found.values()]
                await changes.publish(conn, workspace, updated, now)
        self._wake.say(wake.changed(workspace))

    async def _settle(self, workspace: WorkspaceId, participant: UUID, due: Due, state: str, reason: str) -> None:
        async with self._db.transaction() as conn:
            await participants.settle_fetch(conn, workspace, participant, due.attempts, state=state, error=reason)
