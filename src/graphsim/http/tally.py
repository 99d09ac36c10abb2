"""Which endpoint a call is of, and whose: so that a test can say how often something was asked."""

from graphsim.http.call import Call
from graphsim.sim import Sim

_WORDS = (
    "access_token", "refresh_access_token", "oauth", "authorize", "debug_token", "me", "accounts", "permissions",
)  # fmt: skip


def endpoint_of(sim: Sim, call: Call) -> str:
    """The method and path with ids named by what they are of: `GET /{account}/insights`, `GET /refresh_access_token`."""
    parts = [_named(sim, call, part) if place == 0 else part for place, part in enumerate(call.parts)]
    grant = call.params.get("grant_type") if call.path == "oauth/access_token" and call.is_facebook else None
    return f"{call.method} /{'/'.join(parts)}{f'?{grant}' if grant else ''}"


def account_of(sim: Sim, call: Call) -> str:
    """The IGID whose token or code a call carries; "" for none."""
    world = sim.world
    token = world.tokens.get(call.params.get("fb_exchange_token") or call.token or "")
    if token is not None:
        return token.account
    code = world.codes.get(call.params.get("code", ""))
    return "" if code is None else code.account


def count(sim: Sim, call: Call) -> dict[str, int]:
    """Count a call; what is counted of its endpoint, so that the caller can add a refusal."""
    found = sim.tally.setdefault(account_of(sim, call), {}).setdefault(endpoint_of(sim, call), {"calls": 0, "refused": 0})
    found["calls"] += 1
    return found


def _named(sim: Sim, call: Call, part: str) -> str:
    world = sim.world
    if part == "me" and len(call.parts) == 2 and call.parts[1] in ("accounts", "permissions"):
        return part
    kinds = {
        "{account}": part == "me" or world.account_at(part) is not None,
        "{media}": part in world.posts,
        "{comment}": part in world.comments,
        "{conversation}": part in world.conversations,
        "{message}": part in world.messages,
        "{app}": part in world.apps,
        "{customer}": part.isdigit(),
    }
    return part if part in _WORDS and part != "me" else next((name for name, is_one in kinds.items() if is_one), part)
