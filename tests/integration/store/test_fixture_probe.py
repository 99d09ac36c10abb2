from confab.store.db import Database


async def test_one(app_db: Database, worker_db: Database) -> None:
    async with app_db.transaction() as conn:
        assert await conn.fetchval("select current_user") == "confab_app"


async def test_two(worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        assert await conn.fetchval("select count(*) from workspaces") == 0
