"""May a message be sent now? Family W of the rules."""

from graphsim import errors
from graphsim.errors import GraphError

DAY_MS = 24 * 3600 * 1000
HUMAN_AGENT_MS = 7 * DAY_MS
TAG = "HUMAN_AGENT"


def refusal(*, opened_ms: int | None, now_ms: int, tag: str | None, human_agent: bool, is_facebook: bool) -> GraphError | None:
    """Why Meta refuses, or None. `opened_ms` is the participant's last opening action. Rules W1, W2, W6 to W9."""
    if tag is not None and tag != TAG:
        return errors.invalid("Invalid parameter: this message tag is not available")
    if tag is not None and not human_agent:
        return errors.no_permission()
    life_ms = DAY_MS if tag is None else HUMAN_AGENT_MS
    if opened_ms is not None and now_ms < opened_ms + life_ms:
        return None
    return errors.window_closed(is_facebook=is_facebook)
