"""Numbers as Meta tells them: one question is one metric, asked by itself and with its explicit type. Rules I1-I13.

The same calls serve both flavours: the token says which.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from confab.errors import Unavailable
from confab.graph.client import GraphClient
from confab.graph.limits import Usage

TIMEFRAME = "this_month"
"""Demographics are of one of two times (rule I10)."""

_MEDIA_FIELDS = "id,caption,media_type,media_product_type,permalink,timestamp,media_url,thumbnail_url"
_MOST_LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call. `node`: the account's or the media's id. `type` None: of media, which has none."""

    node: str
    metric: str
    period: str
    type: str | None = None
    breakdown: str | None = None
    timeframe: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def parameters(self) -> dict[str, str]:
        """As Meta wants them."""
        given = {
            "metric": self.metric, "period": self.period, "metric_type": self.type, "breakdown": self.breakdown,
            "timeframe": self.timeframe, "since": _seconds(self.since), "until": _seconds(self.until),
        }  # fmt: skip
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of an answer. `end_time` None: Meta names no end. `by` and `dimensions`: which part of the whole."""

    value: float
    end_time: datetime | None
    by: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All numbers of one metric, empty where Meta has none (rule I8); what Meta says of the allowance."""

    numbers: list[Number]
    usage: Usage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post, reel or story as it is listed (rules K1, K11). `picture_url` None: Meta shows no picture of it (K12)."""

    ig_id: str
    product: str
    caption: str | None
    permalink: str | None
    published_at: datetime
    picture_url: str | None


class _Value(msgspec.Struct, frozen=True):
    value: float | dict[str, float] | None = None
    end_time: str | int | None = None


class _Result(msgspec.Struct, frozen=True):
    dimension_values: list[str] = []
    value: float | None = None


class _Breakdown(msgspec.Struct, frozen=True):
    dimension_keys: list[str] = []
    results: list[_Result] = []


class _Total(msgspec.Struct, frozen=True):
    value: float | None = None
    breakdowns: list[_Breakdown] = []


class _Item(msgspec.Struct, frozen=True):
    name: str = ""
    values: list[_Value] = []
    total_value: _Total | None = None


class _Answer(msgspec.Struct, frozen=True):
    data: list[_Item]


class _Post(msgspec.Struct, frozen=True):
    id: str | int | None = None
    caption: str | None = None
    media_product_type: str | None = None
    permalink: str | None = None
    timestamp: str | int | None = None
    media_type: str | None = None
    media_url: str | None = None
    thumbnail_url: str | None = None


class _Posts(msgspec.Struct, frozen=True):
    data: list[_Post] = []


class _Followers(msgspec.Struct, frozen=True):
    followers_count: int | None = None


async def ask(graph: GraphClient, token: str, question: Question) -> Answer:
    """What Meta answers. Raises GraphError; what cannot be read is Unavailable, and costs this metric alone."""
    found, usage = await graph.read(f"{question.node}/insights", token=token, shape=_Answer, parameters=question.parameters())
    items = [item for item in found.data if item.name in ("", question.metric)]
    return Answer(numbers=[number for item in items for number in _numbers(item)], usage=usage)


async def posts(graph: GraphClient, *, token: str, ig_id: str) -> list[Post]:
    """The account's newest posts and reels, newest first. Rule K1."""
    return await _listed(graph, token, f"{ig_id}/media", {"limit": str(_MOST_LISTED)})


async def stories(graph: GraphClient, *, token: str, ig_id: str) -> list[Post]:
    """The account's stories that are not over. Rule K11."""
    return await _listed(graph, token, f"{ig_id}/stories", {})


async def followers(graph: GraphClient, *, token: str, ig_id: str) -> int | None:
    """How many follow the account; None where Meta does not say. Rule T8."""
    found, _ = await graph.read(ig_id, token=token, shape=_Followers, parameters={"fields": "followers_count"})
    return found.followers_count


def moment(written: str | int | None) -> datetime | None:
    """A time of Meta's in UTC: with `Z`, with an offset with or without its colon, as Unix seconds; without a zone it is UTC.

    None for what is no time.
    """
    text = str(written or "").strip()
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


async def _listed(graph: GraphClient, token: str, path: str, more: dict[str, str]) -> list[Post]:
    found, _ = await graph.read(path, token=token, shape=_Posts, parameters={"fields": _MEDIA_FIELDS, **more})
    return [post for one in found.data if (post := _post(one)) is not None]


def _post(given: _Post) -> Post | None:
    at = moment(given.timestamp)
    if given.id is None or at is None:
        return None
    return Post(
        ig_id=str(given.id), product=(given.media_product_type or "FEED").upper(), caption=given.caption,
        permalink=given.permalink, published_at=at,
        picture_url=given.thumbnail_url or (given.media_url if given.media_type != "VIDEO" else None),
    )  # fmt: skip


def _numbers(item: _Item) -> Iterator[Number]:
    for one in item.values:
        yield from _of_value(one)
    if item.total_value is not None:
        if item.total_value.value is not None:
            yield Number(value=item.total_value.value, end_time=None)
        for breakdown in item.total_value.breakdowns:
            yield from _parts(breakdown)


def _of_value(given: _Value) -> Iterator[Number]:
    end = moment(given.end_time)
    if end is None and given.end_time is not None:
        raise Unavailable("Instagram's answer has a time that cannot be read.")
    if isinstance(given.value, dict):
        hours = given.value.items()  # the one map there is: rule I11
        yield from (Number(value=value, end_time=end, by=("hour",), dimensions=(hour,)) for hour, value in hours)
    elif given.value is not None:
        yield Number(value=given.value, end_time=end)


def _parts(given: _Breakdown) -> Iterator[Number]:
    keys: Sequence[str] = given.dimension_keys
    for result in given.results:
        if result.value is None or len(result.dimension_values) != len(keys):
            continue
        kept = [(key, value) for key, value in zip(keys, result.dimension_values, strict=True) if key != "timeframe"]
        by, dimensions = tuple(key for key, _ in kept), tuple(value for _, value in kept)
        yield Number(value=result.value, end_time=None, by=by, dimensions=dimensions)


def _seconds(at: datetime | None) -> str | None:
    return None if at is None else str(round(at.timestamp()))
