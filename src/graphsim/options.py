"""What the command line can choose."""

from dataclasses import dataclass

from graphsim.clock import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOption:
    """An account that is there from the start."""

    ig_id: str
    username: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The simulator's settings at its start; a reset returns to them."""

    seed: int = 1
    clock: Mode = "real"
    start_ms: int | None = None
    latency_ms: tuple[int, int] = (0, 0)
    callback: str | None = None
    app_id: str = "990602627938098"
    instagram_app_id: str = "880214567890123"
    app_secret: str = "graphsim-app-secret"  # noqa: S105  a stand-in for the simulated app, not a credential
    instagram_app_secret: str | None = None
    verify_token: str = "graphsim-verify-token"  # noqa: S105  same
    accounts: tuple[AccountOption, ...] = ()


def parse_account(text: str) -> AccountOption:
    """`IG_ID:USERNAME:TOKEN`. Raises ValueError."""
    parts = text.split(":", 2)
    if len(parts) != 3 or not all(parts):
        raise ValueError(f"an account is written IG_ID:USERNAME:TOKEN, not {text!r}")
    return AccountOption(ig_id=parts[0], username=parts[1], token=parts[2])


def parse_latency(text: str) -> tuple[int, int]:
    """`300:1500` or `300`: how long calls take, in milliseconds. Raises ValueError."""
    low, _, high = text.partition(":")
    found = (int(low), int(high or low))
    if not 0 <= found[0] <= found[1]:
        raise ValueError(f"a latency is written LOW:HIGH in milliseconds, not {text!r}")
    return found
