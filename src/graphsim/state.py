"""What the simulated Instagram knows: accounts, participants, conversations, posts, tokens, files.

Only values and look-ups; what changes them stands in `people`, `accounts` and `http`. Everything a caller may change
is a plain attribute, so that the control door can.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from graphsim.wire import Doc

Flavour = Literal["ig", "fb"]
Kind = Literal["image", "video", "audio", "file", "avatar"]

ALL_FIELDS = (
    "messages",
    "message_edit",
    "message_reactions",
    "messaging_handover",
    "messaging_optins",
    "messaging_policy_enforcement",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "standby",
    "comments",
    "live_comments",
    "mentions",
    "story_insights",
)
SCOPES = (
    "instagram_business_basic",
    "instagram_business_manage_messages",
    "instagram_business_manage_comments",
    "instagram_business_manage_insights",
)
# what FB-Login calls the same, and what else its dialog offers
FACEBOOK_NAMES = {
    "instagram_business_basic": "instagram_basic",
    "instagram_business_manage_messages": "instagram_manage_messages",
    "instagram_business_manage_comments": "instagram_manage_comments",
    "instagram_business_manage_insights": "instagram_manage_insights",
}
FACEBOOK_SCOPES = (
    *FACEBOOK_NAMES.values(),
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "pages_messaging",
    "business_management",
)
TASKS = ("MESSAGING", "MODERATE", "CREATE_CONTENT", "ANALYZE")

TokenKind = Literal["short", "long", "page", "user", "user_short"]


@dataclass(slots=True, kw_only=True)
class Account:
    """An Instagram professional account, with its Page for FB-Login."""

    ig_id: str
    username: str
    name: str
    app_scoped_id: str
    self_igsid: str
    page_id: str
    avatar: str
    flavour: Flavour = "ig"
    human_agent: bool = False
    message_access: bool = True
    echo: Literal["after", "before", "with", "never"] = "after"
    echo_delay_ms: int = 0
    echo_app_id: bool = False
    wrapped_me: bool = False
    usage_headers: bool = False
    daily_calls: int | None = None
    followers: int = 1000
    subscribed_fields: tuple[str, ...] = ALL_FIELDS
    page_fields: tuple[str, ...] = ()  # what the Page was subscribed to (T11)
    page_tasks: tuple[str, ...] = TASKS
    is_page_linked: bool = True
    professional_since_ms: int | None = None
    day_offset_h: int | None = None  # the account's days by this offset from UTC instead of Pacific time (I6)
    hides_replies: bool = False


@dataclass(slots=True, kw_only=True)
class App:
    """A Meta app with its Instagram login. `redirect_uris` None takes any; `roles`: IGIDs and ids of Facebook users."""

    id: str
    name: str
    secret: str
    instagram_id: str
    instagram_secret: str
    redirect_uris: tuple[str, ...] | None = None
    mode: Literal["development", "live"] = "live"
    access: Literal["standard", "advanced"] = "advanced"
    roles: tuple[str, ...] = ()
    webhook_fields: tuple[str, ...] = ALL_FIELDS
    may_subscribe: bool = False  # whether /{app-id}/subscriptions takes the object `instagram` (T28)
    unapproved_scopes: tuple[str, ...] = ()
    configurations: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    deauthorize_url: str | None = None
    deletion_url: str | None = None
    requires_proof: bool = False
    signs_requests_with: Literal["instagram", "meta"] = "instagram"  # of IG-Login (T12)


@dataclass(slots=True, kw_only=True)
class User:
    """A Facebook user. `accounts` None: manages the Pages of all; `lost`: those where the role was taken away."""

    id: str
    name: str
    accounts: tuple[str, ...] | None = None
    lost: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Customer:
    """A participant as one account knows them."""

    igsid: str
    account: str
    username: str
    name: str | None
    avatar: str | None
    follower_count: int | None = None
    is_user_follow_business: bool = False
    is_business_follow_user: bool = False
    is_verified_user: bool = False
    has_consented: bool = False
    has_blocked: bool = False
    is_gone: bool = False
    hidden_fields: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Attachment:
    """One attachment of a message, as the webhook shows it, and the file behind it if there is one."""

    type: str
    payload: Doc | None
    asset: str | None = None
    has_payload: bool = True
    extra: Doc = field(default_factory=dict[str, object])


@dataclass(slots=True, kw_only=True)
class Story:
    """The story a message mentions or answers."""

    id: str
    asset: str
    is_mention: bool
    link_sticker_url: str | None = None


@dataclass(slots=True, kw_only=True)
class Message:
    """A message of a conversation, of either side."""

    mid: str
    account: str
    igsid: str
    is_from_account: bool
    sent_ms: int
    text: str | None = None
    attachments: list[Attachment] = field(default_factory=list["Attachment"])
    reply_to: str | None = None
    story: Story | None = None
    quick_reply: str | None = None
    postback: str | None = None
    referral: Doc | None = None
    is_unsupported: bool = False
    is_self: bool = False
    is_deleted: bool = False
    is_via_api: bool = False
    edits: int = 0
    reactions: dict[str, str] = field(default_factory=dict[str, str])
    odd: Doc = field(default_factory=dict[str, object])  # shown instead of the truth (C16)


@dataclass(slots=True, kw_only=True)
class Conversation:
    """All messages of one account and one participant, oldest first."""

    id: str
    account: str
    igsid: str
    updated_ms: int = 0
    opened_ms: int | None = None
    seen_mid: str | None = None
    unread: int = 0
    is_request: bool = False
    owner_app: str | None = None
    mids: list[str] = field(default_factory=list[str])
    odd: Doc = field(default_factory=dict[str, object])  # shown instead of the truth (C16)


@dataclass(slots=True, kw_only=True)
class Post:
    """A published post, or somebody else's that mentions the account."""

    id: str
    account: str | None
    owner: str
    caption: str
    posted_ms: int
    asset: str
    product_type: str = "FEED"
    media_type: str = "IMAGE"
    comments_enabled: bool = True
    comments: list[str] = field(default_factory=list[str])
    is_on_facebook: bool = False
    is_ended: bool = False  # a story whose end was told (N71), or a broadcast that is over (K19)


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment under a post; a reply has a parent."""

    id: str
    post: str
    account: str
    author_id: str | None
    username: str
    text: str | None
    made_ms: int
    parent: str | None = None
    is_hidden: bool = False
    is_own: bool = False
    is_live: bool = False
    is_mention: bool = False
    is_answered: bool = False
    is_liked: bool = False
    is_filtered: bool = False  # held back: no list has it (K16)
    replies: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Behind a token or code: the app ("": the first) and what a person gave it.

    `user`: a Facebook user. `accounts`: those whose Pages they shared. `declined`: scopes asked for and not given.
    `login_ms`: when they were last active in the app; None: data access has no end (T24).
    """

    app: str = ""
    user: str | None = None
    accounts: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    login_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class Token:
    """An access token: of an account (IG-Login), its Page (FB-Login) or a Facebook user. `withdrawn`: taken back later."""

    value: str
    account: str
    kind: TokenKind
    issued_ms: int
    expires_ms: int | None
    scopes: tuple[str, ...] = SCOPES
    dead_subcode: int | None = None
    is_dead: bool = False
    dead_text: str | None = None
    grant: Grant = Grant()
    withdrawn: tuple[str, ...] = ()

    @property
    def flavour(self) -> Flavour:
        """The flavour whose host takes this token. Rule T9."""
        return "ig" if self.kind in ("short", "long") else "fb"


