"""What whoever runs us is told by `/metrics`."""

import httpx2

from confab.store.db import Database, Doors
from tests.databases import execute


async def metrics(http: httpx2.AsyncClient) -> list[str]:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    return answer.text.splitlines()


async def test_metrics_count_the_dead_rows_of_every_kind(http: httpx2.AsyncClient, worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        await conn.execute("INSERT INTO delivery_queue (delivery_id, due_at) VALUES (gen_random_uuid(), 'infinity')")
    lines = await metrics(http)
    assert 'confab_dead_rows{kind="deliveries"} 1.0' in lines
    assert 'confab_dead_rows{kind="schedules"} 0.0' in lines


async def test_metrics_without_the_database_show_what_was_counted_and_no_old_number(
    http: httpx2.AsyncClient, doors: Doors
) -> None:
    assert any(line.startswith("confab_dead_rows{") for line in await metrics(http))
    await execute(doors.owner, "ALTER FUNCTION dead_rows RENAME TO dead_rows_away")
    try:
        lines = await metrics(http)
    finally:
        await execute(doors.owner, "ALTER FUNCTION dead_rows_away RENAME TO dead_rows")
    assert not any(line.startswith("confab_dead_rows{") for line in lines)
    assert any(line.startswith("confab_http_requests_total{") for line in lines)
