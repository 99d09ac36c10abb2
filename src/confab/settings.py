"""The environment, read once into one frozen value. Every setting is declared here, with its meaning and its default.

`docs/settings.md` shows the same table. A variable that begins with CONFAB_ and is not known here, or a value that
cannot be used, stops the start with one sentence.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from confab import parse
from confab.errors import Misconfigured
from confab.parse import AgedKind, MediaMode, RetainedKind

MOST_BYTES = 1000
"""How long a text may be that goes to Instagram in one piece (rule S5)."""

_PREFIX = "CONFAB_"
_LONGEST_IG_ID = 20
_INSTEAD = (
    (
        "INTERNAL_INGEST_URL",
        (
            "Nothing: Confab reads what it takes in by itself. A program of yours that has events of its own posts them to "
            "/api/internal/ingest-event, with CONFAB_SERVICE_TOKEN."
        ),
    ),
    ("SUPABASE_STORAGE", "CONFAB_MEDIA_URL=s3://bucket/prefix: Supabase Storage speaks S3."),
    ("SUPABASE_JWT", "Nothing: people sign in to Confab itself, and programs with a token of `confab token create`."),
    ("SUPABASE_ANON", "Nothing: people sign in to Confab itself, and programs with a token of `confab token create`."),
    (
        "SUPABASE_",
        (
            "CONFAB_DATABASE_URL for the database (the session pooler's address, port 5432), CONFAB_MEDIA_URL=s3://bucket/prefix "
            "for its storage."
        ),
    ),
)
"""Beginnings of names of variables that other set-ups have, the longer first, and what to set instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How one field is read: its variable, other names for it, and what it means."""

    name: str
    also: tuple[str, ...]
    is_secret: bool
    shown_default: str
    meaning: str
    parse: Callable[[str], Any]  # each returns its field's type


def _setting(
    name: str,
    meaning: str,
    parse: Callable[[str], Any] = parse.text,  # each returns its field's type
    *,
    default: object = None,
    shown: str | None = None,
    also: tuple[str, ...] = (),
    is_secret: bool = False,
) -> Any:  # noqa: ANN401 -- as dataclasses.field, whose declared type is that of the field
    told = shown if shown is not None else "" if default in (None, ()) else str(default)
    declared = Setting(name=_PREFIX + name, also=also, is_secret=is_secret, shown_default=told, meaning=meaning, parse=parse)
    return field(default=default, repr=not is_secret, metadata={"setting": declared})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the environment decides. Secrets are left out of its repr."""

    data_dir: Path = _setting(  # noqa: RUF009 -- it is dataclasses.field
        "DATA_DIR",
        "Where the embedded database, local media and generated keys live.",
        parse.path,
        default=Path("var"),
        shown="./var",
    )
    database_url: str | None = _setting(
        "DATABASE_URL",
        "A PostgreSQL server of your own (16 or later, session pooling); its user becomes the roles `confab_app` and "
        "`confab_worker`.",
        parse.database,
        shown="the embedded server in the data directory",
        also=("DATABASE_URL",),
        is_secret=True,
    )
    host: str = _setting("HOST", "The address to listen on.", default="127.0.0.1")
    port: int = _setting("PORT", "The port to listen on; 0 takes a free one.", parse.whole(0, 65535), default=8000)
    public_url: str | None = _setting(
        "PUBLIC_URL",
        "Where browsers and Meta reach us. With https, cookies are marked Secure.",
        parse.origin,
        shown="http:// and where it listens",
    )
    media_url: str | None = _setting(
        "MEDIA_URL",
        "Where copies of media are kept: `file:///…` or `s3://bucket/prefix`.",
        parse.url("file", "s3"),
        shown="`media` in the data directory",
    )
    media_allow: tuple[str, ...] = _setting(
        "MEDIA_ALLOW",
        "Private `host:port` pairs that media may be fetched from, separated by commas; meant for a simulator.",
        parse.pairs,
        default=(),
    )
    media_mode: MediaMode = _setting(  # noqa: RUF009 -- it is dataclasses.field
        "MEDIA_MODE",
        "Whether copies of media are kept (`store`), or all is only passed on from Instagram (`reference`); an account may say "
        "otherwise.",
        parse.mode,
        default="store",
    )
    media_keep_days: tuple[tuple[AgedKind, int], ...] = _setting(
        "MEDIA_KEEP_DAYS",
        "For how many days copies are kept, by kind (image, video, audio, file, avatar): `video=90,audio=365`.",
        parse.keep_days,
        default=(),
        shown="for ever",
    )
    media_redirect: bool = _setting(
        "MEDIA_REDIRECT",
        "`true`: browsers get copies from the S3 storage itself, by an address that is good for a minute.",
        parse.yes,
        default=False,
        shown="false",
    )
    media_max_bytes: int = _setting(
        "MEDIA_MAX_BYTES", "The largest file that is copied.", parse.size, default=10 << 20, shown="10 MiB"
    )
    meta_app_id: str | None = _setting("META_APP_ID", "The Meta app.")
    meta_app_secrets: tuple[str, ...] = _setting(
        "META_APP_SECRET",
        "Its secret, with which webhooks are signed. Several, separated by commas, are all accepted. Unset: every "
        "webhook is refused.",
        parse.each,
        default=(),
        is_secret=True,
    )
    instagram_app_id: str | None = _setting("INSTAGRAM_APP_ID", "The app's Instagram login.")
    instagram_app_secrets: tuple[str, ...] = _setting(
        "INSTAGRAM_APP_SECRET",
        "Its secret; accepted for signatures too. Several, separated by commas.",
        parse.each,
        default=(),
        is_secret=True,
    )
    meta_verify_token: str | None = _setting(
        "META_VERIFY_TOKEN",
        "What Meta repeats when it checks the webhook's address. Unset: the handshake is refused.",
        also=("META_WEBHOOK_VERIFY_TOKEN", "INSTAGRAM_WEBHOOK_VERIFICATION_TOKEN"),
        is_secret=True,
    )
    webhook_max_bytes: int = _setting(
        "WEBHOOK_MAX_BYTES", "The largest delivery that is accepted.", parse.size, default=8 << 20, shown="8 MiB"
    )
    unclaimed_days: int = _setting(
        "UNCLAIMED_DAYS", "Days that deliveries for unknown accounts are kept.", parse.whole(1, 365), default=7
    )
    ledger_days: int = _setting("LEDGER_DAYS", "Days that raw deliveries are kept.", parse.whole(1, 3650), default=30)
    archive_days: int = _setting(
        "ARCHIVE_DAYS",
        "Days after which conversations that are answered leave the list for the archive; 0: only by hand.",
        parse.whole(0, 3650),
        default=30,
    )
    retention_days: tuple[tuple[RetainedKind, int], ...] = _setting(
        "RETENTION_DAYS",
        "Days after which things are deleted for good, by kind (messages, comments, notes, people): `messages=730,notes=365`.",
        parse.retention_days,
        default=(),
        shown="never",
    )
    graph_url: str = _setting(
        "GRAPH_URL",
        "Meta's Graph API for Instagram login, with its version.",
        parse.url("http", "https"),
        default="https://graph.instagram.com/v25.0",
        also=("INSTAGRAM_API_BASE_URL",),
    )
    graph_facebook_url: str = _setting(
        "GRAPH_FACEBOOK_URL",
        "Meta's Graph API for Facebook login, with its version.",
        parse.url("http", "https"),
        default="https://graph.facebook.com/v25.0",
    )
    oauth_url: str = _setting(
        "OAUTH_URL",
        "Where an account's owner is asked to connect it: Instagram's login.",
        parse.url("http", "https"),
        default="https://www.instagram.com",
    )
    oauth_facebook_url: str = _setting(
        "OAUTH_FACEBOOK_URL",
        "The same at Facebook's login, with its version.",
        parse.url("http", "https"),
        default="https://www.facebook.com/v25.0",
    )
    oauth_token_url: str = _setting(
        "OAUTH_TOKEN_URL",
        "Where the code of Instagram's login becomes a token.",
        parse.url("http", "https"),
        default="https://api.instagram.com",
    )
    send_timeout_s: float = _setting(
        "SEND_TIMEOUT_S",
        "How long Meta may take to accept a message before it counts as in doubt.",
        parse.seconds,
        default=30.0,
    )
    encryption_keys: tuple[bytes, ...] = _setting(
        "ENCRYPTION_KEYS",
        "Keys for access tokens at rest: 32 bytes in base64 each, newest first, separated by commas.",
        parse.keys,
        default=(),
        shown="one is generated into the data directory",
        is_secret=True,
    )
    service_token: str | None = _setting(
        "SERVICE_TOKEN",
        "What your own services send in `x-service-token` to `/api/internal/*`. Unset: they are refused.",
        also=("INTERNAL_SERVICE_TOKEN",),
        is_secret=True,
    )
    smtp_url: str | None = _setting(
        "SMTP_URL",
        "Mail for sign-in codes: `smtp://user:password@host:587` or `smtps://…`; unset: what needs mail is off and says why.",
        parse.url("smtp", "smtps"),
        is_secret=True,
    )
    mail_from: str | None = _setting(
        "MAIL_FROM",
        "Who that mail is from, like `Harbour Bakery <post@example.org>`; needed with `CONFAB_SMTP_URL`.",
        parse.sender,
    )
    brand_name: str = _setting("BRAND_NAME", "How messages, mails and pages for customers name you.", default="Confab")
    verification_text: str = _setting(
        "VERIFICATION_TEXT",
        "What a customer is told who is not connected; it has `{link}`, and may have `{brand}`.",
        parse.template("link", "brand", wanted="link"),
        default="Hey — welcome to {brand}! It looks like you haven't connected your Instagram account to {brand} yet. Click the "
        "link below to connect and view your saved reels and posts: {link}",
        shown="see docs/connect.md",
    )
    acknowledgement_text: str = _setting(
        "ACKNOWLEDGEMENT_TEXT",
        "What a customer is told who is connected; it may have `{brand}`.",
        parse.template("brand"),
        default="Hi! Send your reels and posts here and we'll save them to your {brand} library.",
        shown="see docs/connect.md",
    )
    oidc_issuer: str | None = _setting(
        "OIDC_ISSUER",
        "Customers who connect sign in with this OpenID Connect provider instead of a code by mail.",
        parse.url("http", "https"),
    )
    oidc_client_id: str | None = _setting("OIDC_CLIENT_ID", "What the provider knows us as.")
    oidc_client_secret: str | None = _setting("OIDC_CLIENT_SECRET", "The secret that it gave us.", is_secret=True)
    member_page: str | None = _setting(
        "MEMBER_PAGE",
        "Customers who connect are handed over to this page of the company's own, which says who they are.",
        parse.url("http", "https"),
    )
    member_page_key: str | None = _setting(
        "MEMBER_PAGE_KEY",
        "With this both sides sign the hand-over: at least 32 characters.",
        parse.signing_key,
        is_secret=True,
    )
    library_hook_url: str | None = _setting(
        "LIBRARY_HOOK_URL",
        "A program of the company's own that is told of every item of a library.",
        parse.url("http", "https"),
    )
    library_hook_key: str | None = _setting(
        "LIBRARY_HOOK_KEY",
        "What it is told is signed with this: at least 32 characters.",
        parse.signing_key,
        is_secret=True,
    )
    rules_allow: tuple[str, ...] = _setting(
        "RULES_ALLOW",
        "Private `host:port` pairs that rules may call, separated by commas; everything else must be a public https address.",
        parse.pairs,
        default=(),
    )
    rules_days: int = _setting(
        "RULES_DAYS",
        "How long it is kept what rules did and why; at least 30.",
        parse.whole(30, 3650),
        default=90,
    )
    demo_mail: Path | None = _setting(  # noqa: RUF009 -- it is dataclasses.field
        "DEMO_MAIL",
        "The demo only: the folder of its mail server's box, shown at `/demo/mail`.",
        parse.path,
    )
    dev_account_id: str | None = _setting(
        "DEV_ACCOUNT_ID",
        "Development only: the id of an account that is used while no other is connected.",
        also=("IG_ACCOUNT_ID", "INSTAGRAM_SCOPED_ID"),
    )
    dev_access_token: str | None = _setting(
        "DEV_ACCESS_TOKEN",
        "Development only: its access token. Both have to be set.",
        also=("IG_LONG_TOKEN", "INSTAGRAM_ACCESS_TOKEN"),
        is_secret=True,
    )
    clock_url: str | None = _setting(
        "CLOCK_URL",
        "Tests only: follow the clock behind this URL, such as the simulator's `/_control/clock`.",
        parse.url("http", "https"),
    )

    @property
    def origin(self) -> str:
        """Our own scheme and host, without a trailing slash."""
        return self.public_url or self.local_url

    @property
    def local_url(self) -> str:
        """Where this machine reaches us, whatever address it listens on."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 -- compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def our_app_ids(self) -> frozenset[str]:
        """The ids under which Meta knows us: a conversation that one of them holds is ours."""
        return frozenset(app for app in (self.meta_app_id, self.instagram_app_id) if app)

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over TLS."""
        return self.origin.startswith("https://")


