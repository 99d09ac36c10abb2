"""The end of a story, and the event that tells its numbers. Rules N71, I13."""

from graphsim import numbers
from graphsim.events import Event
from graphsim.sim import Sim
from graphsim.state import Post
from graphsim.wire import Doc

FEWEST = 5
_METRICS = {"impressions": "views", "reach": "reach"}
_TAPS = {"taps_forward": "TAP_FORWARD", "taps_back": "TAP_BACK", "exits": "TAP_EXIT"}


def alive(sim: Sim, account: str) -> list[Post]:
    """The stories of an account that are not over, newest first."""
    found = [one for one in sim.world.posts.values() if one.account == account and _is_alive(sim, one)]
    return sorted(found, key=lambda post: (-post.posted_ms, post.id))


def arm(sim: Sim, post: Post) -> None:
    """See to it that a story ends after its day."""
    if post.product_type == "STORY" and not post.is_ended:
        sim.timeline.at(post.posted_ms + numbers.STORY_LIFE_MS, lambda: _end(sim, post))


def end(sim: Sim, post: Post) -> Doc:
    """Tell the numbers of a story, once; only FB-Login does. What was told."""
    value: Doc = {"media_id": post.id, **_values(sim, post)}
    is_told = not post.is_ended and sim.world.accounts[post.account or ""].flavour == "fb"
    post.is_ended = True
    if is_told:
        item: Doc = {"field": "story_insights", "value": value}
        sim.emit([Event(account=post.account or "", channel="changes", field="story_insights", item=item)])
    return value


async def _end(sim: Sim, post: Post) -> None:
    if sim.world.posts.get(post.id) is post:
        end(sim, post)


def _values(sim: Sim, post: Post) -> Doc:
    taps = dict(
        numbers.split(sim, f"{post.id}|navigation", numbers.of_media(sim, post, "navigation"), [*_TAPS.values(), "SWIPE_FORWARD"])
    )
    found = {name: numbers.of_media(sim, post, metric) for name, metric in _METRICS.items()}
    found |= {name: taps.get(tap, 0) for name, tap in _TAPS.items()}
    found["replies"] = numbers.of_media(sim, post, "replies")
    return {name: value if value >= FEWEST else -1 for name, value in found.items()}


def _is_alive(sim: Sim, post: Post) -> bool:
    return post.product_type == "STORY" and not post.is_ended and sim.now_ms() < post.posted_ms + numbers.STORY_LIFE_MS
