"""What a rule does: each of its actions once, through the same doors as everybody, and what came of each.

In the caller's transaction, under the conversation's lock. What is refused is said and holds up no other action. Rules RU7-RU9.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from confab.errors import Conflict, Refused
from confab.inbox import act, answer, private_reply, template
from confab.inbox.answer import Begin
from confab.inbox.comments import act as in_public
from confab.inbox.split import split
from confab.mail import letter
from confab.mail.letter import Letter, Seal
from confab.model.changes import ActivityAdded, NoteAdded
from confab.model.commands import Actor, AnswerComment, Assign, ReplyPrivately, Send, SetLabels, SetStatus
from confab.model.inbox import AgentId, CommentId, ConversationId, Message, Note, NoteId, WorkspaceId
from confab.model.outgoing import LANE, Text
from confab.model.rules import (
    Action,
    AssignTo,
    Automation,
    CallOut,
    Fire,
    LeaveNote,
    Notify,
    PrivateReply,
    PublicReply,
    PutLabels,
    PutStatus,
    Reply,
    Result,
    Rule,
)
from confab.store import changes, events, ids, notes, rule_calls, team, wake
from confab.store.db import Conn, undoable
from confab.store.events import ActivityRow
from confab.store.rule_events import Person, Run

_MAIL_LASTS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What rules need besides. `seal`: for mails while they wait; None where no mail is set up.

    `begin`: so that an answer need not be queued; None where nobody sends.
    """

    seal: Seal | None = None
    begin: Begin | None = None


@dataclass(slots=True, kw_only=True)
class Scene:
    """An event, and what has been done about it so far. `names`: whom to wake once it is committed."""

    workspace: WorkspaceId
    run: Run
    person: Person
    settings: Automation
    now: datetime
    means: Means
    labels: set[str]
    sent: int
    said: int = 0  # messages, so that those to come go out after them
    names: set[str] = field(default_factory=set[str])


async def fire(conn: Conn, scene: Scene, rule: Rule, key: UUID) -> Fire:
    """Do what the rule says, or only tell what it would have done where it watches."""
    if rule.mode == "watch":
        results = [Result(action=action.type, outcome="watched") for action in rule.definition.actions]
        return Fire(rule_id=rule.id, version=rule.version, is_watch=True, outcome="watched", results=results)
    results = [await _one(conn, scene, rule, key, number, action) for number, action in enumerate(rule.definition.actions)]
    return Fire(rule_id=rule.id, version=rule.version, is_watch=False, outcome=_whole(results), results=results)


def _whole(results: Sequence[Result]) -> Literal["done", "partly", "refused"]:
    done = sum(result.outcome == "done" for result in results)
    return "done" if done == len(results) else "partly" if done else "refused"


async def _one(conn: Conn, scene: Scene, rule: Rule, key: UUID, number: int, action: Action) -> Result:
    name = f"rule:{rule.id}:{key}:{number}"
    try:
        message = await _do(conn, scene, rule, name, action)
    except Refused as refused:
        return Result(action=action.type, outcome="refused", why=refused.detail)
    return Result(action=action.type, outcome="done", message_id=message.id if message is not None else None)


async def _do(conn: Conn, scene: Scene, rule: Rule, name: str, action: Action) -> Message | None:
    match action:
        case Reply() | PrivateReply():
            return await _say(conn, scene, rule, name, action)
        case PublicReply():
            await _answer_in_public(conn, scene, rule, name, action)
        case Notify():
            await _notify(conn, scene, rule, action)
        case CallOut():
            await _call_out(conn, scene, rule, action)
        case _:
            await _arrange(conn, scene, rule, action)
    return None


async def _say(conn: Conn, scene: Scene, rule: Rule, name: str, action: Reply | PrivateReply) -> Message:
    """Send, through the gate and the outbox; a message more than one person may get in an hour is not sent. Rules RU8, RU13."""
    if scene.sent >= scene.settings.most_per_hour:
        raise Conflict(f"rules have sent {scene.settings.most_per_hour} messages to this person within an hour")
    text, at = _worded(scene, action.text), scene.now + scene.said * answer.IN_ORDER
    if isinstance(action, PrivateReply):
        assert scene.run.subject_id is not None  # noqa: S101 -- checked when the rule was saved: it waits for comments
        command = ReplyPrivately(
            comment_id=CommentId(scene.run.subject_id), client_key=name, content=Text(type="text", text=text)
        )
        async with undoable(conn):  # the conversation is made before the gate is asked
            message, _ = await private_reply.reply(conn, _actor(scene, rule), command, at)
        scene.run.conversation_id = message.conversation_id
    else:
        content = Text(type="text", text=text, quick_replies=action.quick_replies)
        send = Send(conversation_id=_conversation(scene), client_key=name, content=content, purpose="automation")
        message, _ = await answer.send(conn, _actor(scene, rule), send, at, begin=scene.means.begin)
    scene.sent, scene.said = scene.sent + 1, scene.said + len(split(text))
    if message.status == "queued":
        scene.names |= set(wake.sending([LANE["rule"]]))
    return message


