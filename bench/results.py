"""`RESULTS.md`: the history of what was measured, newest first."""

from collections.abc import Sequence
from datetime import datetime

from bench.ground import HERE, Verdict

RESULTS = HERE / "RESULTS.md"
_HEADER = (
    "# Results\n\nWhat `make bench` and `make soak` measured, newest first. Ratios are medians of rounds, with their range.\n"
)
_WORDS = {True: "kept", False: "**broken**", None: "not measured"}


def record(what: str, verdicts: Sequence[Verdict], machine: str, at: datetime) -> None:
    """Add a section on top of the results; what was there stays."""
    before = RESULTS.read_text().removeprefix(_HEADER) if RESULTS.exists() else ""
    RESULTS.write_text(_HEADER + section(what, verdicts, machine, at) + before)


def section(what: str, verdicts: Sequence[Verdict], machine: str, at: datetime) -> str:
    """One run as Markdown."""
    lines = [f"\n## {at:%Y-%m-%d %H:%M} UTC, {what}\n", f"{machine}\n", "| number | measured | promised | |", "|---|---|---|---|"]
    lines += [f"| {one.name} | {one.measured} | {one.promise} | {_WORDS[one.is_kept]} |" for one in verdicts]
    notes = [f"- {one.name}: {note}" for one in verdicts for note in one.notes]
    return "\n".join([*lines, "", *notes]) + "\n"
