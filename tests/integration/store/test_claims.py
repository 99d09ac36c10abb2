"""Every kind of due row can be claimed, renewed, postponed, buried and finished. Rules of `store/claims.py`."""

from datetime import timedelta

import pytest

from confab.store import claims
from confab.store.db import Database
from tests.world import NOON

KINDS = [kind for kind in vars(claims).values() if isinstance(kind, claims.Kind)]
ROWS = {
    "deliveries": "INSERT INTO delivery_queue (delivery_id, due_at) SELECT gen_random_uuid(), $1 FROM generate_series(1, 3)",
    "schedules": "INSERT INTO schedules (name, due_at) SELECT 's' || n, $1 FROM generate_series(1, 3) n",
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_every_statement_of_a_kind_fits_its_table(worker_db: Database, kind: claims.Kind) -> None:
    statements = [value for name, value in vars(kind).items() if name.startswith("_")]
    async with worker_db.transaction() as conn:
        for statement in statements:
            await conn.prepare(statement)


@pytest.mark.parametrize("kind", [claims.DELIVERIES, claims.SCHEDULES], ids=lambda kind: kind.name)
async def test_a_claim_holds_until_its_lease_ends_and_counts(worker_db: Database, kind: claims.Kind) -> None:
    lease = timedelta(seconds=10)
    async with worker_db.transaction() as conn:
        await conn.execute(ROWS[kind.name], NOON)
        first = await kind.claim(conn, NOON, NOON + lease, 2)
        assert len(first) == 2
        assert len(await kind.claim(conn, NOON, NOON + lease, 10)) == 1
        assert await kind.claim(conn, NOON + lease / 2, NOON + lease, 10) == []
        await kind.renew(conn, first[0], NOON + 3 * lease)
        again = await kind.claim(conn, NOON + lease, NOON + 2 * lease, 10)
        assert first[0].key not in [due.key for due in again]
        (second,) = [due for due in again if due.key == first[1].key]
        assert second.attempts == first[1].attempts + 1
        await kind.finish(conn, first[1])  # too late: somebody else has it
        await kind.postpone(conn, second, NOON + 5 * lease, "busy")
        assert second.key not in [due.key for due in await kind.claim(conn, NOON + 4 * lease, NOON + 9 * lease, 10)]
        (third,) = [due for due in await kind.claim(conn, NOON + 5 * lease, NOON + 9 * lease, 10) if due.key == second.key]
        await kind.bury(conn, third, "hopeless")
        assert third.key not in [due.key for due in await kind.claim(conn, NOON + timedelta(days=9999), NOON, 10)]
