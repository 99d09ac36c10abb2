"""The control door: faults, clock, logs, determinism, the command line."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.contract.graphsim.door import CUSTOMER, IG, ROOT, TOKEN, USERNAME, Receiver, Sim, refusal, running
from tests.lines import line_of

PATIENCE_S = 30.0


async def test_S4_an_error_after_acting_hides_a_message_that_was_sent(sim: Sim, receiver: Receiver) -> None:
    await sim.do("write", customer=CUSTOMER, deliver=False)
    await sim.do("fault", target="send", effect="error", when="after", code=1, subcode=1357046, count=1)
    answer = await sim.send("sent all the same")
    assert (answer.status_code, refusal(answer)) == (500, (1, 1357046))
    await sim.flush()
    assert receiver.items()[0]["message"]["text"] == "sent all the same"
    assert (await sim.see("sends"))["items"][0]["text"] == "sent all the same"


async def test_S4_a_call_that_hangs_after_acting_has_sent(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("fault", target="send", effect="hang", when="after", seconds=30, count=1)
    pending = asyncio.ensure_future(sim.send("into the void"))
    found = await sim.see("sends", wait_s=5)
    pending.cancel()
    assert found["items"][0]["text"] == "into the void"


@pytest.mark.parametrize(("when", "sent"), [("before", 0), ("after", 1)])
async def test_S4_a_dropped_connection_tells_nothing(sim: Sim, when: str, sent: int) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("fault", target="send", effect="disconnect", when=when, count=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        await sim.send()
    assert (await sim.see("sends/counts"))["total"] == sent


async def test_a_refusal_before_acting_sends_nothing_and_ends_by_its_count(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("fault", target="send", effect="refuse", status=503, count=2)
    assert [(await sim.send()).status_code for _ in range(3)] == [503, 503, 200]
    assert (await sim.see("sends/counts"))["total"] == 1


async def test_L5_a_throttled_call_says_when_it_may_be_tried_again(sim: Sim) -> None:
    await sim.do("fault", target="conversations", effect="throttle", minutes=7, count=1)
    answer = await sim.call("GET", "me/conversations", platform="instagram")
    assert refusal(answer) == (80002, 2446079)
    assert '"estimated_time_to_regain_access":7' in answer.headers["x-business-use-case-usage"]


async def test_a_fault_may_strike_one_customer_only_and_be_mended(sim: Sim) -> None:
    await sim.do("write", customer=CUSTOMER)
    await sim.do("write", customer="2291834475610028")
    fault = await sim.do("fault", target="send", effect="error", code=2, customer=CUSTOMER)
    assert refusal(await sim.send()) == (2, None)
    assert (await sim.send(to="2291834475610028")).status_code == 200
    await sim.client.delete(f"{sim.base}/_control/fault/{fault['id']}")
    assert (await sim.send()).status_code == 200


async def test_a_probable_fault_strikes_by_the_seed(sim: Sim) -> None:
    await sim.do("fault", target="me", effect="error", probability=0.5)
    first = [(await sim.call("GET", "me")).status_code for _ in range(20)]
    await sim.do("reset")
    await sim.do("fault", target="me", effect="error", probability=0.5)
    assert [(await sim.call("GET", "me")).status_code for _ in range(20)] == first
    assert set(first) == {200, 500}


async def test_a_broken_link_is_a_fault_of_the_cdn(sim: Sim) -> None:
    made = await sim.do("write", customer=CUSTOMER, attachments=["image"])
    await sim.do("fault", target="cdn", effect="status", status=410, count=1)
    link = made["attachments"][0]["payload"]["url"]
    assert [(await sim.client.get(link)).status_code for _ in range(2)] == [410, 200]


async def test_the_clock_moves_only_when_told_to(sim: Sim) -> None:
    before = await sim.see("clock")
    assert before == {"now": "2026-11-02T09:00:00.000Z", "epoch_ms": 1793610000000, "mode": "manual"}
    await sim.do("clock", set="2026-11-03T09:00:00Z")
    assert (await sim.see("clock"))["epoch_ms"] - before["epoch_ms"] == 86_400_000


async def test_what_does_not_exist_is_404_and_what_cannot_be_read_422(sim: Sim) -> None:
    for path, body, status in (("unsend", {"mid": "x"}, 404), ("write", {"texxt": "x"}, 422), ("edit", {}, 422)):
        answer = await sim.client.post(f"{sim.base}/_control/{path}", json=body)
        assert answer.status_code == status, path
        assert answer.json()["error"]


async def test_the_door_describes_itself_without_a_foreign_host(sim: Sim) -> None:
    document = await sim.see("openapi.json")
    assert document["openapi"] == "3.1.0"
    assert "Write" in document["components"]["schemas"]
    page = (await sim.client.get(f"{sim.base}/_control/docs")).text
    assert "/_control/write" in page
    assert "//" not in page.replace(sim.base, "")


async def test_history_may_stay_silent(sim: Sim, receiver: Receiver) -> None:
    made = await sim.do("history", conversations=3, messages=4, media=0.5)
    await sim.flush()
    assert (len(made["customers"]), made["messages"], receiver.posts) == (3, 12, [])
    found = await sim.see("messages", customer=made["customers"][0])
    assert len(found["items"]) == 4


async def story(base: str, callback: str) -> list[str]:
    """The bytes of a little story, told to one simulator."""
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        sim = Sim(base, client)
        await sim.do("settings", callback=callback, in_flight=1)
        await sim.do("write", customer="ada.bakes", attachments=["image"], text="hi")
        await sim.flush()
        sent = await sim.send(to=(await sim.see("customers"))["items"][0]["id"])
        await sim.flush()
        await sim.do("history", conversations=3, messages=3, deliver="webhook")
        await sim.flush()
        refused = await sim.call("GET", "nothing")
        bodies = [one["body"] for one in (await sim.see("deliveries"))["items"]]
        return [text.replace(base.replace("/", "\\/"), "") for text in [*bodies, sent.text, refused.text]]


async def test_same_seed_same_clock_same_calls_give_the_same_bytes(receiver: Receiver) -> None:
    arguments = ("--clock", "manual", "--account", f"{IG}:{USERNAME}:{TOKEN}")
    with running("--seed", "7", *arguments) as one, running("--seed", "7", *arguments) as two:
        first, second = await story(one, receiver.url), await story(two, receiver.url)
    with running("--seed", "8", *arguments) as three:
        other = await story(three, receiver.url)
    assert first == second
    assert first != other


async def test_calls_take_as_long_as_told_and_webhooks_do_not(receiver: Receiver) -> None:
    arguments = ("--latency-ms", "200:250", "--callback", receiver.url, "--account", f"{IG}:{USERNAME}:{TOKEN}")
    with running(*arguments) as base:
        async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=300) as client:
            sim = Sim(base, client)
            began = time.monotonic()
            await sim.get("me")
            assert time.monotonic() - began >= 0.2
            await sim.do("settings", latency_ms=[200_000, 200_000])
            slow = asyncio.ensure_future(sim.get("me"))
            await sim.do("write", customer=CUSTOMER)
            await sim.flush()
            assert len(receiver.posts) == 1
            assert not slow.done()
            slow.cancel()


async def test_a_simulator_that_nobody_uses_is_little_more_than_its_interpreter(sim: Sim) -> None:
    bare = subprocess.run(
        [sys.executable, "-c", "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (await sim.see("stats"))["rss_kb"] < 10 * int(bare.stdout)


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT / "src")}
    )


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_at_once_even_while_a_call_hangs(name: signal.Signals) -> None:
    with start("-m", "graphsim", "serve", "--port", "0", "--account", f"{IG}:{USERNAME}:{TOKEN}") as process:
        base = line_of(process, PATIENCE_S).split()[-1]
        async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
            pending = asyncio.ensure_future(client.get(f"{base}/_control/sends?wait_s=60", timeout=60))
            await client.get(f"{base}/_control/clock")
            assert not pending.done()
            process.send_signal(name)
            out, err = await asyncio.to_thread(process.communicate, timeout=PATIENCE_S)  # much less than the call would hang
            assert (process.returncode, out, err) == (0, "", "")
            await asyncio.gather(pending, return_exceptions=True)


async def test_it_ends_with_its_parent_when_asked_to(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'graphsim', 'serve', '--port', '0', '--exit-with-parent'],"
        " stdout=subprocess.PIPE, text=True)\n"
        "print(child.stdout.readline().split()[-1], flush=True)\n"
    )
    with start(str(script)) as parent:
        base = line_of(parent, PATIENCE_S).strip()
        parent.wait(PATIENCE_S)
        async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
            assert await ends(client, base)


async def ends(client: httpx2.AsyncClient, base: str) -> bool:
    """Whether the server stops answering before long."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            await client.get(f"{base}/_control/clock")
        except httpx2.TransportError:
            return True
        await asyncio.sleep(0.02)
    return False


@pytest.mark.parametrize("wrong", [["--clock", "fast"], ["--account", "x"], ["--latency-ms", "9:1"]])
def test_wrong_usage_ends_with_2(wrong: list[Any]) -> None:
    with start("-m", "graphsim", "serve", *wrong) as process:
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 2