@dataclass(slots=True, kw_only=True)
class Code:
    """An authorisation code. Rules T2, T21."""

    value: str
    account: str
    redirect_uri: str
    scopes: tuple[str, ...]
    expires_ms: int
    grant: Grant = Grant()
    is_used: bool = False


@dataclass(slots=True, kw_only=True)
class Asset:
    """A file behind a link; its bytes are made when asked for, or are the ones that were sent to us."""

    id: str
    kind: Kind
    made_ms: int
    generation: int = 0
    linked_ms: int = 0
    expires_ms: int | None = None
    is_killed: bool = False
    is_story: bool = False
    answer: str = "ok"
    content: bytes | None = None
    content_type: str | None = None


@dataclass(slots=True, kw_only=True)
class World:
    """Everything, by id."""

    apps: dict[str, App] = field(default_factory=dict[str, App])
    users: dict[str, User] = field(default_factory=dict[str, User])
    numbers: dict[str, int] = field(default_factory=dict[str, int])  # insights that somebody set
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    customers: dict[tuple[str, str], Customer] = field(default_factory=dict[tuple[str, str], Customer])
    conversations: dict[str, Conversation] = field(default_factory=dict[str, Conversation])
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    posts: dict[str, Post] = field(default_factory=dict[str, Post])
    comments: dict[str, Comment] = field(default_factory=dict[str, Comment])
    tokens: dict[str, Token] = field(default_factory=dict[str, Token])
    codes: dict[str, Code] = field(default_factory=dict[str, Code])
    assets: dict[str, Asset] = field(default_factory=dict[str, Asset])
    uploads: dict[str, tuple[str, Attachment]] = field(default_factory=dict[str, tuple[str, Attachment]])

    def customer(self, account: str, igsid: str) -> Customer | None:
        """The participant as this account knows them."""
        return self.customers.get((account, igsid))

    def customers_of(self, account: str) -> Iterator[Customer]:
        """All participants an account knows."""
        return (customer for customer in self.customers.values() if customer.account == account)

    def conversations_of(self, account: str) -> list[Conversation]:
        """The conversations of an account, newest activity first. Rule C1."""
        mine = [one for one in self.conversations.values() if one.account == account and one.mids]
        return sorted(mine, key=lambda one: (-one.updated_ms, one.id))

    def posts_of(self, account: str) -> list[Post]:
        """The posts of an account, newest first, without stories. Rule K1."""
        mine = [post for post in self.posts.values() if post.account == account and post.product_type != "STORY"]
        return sorted(mine, key=lambda post: (-post.posted_ms, post.id))

    def account_at(self, node: str) -> Account | None:
        """The account of an IGID or of a Page id."""
        found = self.accounts.get(node)
        return found or next((one for one in self.accounts.values() if one.page_id == node), None)
