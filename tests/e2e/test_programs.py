"""Programs that are written as the documentation says."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from tests.e2e.conftest import Shop
from tests.product import RETRIES, eventually

STREAM = Path(__file__).parents[2] / "docs" / "stream.md"
LOOK = """
import json, sys, threading, time

def tell():
    while True:
        time.sleep(0.1)
        print(json.dumps(sorted(row["last_message_preview"] for row in scope.get("rows", {}).values())), flush=True)

scope = {}
threading.Thread(target=tell, daemon=True).start()
exec(sys.argv[1], scope)
"""


@contextmanager
def running(program: str, shop: Shop) -> Iterator[tuple["subprocess.Popen[str]", list[list[str]]]]:
    """A program that keeps `rows`, and what these say, looked at again and again."""
    environment = {**os.environ, "CONFAB": shop.product.url, "TOKEN": shop.token}
    process = subprocess.Popen([sys.executable, "-c", LOOK, program], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    looks: list[list[str]] = []
    reader = Thread(target=lambda lines: looks.extend(json.loads(line) for line in lines), args=[process.stdout])
    reader.start()
    try:
        yield process, looks
    finally:
        process.kill()
        reader.join()
        process.stdout.close()
        process.wait()


def test_F2_the_program_of_the_documentation_keeps_its_copy_through_a_restart(fresh_shop: Shop) -> None:
    shop = fresh_shop
    shop.sim("/settings", **RETRIES)
    (program,) = re.findall(r"```python\n(.*?)```", STREAM.read_text(), re.DOTALL)
    shop.writes("before it began", customer="29000000000001")
    shop.conversation("29000000000001")
    with running(program, shop) as (process, looks):
        eventually(lambda: looks and looks[-1] == ["before it began"])
        shop.writes("while it runs", customer="29000000000002")
        eventually(lambda: looks[-1] == ["before it began", "while it runs"])
        shop.product.stop()
        shop.writes("while the server was away", customer="29000000000003")
        seen = len(looks)
        eventually(lambda: len(looks) > seen + 20)
        shop.product.start()
        shop.writes("after it came back", customer="29000000000002")
        everything = ["after it came back", "before it began", "while the server was away"]
        eventually(lambda: looks[-1] == everything)
        assert process.poll() is None
