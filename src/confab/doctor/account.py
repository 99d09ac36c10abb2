"""The checks of each account: its token, what it may do, what Meta tells of it, and what arrives. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from confab.doctor.seen import AccountSeen, Refusal, Seen
from confab.doctor.verdicts import CALLBACK, INSTAGRAM_APP, PUBLISH, REVIEW, SETUP, Verdict, counted, green, listed, unknown
from confab.graph import standing
from confab.model.insights import OVERDUE_AFTER

_LATE = timedelta(hours=3)
_RENEWED_BEFORE = timedelta(days=6)  # a week before its end a token is renewed: one that is older was refused
_LEAST_SILENCE = timedelta(days=1)
_NO_HABIT = timedelta(days=7)
_MANY_TIMES = 3
_USED, _USED_UP = 75, 100
_SENDS = "Connect the account again: it keeps everything."


def connected(seen: Seen) -> Iterator[Verdict]:
    """Whether there is an account at all."""
    if seen.accounts and all(one.account.is_development for one in seen.accounts):
        yield Verdict(
            level="amber", says=f"Only the development account: {listed([one.about for one in seen.accounts])}.",
            means="It is named by CONFAB_DEV_ACCOUNT_ID, and used until another is connected.",
            remedy="Connect an account in the inbox, under Accounts.", path=f"{SETUP} › Generate access tokens",
        )  # fmt: skip
    elif seen.accounts:
        yield green(f"{listed([one.about for one in seen.accounts])}.")
    else:
        yield Verdict(
            level="amber", says="No Instagram account is connected.", means="There is nothing to receive.",
            remedy="Connect one: docs/operations.md says how.", path=f"{SETUP} › Generate access tokens",
        )  # fmt: skip


def token(seen: Seen) -> Iterator[Verdict]:
    """Whether Instagram takes each account's token, and until when."""
    for one in seen.accounts:
        yield _token(one, seen.now)


def _token(one: AccountSeen, now: datetime) -> Verdict:
    account, found = one.account, one.token
    dead = "Nothing can be sent or read for it. Messages go on coming in, because webhooks need no token."
    if not found.is_there:
        says = account.health_reason or "There is no access token."
        return Verdict(account=one, level="red", says=says, means=dead, remedy=_SENDS)
    if found.missing_key or found.is_damaged:
        return unknown("It cannot be opened: see the encryption keys.", account=one)
    if found.refusal is not None and found.refusal.trouble in ("token", "refused"):
        detail = found.refusal.detail
        return Verdict(
            account=one, level="red", says=detail if detail.startswith("Instagram") else f"Instagram refuses it. {detail}",
            means=dead, remedy=_SENDS, path=f"{SETUP} › Generate access tokens",
        )  # fmt: skip
    if found.ig_id is not None and found.ig_id != account.ig_id:
        return Verdict(
            account=one, level="red", says=f"It is the token of another account, {found.ig_id}; this one is {account.ig_id}.",
            means="What is written here would be sent by somebody else, or by nobody.", remedy=_SENDS,
        )  # fmt: skip
    if account.health == "reconnect":
        return Verdict(
            account=one, level="red", says=account.health_reason or "Instagram has refused it.", means=dead, remedy=_SENDS
        )  # fmt: skip
    return _until(one, now)


def _until(one: AccountSeen, now: datetime) -> Verdict:
    account = one.account
    ends = account.token_expires_at
    left = None if ends is None else ends - now
    if left is not None and (account.token_error or left < _RENEWED_BEFORE):
        return Verdict(
            account=one, level="red" if left < timedelta(days=2) else "amber",
            says=account.token_error or f"It ends {ends:%d %B %Y}, and was not renewed.",
            means="When it ends, nothing can be sent or read any more.", remedy=_SENDS,
        )  # fmt: skip
    if one.token.refusal is not None:
        return unknown(f"Instagram did not say: {one.token.refusal.detail}", account=one)
    until = "it has no end that we know of" if ends is None else f"it is good until {ends:%d %B %Y} and renewed a week before"
    return green(f"Instagram takes it; {until}.", account=one)


def permissions(seen: Seen) -> Iterator[Verdict]:
    """What was granted, against what is needed."""
    for one in seen.accounts:
        is_instagram = one.platform == "instagram"
        needed = standing.NEEDED_SCOPES if is_instagram else standing.NEEDED_SCOPES_FACEBOOK
        wanted = standing.WANTED_SCOPES if is_instagram else standing.WANTED_SCOPES_FACEBOOK
        if not one.scopes:
            yield unknown(
                "Which permissions the token has is not known: it was not given by Instagram's login here.", account=one
            )
            continue
        missing = [name for name in needed if name not in one.scopes]
        lesser = [name for name in wanted if name not in one.scopes]
        if missing or lesser:
            yield Verdict(
                account=one, level="red" if missing else "amber", says=f"Not granted: {listed([*missing, *lesser], 8)}.",
                means="Messages cannot be read or sent." if missing else "Comments are missing.",
                remedy="Connect the account again and leave every box ticked; what the app may not ask for needs Meta's review.",
                path=REVIEW,
            )  # fmt: skip
        else:
            yield green("Everything that is needed was granted.", account=one)


