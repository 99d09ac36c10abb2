"""Every metric that insights have, with what may be asked of it. Family I of the rules."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

MetricType = Literal["time_series", "total_value"]
Kind = Literal["count", "unique", "change", "followers", "online", "demographic"]

ENOUGH_FOLLOWERS = 100
RECENT_DAYS = 30
TOP = 45
TIMEFRAMES = ("this_week", "this_month")
LAST_IMPRESSIONS_MS = round(datetime(2024, 7, 2, tzinfo=UTC).timestamp() * 1000)

MEDIA_TYPES = ("POST", "REEL", "CAROUSEL_CONTAINER", "STORY", "AD")
FOLLOW_TYPES = ("FOLLOWER", "NON_FOLLOWER", "UNKNOWN")
BUTTONS = ("BOOK_NOW", "CALL", "DIRECTION", "EMAIL", "INSTANT_EXPERIENCE", "TEXT", "UNDEFINED")
ACTIONS = ("BIO_LINK_CLICKED", "CALL", "DIRECTION", "EMAIL", "OTHER", "TEXT")
TAPS = ("TAP_FORWARD", "TAP_BACK", "TAP_EXIT", "SWIPE_FORWARD")
BREAKDOWNS = {
    "media_product_type": MEDIA_TYPES,
    "follow_type": FOLLOW_TYPES,
    "follower_type": FOLLOW_TYPES,
    "contact_button_type": BUTTONS,
    "action_type": ACTIONS,
    "story_navigation_action_type": TAPS,
}
DEMOGRAPHIC = ("age", "city", "country", "gender")
AGES = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
GENDERS = ("F", "M", "U")
COUNTRIES = (
    "GB", "US", "DE", "FR", "IT", "ES", "NL", "BE", "SE", "NO", "DK", "FI", "IE", "PT", "PL", "CZ", "AT", "CH",
    "HU", "RO", "BG", "GR", "TR", "UA", "LT", "LV", "EE", "IN", "JP", "KR", "CN", "TH", "VN", "ID", "MY", "PH",
    "AU", "NZ", "ZA", "NG", "KE", "EG", "MA", "BR", "AR", "CL", "CO", "PE", "MX", "CA",
)  # fmt: skip
CITIES = tuple(f"{place}, {region}" for region in ("Scotland", "England", "Wales", "Ireland", "Norway") for place in (
    "Dundee", "Leeds", "Bangor", "Cork", "Bergen", "Perth", "York", "Barry", "Sligo", "Molde",
))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """An account's metric. `per_mille`: how many a day there are for a thousand followers."""

    title: str
    kind: Kind = "count"
    periods: tuple[str, ...] = ("day",)
    types: tuple[MetricType, ...] = ("total_value",)
    breakdowns: tuple[str, ...] = ()
    per_mille: int = 0
    needs_followers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMetric:
    """A metric of a post, a reel or a story. `shared` ones exist only where the media is on Facebook too."""

    title: str
    products: tuple[str, ...]
    per_mille: int = 0
    breakdown: str | None = None
    is_facebook_only: bool = False
    is_shared: bool = False


