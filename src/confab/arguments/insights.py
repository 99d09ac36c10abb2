"""The command about numbers."""

from datetime import date, datetime
from typing import Annotated

import typer

from confab.arguments.common import AsJson, OfWorkspace, show

_DAY = ["%Y-%m-%d"]


def sync_insights(
    workspace: OfWorkspace = None,
    account: Annotated[str | None, typer.Option(help="Only the account with this username; else all.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="The first day; Pacific days, as Meta counts.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DAY, help="The last day; else the last whole one.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be given several times.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read numbers at Instagram: the first time all that Meta has, later the newest days, or those that you name."""
    from confab.commands import insights

    ended = insights.sync_insights(workspace, account, _day(since), _day(until), metric or [], quiet=as_json)
    import msgspec

    items = [{"account": name, "run_id": str(run.id), **msgspec.to_builtins(run.result)} for name, run in ended.items()]
    show({"items": items}, "\n".join(f"@{name}: {run.says}." for name, run in ended.items()), as_json)
    if not all(run.result.success for run in ended.values()):
        raise typer.Exit(1)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
