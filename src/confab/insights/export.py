"""All numbers of a time as a file: for a spreadsheet, or for a program. Rule IV14."""

import csv
import io
from collections.abc import Sequence

from confab.store.insights import Exported

MOST_ROWS = 500_000
_COLUMNS = ("account", "day", "end_time", "media", "metric", "period", "breakdown", "dimensions", "value", "corrected", "read_at")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(account: str, rows: Sequence[Exported]) -> bytes:
    """With a heading. An unknown number is empty; several dimensions stand behind each other with a bar between them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in rows:
        dimensions = " | ".join(row.dimensions)
        value = "" if row.value is None else f"{row.value:.15g}"
        writer.writerow([
            account, row.day.isoformat(), f"{row.end_time:%Y-%m-%dT%H:%M:%SZ}", row.media_id, row.metric, row.period,
            row.breakdown, _harmless(dimensions), value, len(row.corrections or []), f"{row.read_at:%Y-%m-%dT%H:%M:%SZ}",
        ])  # fmt: skip
    return out.getvalue().encode()


def as_objects(account: str, rows: Sequence[Exported]) -> list[dict[str, object]]:
    """An object a row, with what Meta corrected."""
    return [
        {
            "account": account, "day": row.day, "end_time": row.end_time, "media": row.media_id or None, "metric": row.metric,
            "period": row.period, "breakdown": row.breakdown or None, "dimensions": row.dimensions, "value": row.value,
            "corrections": row.corrections or [], "read_at": row.read_at,
        }
        for row in rows
    ]  # fmt: skip


def _harmless(cell: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