def subscription(seen: Seen) -> Iterator[Verdict]:
    """Which fields Meta tells of for each account. Rules T10, T11, H15."""
    for one in seen.accounts:
        if one.fields is None:
            yield unknown("It was not asked for.", account=one)
        elif isinstance(one.fields, Refusal):
            yield unknown(f"Instagram did not say: {one.fields.detail}", account=one)
        else:
            yield _subscribed(one, one.fields)


def _subscribed(one: AccountSeen, fields: frozenset[str]) -> Verdict:
    wanted = standing.WANTED_FIELDS if one.platform == "instagram" else ()  # a Page needs any one of its own (rule T11)
    missing = [name for name in wanted if name not in fields]
    if not fields:
        says = "It is subscribed to nothing."
    elif missing:
        says = f"It is not subscribed to {listed(missing, 8)}."
    else:
        return green(f"Meta tells of {counted(len(fields), 'field')}, and of everything that is shown here.", account=one)
    is_bad = not fields or standing.NEEDED_FIELD in missing
    return Verdict(
        account=one, level="red" if is_bad else "amber", says=says,
        means="Meta tells nothing of what customers write: it is found late, by asking Instagram." if is_bad
        else "Meta tells nothing of these.",
        remedy="Subscribe the account again: docs/operations.md has the command.", path=f"{SETUP} › Generate access tokens › "
        "Webhook subscription",
    )  # fmt: skip


def access(seen: Seen) -> Iterator[Verdict]:
    """A round trip: the account's token reads a conversation."""
    for one in seen.accounts:
        if not one.token.is_good:
            yield unknown("It was not tried.", account=one)
        elif one.reading is None:
            yield green(f"Instagram answered in {one.token.took_s or 0:.1f} s and lets the conversations be read.", account=one)
        elif one.reading.is_closed_to_us:
            yield Verdict(
                account=one, level="red", says="The account's owner does not allow access to messages.",
                means="No message can be read or sent, and webhooks stop.", remedy="Switch it on in the Instagram app.",
                path=INSTAGRAM_APP,
            )  # fmt: skip
        elif one.reading.trouble in ("wait", "passing"):
            yield unknown(f"Instagram did not say: {one.reading.detail}", account=one)
        else:
            yield Verdict(
                account=one, level="red", says=f"Conversations cannot be read. {one.reading.detail}",
                means="Nothing can be compared with Instagram, and answers are likely to be refused.", remedy=_SENDS, path=REVIEW,
            )  # fmt: skip


def mode(seen: Seen) -> Iterator[Verdict]:
    """Whether the app is published. Meta tells no program: it shows in what arrives. Rule T20."""
    for one in seen.accounts:
        if one.heard_at is not None and one.account.receiving == "webhooks":
            yield green("What customers write arrives, so the app is published.", account=one)
        elif one.account.receiving == "polling":
            yield Verdict(
                account=one, level="amber", says="Instagram shows messages that no webhook told of.",
                means="An app in development mode gets no webhooks; without Advanced Access some people's never come.",
                remedy="Publish the app, and ask for Advanced Access if others than you and your testers write.", path=PUBLISH,
            )  # fmt: skip
        elif one.is_reached or seen.tests:
            came = "what the account itself sent" if one.is_reached else "a test from the dashboard"
            yield Verdict(
                account=one, level="amber", says=f"So far only {came} arrived, nothing of a customer.",
                means="The way is open; an app in development mode gets no webhooks of real people.",
                remedy="Publish the app, then write to the account from another one.", path=PUBLISH,
            )  # fmt: skip
        else:
            yield unknown(
                "Nothing has arrived yet, and Meta tells no program whether an app is published.",
                "Look yourself that it is.", account=one, path=PUBLISH,
            )  # fmt: skip


def arrivals(seen: Seen) -> Iterator[Verdict]:
    """When a webhook with something of a customer came last, against the account's habit. Rules GA1, GA3."""
    for one in seen.accounts:
        yield _arrivals(one, seen.now)


def _arrivals(one: AccountSeen, now: datetime) -> Verdict:
    account = one.account
    paths = f"{CALLBACK} · {INSTAGRAM_APP}"
    if account.receiving == "polling":
        since = f" since {account.polling_since:%Y-%m-%d %H:%M} UTC" if account.polling_since else ""
        return Verdict(
            account=one, level="red", says=f"No webhooks{since}: Instagram is asked every minute instead.",
            means="Messages come later than they could, and what is unsent meanwhile is never seen.",
            remedy="Is the public address reachable, the app published, the account subscribed, access to messages allowed?",
            path=paths,
        )  # fmt: skip
    if one.heard_at is None:
        return unknown(
            "Waiting for the first message.", f"Send @{account.username} a direct message from another Instagram account.",
            account=one, path=INSTAGRAM_APP,
        )  # fmt: skip
    silence = now - one.heard_at
    usual = one.habit if one.habit > timedelta(0) else _NO_HABIT
    if silence > max(_MANY_TIMES * usual, _LEAST_SILENCE):
        return Verdict(
            account=one, level="amber",
            says=f"Nothing of a customer for {span(silence)}; before it was silent for {span(one.habit)} at most.",
            means="Perhaps nobody writes. Perhaps Meta has stopped telling, which it does without a word.",
            remedy="Write to the account from another one, and see whether it arrives.", path=paths,
        )  # fmt: skip
    return green(f"The last came {span(silence)} ago.", account=one)


