"""What is refused of a call for an account's insights: a metric, period, type, breakdown, timeframe, range. Rules I3 to I5."""

from collections.abc import Collection, Mapping, Sequence

from graphsim import errors
from graphsim.errors import GraphError
from graphsim.http.call import Call
from graphsim.rules import metrics
from graphsim.sim import Sim

DAY_S = 24 * 3600
_OF_DEMOGRAPHICS = ("age", "gender")


def named(call: Call, known: Mapping[str, object], gone: Collection[str], what: str) -> list[str]:
    """The metrics asked for, each once. Raises GraphError for one that there is not, or no longer. Rules I3, I4."""
    names = list(dict.fromkeys(one.strip() for one in call.params.get("metric", "").split(",") if one.strip()))
    if not names:
        raise errors.invalid("The parameter metric is required")
    for place, name in enumerate(names):
        if name in gone and name not in known:
            raise no_longer(name, what)
        if name not in known:
            raise errors.invalid(f"metric[{place}] must be one of the following values: {', '.join(known)}")
    return names


def no_longer(name: str, what: str) -> GraphError:
    """A metric that was retired. Rule I4."""
    return errors.invalid(f"Starting from version 22 and above, the {name} metric is no longer supported for the queried {what}.")


def period_of(call: Call, names: Sequence[str]) -> str:
    """The period, which every metric must have. Rule I3."""
    period = call.params.get("period", "")
    if not period:
        raise errors.invalid("The parameter period is required")
    wrong = [name for name in names if period not in metrics.ACCOUNT[name].periods]
    if wrong:
        raise errors.invalid(f"The following metrics ({','.join(wrong)}) are incompatible with the period {period}")
    return period


def kind_of(sim: Sim, call: Call, names: Sequence[str]) -> metrics.MetricType:
    """The type, by default a series. Rule I3."""
    given = call.params.get("metric_type", "time_series")
    if given not in ("time_series", "total_value"):
        raise errors.invalid("Param metric_type must be one of {TIME_SERIES, TOTAL_VALUE, DEFAULT}")
    kind: metrics.MetricType = "total_value" if given == "total_value" else "time_series"
    wrong = [name for name in names if kind not in metrics.ACCOUNT[name].types]
    if wrong:
        other = "time_series" if kind == "total_value" else "total_value"
        text = f"The following metrics ({','.join(wrong)}) should be specified with parameter metric_type={other}"
        raise _wrong_type(sim, text)
    return kind


def breakdowns_of(sim: Sim, call: Call, names: Sequence[str], kind: metrics.MetricType) -> tuple[str, ...]:
    """The breakdowns; a demographic metric needs one, or age with gender. Rules I3, I10."""
    given = tuple(one.strip() for one in call.params.get("breakdown", "").split(",") if one.strip())
    are_parts = any(metrics.ACCOUNT[name].kind == "demographic" for name in names)
    if are_parts and (not given or (len(given) > 1 and sorted(given) != sorted(_OF_DEMOGRAPHICS))):
        raise errors.invalid("The parameter breakdown must be one of age, city, country, gender")
    if len(given) > 1 and not are_parts:
        raise errors.invalid("Only one breakdown can be asked for")
    wrong = [name for name in names if not all(one in _offered(sim, name) for one in given)]
    if wrong or (given and kind == "time_series"):
        raise _wrong_type(sim, f"The breakdown ({','.join(given)}) is not available for {','.join(wrong or names)}")
    return given


def timeframe_of(call: Call, names: Sequence[str]) -> str:
    """The timeframe, which demographic metrics need. Rule I10."""
    given = call.params.get("timeframe", "")
    if any(metrics.ACCOUNT[name].kind == "demographic" for name in names) and given not in metrics.TIMEFRAMES:
        raise errors.invalid(f"The parameter timeframe must be one of {', '.join(metrics.TIMEFRAMES)}")
    return given


def range_of(sim: Sim, call: Call, names: Sequence[str]) -> tuple[int, int]:
    """`since` and `until` in seconds, by default the last 24 hours. Rule I5."""
    now_s = sim.now_ms() // 1000
    until_s = _seconds(call, "until", now_s)
    since_s = _seconds(call, "since", until_s - DAY_S)
    if since_s > until_s:
        raise errors.invalid("The parameter since must not be after until")
    if until_s - since_s > sim.insights.most_days * DAY_S:
        most = sim.insights.most_days
        raise errors.invalid(f"There cannot be more than {most} days ({most * DAY_S} s) between since and until")
    recent = [name for name in names if metrics.ACCOUNT[name].kind in ("followers", "online")]
    if recent and since_s < now_s - (metrics.RECENT_DAYS + 1) * DAY_S:
        raise errors.invalid(f"({','.join(recent)}) metric only supports querying data for the last 30 days")
    return since_s, until_s


def _offered(sim: Sim, name: str) -> tuple[str, ...]:
    offered = metrics.ACCOUNT[name].breakdowns
    return tuple(sim.insights.views_breakdown if name == "views" and one == "follow_type" else one for one in offered)


def _wrong_type(sim: Sim, text: str) -> GraphError:
    if sim.insights.wrong_type_code == 1:
        return GraphError(code=1, message="An unknown error has occurred.", status=500)
    return errors.invalid(text)


def _seconds(call: Call, name: str, default: int) -> int:
    text = call.params.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise errors.invalid(f"Param {name} must be a Unix time in seconds")
    return int(text)
