"""The checks of the installation itself: its settings, its database, its storage, its work. Pure."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from confab.doctor.seen import Seen
from confab.doctor.verdicts import CALLBACK, SECRET, Verdict, counted, green, listed

_OLDEST_DATABASE = 160000
_DRIFT, _WORSE_DRIFT = timedelta(seconds=30), timedelta(minutes=5)


def secrets(seen: Seen) -> Iterator[Verdict]:
    """What Meta's webhooks need to be taken in."""
    given = seen.settings
    if not (given.meta_app_secrets or given.instagram_app_secrets):
        yield Verdict(
            about="CONFAB_META_APP_SECRET", level="red", says="Every webhook is refused.",
            means="Without the app's secret nobody can tell Meta's webhooks from anybody else's.",
            remedy="Set it to the secret of the Meta app and start Confab again.", path=SECRET,
        )  # fmt: skip
    if not given.meta_verify_token:
        yield Verdict(
            about="CONFAB_META_VERIFY_TOKEN", level="red", says="Meta cannot check the webhook's address.",
            means="Meta asks for this token before it sends anything there.",
            remedy="Choose a value, set it here and in the app, and start Confab again.", path=f"{CALLBACK} › Verify token",
        )  # fmt: skip
    if (given.meta_app_secrets or given.instagram_app_secrets) and given.meta_verify_token:
        yield green("Webhooks can be checked and taken in.")


def services(seen: Seen) -> Iterator[Verdict]:
    """What your own services need to be let in."""
    if seen.settings.service_token:
        yield green("Your own services are let in.", about="CONFAB_SERVICE_TOKEN")
    else:
        yield Verdict(
            about="CONFAB_SERVICE_TOKEN", level="amber", says="Every request to /api/internal is refused.",
            means="Your own services, if any are to call Confab, are not let in.",
            remedy="Set it to a long random value, here and in your own services: docs/connect.md.",
        )  # fmt: skip


def settings(seen: Seen) -> Iterator[Verdict]:
    """Variables of other set-ups, which we do not read."""
    for name, instead in seen.foreign.items():
        yield Verdict(
            about=name, level="amber", says="It is set, and Confab does not read it.",
            means="It belongs to another set-up: what it was meant to do does not happen here.",
            remedy=f"Unset it. Set instead: {instead}",
        )  # fmt: skip
    if not seen.foreign:
        yield green("No variable of another set-up is in the way.")


def database(seen: Seen) -> Iterator[Verdict]:
    """The server and its migrations."""
    found = seen.database
    shown = f"PostgreSQL {found.version // 10000}.{found.version % 10000}"
    if found.version < _OLDEST_DATABASE:
        yield Verdict(
            level="red", says=f"{shown} is older than 16.", means="Confab may fail in the middle of work.",
            remedy="Move to PostgreSQL 16 or later: docs/operations.md.",
        )  # fmt: skip
    elif found.missing:
        yield Verdict(
            level="red", says=f"{counted(len(found.missing), 'migration')} not applied: {listed(found.missing, 3)}.",
            means="The program expects tables that are not there.", remedy="Run `confab migrate`, or start Confab again.",
        )  # fmt: skip
    elif found.strange:
        yield Verdict(
            level="amber", says=f"It was migrated by a newer version of Confab: {listed(found.strange, 3)}.",
            means="This program is older than its database.", remedy="Upgrade this installation too: docs/operations.md.",
        )  # fmt: skip
    else:
        yield green(f"{shown}, all migrations applied.")


def storage(seen: Seen) -> Iterator[Verdict]:
    """Whether files can be kept."""
    at = seen.settings.media_url or f"{seen.settings.data_dir / 'media'}"
    if seen.storage_error is None:
        yield green("A file was kept, read and removed.", about=at)
    else:
        yield Verdict(
            about=at, level="red", says=f"Files cannot be kept: {seen.storage_error}.",
            means="Pictures are lost once Instagram's links end, and no file can be sent.",
            remedy="Let the process write there, or set CONFAB_MEDIA_URL to another place.",
        )  # fmt: skip