def declared() -> dict[str, Setting]:
    """Every setting by the name of its field, in the order of the documentation."""
    return {entry.name: entry.metadata["setting"] for entry in fields(Settings)}


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, or of the given environment. Raises Misconfigured with one sentence."""
    given = {name: value.strip() for name, value in _or_process(environment).items()}
    _refuse_unknown(given)
    values = {name: _value(setting, given) for name, setting in declared().items()}
    chosen: dict[str, Any] = {name: value for name, value in values.items() if value is not MISSING}  # parsed to type
    settings = Settings(**chosen)
    _refuse_long_texts(settings)
    return settings


def _refuse_long_texts(settings: Settings) -> None:
    """What customers are told must fit into one message, with the longest link that Instagram's ids make."""
    link = f"{settings.origin}/verify?token={'0' * 64}&ig_id={'0' * _LONGEST_IG_ID}"
    for name, text in (
        ("VERIFICATION_TEXT", settings.verification_text.format(brand=settings.brand_name, link=link)),
        ("ACKNOWLEDGEMENT_TEXT", settings.acknowledgement_text.format(brand=settings.brand_name)),
    ):
        if not text.strip() or len(text.encode()) > MOST_BYTES:
            raise Misconfigured(
                f"{_PREFIX}{name} must be a text of 1 to {MOST_BYTES} bytes with the brand's name and the link in it; this one "
                f"has {len(text.encode())}."
            )


