"""Every metric that insights have or had, as data: what may be asked of it, and since or until when. Rules I3-I15.

A metric that Meta adds or retires is one line here. Where `since` is None, every version has it that can still be called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

MetricType = Literal["time_series", "total_value"]
Unit = Literal["count", "people", "percent", "milliseconds"]
Span = Literal["sum", "people", "average"]
Product = Literal["FEED", "REELS", "STORY"]

ENOUGH_FOLLOWERS = 100
"""Below this Meta gives nothing of what depends on followers (rule I11)."""
FEWEST_VIEWERS = 5
"""Below this Meta gives nothing of a story (rule I13)."""
MOST_DAYS = 28
"""Days of one call: Meta takes thirty times 24 hours, and a day may have 25 (rule I5)."""
RECENT_DAYS = 29
"""How far back `is_recent` metrics can be asked for: Meta says thirty days (rule I11)."""
STORY_HOURS = 24
"""For how long a story and its numbers can be read (rule I13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMetric:
    """A metric of an account.

    `span`: what several days are together. `people`: different people, whom days count again; Meta may have other periods for
    that. `needs_followers`: nothing below ENOUGH_FOLLOWERS. `is_recent`: nothing beyond RECENT_DAYS. `dimensions`: it comes in
    parts of one of these alone. `hours`: its value is a map of the hours of a day.
    """

    title: str
    type: MetricType = "total_value"
    unit: Unit = "count"
    period: str = "day"
    more_periods: tuple[str, ...] = ()
    breakdowns: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    span: Span = "sum"
    needs_followers: bool = False
    is_recent: bool = False
    hours: bool = False
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMetric:
    """A metric of a post, reel or story. `is_shared`: only of what is on Facebook too, so it is read only when asked for."""

    title: str
    of: tuple[Product, ...]
    unit: Unit = "count"
    breakdown: str | None = None
    is_facebook_only: bool = False
    is_shared: bool = False
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A metric that Meta no longer gives. `version`: the first without it; `until`: since when no version has it."""

    version: str
    until: date
    instead: str | None = None

    @property
    def says(self) -> str:
        """That, in words."""
        instead = f"; `{self.instead}` took its place" if self.instead else ""
        return f"No longer given by Meta since {self.until.day} {self.until:%B %Y}{instead}."


_BY_MEDIA = ("media_product_type",)
_WHO = ("age", "city", "country", "gender")

ACCOUNT: Mapping[str, AccountMetric] = {
    "reach": AccountMetric(
        title="Reach", type="time_series", unit="people", more_periods=("week", "days_28"),
        breakdowns=("media_product_type", "follow_type"), span="people",
    ),
    "views": AccountMetric(title="Views", breakdowns=("follow_type", "media_product_type")),
    "accounts_engaged": AccountMetric(title="Accounts engaged", unit="people", span="people"),
    "total_interactions": AccountMetric(title="Interactions", breakdowns=_BY_MEDIA),
    "likes": AccountMetric(title="Likes", breakdowns=_BY_MEDIA),
    "comments": AccountMetric(title="Comments", breakdowns=_BY_MEDIA),
    "saves": AccountMetric(title="Saves", breakdowns=_BY_MEDIA),
    "shares": AccountMetric(title="Shares", breakdowns=_BY_MEDIA),
    "replies": AccountMetric(title="Story replies"),
    "reposts": AccountMetric(title="Reposts"),
    "follows_and_unfollows": AccountMetric(
        title="Follows and unfollows", breakdowns=("follow_type",), needs_followers=True,
    ),
    "profile_links_taps": AccountMetric(title="Taps on profile links", breakdowns=("contact_button_type",)),
    "follower_count": AccountMetric(
        title="New followers", type="time_series", unit="people", needs_followers=True, is_recent=True,
    ),
    "online_followers": AccountMetric(
        title="Followers online", type="time_series", unit="people", period="lifetime", span="average", needs_followers=True,
        is_recent=True, hours=True,
    ),
    "follower_demographics": AccountMetric(
        title="Followers", unit="people", period="lifetime", dimensions=_WHO, needs_followers=True, span="people",
    ),
    "engaged_audience_demographics": AccountMetric(
        title="Engaged audience", unit="people", period="lifetime", dimensions=_WHO, needs_followers=True, span="people",
    ),
    "reached_audience_demographics": AccountMetric(
        title="Reached audience", unit="people", period="lifetime", dimensions=_WHO, needs_followers=True, span="people",
    ),
}  # fmt: skip

_ALL: tuple[Product, ...] = ("FEED", "REELS", "STORY")
_POSTS: tuple[Product, ...] = ("FEED", "REELS")
_FEED_STORY: tuple[Product, ...] = ("FEED", "STORY")

MEDIA: Mapping[str, MediaMetric] = {
    "views": MediaMetric(title="Views", of=_ALL),
    "reach": MediaMetric(title="Reach", of=_ALL, unit="people"),
    "shares": MediaMetric(title="Shares", of=_ALL),
    "total_interactions": MediaMetric(title="Interactions", of=_ALL),
    "reposts": MediaMetric(title="Reposts", of=_ALL),
    "likes": MediaMetric(title="Likes", of=_POSTS),
    "comments": MediaMetric(title="Comments", of=_POSTS),
    "saved": MediaMetric(title="Saved", of=_POSTS),
    "follows": MediaMetric(title="Follows", of=_FEED_STORY),
    "profile_visits": MediaMetric(title="Profile visits", of=_FEED_STORY),
    "profile_activity": MediaMetric(title="Profile activity", of=_FEED_STORY, breakdown="action_type"),
    "replies": MediaMetric(title="Replies", of=("STORY",)),
    "navigation": MediaMetric(title="Navigation", of=("STORY",), breakdown="story_navigation_action_type"),
    "link_clicks": MediaMetric(title="Link clicks", of=("STORY",), is_facebook_only=True, since="v25.0"),
    "ig_reels_avg_watch_time": MediaMetric(title="Average watch time", of=("REELS",), unit="milliseconds"),
    "ig_reels_video_view_total_time": MediaMetric(title="Total watch time", of=("REELS",), unit="milliseconds"),
    "reels_skip_rate": MediaMetric(title="Skip rate", of=("REELS",), unit="percent"),
    "crossposted_views": MediaMetric(title="Crossposted views", of=("REELS",), is_shared=True),
    "facebook_views": MediaMetric(title="Views on Facebook", of=_ALL, is_shared=True),
    "total_views": MediaMetric(title="Views everywhere", of=_ALL, is_facebook_only=True),
    "total_likes": MediaMetric(title="Likes everywhere", of=_POSTS, is_facebook_only=True),
    "total_comments": MediaMetric(title="Comments everywhere", of=_POSTS, is_facebook_only=True),
}

_IMPRESSIONS, _PROFILE, _AUDIENCE = date(2025, 4, 21), date(2025, 1, 8), date(2023, 12, 11)

RETIRED: Mapping[str, Retired] = {
    "impressions": Retired(version="v22.0", until=_IMPRESSIONS, instead="views"),
    "profile_views": Retired(version="v21.0", until=_PROFILE),
    "website_clicks": Retired(version="v21.0", until=_PROFILE, instead="profile_links_taps"),
    "email_contacts": Retired(version="v21.0", until=_PROFILE, instead="profile_links_taps"),
    "phone_call_clicks": Retired(version="v21.0", until=_PROFILE, instead="profile_links_taps"),
    "text_message_clicks": Retired(version="v21.0", until=_PROFILE, instead="profile_links_taps"),
    "get_direction_clicks": Retired(version="v21.0", until=_PROFILE, instead="profile_links_taps"),
    "get_directions_clicks": Retired(version="v21.0", until=_PROFILE, instead="profile_links_taps"),
    "audience_city": Retired(version="v18.0", until=_AUDIENCE, instead="follower_demographics"),
    "audience_country": Retired(version="v18.0", until=_AUDIENCE, instead="follower_demographics"),
    "audience_gender_age": Retired(version="v18.0", until=_AUDIENCE, instead="follower_demographics"),
    "audience_locale": Retired(version="v18.0", until=_AUDIENCE, instead="follower_demographics"),
    "plays": Retired(version="v22.0", until=_IMPRESSIONS, instead="views"),
    "clips_replays_count": Retired(version="v22.0", until=_IMPRESSIONS, instead="views"),
    "ig_reels_aggregated_all_plays_count": Retired(version="v22.0", until=_IMPRESSIONS, instead="views"),
    "video_views": Retired(version="v21.0", until=_PROFILE, instead="views"),
    "engagement": Retired(version="v18.0", until=_AUDIENCE, instead="total_interactions"),
    "exits": Retired(version="v18.0", until=_AUDIENCE, instead="navigation"),
    "taps_forward": Retired(version="v18.0", until=_AUDIENCE, instead="navigation"),
    "taps_back": Retired(version="v18.0", until=_AUDIENCE, instead="navigation"),
    "carousel_album_engagement": Retired(version="v18.0", until=_AUDIENCE, instead="total_interactions"),
    "carousel_album_impressions": Retired(version="v18.0", until=_AUDIENCE, instead="views"),
    "carousel_album_reach": Retired(version="v18.0", until=_AUDIENCE, instead="reach"),
    "carousel_album_saved": Retired(version="v18.0", until=_AUDIENCE, instead="saved"),
}

ALSO = {("views", "follow_type"): "follower_type"}
"""Breakdowns that Meta also writes otherwise: its page says `follower_type`, its API takes `follow_type` (rule I15)."""

PRODUCT_OF: Mapping[str, Product] = {
    "FEED": "FEED", "POST": "FEED", "CAROUSEL_CONTAINER": "FEED", "AD": "FEED", "REELS": "REELS", "REEL": "REELS",
    "STORY": "STORY",
}  # fmt: skip
"""Under which of the three a media's metrics are found; a broadcast has none."""
