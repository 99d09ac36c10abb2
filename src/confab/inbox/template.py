"""Variables in a text that somebody saved: `{first_name}`, or with what to say where it is not known, `{first_name|there}`. Pure.

The web has the same function, for the composer's preview; `tests/vectors/template.json` holds both to it. Rules SR2, SR3.
"""

import re
from collections.abc import Mapping

VARIABLES = ("first_name", "name", "username", "account", "agent")
_VARIABLE = re.compile(r"\{([A-Za-z_]+)(?:\|([^{}\n]*))?\}")


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its variables replaced: by the value, else by what stands after the bar, else by nothing."""

    def one(found: re.Match[str]) -> str:
        if found[1] not in VARIABLES:
            return found[0]
        return values.get(found[1]) or found[2] or ""

    return _VARIABLE.sub(one, text)


def unknown(text: str) -> str | None:
    """The first variable that is none; None when all are."""
    return next((found[1] for found in _VARIABLE.finditer(text) if found[1] not in VARIABLES), None)


def values(*, name: str | None, username: str | None, account: str, agent: str) -> dict[str, str | None]:
    """What the variables stand for. A first name is the first word of the name."""
    words = (name or "").split()
    return {
        "first_name": words[0] if words else None, "name": " ".join(words) or None, "username": username, "account": account,
        "agent": agent,
    }  # fmt: skip
