"""An account's numbers are read at Instagram and shown from our database: against graphsim. Rules IV1-IV18, I1-I15."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.graph.metrics import ACCOUNT
from confab.model import pacific
from confab.store.db import Doors
from tests.contract.test_oauth import log_in
from tests.stack import Stack, stack, until

LISTED = [name for name, one in ACCOUNT.items() if not one.dimensions]
FEW = ["reach", "views", "likes"]


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def account_id(shop: Stack, ig_id: str | None = None) -> str:
    (found,) = [one["id"] for one in (await shop.api.get("/accounts")).json()["items"] if ig_id in (None, one["ig_id"])]
    return found


def days(count: int) -> dict[str, str]:
    last = pacific.last_whole(datetime.now(UTC))
    return {"since": str(last - timedelta(days=count - 1)), "until": str(last)}


async def read(shop: Stack, of: str | None = None, **wanted: Any) -> dict[str, Any]:
    """A reading from beginning to end: the run as /runs shows it and, under `numbers`, what it brought."""
    answer = await shop.api.post(f"/accounts/{await account_id(shop, of)}/sync", json={"what": "insights", **wanted})
    assert answer.status_code == 202, answer.text

    async def ended() -> dict[str, Any] | None:
        found = (await shop.api.get(f"/runs/{answer.json()['id']}")).json()
        return found if found["state"] not in ("waiting", "running") else None

    run = await until(ended, within_s=240)
    return {**run, "numbers": (await shop.api.get(f"/insights/runs/{run['id']}")).json()}


async def page(shop: Stack, of: str | None = None, **asked: Any) -> dict[str, Any]:
    answer = await shop.api.get("/insights", params={"account": await account_id(shop, of), **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def metric(shop: Stack, name: str, **asked: Any) -> dict[str, Any]:
    return next(one for one in (await page(shop, **asked))["metrics"] if one["name"] == name)


async def truth(shop: Stack, name: str, **asked: str) -> list[int | None]:
    found = (await shop.sim.get("/insights", params={"metric": name, "account": shop.ig_id, **asked})).json()
    return [one["shown"] for one in found["items"]]


async def test_IV1_I5_I6_every_metric_of_a_week_is_what_instagram_says(shop: Stack) -> None:
    run = await read(shop, **days(7))
    assert (run["state"], run["numbers"]["result"]["errors"]) == ("done", [])
    assert run["numbers"]["result"]["success"]
    assert run["steps_done"] == run["steps_total"] > 0
    seen = await page(shop, **days(7))
    assert [one["name"] for one in seen["metrics"]] == LISTED
    for one in seen["metrics"]:
        assert one["state"] == "ok", one
        if one["name"] != "online_followers":
            assert [day["value"] for day in one["series"]] == await truth(shop, one["name"], **days(7)), one["name"]
    assert seen["audience"]["gender"]
    assert not seen["is_overdue"]


async def fault(shop: Stack, **what: Any) -> None:
    await shop.fault(target="insights", **what)


async def no_faults(shop: Stack) -> None:
    (await shop.sim.request("DELETE", "/fault")).raise_for_status()


def a_day(ago: int) -> dict[str, str]:
    day = pacific.last_whole(datetime.now(UTC)) - timedelta(days=ago)
    return {"since": str(day), "until": str(day)}


EFFECTS: dict[str, dict[str, Any]] = {
    "refused": {"effect": "error", "code": 100, "status": 400},
    "unknown": {"effect": "error", "code": 1, "status": 500},
    "down": {"effect": "refuse", "status": 502},
    "late": {"effect": "late", "seconds": 40 * 86_400},
    "empty": {"effect": "empty"},
    "twice": {"effect": "twice"},
}


@pytest.mark.parametrize("effect", EFFECTS)
async def test_IV2_IN3_I3_I8_metrics_that_go_wrong_leave_the_others_whole(shop: Stack, effect: str) -> None:
    """Every metric goes wrong once, a third of them at a time."""
    goes_wrong = effect in ("refused", "unknown", "down")
    for ago in range(3):
        wrong, day = set(LISTED[ago::3]), a_day(ago)
        for name in wrong:
            await fault(shop, metric=name, **EFFECTS[effect])
        run = await read(shop, **day)
        await no_faults(shop)
        result = run["numbers"]["result"]
        assert {one["metric"] for one in result["errors"]} == (wrong if goes_wrong else set()), result
        assert (run["state"], result["success"]) == ("done", effect not in ("unknown", "down"))
        assert result["total_errors"] == (len(wrong) if goes_wrong else 0)
        for one in (await page(shop, **day))["metrics"]:
            if one["name"] != "online_followers":
                is_there = one["name"] not in wrong or effect == "twice"
                expected = await truth(shop, one["name"], **day) if is_there else [None]
                assert [day["value"] for day in one["series"]] == expected, (wrong, one)


@pytest.mark.parametrize("name", ["reach", "views", "follows_and_unfollows"])
async def test_IV2_a_metric_that_does_not_come_in_time_is_asked_again_by_itself(doors: Doors, clock: Clock, name: str) -> None:
    async with stack(doors, clock=clock, send_timeout_s=1.0) as shop:
        await fault(shop, metric=name, effect="hang", seconds=3, count=1)
        run = await read(shop, **a_day(0))
        assert run["numbers"]["result"]["errors"] == []
        assert run["calls"] >= run["steps_total"] + 3  # followers, posts, and the second attempt
        assert [day["value"] for day in (await metric(shop, name, **a_day(0)))["series"]] == await truth(shop, name, **a_day(0))


async def test_IV3_what_came_empty_is_unknown_and_what_comes_later_counts_as_new(shop: Stack) -> None:
    await fault(shop, metric="likes", effect="empty")
    await read(shop, **a_day(0), metrics=["likes"])
    likes = await metric(shop, "likes", **a_day(0))
    assert (likes["state"], likes["total"], likes["series"][0]["value"]) == ("no_data", None, None)
    await no_faults(shop)
    run = await read(shop, **a_day(0), metrics=["likes"])
    assert run["values_new"] > 0
    assert [(await metric(shop, "likes", **a_day(0)))["total"]] == await truth(shop, "likes", **a_day(0))
    await fault(shop, metric="likes", effect="empty")
    await read(shop, **a_day(0), metrics=["likes"])
    assert (await metric(shop, "likes", **a_day(0)))["total"] is not None


async def test_IV6_a_correction_takes_the_place_of_what_was_there_which_is_kept(shop: Stack) -> None:
    await fault(shop, metric="likes", effect="corrected", by=7)
    await read(shop, **a_day(0), metrics=["likes"])
    await no_faults(shop)
    run = await read(shop, **a_day(0), metrics=["likes"])
    (true,) = await truth(shop, "likes", **a_day(0))
    assert (run["values_new"], run["numbers"]["result"]["total_changed"] > 0) == (0, True)
    asked = {"account": await account_id(shop), "format": "json", **a_day(0)}
    rows = (await shop.api.get("/insights/export", params=asked)).json()["items"]
    (whole,) = [one for one in rows if one["metric"] == "likes" and one["breakdown"] is None]
    assert (whole["value"], [one["value"] for one in whole["corrections"]]) == (true, [true + 7])
    again = await read(shop, **a_day(0), metrics=["likes"])
    result = again["numbers"]["result"]
    assert (result["total_inserted"], result["total_changed"], result["total_unchanged"] > 0) == (0, 0, True)


async def test_IV4_retired_metrics_say_since_when_and_are_asked_of_nobody(shop: Stack) -> None:
    run = await read(shop, **a_day(0), metrics=["impressions", "profile_views", "likes"])
    errors = {one["metric"]: one for one in run["numbers"]["result"]["errors"]}
    assert errors.keys() == {"impressions", "profile_views"}
    assert errors["profile_views"]["says"] == "No longer given by Meta since 8 January 2025."
    assert (run["numbers"]["result"]["success"], run["steps_total"]) == (True, 1)
    seen = {one["name"]: one for one in (await page(shop, metric=["impressions", "likes"], **a_day(0)))["metrics"]}
    assert (seen["impressions"]["state"], seen["likes"]["state"]) == ("retired", "ok")
    wrong = await shop.api.get("/insights", params={"account": await account_id(shop), "metric": "lurkers"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")


async def test_IV2_I11_an_account_with_few_followers_hears_why(shop: Stack) -> None:
    (await shop.sim.post("/accounts", json={"id": shop.ig_id, "followers": 99})).raise_for_status()
    run = await read(shop, **a_day(0))
    result = run["numbers"]["result"]
    assert (result["success"], {one["kind"] for one in result["errors"]}) == (True, {"too_few"})
    assert "metrics refused: fewer than 100 followers" in run["numbers"]["says"]
    few = await metric(shop, "follower_count", **a_day(0))
    assert (few["state"], few["says"]) == ("no_data", "Fewer than 100 followers.")


async def test_IV8_the_first_time_all_that_instagram_has_is_read_and_then_the_last_days(shop: Stack) -> None:
    (await shop.sim.post("/settings", json={"insights": {"kept_days": 40}})).raise_for_status()
    run = await read(shop)
    oldest = pacific.last_whole(datetime.now(UTC)) - timedelta(days=38)
    assert abs((datetime.fromisoformat(run["numbers"]["since"]).date() - oldest).days) <= 1
    assert run["steps_done"] == run["steps_total"] > 300
    again = (await read(shop))["numbers"]
    assert (again["since"], again["until"]) == tuple(days(3).values())


async def test_IV5_who_is_told_to_wait_waits_and_says_so(shop: Stack) -> None:
    await fault(shop, metric="likes", effect="throttle", minutes=1, count=1)
    asked = {"what": "insights", **a_day(0)}
    run = (await shop.api.post(f"/accounts/{await account_id(shop)}/sync", json=asked)).json()

    async def waits() -> bool:
        return (await shop.api.get(f"/runs/{run['id']}")).json()["waiting_until"] is not None

    await until(waits)
    shop.front.services.clock.ahead += timedelta(minutes=2)

    async def is_done() -> bool:
        return (await shop.api.get(f"/runs/{run['id']}")).json()["state"] == "done"

    await until(is_done)


async def test_IV5_a_dead_token_fails_the_run_and_it_says_so(shop: Stack) -> None:
    (await shop.sim.post("/tokens", json={"action": "revoke", "account": shop.ig_id})).raise_for_status()
    run = await read(shop, **a_day(0))
    assert (run["state"], run["numbers"]["state"], run["numbers"]["result"]["success"]) == ("failed", "failed", False)
    assert run["error"] == run["numbers"]["error"]


def the_last(month: int, first: int) -> datetime:
    """When clocks were changed last: on the first Sunday of a month from that day on."""
    now = datetime.now(UTC)
    for year in (now.year, now.year - 1):
        at = datetime(year, month, first, tzinfo=UTC)
        at += timedelta(days=(6 - at.weekday()) % 7)
        if at < now - timedelta(days=5):
            return at
    raise AssertionError


@pytest.mark.parametrize("change", [(3, 8), (11, 1)])
async def test_I6_days_of_23_and_25_hours_have_their_own_numbers(shop: Stack, change: tuple[int, int]) -> None:
    (await shop.sim.post("/settings", json={"insights": {"kept_days": 730}})).raise_for_status()
    day = the_last(*change).date()
    around = {"since": str(day - timedelta(days=2)), "until": str(day + timedelta(days=2))}
    await read(shop, **around, metrics=["reach", "likes", "views"])
    for name in ("reach", "likes", "views"):
        seen = await metric(shop, name, **around)
        assert [one["value"] for one in seen["series"]] == await truth(shop, name, **around)
        assert None not in [one["value"] for one in seen["series"]]


async def test_IV11_of_seven_days_people_are_counted_by_instagram_and_of_others_the_average_is_told(shop: Stack) -> None:
    await read(shop, **days(14), metrics=["reach", "likes"])
    week = await metric(shop, "reach", **days(7))
    assert week["total_is"] == "people"
    assert max(one["value"] for one in week["series"]) <= week["total"] < sum(one["value"] for one in week["series"])
    five = await metric(shop, "reach", **days(5))
    assert (five["total_is"], five["total"]) == ("average", round(sum(one["value"] for one in five["series"]) / 5, 1))
    likes = await metric(shop, "likes", **days(7))
    assert (likes["total_is"], likes["total"]) == ("sum", sum(one["value"] for one in likes["series"]))
    (parts,) = likes["breakdowns"]
    assert (parts["by"], sum(one["value"] for one in parts["parts"])) == ("media_product_type", likes["total"])


@pytest.mark.parametrize(
    "setting", [{"views_breakdown": "follower_type"}, {"views_breakdown": "follower_type", "wrong_type_code": 1}]
)
async def test_I3_the_other_name_of_a_breakdown_is_tried(shop: Stack, setting: dict[str, Any]) -> None:
    (await shop.sim.post("/settings", json={"insights": setting})).raise_for_status()
    run = await read(shop, **a_day(0), metrics=["views"])
    assert run["numbers"]["result"]["errors"] == []
    assert [one["by"] for one in (await metric(shop, "views", **a_day(0)))["breakdowns"]] == ["follow_type", "media_product_type"]


async def published(shop: Stack, **post: Any) -> str:
    answer = await shop.sim.post("/posts", json={"account": shop.ig_id, **post})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def of_media(shop: Stack, media: str) -> dict[str, int]:
    return (await shop.sim.get("/insights", params={"media": media})).json()["items"]


async def test_IV15_I12_the_newest_posts_have_their_numbers(shop: Stack) -> None:
    post, reel = await published(shop, product_type="FEED"), await published(shop, product_type="REELS")
    run = await read(shop, **a_day(0))
    assert run["numbers"]["result"]["errors"] == []
    today = str(pacific.day_of(datetime.now(UTC)))
    top = {one["ig_id"]: one for one in (await page(shop, since=today, until=today))["top_media"]}
    assert (top[post]["kind"], top[reel]["kind"]) == ("post", "reel")
    assert top[post]["metrics"]["likes"] == (await of_media(shop, post))["likes"]
    assert "ig_reels_avg_watch_time" in top[reel]["metrics"]


async def test_IV15_I14_a_post_older_than_the_professional_account_says_so_once_and_is_not_asked_again(shop: Stack) -> None:
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    (await shop.sim.post("/accounts", json={"id": shop.ig_id, "professional_since": since})).raise_for_status()
    old, new = await published(shop, age_s=2 * 3600), await published(shop)
    run = await read(shop, **a_day(0))
    result = run["numbers"]["result"]
    refused = [one["media"] for one in result["errors"]]  # the simulator's own older posts too
    assert (old in refused, new in refused, len(refused)) == (True, False, len(set(refused)))
    assert {(one["metric"], one["says"]) for one in result["errors"]} == {
        ("media", "It was posted before the account became a professional one.")
    }
    assert result["success"]
    assert f"{len(refused)} posts refused: it was posted before the account became a professional one" in run["numbers"]["says"]
    assert (await read(shop, **a_day(0)))["numbers"]["result"]["errors"] == []
    today = str(pacific.day_of(datetime.now(UTC)))
    seen = {one["ig_id"]: one["metrics"] for one in (await page(shop, since=a_day(0)["since"], until=today))["top_media"]}
    assert (seen[old], seen[new]["likes"]) == ({}, (await of_media(shop, new))["likes"])


async def look_at_stories(shop: Stack) -> None:
    """The watch looks now, and is over when it has said when it comes again."""
    async with shop.worker_db.transaction() as conn:
        await conn.execute(
            "UPDATE insight_watches SET night_at = now() + interval '1 day', due_at = now() WHERE workspace_id = $1",
            shop.workspace,
        )

    async def has_looked() -> bool:
        async with shop.worker_db.transaction() as conn:
            return await conn.fetchval(
                "SELECT due_at > now() + interval '4 minutes' AND attempts = 0 AND error IS NULL FROM insight_watches"
                " WHERE workspace_id = $1",
                shop.workspace,
            )

    await until(has_looked)


async def test_IV2_IV15_I13_a_story_with_too_few_viewers_is_no_trouble_and_is_read_when_they_have_come(shop: Stack) -> None:
    story, seen = await published(shop, product_type="STORY"), await published(shop, product_type="STORY")
    (await shop.sim.post("/insights", json={"media": story, "metric": "reach", "value": 4})).raise_for_status()
    (await shop.sim.post("/insights", json={"media": seen, "metric": "reach", "value": 5})).raise_for_status()
    today = str(pacific.day_of(datetime.now(UTC)))

    async def reach() -> dict[str, int | None]:
        top = (await page(shop, since=a_day(0)["since"], until=today))["top_media"]
        return {one["ig_id"]: one["metrics"].get("reach") for one in top}

    await look_at_stories(shop)
    assert await reach() == {story: None, seen: 5}
    (await shop.sim.post("/insights", json={"media": story, "metric": "reach", "value": 6})).raise_for_status()
    await look_at_stories(shop)
    assert await reach() == {story: 6, seen: 5}


@pytest.mark.parametrize(
    ("fault", "kind", "success", "says"),
    [
        ({"effect": "error", "code": 100, "status": 400}, "refused", True, "posts refused: "),
        ({"effect": "refuse", "status": 502}, "unavailable", False, "posts did not come: "),
    ],
)
async def test_IV2_IV15_a_refused_list_of_posts_leaves_the_accounts_numbers_whole(
    shop: Stack, fault: dict[str, Any], kind: str, success: bool, says: str
) -> None:
    await published(shop)
    await shop.fault(target="media", **fault)
    run = await read(shop, **a_day(0))
    result = run["numbers"]["result"]
    assert [(one["metric"], one["media"], one["kind"]) for one in result["errors"]] == [("media", None, kind)]
    assert (run["state"], result["success"], says in run["numbers"]["says"]) == ("done", success, True)
    assert [one["state"] for one in (await page(shop, **a_day(0)))["metrics"]] == ["ok"] * len(LISTED)


async def test_IV9_two_days_without_a_good_run_are_overdue_and_the_doctor_says_so(shop: Stack) -> None:
    assert not (await page(shop))["is_overdue"]
    async with shop.worker_db.transaction() as conn:
        await conn.execute(
            "UPDATE insight_watches SET began_at = now() - interval '49 hours', due_at = now() + interval '1 hour'"
            " WHERE workspace_id = $1",
            shop.workspace,
        )
    assert (await page(shop))["is_overdue"]
    await read(shop, **a_day(0))
    assert not (await page(shop))["is_overdue"]


async def test_IV5_IV15_each_night_reads_by_itself_and_stories_are_read_before_they_end(shop: Stack) -> None:
    story = await published(shop, product_type="STORY")
    (await shop.sim.post("/insights", json={"media": story, "metric": "reach", "value": 50})).raise_for_status()
    async with shop.worker_db.transaction() as conn:
        await conn.execute(
            "UPDATE insight_watches SET night_at = now() - interval '1 minute', due_at = now() WHERE workspace_id = $1",
            shop.workspace,
        )

    async def is_done() -> dict[str, Any] | None:
        items = (await shop.api.get("/insights/runs", params={"account": await account_id(shop)})).json()["items"]
        return items[0] if items and items[0]["state"] == "done" else None

    run = await until(is_done)
    assert (run["asked_by"], run["result"]["success"]) == ("the nightly reading", True)
    assert (run["since"], run["until"]) == tuple(days(30).values())
    today = str(pacific.day_of(datetime.now(UTC)))

    async def top() -> list[dict[str, Any]]:
        return [
            one for one in (await page(shop, since=today, until=today))["top_media"] if one["ig_id"] == story and one["metrics"]
        ]

    (one,) = await until(top)
    assert (one["kind"], "navigation" in one["metrics"]) == ("story", True)


async def test_IV1_I2_both_flavours_are_read_alike(doors: Doors, clock: Clock) -> None:
    async with stack(doors, clock=clock, is_facebook=True) as shop:
        await published(shop, product_type="REELS")
        run = await read(shop, **days(2))
        assert run["numbers"]["result"]["errors"] == []
        assert [day["value"] for day in (await metric(shop, "views", **days(2)))["series"]] == await truth(
            shop, "views", **days(2)
        )
        today = str(pacific.day_of(datetime.now(UTC)))
        (reel,) = (await page(shop, since=today, until=today))["top_media"]
        assert {"total_views", "total_likes"} <= reel["metrics"].keys()


async def test_IV1_I2_accounts_of_both_flavours_are_read_side_by_side(shop: Stack) -> None:
    other = str(int(shop.ig_id) + 1)
    body = {"id": other, "username": "page.shop", "page_token": "EAA-page", "flavour": "fb"}
    (await shop.sim.post("/accounts", json=body)).raise_for_status()
    assert "@page.shop is connected" in await log_in(shop, "facebook", user="", pages=[other])
    today = str(pacific.day_of(datetime.now(UTC)))
    for ig_id in (shop.ig_id, other):
        (await shop.sim.post("/posts", json={"account": ig_id, "product_type": "REELS"})).raise_for_status()
    runs = await asyncio.gather(*(read(shop, ig_id) for ig_id in (shop.ig_id, other)))
    assert [one["numbers"]["result"]["errors"] for one in runs] == [[], []]
    shown = [(await page(shop, ig_id, since=today, until=today))["top_media"][0]["metrics"] for ig_id in (shop.ig_id, other)]
    assert [{"total_views", "total_likes"} <= one.keys() for one in shown] == [False, True]
    assert {run["numbers"]["result"]["user_id"] is not None for run in runs} == {True, False}  # the login's agent, and nobody


async def test_IV15_K12_top_posts_have_their_pictures_and_stories_have_none(shop: Stack) -> None:
    for product in ("FEED", "REELS", "STORY"):
        await published(shop, product_type=product)
    await read(shop)
    today = str(pacific.day_of(datetime.now(UTC)))

    async def pictured() -> dict[str, str] | None:
        found = {one["kind"]: one["thumbnail_url"] for one in (await page(shop, since=today, until=today))["top_media"]}
        return found if found.get("post") and found.get("reel") else None

    found = await until(pictured)
    assert found.get("story") is None
    for kind in ("post", "reel"):
        answer = await shop.api.get(f"{shop.url}{found[kind]}")
        assert (answer.status_code, answer.headers["content-type"].partition("/")[0]) == (200, "image")
        assert "immutable" in answer.headers["cache-control"]
    assert (await shop.api.get(f"{shop.url}{found['post']}", headers={"authorization": ""})).status_code == 401
    (await shop.api.patch(f"/accounts/{await account_id(shop)}", json={"media_mode": "reference"})).raise_for_status()

    async def kept() -> int:
        async with shop.worker_db.transaction() as conn:
            left = "SELECT count(*) FROM posts WHERE picture_digest IS NOT NULL AND workspace_id = $1"
            return await conn.fetchval(left, shop.workspace)

    async def passed_on() -> bool:
        urls = [
            one["thumbnail_url"] for one in (await page(shop, since=today, until=today))["top_media"] if one["kind"] != "story"
        ]
        return all(url is not None for url in urls) and not await kept()

    await until(passed_on)
    answer = await shop.api.get(f"{shop.url}{found['post']}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


async def test_MD9_IV15_a_post_older_than_pictures_are_kept_has_none_whichever_list_names_it(doors: Doors, clock: Clock) -> None:
    async with stack(doors, clock=clock, media_keep_days=(("image", 7),)) as shop:
        old, young = await published(shop, age_s=8 * 86_400), await published(shop)

        async def settled() -> dict[str, str | None] | None:
            async with shop.worker_db.transaction() as conn:
                mine = "WHERE workspace_id = $1"
                waiting = await conn.fetchval(f"SELECT count(*) FROM media_fetches {mine}", shop.workspace)
                found = await conn.fetch(f"SELECT ig_id, picture_url FROM posts {mine}", shop.workspace)
            return {one["ig_id"]: one["picture_url"] for one in found} if found and not waiting else None

        for _ in range(2):
            await read(shop)
            pictures = await until(settled)
            assert pictures[old] is None
            assert pictures[young] is not None


async def test_IV16_N71_a_storys_last_numbers_come_by_webhook(doors: Doors, clock: Clock) -> None:
    async with stack(doors, clock=clock, is_facebook=True) as shop:
        story = await published(shop, product_type="STORY")
        (await shop.sim.post("/story-end", json={"media": story})).raise_for_status()
        asked = {"account": await account_id(shop), "format": "json", "since": str(pacific.day_of(datetime.now(UTC))),
                 "until": str(pacific.day_of(datetime.now(UTC)))}  # fmt: skip

        async def told() -> list[dict[str, Any]]:
            rows = (await shop.api.get("/insights/export", params=asked)).json()["items"]
            return [one for one in rows if one["media"] == story]

        rows = await until(told)
        assert {"reach", "navigation", "replies"} <= {one["metric"] for one in rows}


async def test_IV14_an_export_is_every_number_with_its_heading(shop: Stack) -> None:
    await read(shop, **a_day(0), metrics=FEW)
    answer = await shop.api.get("/insights/export", params={"account": await account_id(shop), **a_day(0)})
    head, *lines = answer.text.splitlines()
    assert head == "account,day,end_time,media,metric,period,breakdown,dimensions,value,corrected,read_at"
    assert answer.headers["content-disposition"].startswith('attachment; filename="insights-harbour.bakery-')
    assert {line.split(",")[4] for line in lines} == set(FEW)
