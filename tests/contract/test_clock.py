"""CONFAB_CLOCK_URL: a whole product lives in the simulator's time, so that a day passes in a second."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.product import IG_ID, eventually, installed


def test_W1_a_day_passes_in_a_second_for_the_window_and_for_a_snooze(tmp_path: Path) -> None:
    """The window is the web process's to judge, the snooze the worker's."""
    with installed(tmp_path / "var", is_following=True) as product:
        token = product.populate()
        with product.api(token) as api:
            product.sim.post("/write", json={"account": IG_ID, "customer": "1087654321098765", "text": "Hello?"})
            (conversation,) = eventually(lambda: api.get("/conversations").json()["items"])
            path = f"/conversations/{conversation['id']}"

            def state() -> Any:
                return api.get(path).json()

            until = datetime.now(UTC) + timedelta(hours=12)
            snoozed = api.patch(path, json={"status": "snoozed", "snoozed_until": until.isoformat()})
            assert (snoozed.status_code, snoozed.json()["status"]) == (200, "snoozed")
            sent = api.post(f"{path}/messages", json={"client_key": "k1", "text": "in time"})
            assert sent.status_code == 201
            product.sim.post("/clock", json={"advance_s": 86_400})
            eventually(lambda: state()["status"] == "open")

            keys = count()

            def refused() -> bool:
                answer = api.post(f"{path}/messages", json={"client_key": f"late-{next(keys)}", "text": "too late"})
                return answer.status_code == 409 and answer.json()["code"] == "window_closed"

            eventually(refused)
