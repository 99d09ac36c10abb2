"""What commands about the outbox print: facts for programs, lines for people."""

from confab.commands.outbox import Standing
from confab.model.inbox import Conversation
from confab.model.outbox import Queue, Scheduled, Troubled

_LONGEST = 60


def outbox_facts(found: Standing) -> dict[str, object]:
    """The accounts' lines as `items`, and the newest trouble as `troubled`."""
    items = [
        {
            "workspace": one.workspace, "account": one.username, "people": one.queue.people, "schedules": one.queue.schedules,
            "automatic": one.queue.automatic, "expected_s": one.queue.expected_s, "paused_until": one.queue.paused_until,
            "paused_by": one.queue.paused_by, "failed": one.failed, "in_doubt": one.in_doubt,
        }
        for one in found.lines
    ]  # fmt: skip
    return {"items": items, "troubled": [_trouble_facts(name, item) for name, item in found.troubled]}


def outbox_lines(found: Standing) -> list[str]:
    """A line for each account, then one for each of the newest that failed or are in doubt."""
    lines = [
        f"{one.workspace}  @{one.username}  {_queue(one.queue)}; {one.failed} failed, {one.in_doubt} in doubt"
        for one in found.lines
    ]
    return lines + [_trouble(name, item) for name, item in found.troubled]


def scheduled_facts(workspace: str, item: Scheduled) -> dict[str, object]:
    """One answer for later."""
    return {
        "workspace": workspace, **_where(item.conversation), "message_id": item.message.id, "status": item.message.status,
        "release_at": item.release_at, "on_reply": item.on_reply, "parts": item.parts, "text": item.text,
    }  # fmt: skip


def scheduled_line(workspace: str, item: Scheduled) -> str:
    """The same for people."""
    text = " ".join((item.text or "").split())
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    at = f"{item.release_at:%Y-%m-%d %H:%M} UTC"
    return f"{at}  {item.message.status:<9}  {workspace}  {_way(item.conversation)}  {item.on_reply}  {short}".rstrip()


def _queue(queue: Queue) -> str:
    count = queue.people + queue.schedules + queue.automatic
    if not count:
        return queue.paused_by or "nothing waits"
    lanes = f"{queue.people} of people, {queue.schedules} scheduled, {queue.automatic} automatic"
    time = "" if queue.expected_s is None else f", about {max(1, round(queue.expected_s))} s"
    reason = f". {queue.paused_by}" if queue.paused_by else ""
    return f"{count} waiting ({lanes}){time}{reason}"


def _trouble_facts(workspace: str, item: Troubled) -> dict[str, object]:
    error = item.message.error
    return {
        "workspace": workspace, **_where(item.conversation), "message_id": item.message.id, "status": item.message.status,
        "troubled_at": item.troubled_at, "code": error and error.code, "error": error and error.message, "parts": item.parts,
    }  # fmt: skip


def _trouble(workspace: str, item: Troubled) -> str:
    error = item.message.error
    why = f"{error.code}: {error.message}" if error is not None else ""
    return (
        f"{item.message.status:<8}  {item.troubled_at:%Y-%m-%d %H:%M} UTC  {workspace}  {_way(item.conversation)}  {why}".rstrip()
    )


def _where(conversation: Conversation) -> dict[str, object]:
    return {
        "conversation_id": conversation.id, "account": conversation.account.username,
        "participant": conversation.participant.username or conversation.participant.ig_id,
    }  # fmt: skip


def _way(conversation: Conversation) -> str:
    who = conversation.participant
    return f"@{conversation.account.username} to {f'@{who.username}' if who.username else who.ig_id}"
