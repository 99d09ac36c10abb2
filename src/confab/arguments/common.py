"""What commands have in common: options of the same meaning, and how an answer is printed."""

from collections.abc import Mapping
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Machine output.")]
InWorkspace = Annotated[str, typer.Option("--workspace", help="The workspace's name.")]
OfWorkspace = Annotated[str | None, typer.Option("--workspace", help="Only the workspace of this name; else all.")]


def show(facts: Mapping[str, object], text: str, as_json: bool) -> None:
    """Print the facts for programs, or the text for people."""
    if as_json:
        import msgspec

        text = msgspec.json.encode(facts).decode()
    typer.echo(text)
