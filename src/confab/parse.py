"""What a variable of the environment may say: its text → a value, or what it must be."""

import base64
import binascii
import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from string import Formatter
from typing import Literal
from urllib.parse import urlsplit

MediaMode = Literal["store", "reference"]
AgedKind = Literal["image", "video", "audio", "file", "avatar"]

RetainedKind = Literal["messages", "comments", "notes", "people"]
"""What may be deleted by its age."""
AGED: tuple[AgedKind, ...] = ("image", "video", "audio", "file", "avatar")
"""The kinds of media that may have an age of their own."""

_MODES: tuple[MediaMode, ...] = ("store", "reference")
_KEY_BYTES = 32
_LEAST_DAYS = 30
RETAINED: tuple[RetainedKind, ...] = ("messages", "comments", "notes", "people")


class Wrong(Exception):
    """A value that a setting cannot take; the text completes the sentence "it must …"."""


def text(value: str) -> str:
    """As it is."""
    return value


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between the two."""

    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise Wrong(f"be a whole number from {least} to {most}")
        return int(value)

    return parse


def seconds(value: str) -> float:
    """Seconds, more than 0 and at most 600."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise Wrong("be a number of seconds, more than 0 and at most 600")
    return seconds


def size(value: str) -> int:
    """Bytes: a number, or one with a unit."""
    number, unit = value.removesuffix("iB").strip(), 1
    for letter, factor in (("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)):
        if number.upper().endswith(letter):
            number, unit = number[:-1].strip(), factor
    if not number.isascii() or not number.isdigit() or int(number) == 0:
        raise Wrong("be a number of bytes, or one like 8 MiB")
    return int(number) * unit


def path(value: str) -> Path:
    """A path, also one in the home directory."""
    return Path(value).expanduser()


def url(*schemes: str) -> Callable[[str], str]:
    """A URL of one of the schemes, without the slash at its end."""

    def parse(value: str) -> str:
        try:
            parts = urlsplit(value)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise Wrong(f"be a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}") from None
        if parts.scheme not in schemes or not (named or parts.scheme == "file"):
            raise Wrong(f"be a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return value.rstrip("/")

    return parse


def origin(value: str) -> str:
    """A scheme and a host alone."""
    parts = urlsplit(plain := url("http", "https")(value))
    if parts.path or parts.query or parts.fragment or parts.username:
        raise Wrong("be a scheme and a host alone, like https://inbox.example.org")
    return plain


def sender(value: str) -> str:
    """Whom a mail is from."""
    if any(not character.isprintable() for character in value) or "@" not in parseaddr(value)[1]:
        raise Wrong("be an address, like post@example.org or Harbour Bakery <post@example.org>")
    return value


def signing_key(value: str) -> str:
    """A secret that is long enough to sign with."""
    if len(value) < _KEY_BYTES:
        raise Wrong("have at least 32 characters (`openssl rand -base64 32`)")
    return value


def database(value: str) -> str:
    """A PostgreSQL server's URL."""
    try:
        scheme = urlsplit(value).scheme
    except ValueError:
        scheme = ""
    if scheme not in ("postgresql", "postgres"):
        raise Wrong("be a URL that begins with postgresql://")
    return value


def each(value: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def pairs(value: str) -> tuple[str, ...]:
    """Hosts with ports."""
    pairs = each(value)
    for pair in pairs:
        host, _, port = pair.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise Wrong("be host:port pairs, like 127.0.0.1:8090")
    return pairs


def mode(value: str) -> MediaMode:
    """What becomes of media."""
    if value not in _MODES:
        raise Wrong("be store or reference")
    return value


def yes(value: str) -> bool:
    """True or false."""
    if value not in ("true", "false"):
        raise Wrong("be true or false")
    return value == "true"


def keep_days(value: str) -> tuple[tuple[AgedKind, int], ...]:
    """Kinds of media with the days that they are kept."""
    kept: dict[AgedKind, int] = {}
    for part in each(value):
        name, _, days = part.partition("=")
        kind = name.strip()
        if kind not in AGED or kind in kept or not re.fullmatch(r" *[1-9][0-9]{0,4} *", days):
            raise Wrong("be kinds with days, like video=90,audio=365; the kinds are " + ", ".join(AGED))
        kept[kind] = int(days)
    return tuple(kept.items())


def retention_days(value: str) -> tuple[tuple[RetainedKind, int], ...]:
    """Kinds of what is said with the days after which it is deleted."""
    kept: dict[RetainedKind, int] = {}
    for part in each(value):
        name, _, days = part.partition("=")
        kind = name.strip()
        if kind not in RETAINED or kind in kept or not re.fullmatch(r" *[1-9][0-9]{0,4} *", days) or int(days) < _LEAST_DAYS:
            raise Wrong(
                f"be kinds with days, at least {_LEAST_DAYS}, like messages=730,notes=365; the kinds are " + ", ".join(RETAINED)
            )
        kept[kind] = int(days)
    return tuple(kept.items())


def keys(value: str) -> tuple[bytes, ...]:
    """Encryption keys, newest first."""
    keys: list[bytes] = []
    for part in each(value):
        try:
            keys.append(base64.b64decode(part, validate=True))
        except binascii.Error:
            keys.append(b"")
    if not keys or any(len(key) != _KEY_BYTES for key in keys):
        raise Wrong("be 32 random bytes in base64 (`openssl rand -base64 32`), several separated by commas, newest first")
    return tuple(keys)


def template(*known: str, wanted: str | None = None) -> Callable[[str], str]:
    """A text with names in braces: only known ones, and `wanted` among them."""
    names = " and ".join(f"{{{name}}}" for name in known)

    def parse(value: str) -> str:
        try:
            parts = list(Formatter().parse(value))
        except ValueError:
            raise Wrong(f"be a text in which only {names} stand in braces, and {{{{ for a brace") from None
        found = [name for _, name, form, conversion in parts if name is not None and not form and not conversion]
        if len(found) < sum(name is not None for _, name, _, _ in parts) or set(found) - set(known):
            raise Wrong(f"be a text in which only {names} stand in braces, and {{{{ for a brace")
        if wanted is not None and wanted not in found:
            raise Wrong(f"be a text with {{{wanted}}} in it")
        return value

    return parse
