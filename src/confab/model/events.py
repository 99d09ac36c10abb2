"""What happened at Meta, in our words: normalise → apply. Rules N1-N74 of docs/spec/graph.md say what each means."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from confab.model.comments import CommentKind, CommentMedia
from confab.model.inbox import IgId, Igsid, Mid, Referral


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedAttachment:
    """Something a message carries. A `url` is a file at Meta's, a `permalink` a page for people; never both."""

    kind: str
    url: str | None
    permalink: str | None
    title: str | None
    payload: dict[str, Any]  # Meta's own, for kinds and fields that we do not know


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedReferral(Referral):
    """A referral with the ad's picture and film at Meta's, which never leave the server."""

    photo_url: str | None
    video_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message says."""

    text: str | None
    attachments: list[SharedAttachment]
    reply_to_mid: Mid | None
    reply_to_story_id: str | None
    reply_to_story_url: str | None  # Meta's, for as long as the story stands
    reply_to_story_link: str | None  # where the story's link sticker leads
    is_story_reply: bool
    quick_reply_payload: str | None
    referral: SharedReferral | None
    is_unsupported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """A participant wrote to the account. Rules N16-N41."""

    type: Literal["message_received"]
    mid: Mid
    igsid: Igsid
    sent_at: datetime  # Meta's clock, clamped to what can be
    meta_sent_at: str | None  # as Meta wrote it, where sent_at differs
    content: Content
    is_standby: bool
    is_self: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEchoed:
    """The account sent something: from here, from a phone, or by another tool. Rules N42-N46, N52."""

    type: Literal["message_echoed"]
    mid: Mid
    igsid: Igsid
    sent_at: datetime
    meta_sent_at: str | None
    content: Content
    app_id: str | None
    is_standby: bool
    is_self: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted:
    """Whoever wrote it took it back; it may not be shown any more. Rules N47, N48."""

    type: Literal["message_deleted"]
    mid: Mid
    igsid: Igsid
    deleted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited:
    """The text was replaced for the `num_edit`th time; the highest number holds. Rules N49, N51."""

    type: Literal["message_edited"]
    mid: Mid
    num_edit: int
    text: str | None
    edited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHinted:
    """An edit number 0: perhaps the only sign of a new message. Rule N50."""

    type: Literal["message_hinted"]
    mid: Mid
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChanged:
    """Somebody set (`emoji` or `reaction` given) or removed (`is_removed`) their one reaction on a message. Rule N53."""

    type: Literal["reaction_changed"]
    mid: Mid
    igsid: Igsid
    emoji: str | None
    reaction: str | None
    is_removed: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSeen:
    """The participant has seen everything up to `mid`, or up to `watermark`. Rule N54."""

    type: Literal["message_seen"]
    mid: Mid | None
    igsid: Igsid
    watermark: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRead:
    """A conversation was read back at Instagram, as far as it goes. Rules C1-C7.

    `earlier`: whether Instagram has more before the oldest message read, and whether it shows it.
    """

    type: Literal["history_read"]
    igsid: Igsid
    username: str | None
    updated_at: datetime  # of the conversation, to the second
    earlier: Literal["more", "hidden", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostbackReceived:
    """A participant tapped an ice breaker, a menu item or a button. Rules N55, N56."""

    type: Literal["postback_received"]
    mid: Mid | None
    igsid: Igsid
    sent_at: datetime
    meta_sent_at: str | None
    title: str | None
    payload: str | None
    referral: SharedReferral | None
    is_standby: bool
    is_self: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralReceived:
    """A participant came back through a link; no message, but it opens the window. Rule N57."""

    type: Literal["referral_received"]
    igsid: Igsid
    at: datetime
    referral: Referral


@dataclass(frozen=True, slots=True, kw_only=True)
class OptinReceived:
    """Consent to marketing messages was given or changed. Rule N58."""

    type: Literal["optin_received"]
    igsid: Igsid
    at: datetime
    details: dict[str, Any]  # Meta's own: its shape on Instagram is not settled


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadControlChanged:
    """Another app holds the conversation now, or wants it. Rule N59. `igsid` is None for app roles."""

    type: Literal["thread_control_changed"]
    igsid: Igsid | None
    at: datetime
    action: Literal["pass", "take", "request", "app_roles"]
    previous_owner_app_id: str | None
    new_owner_app_id: str | None
    metadata: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEnforced:
    """Meta warned, blocked or unblocked the account. Rule N61."""

    type: Literal["policy_enforced"]
    at: datetime
    action: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentReceived:
    """A comment, a live comment, or a mention elsewhere, of which we may know ids only. Rules N62-N70."""

    type: Literal["comment_received"]
    comment_key: str  # unique per account: the comment's id, else the mentioned post's
    ig_id: str | None
    kind: CommentKind
    media: CommentMedia
    parent_ig_id: str | None
    author_ig_id: Igsid | None
    author_username: str | None
    text: str | None
    is_own: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryInsightsReceived:
    """A story ended; these are its last numbers. -1 means fewer than five. Rule N71."""

    type: Literal["story_insights_received"]
    media_ig_id: str
    metrics: dict[str, int]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReceived:
    """The test button of Meta's dashboard was pressed. Rule N73."""

    type: Literal["test_received"]
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesSwitchedOff:
    """Only names of fields arrive: "Include Values" is off and nothing can be kept. Rule N10."""

    type: Literal["values_switched_off"]
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A kind we do not know: kept raw in the ledger, counted by `name`, replayable after an upgrade. Rule N15."""

    type: Literal["unknown"]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An event of a kind we know with a value that cannot be kept; `reason` names the field and what is wrong with it."""

    type: Literal["unreadable"]
    reason: str


Event = (
    MessageReceived
    | MessageEchoed
    | MessageDeleted
    | MessageEdited
    | MessageHinted
    | ReactionChanged
    | MessageSeen
    | HistoryRead
    | PostbackReceived
    | ReferralReceived
    | OptinReceived
    | ThreadControlChanged
    | PolicyEnforced
    | CommentReceived
    | StoryInsightsReceived
    | TestReceived
    | ValuesSwitchedOff
    | Unknown
    | Unreadable
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """An event and the account it belongs to; None when nothing tells (tests, bare samples, other products).

    `named_ig_id` is the account that the item itself names when that is another: it counts where `ig_id` is unknown (rule N3).
    """

    ig_id: IgId | None
    named_ig_id: IgId | None = None
    event: Event