def media(seen: Seen) -> Iterator[Verdict]:
    """What Meta asks of whoever keeps its users' media. Rules M6-M8."""
    stores = seen.settings.media_mode != "reference"
    if stores and not seen.is_simulated:
        yield Verdict(
            about="CONFAB_MEDIA_MODE", level="amber", says="What customers send is kept in your storage; stories never are.",
            means="Meta's pages forbid keeping the media of stories, and older ones forbade keeping any media of its users.",
            remedy="Keep no longer than you need (CONFAB_MEDIA_KEEP_DAYS), erase when a customer asks, and set "
            "CONFAB_MEDIA_MODE=reference if your app has to pass Meta's App Review: see docs/media.md.",
        )  # fmt: skip
    elif stores:
        yield green("What customers send is kept; with a simulated Instagram nobody minds.", about="CONFAB_MEDIA_MODE")
    else:
        yield green("Nothing that customers send is kept: it is relayed while Instagram shows it.", about="CONFAB_MEDIA_MODE")
    for pair in seen.settings.media_allow:
        if seen.is_simulated and pair == urlsplit(seen.settings.graph_url).netloc:
            yield green(f"Files come from {pair}, the simulator that plays Instagram here.", about="CONFAB_MEDIA_ALLOW")
        else:
            yield Verdict(
                about="CONFAB_MEDIA_ALLOW", level="red", says=f"Files are fetched from the private address {pair}.",
                means="Whoever writes to you could have Confab read something inside your network.",
                remedy="That is meant for a simulator alone: unset it.",
            )  # fmt: skip


def clock(seen: Seen) -> Iterator[Verdict]:
    """Our clock against the database's and Meta's."""
    drifts = {"the database's": seen.database.drift}
    if seen.meta.drift is not None:
        drifts["Meta's"] = seen.meta.drift
    for whose, drift in drifts.items():
        if abs(drift) <= _DRIFT:
            continue
        way = "ahead of" if drift > timedelta(0) else "behind"
        yield Verdict(
            level="red" if abs(drift) > _WORSE_DRIFT else "amber",
            says=f"This machine's clock is {round(abs(drift).total_seconds())} s {way} {whose}.",
            means="Reply windows seem open that are closed, or the other way round, and sign-ins end at the wrong time.",
            remedy="Let the machine set its clock by the network (NTP): `timedatectl set-ntp true`.",
        )  # fmt: skip
    if all(abs(drift) <= _DRIFT for drift in drifts.values()):
        yield green(f"It agrees with {' and '.join(drifts)}.")


def keys(seen: Seen) -> Iterator[Verdict]:
    """Whether everything that was encrypted can be opened."""
    for name, owners in seen.keys.lost.items():
        yield Verdict(
            about=f"key {name}", level="red",
            says=f"The key {name} is missing: what was encrypted with it cannot be opened, {listed(owners)}. Keys here: "
            f"{listed(list(seen.keys.here))}.",
            means="Nothing can be sent for these accounts, and nothing compared with Instagram; webhooks still come in.",
            remedy="Put that key back behind the newest: into CONFAB_ENCRYPTION_KEYS, or keys/encryption.key of the data "
            "directory, from a backup. If it is lost for good, connect the accounts again.",
        )  # fmt: skip
    if seen.keys.damaged:
        yield Verdict(
            level="red", says=f"Damaged, or of another row: the secret of {listed(seen.keys.damaged)}.",
            means="Nothing can be sent for these accounts.", remedy="Connect them again.",
        )  # fmt: skip
    if not seen.keys.lost and not seen.keys.damaged:
        yield green("Everything that was encrypted can be opened.")


def work(seen: Seen) -> Iterator[Verdict]:
    """Whether a worker is there, and whether work was given up."""
    if not seen.is_worker_there:
        yield Verdict(
            about="worker", level="red", says="No worker is running.",
            means="What comes in is kept and not shown, and nothing goes out.",
            remedy="Start Confab: `confab serve`, or `confab serve --role worker`.",
        )  # fmt: skip
    given_up = {kind: count for kind, count in seen.dead.items() if count}
    for kind, count in given_up.items():
        yield Verdict(
            about=kind, level="amber", says=f"{counted(count, 'row')} of this kind of work were given up.",
            means="They failed again and again, and wait for a person.",
            remedy="`confab dead` says why; `confab dead retry` tries them again.",
        )  # fmt: skip
    if not given_up and seen.is_worker_there:
        yield green("A worker is running, and nothing was given up.")


def connecting(seen: Seen) -> Iterator[Verdict]:
    """Whether customers can connect where an account wants them to. Rule CN8."""
    for account in (one for one in seen.accounts if one.account.connects_customers):
        if seen.connecting_off is None:
            yield green("Customers who write can connect.", account=account)
        else:
            yield Verdict(
                account=account, level="amber", says=f"Customers cannot connect: {seen.connecting_off}",
                means="Who writes is not shown how to connect.",
                remedy="See docs/connect.md, or switch it off for the account.",
            )  # fmt: skip
