"""Meta's refusals in the five classes that a caller can act on. Rules E1-E6, L5, S4."""

from datetime import timedelta
from typing import Any

import msgspec

from confab.errors import (
    GraphError,
    Rejected,
    Restricted,
    Throttled,
    Unanswered,
    Unauthorised,
    Unavailable,
    Unreachable,
    WindowShut,
)
from confab.graph.limits import usage_of


class _Error(msgspec.Struct):
    message: str = ""
    code: int | None = None
    error_subcode: int | None = None
    is_transient: bool = False
    fbtrace_id: str | None = None


class _Envelope(msgspec.Struct):
    error: _Error


NO_CONSENT = 230
"""The profile may be read once the participant has written. Rule P3."""
NOBODY = frozenset({9010, 100})
"""There is no such participant, or none for this account. Rules P4, P5."""
_CLOSED_TO_UPLOADS = {3, 10, 2500}
UNKNOWN_FILE = 2018074
"""The subcode for an attachment's id that Meta does not know (any more). Rule S11."""
_THROTTLES = frozenset({4, 17, 32, 341, 613, 80001, 80002, 80006})
_TOKEN = frozenset({102, 104, 190})
_TOO_FAST = 613  # a limit of single seconds was passed: rules L1-L3
_UNCERTAIN = frozenset({1, 2})  # rule S4: for a send, these may have acted
_SERVER = frozenset({-1, -2})
_FETCH = {(100, 2018008), (100, 2018294)}  # Instagram could not fetch an attachment: again, perhaps
_RESTRICTED = timedelta(hours=1)  # rule E6: "hours", and Meta does not say how many; then the next refusal says it again
_SPAM = (4, 2207051)
_SHUT = {(10, 2534022), (10, 2018278), (10, 2018065)}  # rule W6
_UNREACHABLE = {(10, 2018108), (200, 1545041), (551, 1545041), (551, None)}  # rule S20
_TAKEN_FOR_SPAM = {(4, 2207051), (100, 2534029), (2022, None)}


def refusal(status: int, body: bytes, headers: Any, *, is_send: bool) -> GraphError:  # noqa: ANN401 -- any mapping of headers
    """What an answer other than success means. `is_send`: a repeat could reach a person twice."""
    try:
        error = msgspec.json.decode(body, type=_Envelope, strict=False).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _without_envelope(status, is_send=is_send)
    made = _class_of(error, status, is_send=is_send)(
        _in_words(error), graph_code=error.code, subcode=error.error_subcode, trace=error.fbtrace_id
    )
    if isinstance(made, Throttled):
        usage = usage_of(headers)
        made.is_restriction, made.is_brief = _is_restricted(error), error.code == _TOO_FAST
        made.retry_after = _RESTRICTED if made.is_restriction else usage.regain if usage else None
    return made


def takes_no_uploads(error: GraphError) -> bool:
    """Whether a refused upload says that there is no uploading for this app or node: the file goes by a link. Rule S23."""
    return error.graph_code in _CLOSED_TO_UPLOADS or (error.graph_code, error.subcode) == (100, 33)


def _is_restricted(error: _Error) -> bool:
    return error.code == 368 or (error.code, error.error_subcode) == (10, 1893063)


def _without_envelope(status: int, *, is_send: bool) -> GraphError:
    if status == 429:
        return Throttled(_SLOWER)
    if status >= 500:
        text = f"Instagram answered {status} without saying more."
        return Unanswered(text) if is_send else Unavailable(text)
    if status in (401, 403):
        return Unauthorised(f"Instagram answered {status} without saying more.")
    return Rejected(f"Instagram answered {status} without saying more.")


def _class_of(error: _Error, status: int, *, is_send: bool) -> type[GraphError]:
    code, key = error.code, (error.code, error.error_subcode)
    if code in _TOKEN:
        return Unauthorised
    if (code in _THROTTLES and key != _SPAM) or _is_restricted(error):
        return Throttled
    if is_send and (status >= 500 or code in _UNCERTAIN):
        return Unanswered
    if key in _SHUT:
        return WindowShut
    if key in _UNREACHABLE:
        return Unreachable
    if key in _TAKEN_FOR_SPAM:
        return Restricted
    if status >= 500 or code in _SERVER | _UNCERTAIN or key in _FETCH or error.is_transient:
        return Unavailable
    return Rejected


_SLOWER = "Instagram asks to slow down."
_WORDS: dict[tuple[int | None, int | None], str] = {
    (190, 458): "The app was removed at Instagram.",
    (190, 459): "Instagram wants the account's owner to confirm who they are.",
    (190, 464): "Instagram wants the account's owner to confirm who they are.",
    (190, 460): "The password was changed.",
    (190, 463): "The access token has expired.",
    (190, 467): "The session was ended at Instagram.",
    (190, 492): "The person who connected it may not manage the Page any more.",
    (10, 2534022): "Instagram says that the reply window is closed.",
    (10, 2018278): "Instagram says that the reply window is closed.",
    (10, 2018065): "Instagram says that the reply window is closed.",
    (10, 2018108): "This person cannot receive messages right now.",
    (10, 1893063): "Instagram has restricted this account from sending for a while.",
    (10, 2534048): "The Meta app has no Advanced Access, so it may only write to people with a role on it.",
    (100, 2018001): "Instagram knows no such recipient for this account.",
    (100, 2534014): "Instagram knows no such recipient for this account.",
    (200, 2534041): "The account's owner has switched off “Allow access to messages” in the Instagram app.",
    (551, 1545041): "This person is not available: gone, or has blocked the account.",
    (368, None): "Instagram has blocked this account from sending for policy reasons.",
    _SPAM: "Instagram takes this for spam and has restricted the account.",
}


def _in_words(error: _Error) -> str:
    """One sentence for an agent; Meta's own text where we know no better. Rule E2: texts change, codes stay."""
    known = _WORDS.get((error.code, error.error_subcode)) or _WORDS.get((error.code, None))
    if known is not None:
        return known
    if error.code in _THROTTLES:
        return _SLOWER
    if error.code == 10:
        return "The Meta app lacks a permission for this: reconnect the account or ask Meta for it."
    if error.code == 551:
        return _WORDS[551, 1545041]
    return f"Instagram refused: {error.message[:300]}" if error.message else "Instagram refused without a reason."
