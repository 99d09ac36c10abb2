"""How Meta writes things: JSON, signatures, times. Pure functions."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import cast

JSON_TYPE = "application/json; charset=UTF-8"

Doc = dict[str, object]


def encode(document: object) -> bytes:
    r"""Compact ASCII JSON with `\uXXXX` and `\/`, as Meta sends it. Rule H5."""
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256` for exactly these bytes. Rule H3."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def legacy_signature(secret: str, body: bytes) -> str:
    """The value of the old `X-Hub-Signature`. Rule H4."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def signed_request(secret: str, payload: Doc) -> str:
    """What Meta posts on deauthorisation and data deletion. Rule T12."""
    body = _base64url(encode(payload))
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return f"{_base64url(digest)}.{body}"


def graph_time(epoch_ms: int) -> str:
    """ISO 8601 to the second with `+0000`. Rule C8."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def rfc3339(epoch_ms: int) -> str:
    """The control door's times: RFC 3339, UTC, to the millisecond."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(value: str | float) -> int:
    """Epoch milliseconds of an RFC 3339 text or a number (below 1e11: seconds). Raises ValueError."""
    if isinstance(value, str):
        when = datetime.fromisoformat(value)
        return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
    return round(value * 1000) if value < 1e11 else round(value)


def as_doc(value: object) -> Doc:
    """The value if it is a JSON object, else an empty one."""
    return cast("Doc", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The value if it is a JSON array, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
