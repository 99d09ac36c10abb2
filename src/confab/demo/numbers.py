"""The demo's numbers: what the accounts posted and who follows them, and the first reading of it all, through our own API."""

from datetime import datetime, timedelta

import httpx2
import structlog

from confab.demo.people import Where
from confab.demo.simulator import Door
from confab.demo.team import ACCOUNTS, CLUB, WORKSPACE, Api, Member
from confab.store import own_counts
from confab.store import team as store
from confab.store.db import Database, Doors

log = structlog.get_logger()

_FOLLOWERS = {ACCOUNTS["bread"][0]: 12_480, ACCOUNTS["cakes"][0]: 3_140, CLUB[0]: 64}  # one has too few for most numbers
_POSTS: tuple[tuple[Where, str, str, float], ...] = (  # where, kind, caption, how many days ago
    ("bread", "REELS", "Plaiting a loaf with five strands", 2.2),
    ("bread", "FEED", "The harbour loaf is back from Thursday on", 4.1),
    ("bread", "FEED", "Why we let the dough sleep for two nights", 8.3),
    ("bread", "REELS", "04:30, the oven door opens", 12.4),
    ("bread", "FEED", "Seed bread, and the six seeds in it", 17.2),
    ("bread", "FEED", "Meet Lou, who shapes 300 loaves before you wake", 23.3),
    ("cakes", "FEED", "Friday is tart day", 3.3),
    ("cakes", "REELS", "Three tiers, one lift, no breathing", 6.4),
    ("cakes", "FEED", "Poppy seed cake, as my grandmother made it", 11.2),
    ("cakes", "FEED", "A wedding at the lighthouse", 19.1),
)


async def post(door: Door) -> None:
    """Have Instagram know of followers and posts."""
    known = {one["id"]: one for one in (await door.see("accounts"))["items"]}
    for ig_id, followers in _FOLLOWERS.items():
        if ig_id in known:
            await door.do("accounts", id=ig_id, username=known[ig_id]["username"], followers=followers)
    for where, kind, caption, days in _POSTS:
        age_s = timedelta(days=days).total_seconds()
        await door.do("posts", account=ACCOUNTS[where][0], product_type=kind, caption=caption, age_s=age_s)


async def read(origin: str, member: Member) -> None:
    """Have everything read that Instagram has of the accounts, the newest week first; what is refused comes by night."""
    async with Api(origin, member) as api:
        for account in (await api.ask("GET", "/accounts"))["items"]:
            try:
                await api.ask("POST", f"/accounts/{account['id']}/sync", {"what": "insights"})
            except httpx2.HTTPStatusError as error:
                log.warning("reading_refused", status=error.response.status_code)


async def count(doors: Doors, now: datetime) -> None:
    """Have the team's own numbers counted now and not at the next turn, which is some minutes away."""
    async with Database.open(doors.worker, size=1) as worker, worker.transaction() as conn:
        for one in await store.workspaces(conn):
            if one.name == WORKSPACE:
                await own_counts.make_due(conn, one.id, now)
