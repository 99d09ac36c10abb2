"""What this installation says about keeping media, for the rooms that fetch and forget. The rules are `model/media.py`'s."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from confab.model.media import AgedKind, KeepDays, MediaMode, aged_kind, is_too_old, too_old


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`default`: the mode of accounts that have none of their own. `keep_days`: what is kept for so long, the rest for ever."""

    default: MediaMode
    keep_days: KeepDays

    def mode(self, own: MediaMode | None) -> MediaMode:
        """Whether an account keeps anything."""
        return own or self.default

    def too_old(self, content_type: str, sent_at: datetime, now: datetime) -> str | None:
        """Why a file of that time is not kept any more; None when it is."""
        kind = aged_kind(content_type)
        return self.reason(kind) if is_too_old(self.keep_days, kind, sent_at, now) else None

    def before(self, kind: AgedKind, now: datetime) -> datetime | None:
        """From when on back nothing of this kind is kept; None: all is."""
        days = self.keep_days.get(kind)
        return None if days is None else now - timedelta(days=days)

    def reason(self, kind: AgedKind) -> str:
        """Why something of this kind is no longer kept."""
        return too_old(kind, self.keep_days[kind])
