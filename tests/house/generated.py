"""The files that are made from others: written by `make generate`, compared by `make check`."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from confab.api import openapi, routes
from confab.store import embedded, migrate

ROOT = Path(__file__).parents[2]
QUICK = {"fsync": "off", "synchronous_commit": "off"}


def schema() -> str:
    """All migrations together, as the database itself writes them down."""
    import asyncio

    with tempfile.TemporaryDirectory() as folder, embedded.running(Path(folder), QUICK) as doors:
        asyncio.run(migrate.migrate(doors.owner))
        password = str(doors.owner.connect["password"])
        command = [*embedded.psql_arguments(Path(folder), "pg_dump"), "--schema-only", "--no-owner", "--exclude-table=*_2[0-9]*"]
        dumped = subprocess.run(command, env={"PGPASSWORD": password}, capture_output=True, text=True, check=True).stdout
    lines = [line for line in dumped.splitlines() if line and not line.startswith(("--", "SET ", "SELECT pg_catalog", "\\"))]
    return "-- The sum of all migrations; written by `make generate`.\n" + "\n".join(lines) + "\n"


def types() -> str:
    """The web's types, from our OpenAPI."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "types.gen.ts"
        command = ["node_modules/.bin/openapi-typescript", "../docs/openapi.json", "-o", str(target)]
        subprocess.run(command, cwd=ROOT / "web", capture_output=True, check=True)
        return target.read_text()


FILES: dict[str, Callable[[], str]] = {
    "docs/openapi.json": lambda: openapi.rendered(routes.api()).decode(),
    "src/confab/store/schema.sql": schema,
    "web/src/api/types.gen.ts": types,
}


def main(*, check: bool) -> int:
    stale = []
    for name, make in FILES.items():
        path, made = ROOT / name, make()
        if path.exists() and path.read_text() == made:
            continue
        stale.append(name)
        if not check:
            path.write_text(made)
    if stale:
        print(("Not current, run `make generate`: " if check else "Written: ") + ", ".join(stale))
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
