"""What the numbers of insights are: hashes of the seed that add up, unless the control door set them. Rules I1, I7 to I12."""

from collections.abc import Sequence
from datetime import date

from graphsim.rules import metrics, pacific
from graphsim.sim import Sim
from graphsim.state import Account, Post

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
_GROWS_MS = 48 * HOUR_MS
STORY_LIFE_MS = 24 * HOUR_MS
_OVERLAP = 0.7  # people reached on several days are the same people in part


def key(owner: str, metric: str, day: date | None = None) -> str:
    """Under what a number that was set is kept."""
    return f"{owner}|{metric}|{'' if day is None else day.isoformat()}"


def final(sim: Sim, account: Account, metric: str, day: date) -> int:
    """An account's number of a day once it is settled."""
    name = key(account.ig_id, metric, day)
    known = sim.world.numbers.get(name)
    if known is not None:
        return known
    if metric == "total_interactions":
        return sum(final(sim, account, one, day) for one in metrics.INTERACTIONS)
    return _drawn(sim, name, account.followers * metrics.ACCOUNT[metric].per_mille / 1000)


def shown(sim: Sim, account: Account, metric: str, day: date, late_ms: int = 0) -> int | None:
    """What Meta says of that day now: None if nothing, too little until it is settled. Rules I7, I8."""
    settings = sim.insights
    age_ms = sim.now_ms() - pacific.end_ms(day, account.day_offset_h)
    missing_ms = max(settings.missing_h * HOUR_MS, late_ms)
    if age_ms < missing_ms or age_ms > settings.kept_days * DAY_MS:
        return None
    number = final(sim, account, metric, day)
    return number if age_ms >= settings.settles_h * HOUR_MS else int(number * settings.provisional)


def total(metric: str, numbers: Sequence[int]) -> int:
    """Several days as one: a sum, of people less than one. Rule I9."""
    if metrics.ACCOUNT[metric].kind != "unique" or len(numbers) < 2:
        return sum(numbers)
    return max(*numbers, round(sum(numbers) * _OVERLAP))


def split(sim: Sim, name: str, number: int, parts: Sequence[str]) -> list[tuple[str, int]]:
    """A number in parts that add up to it, the greatest first; parts of nothing are left out."""
    weights = [1 + sim.mint.bytes_of(f"part|{name}|{part}", 1)[0] for part in parts]
    whole = sum(weights)
    shares = [number * weight // whole for weight in weights]
    shares[0] += number - sum(shares)
    found = [(part, share) for part, share in zip(parts, shares, strict=True) if share > 0]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def audience(sim: Sim, account: Account, metric: str, dimensions: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    """Who they are by one dimension, or by age and gender: the 45 greatest. Rule I10."""
    number = round(account.followers * metrics.ACCOUNT[metric].per_mille / 1000)
    values = {"age": metrics.AGES, "gender": metrics.GENDERS, "country": metrics.COUNTRIES, "city": metrics.CITIES}
    labels: list[tuple[str, ...]] = [()]
    for one in dimensions:
        labels = [(*label, value) for label in labels for value in values[one]]
    joined = {"|".join(label): label for label in labels}
    found = split(sim, f"{key(account.ig_id, metric)}{','.join(dimensions)}", number, list(joined))
    return [(joined[name], share) for name, share in found[: metrics.TOP]]


def online(sim: Sim, account: Account, day: date) -> dict[str, int]:
    """How many followers were online in each hour of a day. Rule I11."""
    most = account.followers * metrics.ACCOUNT["online_followers"].per_mille / 1000
    return {str(hour): _drawn(sim, f"{key(account.ig_id, 'online_followers', day)}|{hour}", most) for hour in range(24)}


def of_media(sim: Sim, post: Post, metric: str) -> int:
    """A media's number since it was published: it grows for two days, a story's for one. Rule I12."""
    known = sim.world.numbers.get(key(post.id, metric))
    if known is not None:
        return known
    account = sim.world.accounts[post.account or ""]
    sums: dict[str, tuple[str, ...]] = {
        "total_interactions": _interactions(post),
        "total_views": ("views", "facebook_views") if post.is_on_facebook else ("views",),
        "total_likes": ("likes",),
        "total_comments": ("comments",),
    }
    if metric in sums:
        return sum(of_media(sim, post, one) for one in sums[metric])
    if metric in ("likes", "comments"):
        return int(post.id[-2:]) if metric == "likes" else len(post.comments)
    if metric == "replies" and account.hides_replies:
        return 0
    if metric in _REEL:
        return _of_reel(sim, post, metric)
    most = _drawn(sim, key(post.id, metric), account.followers * metrics.MEDIA[metric].per_mille / 1000)
    return int(most * _growth(sim, post))


_REEL = ("ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate")


def _interactions(post: Post) -> tuple[str, ...]:
    return (
        ("shares", "reposts", "replies") if post.product_type == "STORY" else ("likes", "comments", "saved", "shares", "reposts")
    )


def _of_reel(sim: Sim, post: Post, metric: str) -> int:
    """Milliseconds watched, of all and on average, and how many percent skipped."""
    average = _drawn(sim, key(post.id, "ig_reels_avg_watch_time"), 6000)
    if metric == "reels_skip_rate":
        return min(100, _drawn(sim, key(post.id, metric), 40))
    return average if metric == "ig_reels_avg_watch_time" else average * of_media(sim, post, "views")


def _growth(sim: Sim, post: Post) -> float:
    grows_ms = STORY_LIFE_MS if post.product_type == "STORY" else _GROWS_MS
    return min(1.0, max(0, sim.now_ms() - post.posted_ms) / grows_ms)


def _drawn(sim: Sim, name: str, mean: float) -> int:
    """A whole number between half and one and a half of the mean that belongs to a name."""
    return round(mean * (0.5 + int.from_bytes(sim.mint.bytes_of(f"number|{name}", 3), "big") / 2**24))
