"""Whether Meta signed these bytes. Rules H1-H7."""

import hmac
from collections.abc import Sequence

_PREFIX = "sha256="


def signer(body: bytes, header: str | None, secrets: Sequence[str]) -> int | None:
    """The index of the secret that signed exactly these bytes, None when none did.

    Every configured secret is tried, whether or not an earlier one matched, and each comparison takes the same time.
    An empty secret never matches. Source: rules H3, H7.
    """
    if header is None or not header.startswith(_PREFIX) or not header.isascii():
        return None
    given = header[len(_PREFIX) :].encode()
    found = None
    for index, secret in enumerate(secrets):
        expected = hmac.digest(secret.encode(), body, "sha256").hex().encode()
        if hmac.compare_digest(expected, given) and secret and found is None:
            found = index
    return found


def is_expected(given: str | None, expected: str | None) -> bool:
    """Whether a shared secret is the one we know; what is unset or empty on either side never is."""
    if not given or not expected:
        return False
    return hmac.compare_digest(given.encode(), expected.encode())
