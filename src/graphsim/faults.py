"""What is broken on purpose: which calls or events, how, and how often."""

from collections.abc import Collection
from typing import Literal

import msgspec

from graphsim.errors import GraphError
from graphsim.ids import Mint

CALL_EFFECTS = ("error", "hang", "refuse", "throttle", "disconnect")
DATA_EFFECTS = ("late", "twice", "empty", "corrected")
EVENT_EFFECTS = ("drop", "duplicate", "delay", "reorder")
CDN_EFFECTS = ("status", "html", "redirect", "slow", "big", "wrong_type", "truncate")

Target = Literal[
    "graph", "send", "upload", "profile", "conversations", "message", "me", "subscriptions", "media", "comments",
    "token", "refresh", "insights",
    "webhook", "echo", "cdn",
]  # fmt: skip
Effect = Literal[
    "error", "hang", "refuse", "throttle", "disconnect",
    "lack", "late", "twice", "empty", "corrected",
    "drop", "duplicate", "delay", "reorder",
    "status", "html", "redirect", "slow", "big", "wrong_type", "truncate",
]  # fmt: skip


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A fault as the control door takes and shows it.

    `when: after` lets a call act first. `hang` answers normally after `seconds`, or never if `disconnect` is true.
    `metric`: only calls for it, and of the answer only its part. `fields`: those that `lack` leaves out. `by`: how far a
    number is off before it is `corrected`. `count` None stays until removed; `skip` lets the first ones pass; `probability`
    is drawn from the seed.
    """

    target: Target
    effect: Effect
    id: str = ""
    account: str | None = None
    customer: str | None = None
    when: Literal["before", "after"] = "before"
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    code: int = 2
    subcode: int | None = None
    status: int | None = None
    message: str = "An unexpected error has occurred. Please retry your request later."
    type: str = "OAuthException"
    is_transient: bool = False
    seconds: float = 1.0
    disconnect: bool = False
    times: int = 1
    minutes: int = 5
    metric: str | None = None
    fields: list[str] = []
    by: int = 7
    used: int = 0

    def error(self) -> GraphError:
        """The error this fault answers with. Rule E1."""
        status = self.status or (500 if self.code in (1, 2) else 400)
        return GraphError(
            code=self.code,
            subcode=self.subcode,
            message=self.message,
            status=status,
            type=self.type,
            is_transient=self.is_transient or self.code == 2,
        )


class Faults:
    """The faults in force, asked in the order in which they were added."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self._faults: list[Fault] = []
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and give it an id."""
        self._added += 1
        fault.id = f"fault-{self._added}"
        self._faults.append(fault)
        return fault

    def all(self) -> list[Fault]:
        """Those in force."""
        return list(self._faults)

    def remove(self, fault_id: str) -> bool:
        """Take one out of force; False if there is none of this id."""
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault.id != fault_id]
        return len(self._faults) < before

    def clear(self) -> None:
        """Take all out of force."""
        self._faults.clear()

    def take(
        self,
        targets: Collection[str],
        effects: Collection[str],
        account: str | None = None,
        customer: str | None = None,
        metrics: Collection[str] = (),
    ) -> Fault | None:
        """The first fault that strikes here, counted as used."""
        for fault in self._faults:
            if fault.target not in targets or fault.effect not in effects:
                continue
            if fault.account not in (None, account) or fault.customer not in (None, customer):
                continue
            if fault.metric is not None and fault.metric not in metrics:
                continue
            if self._strikes(fault):
                return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.probability < 1 and self._mint.chance(f"fault|{fault.id}") >= fault.probability:
            return False
        fault.used += 1
        if fault.count is not None and fault.used >= fault.count:
            self._faults.remove(fault)
        return True