_BY_MEDIA = ("media_product_type",)
INTERACTIONS = ("likes", "comments", "saves", "shares", "replies", "reposts")
ACCOUNT: dict[str, Metric] = {
    "reach": Metric(
        title="Reach", kind="unique", periods=("day", "week", "days_28"), types=("time_series", "total_value"),
        breakdowns=("media_product_type", "follow_type"), per_mille=300,
    ),
    "views": Metric(title="Views", breakdowns=("follow_type", "media_product_type"), per_mille=900),
    "accounts_engaged": Metric(title="Accounts engaged", kind="unique", per_mille=60),
    "total_interactions": Metric(title="Content interactions", breakdowns=_BY_MEDIA),
    "likes": Metric(title="Likes", breakdowns=_BY_MEDIA, per_mille=50),
    "comments": Metric(title="Comments", breakdowns=_BY_MEDIA, per_mille=8),
    "saves": Metric(title="Saves", breakdowns=_BY_MEDIA, per_mille=5),
    "shares": Metric(title="Shares", breakdowns=_BY_MEDIA, per_mille=4),
    "replies": Metric(title="Replies", per_mille=6),
    "reposts": Metric(title="Reposts", per_mille=2),
    "follows_and_unfollows": Metric(
        title="Follows and unfollows", kind="change", breakdowns=("follow_type",), per_mille=7, needs_followers=True
    ),
    "profile_links_taps": Metric(title="Profile links taps", breakdowns=("contact_button_type",), per_mille=3),
    "follower_demographics": Metric(
        title="Follower demographics", kind="demographic", periods=("lifetime",), breakdowns=DEMOGRAPHIC, per_mille=1000,
        needs_followers=True,
    ),
    "engaged_audience_demographics": Metric(
        title="Engaged audience demographics", kind="demographic", periods=("lifetime",), breakdowns=DEMOGRAPHIC,
        per_mille=400, needs_followers=True,
    ),
    "reached_audience_demographics": Metric(
        title="Reached audience demographics", kind="demographic", periods=("lifetime",), breakdowns=DEMOGRAPHIC,
        per_mille=800, needs_followers=True,
    ),
    "follower_count": Metric(
        title="Follower Count", kind="followers", types=("time_series",), per_mille=5, needs_followers=True
    ),
    "online_followers": Metric(
        title="Online Followers", kind="online", periods=("lifetime",), types=("time_series",), per_mille=200,
        needs_followers=True,
    ),
}  # fmt: skip
ACCOUNT_GONE = (
    "impressions", "profile_views", "website_clicks", "email_contacts", "phone_call_clicks", "text_message_clicks",
    "get_direction_clicks", "get_directions_clicks", "audience_city", "audience_country", "audience_gender_age",
    "audience_locale",
)  # fmt: skip

_ALL = ("FEED", "REELS", "STORY")
_FEED_STORY = ("FEED", "STORY")
MEDIA: dict[str, MediaMetric] = {
    "views": MediaMetric(title="Views", products=_ALL, per_mille=700),
    "reach": MediaMetric(title="Reach", products=_ALL, per_mille=400),
    "shares": MediaMetric(title="Shares", products=_ALL, per_mille=4),
    "total_interactions": MediaMetric(title="Interactions", products=_ALL),
    "reposts": MediaMetric(title="Reposts", products=_ALL, per_mille=2),
    "likes": MediaMetric(title="Likes", products=("FEED", "REELS")),
    "comments": MediaMetric(title="Comments", products=("FEED", "REELS")),
    "saved": MediaMetric(title="Saved", products=("FEED", "REELS"), per_mille=5),
    "follows": MediaMetric(title="Follows", products=_FEED_STORY, per_mille=3),
    "profile_visits": MediaMetric(title="Profile visits", products=_FEED_STORY, per_mille=12),
    "profile_activity": MediaMetric(title="Profile activity", products=_FEED_STORY, per_mille=6, breakdown="action_type"),
    "replies": MediaMetric(title="Replies", products=("STORY",), per_mille=6),
    "navigation": MediaMetric(
        title="Navigation", products=("STORY",), per_mille=500, breakdown="story_navigation_action_type"
    ),
    "link_clicks": MediaMetric(title="Link clicks", products=("STORY",), per_mille=9, is_facebook_only=True),
    "ig_reels_avg_watch_time": MediaMetric(title="Average watch time", products=("REELS",)),
    "ig_reels_video_view_total_time": MediaMetric(title="Total watch time", products=("REELS",)),
    "reels_skip_rate": MediaMetric(title="Skip rate", products=("REELS",)),
    "crossposted_views": MediaMetric(title="Crossposted views", products=("REELS",), per_mille=900, is_shared=True),
    "facebook_views": MediaMetric(title="Facebook views", products=_ALL, per_mille=200, is_shared=True),
    "total_views": MediaMetric(title="Total views", products=_ALL, is_facebook_only=True),
    "total_likes": MediaMetric(title="Total likes", products=("FEED", "REELS"), is_facebook_only=True),
    "total_comments": MediaMetric(title="Total comments", products=("FEED", "REELS"), is_facebook_only=True),
    "impressions": MediaMetric(title="Impressions", products=("FEED",), per_mille=800),
}  # fmt: skip
MEDIA_GONE = (
    "plays", "clips_replays_count", "ig_reels_aggregated_all_plays_count", "video_views", "engagement", "exits",
    "taps_forward", "taps_back", "carousel_album_engagement", "carousel_album_impressions", "carousel_album_reach",
    "carousel_album_saved",
)  # fmt: skip


def product_of(product_type: str) -> str:
    """Under which of the three a media's metrics are found; "" for a broadcast, which has none."""
    return {"AD": "FEED", "LIVE": ""}.get(product_type, product_type)
