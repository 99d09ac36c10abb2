"""A room for every line: what docs/style.md gives to one room is in no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src/confab"
STORE = SOURCE / "store"
_STATEMENT = re.compile(
    r"\s*(WITH \w+ AS|SELECT|INSERT INTO|UPDATE \w+ |DELETE FROM|TRUNCATE|(CREATE|ALTER|DROP) [A-Z]+|GRANT|REVOKE|LISTEN)\b"
)
_DATABASE_TIME = re.compile(r"\b(now\(\)|(current|clock|statement|transaction)_(timestamp|time)\b|current_date\b)", re.IGNORECASE)


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield str(path.relative_to(SOURCE)), ast.parse(path.read_text())


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text in the code, by its line; docstrings too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_sql_stands_in_the_store_alone() -> None:
    elsewhere = [
        f"{name}:{line} {text.strip()[:60]}"
        for name, tree in modules(SOURCE)
        if not name.startswith("store/")
        for line, text in texts(tree)
        if _STATEMENT.match(text)
    ]
    assert elsewhere == []


def test_no_query_asks_the_database_what_time_it_is() -> None:
    """`now` is an argument, so that tests can live a year in a second.

    The one default notes when a migration was applied, and the doctor compares the database's clock with ours.
    """
    excused = ("CREATE TABLE IF NOT EXISTS schema_migrations", "clock_timestamp() AS at")
    asked = [
        f"{name}:{line}"
        for name, tree in modules(STORE)
        for line, text in texts(tree)
        if _DATABASE_TIME.search(text) and not any(one in text for one in excused)
    ]
    assert asked == []


def test_pages_go_by_key() -> None:
    skipped = [
        f"{name}:{line}" for name, tree in modules(STORE) for line, text in texts(tree) if re.search(r"\bOFFSET [^0]", text)
    ]
    assert skipped == []


def test_a_store_function_never_commits_and_never_loops_over_queries() -> None:
    """But for migrations, which are several by nature, and for waking, which has a connection of its own."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in modules(STORE)
        if name not in ("store/db.py", "store/migrate.py", "store/wake.py")
        for node in ast.walk(tree)
        if _is_a_transaction(node) or (isinstance(node, ast.For | ast.AsyncFor | ast.While) and _asks(node))
    ]
    assert wrong == []


def _is_a_transaction(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("transaction", "viewing")


def _asks(loop: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Await) and isinstance(node.value, ast.Call) and "conn" in ast.unparse(node.value)
        for node in ast.walk(loop)
    )


def test_the_door_of_a_room_is_a_docstring() -> None:
    """But for steps of the corridor that are packages, and the version."""
    doors = [(path.parent, ast.parse(path.read_text())) for path in SOURCE.rglob("__init__.py")]
    assert [str(room) for room, tree in doors if not ast.get_docstring(tree)] == []
    others = {room.name for room, tree in doors if len(tree.body) > 1}
    assert others == {"confab", "normalise", "apply"}


def test_whoever_catches_everything_says_why() -> None:
    lines = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line in path.read_text().splitlines()
        if re.search(r"except (Base)?Exception\b|except:", line)
    ]
    assert [line for line in lines if not re.search(r"#.* \w+ \w+", line)] == []
    assert {line.partition(":")[0] for line in lines} <= {
        "__main__.py",
        "app.py",
        "work/loop.py",
        "inbox/ingest.py",
        "inbox/reading.py",
    }
