"""Cursors: opaque to clients, a sort key and an id to us."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

from confab.errors import Invalid

NEWEST = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
OLDEST = (datetime.min.replace(year=1970, tzinfo=UTC), UUID(int=0))


def write(at: datetime, id_: UUID) -> str:
    """The cursor of a position."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{id_}".encode()).decode().rstrip("=")


def read(cursor: str) -> tuple[datetime, UUID]:
    """The position of a cursor. Raises Invalid for one that we did not write."""
    try:
        at, _, id_ = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(id_)
    except (ValueError, binascii.Error, OverflowError):
        raise Invalid("This cursor is not one of ours; begin again without one.", field="cursor") from None
