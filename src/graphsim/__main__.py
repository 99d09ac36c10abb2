"""The command line: `graphsim serve`."""

from pathlib import Path
from typing import Annotated

import typer

from graphsim.options import Options, parse_account, parse_latency

_DEFAULTS = Options()

cli = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="A stateful simulator of Meta's Instagram platform.",
)


@cli.callback()
def root() -> None:
    """A stateful simulator of Meta's Instagram platform."""


@cli.command()
def serve(  # noqa: PLR0913  one parameter per option of the command
    *,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 picks a free one.")] = 8090,
    seed: Annotated[int, typer.Option(help="Same seed, same clock, same calls: same bytes.")] = 1,
    clock: Annotated[str, typer.Option(help="real or manual.")] = "real",
    latency_ms: Annotated[str, typer.Option(help="How long Graph calls take, LOW:HIGH.")] = "0:0",
    callback: Annotated[str | None, typer.Option(help="Where webhooks go.")] = None,
    app_id: Annotated[str, typer.Option(help="The Meta app.")] = _DEFAULTS.app_id,
    instagram_app_id: Annotated[str, typer.Option(help="Its Instagram login.")] = _DEFAULTS.instagram_app_id,
    app_secret: Annotated[str, typer.Option(help="Signs webhooks, opens FB-Login.")] = _DEFAULTS.app_secret,
    instagram_app_secret: Annotated[str | None, typer.Option(help="Opens IG-Login (the same).")] = None,
    verify_token: Annotated[str, typer.Option(help="Shown in the handshake.")] = _DEFAULTS.verify_token,
    account: Annotated[list[str] | None, typer.Option(help="IG_ID:USERNAME:TOKEN, may be repeated.")] = None,
    public_url: Annotated[str | None, typer.Option(help="Base of media links, if others reach us elsewhere.")] = None,
    state_file: Annotated[Path | None, typer.Option(help="Keep the world here, and go on from it at the next start.")] = None,
    exit_with_parent: Annotated[bool, typer.Option(help="End when the starting process does.")] = False,
    listener: Annotated[int | None, typer.Option(help="A socket of the starting process to listen on, by its number.")] = None,
) -> None:
    """Run the simulator until it is told to stop."""
    import socket

    from graphsim import saved, server

    if clock not in ("real", "manual"):
        raise typer.BadParameter("must be real or manual", param_hint="--clock")
    try:
        accounts = tuple(parse_account(text) for text in account or ())
        latency = parse_latency(latency_ms)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    options = Options(
        seed=seed,
        clock="manual" if clock == "manual" else "real",
        latency_ms=latency,
        callback=callback,
        app_id=app_id,
        instagram_app_id=instagram_app_id,
        app_secret=app_secret,
        instagram_app_secret=instagram_app_secret,
        verify_token=verify_token,
        accounts=accounts,
    )
    try:
        door = server.listen(host, port) if listener is None else socket.socket(fileno=listener)
        server.serve(
            options, host, door, say=_say, exit_with_parent=exit_with_parent, public_url=public_url, state_file=state_file
        )
    except saved.Unreadable as error:
        typer.echo(f"graphsim: {error}", err=True)
        raise typer.Exit(1) from error


def _say(line: str) -> None:
    import sys

    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """The entry point of the `graphsim` command."""
    cli()


if __name__ == "__main__":
    main()
