"""Customers against a real simulator: they come by themselves, and answer what is sent to them."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from confab.demo.driver import Driver
from confab.demo.people import person
from confab.demo.simulator import Door
from tests.stack import start_sim, until

ACCOUNTS = {"bread": "17841461234567890", "cakes": "17841469876543210"}


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    accounts = [part for nth, ig_id in enumerate(ACCOUNTS.values()) for part in ("--account", f"{ig_id}:shop{nth}:IGAA-{nth}")]
    process, url = start_sim(*accounts)
    try:
        async with httpx2.AsyncClient(timeout=60, trust_env=False, verify=False) as client:
            yield Door(url, client)
    finally:
        process.kill()
        process.communicate()


async def test_a_customer_sees_and_answers_what_was_sent_and_others_come(door: Door) -> None:
    who = person(0)
    account = ACCOUNTS[who.where]
    await door.do("write", account=account, customer=who.igsid, text="Hello")
    async with asyncio.TaskGroup() as tasks:
        living = tasks.create_task(Driver(door, ACCOUNTS).run())
        async with httpx2.AsyncClient(timeout=20, trust_env=False, verify=False) as client:
            answer = await client.post(
                f"{door.url}/graph.instagram.com/v25.0/me/messages",
                headers={"authorization": "Bearer IGAA-0"},
                json={"recipient": {"id": who.igsid}, "message": {"text": "Would Saturday or Sunday suit you?"}},
            )
        assert answer.status_code == 200, answer.text

        async def wrote_back() -> bool:
            shown = (await door.see("messages", account=account, customer=who.igsid))["items"]
            return not shown[-1]["is_from_account"] and len(shown) >= 3

        async def somebody_came() -> bool:
            return (await door.see("stats"))["conversations"] >= 2

        await until(wrote_back)
        await until(somebody_came)
        living.cancel()
