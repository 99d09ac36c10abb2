"""What a team sees: accounts, participants, conversations, messages, attachments, comments and notes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NewType
from uuid import UUID

from confab.model.media import MediaMode

WorkspaceId = NewType("WorkspaceId", UUID)
AgentId = NewType("AgentId", UUID)
AccountId = NewType("AccountId", UUID)
ParticipantId = NewType("ParticipantId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
CommentId = NewType("CommentId", UUID)
PostId = NewType("PostId", UUID)
NoteId = NewType("NoteId", UUID)
ActivityId = NewType("ActivityId", UUID)
OutboundId = NewType("OutboundId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
MetaAppId = NewType("MetaAppId", UUID)
RunId = NewType("RunId", UUID)
Seq = NewType("Seq", int)

IgId = NewType("IgId", str)
Igsid = NewType("Igsid", str)
Mid = NewType("Mid", str)

Role = Literal["owner", "admin", "agent"]
ConversationStatus = Literal["open", "snoozed", "closed"]
Direction = Literal["inbound", "outbound"]
AuthorKind = Literal["participant", "agent", "rule", "schedule", "service", "instagram"]
MessageStatus = Literal["received", "scheduled", "held", "queued", "sending", "sent", "seen", "failed", "in_doubt", "discarded"]
AttachmentState = Literal["pending", "stored", "relayed", "failed", "expired", "refused", "link", "unavailable"]
DeliveryState = Literal["stored", "failed", "unclaimed", "applied", "ignored"]
ActivityKind = Literal[
    "referral", "optin", "control_passed", "control_taken", "control_requested", "schedule_cancelled", "rule_notice"
]
WindowOpener = Literal["message", "postback", "referral"]
Platform = Literal["instagram", "facebook"]
"""Which of Meta's two logins connected an account."""
AccountHealth = Literal["ok", "reconnect", "paused"]
Receiving = Literal["webhooks", "polling"]
Earlier = Literal["unknown", "asking", "more", "hidden", "none", "refused"]
RunKind = Literal["messages", "profiles", "insights", "comments"]
RunState = Literal["waiting", "running", "done", "failed", "stopped"]

