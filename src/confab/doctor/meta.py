"""The checks of the way between Meta and us: our address, Meta's, the app and its signatures. Pure."""

from collections.abc import Iterator

from confab.doctor.public import WEBHOOK
from confab.doctor.seen import AppSeen, PublicOutcome, Seen
from confab.doctor.verdicts import CALLBACK, SECRET, Verdict, green, listed, unknown
from confab.graph import standing

_SHARE_AMBER, _SHARE_RED = 0.05, 0.5
_FEW = 3

_OUTSIDE: dict[PublicOutcome, tuple[str, str]] = {
    "refuses": (
        "It answers, and refuses the handshake ({detail}): the verify token there is another one.",
        "Does another installation answer at this address? Set the same CONFAB_META_VERIFY_TOKEN everywhere.",
    ),
    "other": (
        "It answers {detail} instead of Meta's challenge: something else answers at this address.",
        "Let the proxy pass everything to Confab, without a sign-in of its own.",
    ),
    "redirects": (
        "It redirects ({detail}), and Meta follows no redirect.",
        "Set CONFAB_PUBLIC_URL to the address that it leads to, and give Meta that one.",
    ),
    "certificate": (
        "Its certificate is not trusted: {detail}.",
        "Use one of a public authority with its whole chain; Caddy gets one by itself: docs/operations.md.",
    ),
    "unknown_name": ("Its name leads nowhere: {detail}.", "Look at the name's records (DNS), and at CONFAB_PUBLIC_URL."),
    "unreachable": (
        "Nobody answers there ({detail}).",
        "Is Confab running, the proxy too, and does the firewall let https in? Meta waits five seconds.",
    ),
}


def public(seen: Seen) -> Iterator[Verdict]:
    """Whether Meta can reach us: its handshake at our public address."""
    about, found = seen.settings.public_url, seen.public
    means = "Meta cannot deliver what customers write; it comes late, by asking Instagram, if at all."
    if about is None or found is None:
        yield Verdict(
            about="CONFAB_PUBLIC_URL", level="amber" if seen.is_simulated else "red", says="It is not set.",
            means="Meta has no address to deliver to, and no link that customers or colleagues get can lead here.",
            remedy="Set it to the https address under which the internet reaches Confab.",
        )  # fmt: skip
        return
    if found.outcome == "refuses" and not seen.settings.meta_verify_token:
        yield unknown("It answers; the handshake needs CONFAB_META_VERIFY_TOKEN, which is not set.")
    elif found.outcome != "answers":
        says, remedy = _OUTSIDE[found.outcome]
        yield Verdict(
            about=about, level="red", says=says.format(detail=found.detail), means=means, remedy=remedy, path=CALLBACK
        )  # fmt: skip
    elif not seen.is_simulated and not seen.settings.is_https:
        yield Verdict(
            about=about, level="red", says="It is not https.", means="Meta delivers to https alone.",
            remedy="Put a proxy with a certificate in front and set CONFAB_PUBLIC_URL to its https address: docs/operations.md.",
            path=CALLBACK,
        )  # fmt: skip
    elif not seen.is_simulated and found.is_private:
        yield Verdict(
            about=about, level="red", says="It answers from here, but its name leads into a private network.", means=means,
            remedy="Give Meta an address of the internet: a public name, or a tunnel that leads here.", path=CALLBACK,
        )  # fmt: skip
    else:
        yield green("It answers Meta's handshake.", about=about)


def reachable(seen: Seen) -> Iterator[Verdict]:
    """Whether we can reach Meta."""
    about = seen.settings.graph_url
    if seen.meta.error is not None:
        yield Verdict(
            about=about, level="red", says=seen.meta.error,
            means="Nothing can be sent, and nothing read at Instagram. What Meta delivers still comes in.",
            remedy="Let this machine reach graph.instagram.com and graph.facebook.com by https.",
        )  # fmt: skip
    else:
        yield green(f"It answers in {seen.meta.took_s or 0:.1f} s.", about=about)


def app(seen: Seen) -> Iterator[Verdict]:
    """What Meta says of the app: its secret, its callback, its fields. Rule T28."""
    found = seen.app
    if found is None:
        yield unknown(
            "Which app it is, is not known here.",
            "Set CONFAB_META_APP_ID and CONFAB_META_APP_SECRET; then its callback and fields are looked at.",
            path="App Dashboard › App settings › Basic › App ID",
        )
    elif found.refusal is not None:
        yield _app_refused(seen, found)
    elif found.standing is None:
        yield Verdict(
            about=seen.settings.meta_app_id, level="red", says="The app is subscribed to nothing of Instagram.",
            means="Meta tells nothing of what customers write.",
            remedy="Enter the callback and the verify token, and subscribe to the fields, messages before all.", path=CALLBACK,
        )  # fmt: skip
    else:
        yield from _subscribed(seen, found.standing)