async def _answer_in_public(conn: Conn, scene: Scene, rule: Rule, name: str, action: PublicReply) -> None:
    assert scene.run.subject_id is not None  # noqa: S101 -- checked when the rule was saved: it waits for comments
    command = AnswerComment(comment_id=CommentId(scene.run.subject_id), client_key=name, text=_worded(scene, action.text))
    await in_public.reply(conn, _actor(scene, rule), command, scene.now)
    scene.names.add(wake.work("comment_calls"))


def _worded(scene: Scene, text: str) -> str:
    person = scene.person
    values = template.values(
        name=person.name, username=person.username, account=person.account_username, agent=person.account_username
    )
    said = template.render(text, values)
    return f"{said}\n\n{scene.settings.disclosure}" if scene.settings.disclosure else said


async def _arrange(conn: Conn, scene: Scene, rule: Rule, action: Action) -> None:
    conversation, actor = _conversation(scene), _actor(scene, rule)
    match action:
        case PutLabels():
            scene.labels = (scene.labels | set(action.add)) - set(action.remove)
            await act.set_labels(conn, actor, SetLabels(conversation_id=conversation, labels=sorted(scene.labels)), scene.now)
        case AssignTo():
            agent = AgentId(action.agent_id) if action.agent_id is not None else None
            await act.assign(conn, actor, Assign(conversation_id=conversation, assignee_id=agent), scene.now)
        case PutStatus():
            until = scene.now + timedelta(minutes=action.snooze_minutes) if action.snooze_minutes is not None else None
            command = SetStatus(conversation_id=conversation, status=action.status, snoozed_until=until)
            await act.set_status(conn, actor, command, scene.now)
        case LeaveNote():
            await _note(conn, scene, rule, conversation, action)
        case _:
            raise AssertionError(action.type)


async def _note(conn: Conn, scene: Scene, rule: Rule, conversation: ConversationId, action: LeaveNote) -> None:
    """A note that says which rule wrote it, under the name of whoever last changed the rule."""
    note = Note(
        id=NoteId(ids.new(scene.now)), conversation_id=conversation, author=rule.updated_by,
        text=f"Rule “{rule.definition.name}”: {action.text}", created_at=scene.now,
    )  # fmt: skip
    await notes.insert(conn, scene.workspace, note)
    added = NoteAdded(type="note_added", conversation_id=conversation, note=note)
    changes.publish(conn, scene.workspace, [added], scene.now)


async def _notify(conn: Conn, scene: Scene, rule: Rule, action: Notify) -> None:
    words = f"{rule.definition.name}: {action.text}"
    if scene.run.conversation_id is not None:
        await tell(conn, scene.workspace, scene.run.account_id, _conversation(scene), words, scene.now)
    if action.agent_ids and scene.means.seal is not None:
        await _mail(conn, scene, rule, action, scene.means.seal)
    elif scene.run.conversation_id is None:
        raise Conflict("there is no conversation yet, and no mail is set up" if action.agent_ids else _NO_CONVERSATION)


async def _mail(conn: Conn, scene: Scene, rule: Rule, action: Notify, seal: Seal) -> None:
    """To those of them who are still of the team. It says nothing of what anybody wrote."""
    account = scene.person.account_username
    wanted = [one for one in await team.agents(conn, scene.workspace) if one.id in action.agent_ids]
    for agent in wanted:
        mail = Letter(
            to=agent.email, subject=f"@{account}: {rule.definition.name}",
            text=f"{action.text}\n\nA rule of @{account} tells you so. Look into the inbox.\n",
        )  # fmt: skip
        expires_at = scene.now + _MAIL_LASTS
        await letter.post(
            conn, seal, scene.workspace, mail, mail=ids.new(scene.now), purpose="rule", expires_at=expires_at, now=scene.now
        )
    scene.names.add(wake.work("mails"))


async def _call_out(conn: Conn, scene: Scene, rule: Rule, action: CallOut) -> None:
    await rule_calls.enqueue(conn, scene.workspace, scene.run, rule, action.url, scene.now)
    scene.names.add(wake.work("rule_calls"))


async def tell(
    conn: Conn, workspace: WorkspaceId, account: UUID, conversation: ConversationId, words: str, now: datetime
) -> None:
    """A line in the conversation, for the team."""
    row = ActivityRow(
        workspace_id=workspace, account_id=account, event_key=ids.new(now), conversation_id=conversation, type="rule_notice",
        body={"metadata": words}, happened_at=now,
    )  # fmt: skip
    for one, activity in await events.add_activities(conn, [row]):
        added = ActivityAdded(type="activity_added", conversation_id=activity.conversation_id, activity=activity)
        changes.publish(conn, one, [added], now)


_NO_CONVERSATION = "there is no conversation with them yet"


def _conversation(scene: Scene) -> ConversationId:
    if scene.run.conversation_id is None:
        raise Conflict(_NO_CONVERSATION)
    return ConversationId(scene.run.conversation_id)


def _actor(scene: Scene, rule: Rule) -> Actor:
    return Actor(workspace_id=scene.workspace, kind="rule", agent_id=None, name=rule.definition.name)
