"""Ids, tokens and chances drawn from a seed: the same calls in the same order give the same values."""

import base64
import hashlib
from collections import Counter

_MID_PREFIX = "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE"
_CONVERSATION_PREFIX = "aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6"


class Mint:
    """Every value is a hash of the seed, a kind and a counter of that kind; nothing depends on time or the machine."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._drawn: Counter[str] = Counter()

    def bytes_of(self, name: str, length: int) -> bytes:
        """Bytes that belong to a name, always the same."""
        return hashlib.shake_256(f"{self.seed}|{name}".encode()).digest(length)

    def number_of(self, name: str, digits: int) -> str:
        """A decimal number of so many digits that belongs to a name, not beginning with 0."""
        first = 10 ** (digits - 1)
        return str(first + int.from_bytes(self.bytes_of(name, 12), "big") % (9 * first))

    def text_of(self, name: str, length: int) -> str:
        """Letters and digits that belong to a name."""
        raw = base64.b64encode(self.bytes_of(name, length)).decode()
        return raw.replace("+", "Z").replace("/", "A")[:length]

    def chance(self, kind: str) -> float:
        """The next number in [0, 1) of a kind."""
        return int.from_bytes(self.bytes_of(self._next(kind), 6), "big") / 2**48

    def below(self, kind: str, limit: int) -> int:
        """The next whole number in [0, limit) of a kind."""
        return int(self.chance(kind) * limit)

    def mid(self, account: str, igsid: str) -> str:
        """The next message id; those of one conversation begin alike."""
        conversation = self.text_of(f"mid|{account}|{igsid}", 44)
        return f"{_MID_PREFIX}{conversation}{self.text_of(self._next('mid'), 92)}ZDZD"

    def conversation(self, account: str, igsid: str) -> str:
        """The id of the conversation of an account and a participant."""
        return f"{_CONVERSATION_PREFIX}{self.text_of(f'conversation|{account}|{igsid}', 96)}ZD"

    def object_id(self, kind: str) -> str:
        """The next id of a post, comment, story or asset: 17 digits, beginning with 18."""
        return "18" + self.number_of(self._next(kind), 15)

    def igsid(self) -> str:
        """The next Instagram-scoped id: 16 digits, never beginning with 1784."""
        return "2" + self.number_of(self._next("igsid"), 15)

    def trace(self) -> str:
        """The next `fbtrace_id`."""
        return "A" + self.text_of(self._next("trace"), 22)

    def token(self, prefix: str) -> str:
        """The next access token or code, beginning with the prefix."""
        return prefix + self.text_of(self._next("token"), 140)

    def drawn(self) -> dict[str, int]:
        """How many of each kind were given."""
        return dict(self._drawn)

    def skip(self, counts: dict[str, int]) -> None:
        """Go on as if so many of each kind had been given."""
        self._drawn = Counter(counts)

    def _next(self, kind: str) -> str:
        self._drawn[kind] += 1
        return f"{kind}#{self._drawn[kind]}"