def _app_refused(seen: Seen, found: AppSeen) -> Verdict:
    refusal = found.refusal
    assert refusal is not None  # noqa: S101 -- asked before
    if refusal.trouble == "token":
        return Verdict(
            about=seen.settings.meta_app_id, level="red", says="Meta knows no app with this id and this secret.",
            means="Webhooks are signed with a secret that is not ours: every one of them is refused.",
            remedy="Set CONFAB_META_APP_ID and CONFAB_META_APP_SECRET (several: the newest first) to those of the same app.",
            path=SECRET,
        )  # fmt: skip
    return unknown(f"Meta did not say: {refusal.detail}")


def _subscribed(seen: Seen, found: standing.AppSubscription) -> Iterator[Verdict]:
    about, ours = seen.settings.meta_app_id, f"{seen.settings.origin}{WEBHOOK}"
    wrong = False
    if found.callback_url != ours:
        wrong = True
        yield Verdict(
            about=about, level="red", says=f"Meta delivers to {found.callback_url or 'no address'}, not to {ours}.",
            means="What customers write goes to somebody else.",
            remedy="Enter this installation's callback, or correct CONFAB_PUBLIC_URL.", path=CALLBACK,
        )  # fmt: skip
    if not found.is_active:
        wrong = True
        yield Verdict(
            about=about, level="red", says="Meta has switched the app's webhooks off.",
            means="After an hour of failures Meta stops delivering and says nothing; what was missed is never sent.",
            remedy="Enter the callback again, and subscribe to the fields again.", path=CALLBACK,
        )  # fmt: skip
    missing = [name for name in standing.WANTED_FIELDS if name not in found.fields]
    if missing:
        yield Verdict(
            about=about, level="red" if standing.NEEDED_FIELD in missing else "amber",
            says=f"The app is not subscribed to {listed(missing, 8)}.", means="Meta tells nothing of these.",
            remedy="Subscribe to these fields.", path=f"{CALLBACK} › Webhook fields",
        )  # fmt: skip
    elif not wrong:
        yield green("Its callback is ours, and it is subscribed to every field.", about=about)


def signatures(seen: Seen) -> Iterator[Verdict]:
    """How many of the deliveries at our door were signed by nobody we know."""
    today, lately = seen.today, seen.lately
    total = today.kept + today.unsigned
    remedy = "Is it the secret of the app that is subscribed? While it is changed, name both: CONFAB_META_APP_SECRET=new,old."
    if lately.unsigned >= _FEW and lately.kept == 0:
        yield Verdict(
            level="red", says=f"In the last two hours every delivery was refused, all {lately.unsigned}: wrong signatures.",
            means="Nothing that customers write is taken in, and after an hour Meta gives up.", remedy=remedy, path=SECRET,
        )  # fmt: skip
    elif total and today.unsigned >= _FEW and today.unsigned / total >= _SHARE_AMBER:
        share = today.unsigned / total
        yield Verdict(
            level="red" if share >= _SHARE_RED else "amber",
            says=f"{share:.0%} of the last day's deliveries were refused for their signature: {today.unsigned} of {total}.",
            means="Another app delivers here, somebody tries to get something in, or a secret is missing.", remedy=remedy,
            path=SECRET,
        )  # fmt: skip
    elif total == 0:
        yield unknown("Nothing was delivered in the last day.")
    elif today.unsigned:
        yield green(
            f"{today.unsigned} of {total} requests of the last day were signed by nobody we know: strangers knock at every door."
        )
    else:
        yield green("Every delivery of the last day was signed by Meta.")


def nobodys(seen: Seen) -> Iterator[Verdict]:
    """Deliveries for accounts that nobody connected."""
    if not seen.nobodys:
        yield green("Every delivery belongs to a connected account.")
        return
    shown = [f"{one.ig_id or 'no account'} ({one.count})" for one in seen.nobodys]
    yield Verdict(
        level="amber", says=f"Deliveries came for accounts that nobody connected: {listed(shown)}.",
        means=f"They are kept for {seen.settings.unclaimed_days} days, and shown to nobody.",
        remedy="Connect these accounts (the id is user_id of GET /me, not its id), or end their subscription.",
    )  # fmt: skip