WINDOW = timedelta(hours=24)
"""How long Meta lets an account answer after the participant opened the window. Rule W1."""
HUMAN_AGENT_WINDOW = timedelta(days=7)
"""How long a person may answer where Meta granted the Human Agent feature. Rule W2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A team and all that it owns."""

    id: WorkspaceId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRef:
    """An agent as others see them: enough to name who answered or is assigned."""

    id: AgentId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person of the team, with what they may do in this workspace."""

    id: AgentId
    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRef:
    """The account a conversation belongs to."""

    id: AccountId
    ig_id: IgId
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An Instagram professional account and how our link to it fares.

    `human_agent` says that Meta granted the Human Agent feature to the app and that the team switched it on. `media_mode`:
    whether copies of media are kept (`store`) or everything is only passed on (`reference`); None: as the installation says.
    Everything sent up to `complete_up_to` is here, as far as Instagram shows it; `incomplete_reason` says what stands in the
    way of more. `receiving` is `polling` while webhooks stay away: then Instagram is asked every minute, since `polling_since`.
    Until `restricted_until` nothing automatic is sent, because Instagram restricts the account. `shows_indicators`: participants
    see when somebody types here.
    `connects_customers`: who writes and is no member yet gets a link to become one; a member gets an acknowledgement, at most
    every `acknowledges_every_s` seconds, None: for every message.
    `platform`: which login connected it, under which `meta_app` (None: the environment's), granting `scopes` (None: unknown);
    `missing` says in words what does not work, None before it was tested. `is_development`: the environment's, used while no
    other is connected. `disconnected_at`: nothing comes or goes, and what is here is erased at `erase_at`; `disconnected_by` is
    who did it, None: its owner removed the app at Instagram. While `stopped_at` or `all_stopped_at` is set (for the whole
    workspace) nothing is sent.
    """

    id: AccountId
    ig_id: IgId
    username: str
    name: str | None
    human_agent: bool
    health: AccountHealth
    health_reason: str | None
    media_mode: MediaMode | None
    token_expires_at: datetime | None
    token_error: str | None
    complete_up_to: datetime | None
    incomplete_reason: str | None
    receiving: Receiving
    polling_since: datetime | None
    restricted_until: datetime | None
    restricted_reason: str | None
    shows_indicators: bool
    connects_customers: bool
    acknowledges_every_s: int | None
    platform: Platform | None
    meta_app: str | None
    scopes: list[str] | None
    missing: list[str] | None
    is_development: bool
    disconnected_at: datetime | None
    disconnected_by: str | None
    erase_at: datetime | None
    stopped_at: datetime | None
    stopped_by: str | None
    all_stopped_at: datetime | None
    all_stopped_by: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginDoor:
    """A login by which accounts are connected. `meta_app` None: the environment's; `why_shut`: what opens it, None: it's open."""

    platform: Platform
    meta_app: str | None
    why_shut: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Something long that somebody asked for, of one account: how far it is, and what came of it.

    `conversations_total` is None until Instagram has listed them all. `waiting_until`: Instagram asked to wait. `unreadable`
    counts what could not be understood or kept, `people` those whose profiles were put in line. Of numbers `steps_done` of
    `steps_total` questions were asked, None while nobody knows how many there are, and `values_new` were not known. Of
    comments the steps are posts, and `comments_new` were not known.
    """

    id: RunId
    account_id: AccountId
    what: RunKind
    state: RunState
    asked_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    calls: int
    conversations_total: int | None
    conversations_read: int
    conversations_skipped: int
    messages_read: int
    messages_new: int
    unreadable: int
    people: int
    steps_total: int | None
    steps_done: int
    values_new: int
    comments_new: int
    waiting_until: datetime | None
    error: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """The person on the other side, known only per account. Everything but `ig_id` may still be unknown.

    `is_follower`: they follow the account; `is_followed`: the account follows them. `linked_lead_id` is another system's word.
    `profile_read_at` is when Meta last told all this, `profile_asked_at` when somebody asked for it anew and waits, and
    `profile_error` why the last reading brought nothing. `avatar_fetch_failed`: there is a picture that could not be fetched.
    """

    ig_id: Igsid
    username: str | None
    name: str | None
    avatar_url: str | None
    avatar_fetch_failed: bool
    follower_count: int | None
    is_follower: bool | None
    is_followed: bool | None
    is_verified: bool | None
    connected_user_id: str | None
    linked_lead_id: str | None
    profile_read_at: datetime | None
    profile_asked_at: datetime | None
    profile_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """All messages of one account and one participant, as a list row and as a thread's header.

    `can_reply_until` and `human_agent_until` are moments, not states: what they mean now is computed when shown. Both are
    None when the participant never opened a window; `human_agent_until` also when the account has no Human Agent feature.
    `window_refused_at` is when Instagram itself last said that the window is closed, `unreachable_at` that the participant
    cannot be reached; that is over when they write.
    `earlier` says whether Instagram has messages before the oldest one here: `unknown` until somebody asks (`asking`), then
    `more`, `none`, `hidden` (Instagram lists them and shows no more than the newest 20) or `refused`, with `earlier_reason`.
    `archived_at`: since when it lies in the archive, out of the list; None: it does not.
    `read_up_to` and `seen_up_to` decide which of its messages are unread, and which of ours the participant has seen.
    `version` grows with every change, so that a later one always wins.
    """

    id: ConversationId
    account: AccountRef
    participant: Participant
    status: ConversationStatus
    snoozed_until: datetime | None
    unread_count: int
    read_up_to: datetime
    seen_up_to: datetime | None
    last_message_at: datetime | None
    last_message_preview: str | None
    last_message_direction: Direction | None
    last_message_status: MessageStatus | None
    can_reply_until: datetime | None
    human_agent_until: datetime | None
    window_opened_at: datetime | None
    window_opened_by: WindowOpener | None
    window_refused_at: datetime | None
    unreachable_at: datetime | None
    assignee: AgentRef | None
    labels: list[str]
    is_self: bool
    handled_elsewhere: bool
    earlier: Earlier
    earlier_reason: str | None
    archived_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a message. `instagram` is the Instagram app or another tool; the name is None where nobody told us."""

    kind: AuthorKind
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something a message carries. `kind` is Meta's word; the addresses are ours or None, never Meta's.

    `placeholder` is a picture of a few pixels as a data URL; `error` says why there is no file. A file that is `relayed` is no
    copy: it comes from Instagram each time, and of a story until `available_until`. `media_fetch_failed`: its host was in
    trouble again and again, and somebody may try again.
    """

    kind: str
    url: str | None
    thumbnail_url: str | None
    title: str | None
    permalink: str | None
    state: AttachmentState
    content_type: str | None
    size_bytes: int | None
    width: int | None
    height: int | None
    duration_ms: int | None
    placeholder: str | None
    error: str | None
    available_until: datetime | None
    media_fetch_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRef:
    """A story that a message answers: its id, and while it stands the way to see it. It is passed on and never stored."""

    id: str | None
    url: str | None
    state: AttachmentState
    content_type: str | None
    width: int | None
    height: int | None
    available_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTo:
    """What a message answers: another message by its `mid`, or a story."""

    mid: Mid | None
    story: StoryRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One person's reaction; `by` is `participant` or `account`."""

    by: Literal["participant", "account"]
    emoji: str | None
    reaction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """How the participant came here: an ad, an ig.me link, a product page."""

    source: str | None
    type: str | None
    ref: str | None
    ad_id: str | None
    ad_title: str | None
    product_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierText:
    """A text that an edit replaced; `num_edit` 0 is the text as first sent."""

    num_edit: int
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageError:
    """Why a message failed or is in doubt, in words an agent understands; `code` is stable."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation. An unsent one keeps only who and when: `deleted_at` is set, content is gone.

    `is_history`: it was read at Instagram afterwards, and did not come as news.
    """

    id: MessageId
    conversation_id: ConversationId
    mid: Mid | None
    client_key: str | None
    direction: Direction
    author: Author
    text: str | None
    attachments: list[Attachment]
    reply_to: ReplyTo | None
    reactions: list[Reaction]
    quick_reply_payload: str | None
    postback_payload: str | None
    referral: Referral | None
    sent_at: datetime
    edited_at: datetime | None
    edits: list[EarlierText]
    deleted_at: datetime | None
    is_unread: bool
    processed: bool
    is_unsupported: bool
    is_standby: bool
    is_history: bool
    status: MessageStatus
    error: MessageError | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A remark for the team that never leaves the workspace."""

    id: NoteId
    conversation_id: ConversationId
    author: AgentRef
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that happened in a conversation and is no message: shown as a line between messages.

    `referral`: the participant came back through a link. `optin`: they consented to marketing messages. `control_*`: another
    app was given the conversation, took it, or asks for it; `app_id` is that app. `schedule_cancelled`: a scheduled answer was
    not sent, because the participant wrote before; `note` is its text. `rule_notice`: a rule has something to tell, `note` is
    what.
    """

    id: ActivityId
    conversation_id: ConversationId
    kind: ActivityKind
    happened_at: datetime
    referral: Referral | None
    app_id: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook body as operators see it: never its content, only what became of it."""

    id: DeliveryId
    received_at: datetime
    state: DeliveryState
    events: int
    unknown: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """How often something happened on one day: `unknown:KIND`, `test:FIELD`, `values_switched_off`."""

    name: str
    on_day: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking, in which workspace, with which role: the key to every read."""

    workspace_id: WorkspaceId
    agent_id: AgentId
    name: str
    email: str
    role: Role
