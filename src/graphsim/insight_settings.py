"""How insights behave where Meta says little. Rules I4, I5, I7, I8."""

from typing import Literal

import msgspec


class InsightSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day's numbers are missing for `missing_h` after its end, then `provisional` of what they will be until `settles_h`.

    `kept_days`: how far back there are any. `most_days`: the longest range. `wrong_type_code`: what a metric asked for in the
    wrong way is refused with. `views_breakdown`: which of its two names the breakdown by followers of `views` has.
    """

    missing_h: float = 0
    settles_h: float = 48
    provisional: float = 0.9
    kept_days: int = 90
    most_days: int = 30
    wrong_type_code: Literal[100, 1] = 100
    views_breakdown: Literal["follow_type", "follower_type"] = "follow_type"
