"""Whether Meta signed these bytes. Rules H1-H7."""

import base64
import hmac
from collections.abc import Sequence
from functools import lru_cache

import msgspec

_PREFIX = b"sha256="


def signer(body: bytes, header: bytes | None, secrets: Sequence[str]) -> int | None:
    """The index of the secret that signed exactly these bytes, None when none did.

    Every configured secret is tried, whether or not an earlier one matched, and each comparison takes the same time.
    An empty secret never matches. Source: rules H3, H7.
    """
    if header is None or not header.startswith(_PREFIX):
        return None
    given = header[len(_PREFIX) :]
    found = None
    for index, secret in enumerate(secrets):
        keyed = _keyed(secret).copy()
        keyed.update(body)
        expected = keyed.hexdigest().encode()
        if hmac.compare_digest(expected, given) and secret and found is None:
            found = index
    return found


@lru_cache(maxsize=64)
def _keyed(secret: str) -> hmac.HMAC:
    """The secret's half of the work, done once instead of for every delivery. To be copied."""
    return hmac.new(secret.encode(), digestmod="sha256")


class _Signed(msgspec.Struct, frozen=True):
    algorithm: str
    user_id: str | int


def user_of(signed_request: str, secrets: Sequence[str]) -> str | None:
    """Under which id Meta names the person that a signed request is about; None unless one of the secrets signed it. Rule T12.

    The signature is of the second part as it came. Every secret is tried, and an empty one never matches.
    """
    first, _, second = signed_request.partition(".")
    given, content = _unpadded(first), _unpadded(second)
    known = False
    for secret in secrets:
        keyed = _keyed(secret).copy()
        keyed.update(second.encode())
        known |= hmac.compare_digest(keyed.digest(), given) and bool(secret)
    if not known:
        return None
    try:
        found = msgspec.json.decode(content, type=_Signed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return str(found.user_id) if found.algorithm.upper() == "HMAC-SHA256" and found.user_id else None


def _unpadded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
    except (ValueError, UnicodeEncodeError):
        return b""


def is_expected(given: str | None, expected: str | None) -> bool:
    """Whether a shared secret is the one we know; what is unset or empty on either side never is."""
    if not given or not expected:
        return False
    return hmac.compare_digest(given.encode(), expected.encode())