def complete(seen: Seen) -> Iterator[Verdict]:
    """Whether all that is sent to the accounts is here. Rules GA1-GA4."""
    for one in seen.accounts:
        at, reason = one.account.complete_up_to, one.account.incomplete_reason
        shown = f"up to {at:%Y-%m-%d %H:%M} UTC" if at else "up to no moment yet"
        if at is None and seen.now - one.connected_at < _LATE and not reason:
            yield unknown("It is being compared with Instagram for the first time.", account=one)
            continue
        if at is None or seen.now - at > _LATE or reason:
            late = "" if at is not None and seen.now - at <= _LATE else "nobody has compared it since"
            yield Verdict(
                account=one, level="amber", says=f"Known to be complete {shown}: {reason or late}.".replace("..", "."),
                means="What was written since may be missing here.", remedy="See docs/recovery.md.",
            )  # fmt: skip
        else:
            yield green(f"Complete {shown}.", account=one)


def deliveries(seen: Seen) -> Iterator[Verdict]:
    """Whether what came could be applied."""
    for one in seen.accounts:
        if one.failed:
            yield Verdict(
                account=one, level="amber", says=f"{_deliveries(one.failed)} of the last week failed.",
                means="What they said is kept and not shown.",
                remedy="GET /api/v1/deliveries?state=failed says why; `confab replay --state failed` tries them again.",
            )  # fmt: skip
        if one.withheld:
            yield Verdict(
                account=one, level="amber", says=f"{_deliveries(one.withheld)} of the last week were signed by another Meta app.",
                means="They are kept out, because each account opens to its own app alone.",
                remedy="If that app is the right one, name it: `confab account add … --meta-app NAME`.",
            )  # fmt: skip
        if not one.failed and not one.withheld:
            yield green("Everything that came in the last week was taken in.", account=one)


def limits(seen: Seen) -> Iterator[Verdict]:
    """What Instagram allows for now."""
    for one in seen.accounts:
        yield _limits(one, seen.now)


def _limits(one: AccountSeen, now: datetime) -> Verdict:
    account, used = one.account, one.used_percent
    if account.restricted_until is not None and account.restricted_until > now:
        return Verdict(
            account=one, level="red",
            says=f"Instagram restricts the account until {account.restricted_until:%Y-%m-%d %H:%M} UTC: "
            f"{account.restricted_reason or 'it gives no reason'}",
            means="Nothing automatic is sent, and what people write waits.",
            remedy="Look into the Instagram app for a notice, and at what was sent automatically.",
            path="Instagram app › Settings › Account status",
        )  # fmt: skip
    if account.health == "paused":
        return Verdict(
            account=one, level="red", says=f"Meta has paused the account: {account.health_reason or 'it gives no reason'}",
            means="Nothing goes out until Meta ends it.", remedy="Look into the Instagram app for a notice.",
            path="Instagram app › Settings › Account status",
        )  # fmt: skip
    waits = one.paused_until is not None and one.paused_until > now
    if waits or (used is not None and used >= _USED):
        until = f" until {one.paused_until:%H:%M} UTC" if waits else ""
        return Verdict(
            account=one, level="red" if used is not None and used >= _USED_UP else "amber",
            says=f"Instagram asks to wait{until}." if waits else f"{used} % of what Instagram allows is used up.",
            means="Sending and reading go more slowly, or wait; nothing is lost.",
            remedy="Wait: it ends by itself. Imports and other programs of yours use the same allowance.",
        )  # fmt: skip
    return green("Nothing runs short." if used is None else f"{used} % of what Instagram allows is used.", account=one)


def numbers(seen: Seen) -> Iterator[Verdict]:
    """Whether each account's insights are read. Rule IV9."""
    for one in seen.accounts:
        if one.read_at is None or seen.now - one.read_at < OVERDUE_AFTER:
            yield green("They are read every night.", account=one)
        else:
            yield Verdict(
                account=one, level="amber", says=f"None could be read for {span(seen.now - one.read_at)}.",
                means="Insights end there. Meta keeps the numbers for a while, so they are made up for.",
                remedy="`confab sync-insights` says why; most often the permission for insights was not granted.",
            )  # fmt: skip


def span(time: timedelta) -> str:
    """How long, as a person would say it."""
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes < 120:
        return counted(minutes, "minute")
    hours = round(minutes / 60)
    return counted(hours, "hour") if hours < 48 else counted(round(hours / 24), "day")


def _deliveries(count: int) -> str:
    return "One delivery" if count == 1 else f"{count} deliveries"
