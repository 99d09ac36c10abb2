"""Family I: the numbers of accounts, posts, reels and stories, and what goes wrong with them."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.contract.graphsim.door import DAY, IG, TOKEN, Receiver, Sim, refusal
from tests.contract.graphsim.logins import FACEBOOK, user_token

NOW = 1_793_610_000  # 2026-11-02T09:00:00Z; the first of November, a day of 25 hours, ended an hour ago
TOTAL = {"period": "day", "metric_type": "total_value"}
PARTS = ("media_product_type", "follow_type", "contact_button_type")
PAGE = {"host": "graph.facebook.com", "token": "EAApage"}


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


async def asked(sim: Sim, metric: str, node: str = IG, **query: Any) -> httpx2.Response:
    return await sim.call("GET", f"{node}/insights", metric=metric, **query)


async def data(sim: Sim, metric: str, node: str = IG, **query: Any) -> list[dict[str, Any]]:
    answer = await asked(sim, metric, node, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def values(sim: Sim, metric: str = "reach", **query: Any) -> list[tuple[str, int]]:
    """The (end_time, value)s of a series."""
    found = await data(sim, metric, **{"period": "day", **query})
    return [(one["end_time"], one["value"]) for item in found for one in item["values"]]


async def truth(sim: Sim, metric: str = "reach", **query: Any) -> list[dict[str, Any]]:
    return (await sim.see("insights", metric=metric, **query))["items"]


async def media(sim: Sim, **post: Any) -> str:
    return (await sim.do("posts", **post))["id"]


async def test_I1_I5_without_a_range_the_last_day_that_ended_is_told(sim: Sim) -> None:
    (item,) = await data(sim, "reach", period="day")
    (true,) = await truth(sim)
    assert item.keys() == {"name", "period", "values", "title", "description", "id"}
    assert (item["name"], item["id"]) == ("reach", f"{IG}/insights/reach/day")
    assert item["values"] == [{"value": true["shown"], "end_time": "2026-11-02T08:00:00+0000"}]
    assert true["day"] == "2026-11-01"


async def test_I5_I6_a_range_takes_the_days_that_end_in_it_by_pacific_time_and_its_summer(sim: Sim) -> None:
    found = await values(sim, since=at("2026-10-30T07:00:00"), until=NOW)
    true = await truth(sim, since="2026-10-30", until="2026-11-01")
    assert [end for end, _ in found] == ["2026-10-31T07:00:00+0000", "2026-11-01T07:00:00+0000", "2026-11-02T08:00:00+0000"]
    assert found == [(one["end_time"], one["shown"]) for one in true]
    assert await values(sim, since=at("2026-10-31T07:00:00"), until=at("2026-11-01T07:00:00")) == found[1:2]


async def test_I5_more_than_thirty_days_or_a_range_backwards_is_refused(sim: Sim) -> None:
    assert refusal(await asked(sim, "reach", period="day", since=NOW - 30 * DAY - 1, until=NOW)) == (100, None)
    assert len(await values(sim, since=NOW - 30 * DAY, until=NOW)) == 30
    assert refusal(await asked(sim, "reach", period="day", since=NOW, until=NOW - 1)) == (100, None)
    assert refusal(await asked(sim, "reach", period="day", since="2026-10-01", until=NOW)) == (100, None)
    await sim.do("settings", insights={"most_days": 93})
    assert len(await values(sim, since=NOW - 93 * DAY, until=NOW)) == 90


async def test_I6_the_pages_before_and_after_hold_the_range_and_the_token(sim: Sim) -> None:
    answer = (await asked(sim, "reach", period="day", since=NOW - 2 * DAY, until=NOW)).json()
    before = parse_qs(urlsplit(answer["paging"]["previous"]).query)
    assert (before["since"], before["until"]) == ([str(NOW - 4 * DAY)], [str(NOW - 2 * DAY)])
    assert (before["access_token"], before["metric"]) == ([TOKEN], ["reach"])
    assert (await sim.client.get(answer["paging"]["previous"])).status_code == 200
    assert "paging" not in (await asked(sim, "views", **TOTAL)).json()


async def test_I6_an_accounts_days_may_follow_another_clock(sim: Sim) -> None:
    await sim.do("accounts", id=IG, day_offset_h=9)
    assert [end for end, _ in await values(sim)] == ["2026-11-01T15:00:00+0000"]


async def test_I6_a_week_ends_with_each_day(sim: Sim) -> None:
    ((end, week),) = await values(sim, period="week")
    ((_, day),) = await values(sim)
    assert end == "2026-11-02T08:00:00+0000"
    assert day < week < 7 * 450


async def test_I7_a_day_has_less_than_it_will_have_for_two_days_or_is_missing(sim: Sim) -> None:
    (true,) = await truth(sim)
    assert true["shown"] == int(true["final"] * 0.9)
    day = {"since": NOW - DAY, "until": NOW}
    await sim.advance(47 * 3600)
    assert (await values(sim, **day))[0][1] == true["final"]
    await sim.do("settings", insights={"missing_h": 60})
    assert await data(sim, "reach", period="day", **day) == []
    await sim.advance(13 * 3600)
    assert (await values(sim, **day))[0][1] == true["final"]


async def test_I8_where_there_is_nothing_the_metric_is_absent(sim: Sim) -> None:
    assert await data(sim, "reach", period="day", since=NOW - 200 * DAY, until=NOW - 190 * DAY) == []
    assert await data(sim, "views", **TOTAL, since=NOW - 200 * DAY, until=NOW - 190 * DAY) == []
    await sim.do("settings", insights={"kept_days": 730})
    assert len(await values(sim, since=NOW - 200 * DAY, until=NOW - 190 * DAY)) == 10


@pytest.mark.parametrize(
    "metric",
    ["views", "accounts_engaged", "total_interactions", "likes", "comments", "saves", "shares", "replies", "reposts"],
)
async def test_I9_I15_a_total_is_what_its_days_are(sim: Sim, metric: str) -> None:
    (item,) = await data(sim, metric, **TOTAL, since=NOW - 3 * DAY, until=NOW)
    true = await truth(sim, metric, since="2026-10-30", until="2026-11-01")
    whole = sum(one["shown"] for one in true)
    value = item["total_value"]["value"]
    assert value < whole if metric == "accounts_engaged" else value == whole
    assert value == (await sim.see("insights", metric=metric, since="2026-10-30", until="2026-11-01"))["total"]


async def test_I9_interactions_are_the_sum_of_their_kinds(sim: Sim) -> None:
    await sim.advance(3 * DAY)
    kinds = "likes,comments,saves,shares,replies,reposts"
    found = {
        one["name"]: one["total_value"]["value"]
        for one in await data(sim, f"{kinds},total_interactions", **TOTAL, since=NOW - DAY, until=NOW)
    }
    assert found.pop("total_interactions") == sum(found.values())


@pytest.mark.parametrize(
    ("metric", "breakdown"),
    [
        ("reach", "media_product_type"), ("reach", "follow_type"), ("views", "media_product_type"), ("views", "follow_type"),
        ("likes", "media_product_type"), ("follows_and_unfollows", "follow_type"), ("profile_links_taps", "contact_button_type"),
    ],
)  # fmt: skip
async def test_I9_a_breakdown_adds_up(sim: Sim, metric: str, breakdown: str) -> None:
    (item,) = await data(sim, metric, **TOTAL, breakdown=breakdown)
    (parts,) = item["total_value"]["breakdowns"]
    assert parts["dimension_keys"] == [breakdown]
    assert sum(one["value"] for one in parts["results"]) == item["total_value"]["value"]
    assert {len(one["dimension_values"]) for one in parts["results"]} == {1}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"metric": ""}, "The parameter metric is required"),
        ({"metric": "reach,glory", "period": "day"}, "metric[1] must be one of the following values: reach, views"),
        ({"metric": "reach"}, "The parameter period is required"),
        ({"metric": "views", "period": "week", "metric_type": "total_value"}, "incompatible with the period week"),
        ({"metric": "reach,views", "period": "day"}, "(views) should be specified with parameter metric_type=total_value"),
        ({"metric": "follower_count", **TOTAL}, "(follower_count) should be specified with parameter metric_type=time_series"),
        ({"metric": "reach", "period": "day", "breakdown": "follow_type"}, "The breakdown (follow_type) is not available"),
        ({"metric": "replies", **TOTAL, "breakdown": "follow_type"}, "is not available for replies"),
        ({"metric": "views", **TOTAL, "breakdown": "follower_type"}, "is not available for views"),
        ({"metric": "reach", "period": "day", "metric_type": "sum"}, "Param metric_type must be one of"),
    ],
)
async def test_I3_one_bad_metric_refuses_the_whole_call(sim: Sim, query: dict[str, str], text: str) -> None:
    answer = await asked(sim, **query)
    assert (answer.status_code, refusal(answer)) == (400, (100, None))
    assert text in answer.json()["error"]["message"]


async def test_I3_a_wrong_type_may_be_an_unknown_error(sim: Sim) -> None:
    await sim.do("settings", insights={"wrong_type_code": 1, "views_breakdown": "follower_type"})
    answer = await asked(sim, "views", period="day")
    assert (answer.status_code, refusal(answer)) == (500, (1, None))
    assert (await asked(sim, "views", **TOTAL, breakdown="follower_type")).status_code == 200


@pytest.mark.parametrize("metric", ["impressions", "profile_views", "website_clicks", "audience_country"])
async def test_I4_a_retired_metric_refuses_the_whole_call(sim: Sim, metric: str) -> None:
    answer = await asked(sim, f"reach,{metric}", period="day")
    assert refusal(answer) == (100, None)
    assert f"the {metric} metric is no longer supported" in answer.text


@pytest.mark.parametrize("breakdown", ["age", "city", "country", "gender", "age,gender"])
async def test_I10_an_audience_comes_in_at_most_45_parts_without_a_whole(sim: Sim, breakdown: str) -> None:
    query = {"period": "lifetime", "metric_type": "total_value", "timeframe": "this_month", "breakdown": breakdown}
    await sim.do("accounts", id=IG, followers=5000)
    (item,) = await data(sim, "follower_demographics", **query)
    assert item["total_value"].keys() == {"breakdowns"}
    (parts,) = item["total_value"]["breakdowns"]
    assert parts["dimension_keys"] == ["timeframe", *breakdown.split(",")]
    assert all(one["dimension_values"][0] == "THIS_MONTH" for one in parts["results"])
    counts = [one["value"] for one in parts["results"]]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) <= 45
    assert sum(counts) == 5000 if breakdown in ("age", "gender", "age,gender") else 4000 < sum(counts) < 5000


async def test_I10_an_audience_needs_a_timeframe_and_one_breakdown(sim: Sim) -> None:
    query = {"period": "lifetime", "metric_type": "total_value"}
    assert refusal(await asked(sim, "follower_demographics", **query, breakdown="age")) == (100, None)
    assert refusal(await asked(sim, "follower_demographics", **query, timeframe="last_30_days", breakdown="age")) == (100, None)
    assert refusal(await asked(sim, "follower_demographics", **query, timeframe="this_week")) == (100, None)
    assert refusal(await asked(sim, "follower_demographics", **query, timeframe="this_week", breakdown="age,city")) == (100, None)


async def test_I11_with_fewer_than_100_followers_some_metrics_are_absent(sim: Sim) -> None:
    await sim.do("accounts", id=IG, followers=99)
    assert await data(sim, "follower_count", period="day") == []
    assert await data(sim, "online_followers", period="lifetime") == []
    found = await data(sim, "follows_and_unfollows,views", **TOTAL)
    assert [one["name"] for one in found] == ["views"]
    query = {"period": "lifetime", "metric_type": "total_value", "timeframe": "this_week", "breakdown": "age"}
    assert await data(sim, "engaged_audience_demographics", **query) == []
    await sim.do("accounts", id=IG, followers=100)
    assert len(await values(sim, "follower_count")) == 1


async def test_I11_followers_reach_back_thirty_days_and_their_hours_are_a_map(sim: Sim) -> None:
    assert refusal(await asked(sim, "follower_count", period="day", since=NOW - 40 * DAY, until=NOW - 35 * DAY)) == (100, None)
    assert len(await values(sim, "follower_count", since=NOW - 30 * DAY, until=NOW)) == 30
    (item,) = await data(sim, "online_followers", period="lifetime")
    assert list(item["values"][0]["value"]) == [str(hour) for hour in range(24)]


async def test_I2_insights_need_their_permission(sim: Sim) -> None:
    bare = (await sim.do("tokens", action="issue", scopes=["instagram_business_basic"]))["items"][0]["value"]
    assert refusal(await asked(sim, "reach", period="day", token=bare)) == (10, None)
    await sim.do("tokens", action="issue", token="EAApage", kind="page", scopes=["instagram_basic", "instagram_manage_insights"])
    assert refusal(await asked(sim, "reach", period="day", **PAGE)) == (10, None)
    assert refusal(await asked(sim, "reach", node="me", period="day", token="IGAAno")) == (190, None)


async def test_I2_a_users_token_reaches_every_account_that_was_shared(sim: Sim) -> None:
    other = (await sim.do("accounts", username="quay.tea"))["id"]
    user = await user_token(sim, pages=[IG, other])
    for account in (IG, other):
        assert len(await values(sim, node=account, host=FACEBOOK, token=user)) == 1
    left_out = (await sim.do("accounts", username="pier.fish"))["id"]
    assert refusal(await asked(sim, "reach", node=left_out, period="day", host=FACEBOOK, token=user)) == (100, 33)


async def test_I1_the_same_seed_gives_the_same_numbers_and_another_account_its_own(sim: Sim) -> None:
    before = await values(sim, since=NOW - 9 * DAY, until=NOW)
    other = await sim.do("accounts", id="17841400000000002", username="quay.tea", token="IGAAquay")
    theirs = await values(sim, node=other["id"], token="IGAAquay", since=NOW - 9 * DAY, until=NOW)
    assert before != theirs
    assert await values(sim, since=NOW - 9 * DAY, until=NOW) == before


async def test_I1_a_number_can_be_set_and_corrected(sim: Sim) -> None:
    await sim.advance(3 * DAY)
    day = {"since": NOW - DAY, "until": NOW}
    await sim.do("insights", metric="reach", day="2026-11-01", value=1234)
    assert (await values(sim, **day))[0][1] == 1234
    await sim.do("insights", metric="reach", day="2026-11-01", value=1250)
    assert (await values(sim, **day))[0][1] == 1250
    await sim.do("insights", metric="likes", day="2026-11-01", value=0)
    (item,) = await data(sim, "likes", **TOTAL, **day)
    assert item["total_value"] == {"value": 0}


@pytest.mark.parametrize(
    ("product", "has", "has_not"),
    [
        (
            "FEED",
            "views,reach,shares,total_interactions,reposts,likes,comments,saved,follows,profile_visits,profile_activity",
            "replies",
        ),
        ("REELS", "views,reach,likes,ig_reels_avg_watch_time,ig_reels_video_view_total_time,reels_skip_rate", "follows"),
        ("STORY", "views,reach,shares,total_interactions,reposts,follows,profile_visits,replies,navigation", "likes"),
    ],
)
async def test_I12_I15_each_kind_of_media_has_its_metrics(sim: Sim, product: str, has: str, has_not: str) -> None:
    post = await media(sim, product_type=product, age_s=3600)
    found = await data(sim, has, node=post)
    true = (await sim.see("insights", media=post))["items"]
    assert {one["name"]: one["values"] for one in found} == {name: [{"value": true[name]}] for name in has.split(",")}
    assert {one["period"] for one in found} == {"lifetime"}
    assert found[0]["id"] == f"{post}/insights/views/lifetime"
    answer = await asked(sim, f"views,{has_not}", node=post)
    assert refusal(answer) == (100, None)
    assert f"does not support the {has_not} metric" in answer.text


async def test_I12_a_medias_numbers_grow_for_two_days(sim: Sim) -> None:
    post = await media(sim)
    seen = []
    for _ in range(4):
        seen.append((await data(sim, "reach", node=post))[0]["values"][0]["value"])
        await sim.advance(DAY)
    assert seen[0] == 0
    assert seen[0] < seen[1] < seen[2] == seen[3]


async def test_I12_a_breakdown_of_media_adds_up(sim: Sim) -> None:
    post = await media(sim, product_type="STORY", age_s=3600)
    (item,) = await data(sim, "navigation", node=post, breakdown="story_navigation_action_type")
    (parts,) = item["total_value"]["breakdowns"]
    assert sum(one["value"] for one in parts["results"]) == item["total_value"]["value"]
    assert refusal(await asked(sim, "navigation,reach", node=post, breakdown="story_navigation_action_type")) == (100, None)


async def test_I12_facebooks_numbers_need_its_login_and_the_media_there(sim: Sim) -> None:
    await sim.do("accounts", id=IG, page_token="EAApage")
    post = await media(sim, age_s=3600)
    assert refusal(await asked(sim, "total_views", node=post)) == (100, None)
    assert refusal(await asked(sim, "facebook_views", node=post, **PAGE)) == (100, None)
    there = await media(sim, age_s=3600, on_facebook=True)
    found = {
        one["name"]: one["values"][0]["value"] for one in await data(sim, "views,facebook_views,total_views", node=there, **PAGE)
    }
    assert found["total_views"] == found["views"] + found["facebook_views"]


async def test_I4_impressions_are_only_of_old_media_and_other_metrics_are_gone(sim: Sim) -> None:
    old = await media(sim, age_s=900 * DAY)
    assert len(await data(sim, "impressions", node=old)) == 1
    assert "no longer supported for the queried media" in (await asked(sim, "impressions", node=await media(sim))).text
    assert refusal(await asked(sim, "reach,plays", node=await media(sim, product_type="REELS"))) == (100, None)


async def test_I13_a_story_has_numbers_for_a_day_and_none_below_five_viewers(sim: Sim) -> None:
    story = await media(sim, product_type="STORY", age_s=3600)
    assert [one["id"] for one in (await sim.get(f"{IG}/stories"))["data"]] == [story]
    assert len(await data(sim, "reach", node=story)) == 1
    await sim.do("insights", media=story, metric="reach", value=4)
    answer = await asked(sim, "views", node=story)
    assert (refusal(answer), "Not enough viewers" in answer.text) == ((10, None), True)
    await sim.advance(DAY)
    assert refusal(await asked(sim, "reach", node=story)) == (100, 33)


async def test_K11_a_story_that_is_over_is_not_listed_and_never_among_the_posts(sim: Sim) -> None:
    story = await media(sim, product_type="STORY")
    assert story not in [one["id"] for one in (await sim.get(f"{IG}/media"))["data"]]
    await sim.advance(DAY)
    assert (await sim.get(f"{IG}/stories"))["data"] == []


async def test_N71_I13_a_storys_end_is_told_to_facebook_login_with_less_than_five_as_minus_one(
    sim: Sim, receiver: Receiver
) -> None:
    await sim.do("accounts", id=IG, flavour="fb", hides_replies=True)
    story = await media(sim, product_type="STORY")
    await sim.advance(DAY - 1)
    assert receiver.posts == []
    await sim.advance(1)
    (item,) = receiver.items()
    true = (await sim.see("insights", media=story))["items"]
    assert (item["field"], item["value"]["media_id"], item["value"]["reach"]) == ("story_insights", story, true["reach"])
    assert item["value"]["replies"] == -1
    await sim.do("story-end", media=story)
    await sim.flush()
    assert len(receiver.posts) == 1


async def test_I14_media_older_than_the_professional_account_has_no_insights(sim: Sim) -> None:
    await sim.do("accounts", id=IG, professional_since=NOW)
    assert refusal(await asked(sim, "reach", node=await media(sim, age_s=1))) == (100, 2108006)
    assert (await asked(sim, "reach", node=await media(sim))).status_code == 200


@pytest.mark.parametrize(
    ("effect", "seen"),
    [
        ("late", ["2026-10-31T07:00:00+0000", "2026-11-01T07:00:00+0000"]),
        ("empty", []),
        ("twice", ["2026-10-31T07:00:00+0000", "2026-11-01T07:00:00+0000", "2026-11-02T08:00:00+0000"] * 2),
    ],
)
async def test_I7_I8_a_fault_strikes_one_metric_of_the_answer(sim: Sim, effect: str, seen: list[str]) -> None:
    await sim.do("fault", target="insights", effect=effect, metric="reach", seconds=DAY)
    found = await data(sim, "reach,follower_count", period="day", since=NOW - 3 * DAY, until=NOW)
    ends = [(item["name"], one["end_time"]) for item in found for one in item["values"]]
    assert [end for name, end in ends if name == "reach"] == seen
    assert len([end for name, end in ends if name == "follower_count"]) == 3


async def test_I7_a_number_may_be_corrected_later(sim: Sim) -> None:
    (true,) = await truth(sim)
    await sim.do("fault", target="insights", effect="corrected", metric="reach", by=40, count=1)
    assert [value for _, value in await values(sim)] == [true["shown"] + 40]
    assert [value for _, value in await values(sim)] == [true["shown"]]


async def test_I3_a_call_for_one_metric_may_be_refused_or_hang(sim: Sim) -> None:
    await sim.do("fault", target="insights", effect="error", code=100, metric="views")
    assert refusal(await asked(sim, "views,likes", **TOTAL)) == (100, None)
    assert (await asked(sim, "likes", **TOTAL)).status_code == 200
    await sim.do("fault", target="insights", effect="hang", disconnect=True, seconds=0.05, metric="likes")
    with pytest.raises(httpx2.RemoteProtocolError):
        await asked(sim, "likes", **TOTAL)


async def test_I12_a_fault_strikes_one_media(sim: Sim) -> None:
    first, second = await media(sim, age_s=3600), await media(sim, age_s=3600)
    await sim.do("fault", target="insights", effect="empty", metric="saved", customer=first)
    assert [one["name"] for one in await data(sim, "reach,saved", node=first)] == ["reach"]
    assert [one["name"] for one in await data(sim, "reach,saved", node=second)] == ["reach", "saved"]
