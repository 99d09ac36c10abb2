"""The link by which a customer connects a profile: a secret while its token lives, so what is kept of it is masked.

Instagram tells us again what we sent (echoes, messages read back), so whatever comes in is masked too. Rule CN7.
"""

import re
from urllib.parse import quote

PATH = "/verify"
MASK = "…"
_TOKEN = re.compile(r"(/verify\?token=)[0-9a-f]{64}")
_RAW_TOKEN = re.compile(rb"(verify(?:\?|\\u003[fF])token(?:=|\\u003[dD]))[0-9a-f]{64}")  # as JSON may write it


def connecting(origin: str, ig_id: str, token: str = MASK) -> str:
    """The link for this profile."""
    return f"{origin}{PATH}?token={token}&ig_id={quote(ig_id, safe='')}"


def masked(text: str | None) -> str | None:
    """The text without what a link of ours says in it."""
    return _TOKEN.sub(rf"\1{MASK}", text) if text is not None and "/verify?token=" in text else text


def masked_raw(body: bytes) -> bytes:
    """The same of JSON that nobody has read yet."""
    return _RAW_TOKEN.sub(rb"\1" + MASK.encode(), body) if b"verify" in body else body


def is_masked(text: str) -> bool:
    """Whether there is a link in it to be made readable."""
    return f"{PATH}?token={MASK}" in text


def revealed(text: str, token: str) -> str:
    """A masked text as the customer gets it."""
    return text.replace(f"{PATH}?token={MASK}", f"{PATH}?token={token}")
