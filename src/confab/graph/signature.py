"""Whether Meta signed these bytes. Rules H1-H7."""

import hmac
from collections.abc import Sequence
from functools import lru_cache

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


def is_expected(given: str | None, expected: str | None) -> bool:
    """Whether a shared secret is the one we know; what is unset or empty on either side never is."""
    if not given or not expected:
        return False
    return hmac.compare_digest(given.encode(), expected.encode())
