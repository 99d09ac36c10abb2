"""`confab`: every command there is. What takes long to import is imported by the command that needs it."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- whoever runs it with an old one is told so
    sys.exit("confab needs Python 3.11 or later; this is {}.{}.".format(*sys.version_info[:2]))

from enum import StrEnum
from typing import Annotated

import typer

from confab.arguments import accounts, archive, insights, people, work
from confab.arguments.common import AsJson, show

app = typer.Typer(
    help="Confab: the Instagram inbox for teams.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, group in (
    ("user", people.user),
    ("workspace", people.workspace),
    ("account", accounts.account),
    ("token", people.token),
    ("dead", work.dead),
    ("reader", people.reader),
    ("keys", accounts.keys),
    ("hold", archive.hold),
    ("meta-app", accounts.meta_app),
):
    app.add_typer(group, name=name)
for command in (
    work.doctor,
    work.replay,
    work.backfill,
    insights.sync_insights,
    work.outbox,
    work.scheduled,
    accounts.refresh_tokens,
    archive.archive,
    archive.export,
    archive.retention,
):
    app.command()(command)


class ServeRole(StrEnum):
    """Which processes to run."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    from confab import __version__

    show({"version": __version__}, __version__, as_json)


@app.command()
def serve(
    role: Annotated[ServeRole, typer.Option(help="Which processes to run.")] = ServeRole.ALL,
    host: Annotated[str | None, typer.Option(help="Instead of CONFAB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of CONFAB_PORT.", min=0, max=65535)] = None,
    supervisor: Annotated[int | None, typer.Option(hidden=True)] = None,
    listener: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the server until SIGTERM or Ctrl-C. Migrates the database first."""
    from confab import supervise

    supervise.serve(role.value, host, port, supervisor=supervisor, listener=listener)


@app.command()
def demo(
    is_reloading: Annotated[bool, typer.Option("--reload", help="Start web and worker again when the source changes.")] = False,
) -> None:
    """Run everything on data of its own, with a simulated Instagram whose customers write and answer."""
    from confab.demo import run

    run.demo(is_reloading=is_reloading)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the database up to date."""
    from confab.commands import operations

    applied = operations.migrate_now()
    show({"applied": applied}, "\n".join(applied) or "Nothing to do.", as_json)


def main() -> None:
    """Run a command: 0 done, 1 failed with one sentence, 2 wrong usage."""
    try:
        app()
    except Exception as error:  # the top of a process
        from confab.commands.session import explain

        sentence = explain(error)
        if sentence is None:
            raise
        typer.echo(f"confab: {sentence}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