def foreign(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables of other set-ups that we do not read, each with what to set instead. Their values are looked at by nobody."""
    found: dict[str, str] = {}
    for name, value in sorted(_or_process(environment).items()):
        instead = next((text for prefix, text in _INSTEAD if name.startswith(prefix)), None)
        if instead is not None and value.strip():
            found[name] = instead
    return found


def environment_with(values: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with exactly these settings: every other, under whichever name, is taken out."""
    ours = {name for setting in declared().values() for name in (setting.name, f"{setting.name}_FILE", *setting.also)}
    return {name: value for name, value in _or_process(None).items() if name not in ours} | dict(values)


def _or_process(environment: Mapping[str, str] | None) -> Mapping[str, str]:
    return os.environ if environment is None else environment  # noqa: TID251 -- this is the one place


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = {setting.name for setting in declared().values()}
    known |= {f"{setting.name}_FILE" for setting in declared().values() if setting.is_secret}
    for name in sorted(given):
        if name.startswith(_PREFIX) and name not in known:
            raise Misconfigured(f"{name} is not a setting: unset it, or see docs/settings.md for the name you meant.")


def _value(setting: Setting, given: Mapping[str, str]) -> object:
    """What the field gets, MISSING for its default. An empty variable counts as unset."""
    name, text = _find(setting, given)
    if not text:
        return MISSING
    try:
        return setting.parse(text)
    except parse.Wrong as wrong:
        shown = "has a value that cannot be used" if setting.is_secret else f"is {text!r}"
        raise Misconfigured(f"{name} {shown}: it must {wrong}.") from None


def _find(setting: Setting, given: Mapping[str, str]) -> tuple[str, str]:
    from_file = f"{setting.name}_FILE"
    if setting.is_secret and given.get(from_file):
        if given.get(setting.name):
            raise Misconfigured(f"{setting.name} and {from_file} are both set: unset one of them.")
        try:
            return from_file, Path(given[from_file]).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{from_file} names {given[from_file]!r}, which cannot be read: {error}.") from None
    for name in (setting.name, *setting.also):
        if given.get(name):
            return name, given[name]
    return setting.name, ""
