"""`/{media}/insights`: the numbers of a post, a reel or a story. Rules I12 to I15."""

from collections.abc import Sequence

from graphsim import errors, numbers
from graphsim.errors import GraphError
from graphsim.http import insights, refusals
from graphsim.http.call import Answer, Call
from graphsim.rules import metrics
from graphsim.sim import Sim
from graphsim.state import Post, Token
from graphsim.wire import Doc

FEWEST_VIEWERS = 5


def get_media_insights(sim: Sim, call: Call, token: Token, post: Post) -> Answer:
    """One bad metric refuses the whole call. Rules I3, I12."""
    insights.permit(call, token)
    _check_media(sim, call, post)
    names = refusals.named(call, _known(call, post), metrics.MEDIA_GONE, "media")
    for name in names:
        _check_metric(post, name)
    breakdown = _breakdown_of(call, names)
    if post.product_type == "STORY" and numbers.of_media(sim, post, "reach") < FEWEST_VIEWERS:
        raise GraphError(code=10, message="(#10) Not enough viewers for the media to show insights")
    data = [item for name in names for item in _with_faults(sim, post, name, breakdown)]
    return Answer(document={"data": data})


def _known(call: Call, post: Post) -> dict[str, metrics.MediaMetric]:
    """The metrics of the flavour; impressions only of what is old enough. Rules I4, I12."""
    offered = {name: one for name, one in metrics.MEDIA.items() if call.is_facebook or not one.is_facebook_only}
    if "impressions" in call.params.get("metric", "").split(",") and post.posted_ms >= metrics.LAST_IMPRESSIONS_MS:
        raise refusals.no_longer("impressions", "media")
    return offered


def _check_media(sim: Sim, call: Call, post: Post) -> None:
    """Refuse a story that is over and what is older than the professional account. Rules I13, I14."""
    account = sim.world.accounts[post.account or ""]
    since = account.professional_since_ms
    if since is not None and post.posted_ms < since:
        raise errors.invalid("The media was posted before the account became a professional one", 2108006)
    is_over = post.product_type == "STORY" and sim.now_ms() >= post.posted_ms + numbers.STORY_LIFE_MS
    if is_over or not metrics.product_of(post.product_type):
        raise errors.no_object(call.method, post.id)
    if call.params.get("period", "lifetime") != "lifetime":
        raise errors.invalid("The period of a media's metrics is lifetime")


def _check_metric(post: Post, name: str) -> None:
    metric = metrics.MEDIA[name]
    if metrics.product_of(post.product_type) not in metric.products:
        raise errors.invalid(f"The Media Insights API does not support the {name} metric for this media product type.")
    if metric.is_shared and not post.is_on_facebook:
        raise errors.invalid(f"The metric {name} is not available: the media is not shared to Facebook")


def _breakdown_of(call: Call, names: Sequence[str]) -> str | None:
    given = call.params.get("breakdown") or None
    wrong = [name for name in names if given is not None and metrics.MEDIA[name].breakdown != given]
    if wrong:
        raise errors.invalid(f"The breakdown {given} is not available for {','.join(wrong)}")
    return given


def _with_faults(sim: Sim, post: Post, name: str, breakdown: str | None) -> list[Doc]:
    fault = insights.data_fault(sim, post.account or "", name, post.id)
    effect = None if fault is None else fault.effect
    by = fault.by if fault is not None and effect == "corrected" else 0
    if effect in ("empty", "late"):
        return []
    item = _item(sim, post, name, breakdown, by)
    return [item, item] if effect == "twice" else [item]


def _item(sim: Sim, post: Post, name: str, breakdown: str | None, by: int) -> Doc:
    title = metrics.MEDIA[name].title
    value = numbers.of_media(sim, post, name) + by
    shown: Doc = {"values": [{"value": value}]}
    if breakdown is not None:
        parts = numbers.split(sim, f"{post.id}|{name}", value, metrics.BREAKDOWNS[breakdown])
        broken = insights.broken_down((breakdown,), [((label,), share) for label, share in parts])
        shown = {"total_value": {"value": value, "breakdowns": [broken]}}
    rest: Doc = {"title": title, "description": f"{title} of the media.", "id": f"{post.id}/insights/{name}/lifetime"}
    return {"name": name, "period": "lifetime", **shown, **rest}
