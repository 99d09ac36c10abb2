"""Rules: how fast they are evaluated, and how long it takes from a webhook to the automatic reply at Instagram."""

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2

from bench import ground
from bench.ground import Process, Product, Spread, Verdict
from confab.automation import conditions
from confab.automation.book import Book
from confab.automation.facts import Facts, Read
from confab.model.inbox import AccountId, AgentId, AgentRef
from confab.model.rules import Automation, Definition, Labelled, PersonIs, Reply, Rule, RuleId, TextIs, Trigger

FASTER = 20.0
P50_MS, P99_MS = 60.0, 250.0
A_SECOND, RULES = 100, 200
ACCOUNTS = 4  # each of a workspace of its own, and paced to 90 calls a second, below Meta's limit
_NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
_WARM_S = 3


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """Evaluation against a loop over all rules; and the way from a webhook to Instagram."""
    yield evaluation(*((100, 500, 1) if is_quick else (1000, 10_000, 5)))
    yield from latency(*((3, (10,)) if is_quick else (30, (20, A_SECOND))))


def evaluation(rules: int, events: int, rounds: int) -> Verdict:
    """The compiled book and a loop that tries every rule, on the same events; both say the same."""
    chance = random.Random(7)
    vocabulary = ["".join(chance.choices("abcdefghijklmnoprstuvwz", k=chance.randint(3, 10))) for _ in range(5000)]
    made = [_rule(number, chance, vocabulary) for number in range(rules)]
    texts = [
        " ".join(chance.choices(vocabulary, k=chance.randint(2, 14))) + chance.choice(["?", "!", " é"]) for _ in range(events)
    ]
    facts = [Facts(kinds=frozenset(("message",)), at=_NOW, text=text) for text in texts]
    book, settings = Book(1, Automation(), made), Automation()
    ours, loop = Spread(), Spread()
    fired = tried = 0
    for _ in range(rounds):
        began = time.perf_counter()
        fired = sum(len(book.ask(Read(facts=one, now=_NOW)).fired) for one in facts)
        ours.values.append(time.perf_counter() - began)
        began, tried = time.perf_counter(), 0
        share = facts[:: 10 if events > 1000 else 1]  # of the loop a tenth, or it alone takes minutes
        for one in share:
            read = Read(facts=one, now=_NOW)
            tried += sum(conditions.why_not(rule, read, settings) is None for rule in made)
        loop.values.append((time.perf_counter() - began) * len(facts) / len(share))
    expected = sum(len(book.ask(Read(facts=one, now=_NOW)).fired) for one in facts[:: 10 if events > 1000 else 1])
    ratio = ground.ratios(loop, ours)
    return Verdict(
        name=f"{rules:,} rules against {events:,} events", measured=f"{ratio.median:.0f}x ({ratio.shown('.0f')})",
        promise=f"at least {FASTER:.0f}x a loop that tries every rule", is_kept=ratio.median >= FASTER and tried == expected,
        notes=[
            f"{1e6 * ours.median / events:.0f} us an event, the loop {1e6 * loop.median / events:.0f} us; {fired} fired",
            "of the rules 60 % words, 20 % phrases, 8 % whole texts, 10 % patterns, 1 % labels, 1 % nothing but the person",
        ],
    )  # fmt: skip


def _rule(number: int, chance: random.Random, vocabulary: list[str]) -> Rule:
    share, words = number % 50, chance.sample(vocabulary, 4)
    match share:
        case _ if share < 30:
            condition: Any = TextIs(type="text", match="any", values=tuple(words[:3]))
        case _ if share < 40:
            condition = TextIs(type="text", match="any", values=(" ".join(words[:2]), " ".join(words[2:])))
        case _ if share < 44:
            condition = TextIs(type="text", match="exact", values=(" ".join(words[:2]),))
        case _ if share < 49:
            condition = TextIs(type="text", match="pattern", values=(rf"\b{words[0]}\w* .*{words[1]}",))
        case _ if number % 100 < 50:
            condition = Labelled(type="labels", any=("vip",))
        case _:
            condition = PersonIs(type="person", is_verified=True)
    definition = Definition(
        name=f"rule {number}", trigger=Trigger(kind="message"), conditions=(condition,), stops=False, cooldown_s=0,
        actions=(Reply(type="reply", text="Hello"),),
    )  # fmt: skip
    return Rule(
        id=RuleId(UUID(int=number + 1)), account_id=AccountId(UUID(int=1)), position=number, mode="on", definition=definition,
        version=1, updated_at=_NOW, updated_by=AgentRef(id=AgentId(UUID(int=1)), name="Bench"),
    )  # fmt: skip


def latency(seconds: int, rates: Sequence[int]) -> Iterator[Verdict]:
    """Customers whom we know write so many messages a second, each answered by one of 200 rules."""
    sim_command = ("-m", "graphsim", "serve", "--port", "0", "--app-secret", ground.SECRET)
    with ExitStack() as stack:
        sim, at = stack.enter_context(ground.started(*sim_command)), stack.enter_context(ground.folder())
        sim_url = ground.announced(sim)
        meta = stack.enter_context(httpx2.Client(base_url=f"{sim_url}/_control", timeout=60, trust_env=False))
        meta.post("/settings", json={"limits": False})
        accounts = [ground.IG_ID, *(f"17841460000{number:06}" for number in range(1, ACCOUNTS))]
        for ig_id in accounts:
            meta.post("/accounts", json={"id": ig_id, "username": f"shop.{ig_id}", "token": _token(ig_id)}).raise_for_status()
        settings = {"CONFAB_GRAPH_URL": f"{sim_url}/graph.instagram.com/v25.0"}
        product = stack.enter_context(ground.product(at, settings))
        for token in (product.token, *(_open_shop(product, ig_id) for ig_id in accounts[1:])):
            headers = {"authorization": f"Bearer {token}"}
            with httpx2.Client(base_url=f"{product.url}/api/v1", timeout=60, trust_env=False, headers=headers) as api:
                _write_rules(api)
        meta.post("/settings", json={"callback": f"{product.url}/api/webhooks/instagram"})
        shop = Shop(meta=meta, product=product, accounts=accounts, sim=sim)
        for rate in rates:
            yield shop.answers(rate, seconds)


@dataclass(slots=True, kw_only=True)
class Shop:
    """Accounts with rules, and customers who come one after the other."""

    meta: httpx2.Client
    product: Product
    accounts: list[str]
    sim: Process
    known: int = 0
    after: int = 0

    def answers(self, rate: int, seconds: int) -> Verdict:
        count = rate * (seconds + _WARM_S)
        first = self._get_to_know(count)
        pids = {
            "web": self.product.web.popen.pid, "worker": self.product.worker.popen.pid, "PostgreSQL": self.product.postmaster,
            "the simulator": self.sim.popen.pid,
        }  # fmt: skip
        before = {name: ground.tree_cpu_s(pid) for name, pid in pids.items()}
        wrote = self._talk(first, count, rate)
        arrived = self._arrivals(count)
        used = {name: 1000 * (ground.tree_cpu_s(pid) - before[name]) / count for name, pid in pids.items()}
        times = [arrived[key] - at for key, at in wrote.items() if key in arrived][_WARM_S * rate :]
        p50, p99 = (ground.percentile(times, share) for share in (0.5, 0.99)) if times else (float("inf"),) * 2
        is_promised = rate == A_SECOND
        is_kept = p50 < P50_MS and p99 < P99_MS and len(arrived) == count
        return Verdict(
            name=f"from the webhook to the automatic reply at Instagram, {rate} messages a second, {RULES} rules",
            measured=f"p50 {p50:.0f} ms, p99 {p99:.0f} ms", is_kept=is_kept if is_promised else None,
            promise=f"p50 under {P50_MS:.0f} ms, p99 under {P99_MS:.0f} ms" if is_promised else "stated",
            notes=[
                f"{count} messages of as many people to {ACCOUNTS} workspaces with {RULES} rules each, {len(arrived)} replies",
                "the simulator answers at once and shares the machine",
                "CPU a message: " + ", ".join(f"{name} {spent:.1f} ms" for name, spent in used.items()),
            ],
        )  # fmt: skip

    def _get_to_know(self, count: int) -> int:
        """So many further people say hello, and it is found out who they are; the number of the first."""
        first, self.known = self.known, self.known + count
        for number in range(first, self.known):
            said = {"account": self.accounts[number % ACCOUNTS], "customer": _customer(number), "text": "Hello"}
            self.meta.post("/write", json=said).raise_for_status()
        undone = """SELECT (SELECT count(*) FROM conversations) < $COUNT
            OR EXISTS (SELECT FROM profile_fetches WHERE state = 'due')
            OR EXISTS (SELECT FROM media_fetches WHERE due_at < 'infinity')
            OR EXISTS (SELECT FROM delivery_queue) OR EXISTS (SELECT FROM rule_events)"""
        until = time.monotonic() + 300
        asked = undone.replace("$COUNT", str(self.known))
        while ground.query(self.product.doors.owner, asked) and time.monotonic() < until:
            time.sleep(0.5)
        return first

    def _talk(self, first: int, count: int, rate: int) -> dict[str, float]:
        """Each writes once; by customer when their message was handed to Instagram, in milliseconds of the clock."""
        wrote: dict[str, float] = {}
        start = time.monotonic() + 0.5

        where = urlsplit(str(self.meta.base_url))

        def some(begin: int) -> None:
            meta = HTTPConnection(where.netloc, timeout=60)  # takes a fifth of the processor that httpx2 would take from the rest
            for number in range(begin, count, 2):
                customer, account = _customer(first + number), self.accounts[(first + number) % ACCOUNTS]
                said = {"account": account, "customer": customer, "text": f"What about topic{number % RULES}?"}
                time.sleep(max(0.0, start + number / rate - time.monotonic()))
                wrote[customer] = time.time() * 1000
                meta.request("POST", f"{where.path}write", json.dumps(said).encode(), {"content-type": "application/json"})
                answer = meta.getresponse()
                answer.read()
                assert answer.status == 200
            meta.close()

        threads = [threading.Thread(target=some, args=(begin,)) for begin in range(2)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return dict(sorted(wrote.items()))

    def _arrivals(self, count: int) -> dict[str, float]:
        """By customer when their reply arrived at Instagram, once all have or nothing more comes."""
        arrived: dict[str, float] = {}
        until = time.monotonic() + 120
        while len(arrived) < count and time.monotonic() < until:
            page = self.meta.get("/sends", params={"after": self.after, "limit": 10_000}).json()["items"]
            for one in page:
                arrived[one["recipient"]] = min(one["at_ms"], arrived.get(one["recipient"], float("inf")))
                self.after = one["seq"]
            if not page:
                time.sleep(0.1)
        return arrived


def _customer(number: int) -> str:
    return f"108765{number:09}"


def _open_shop(product: Product, ig_id: str) -> str:
    """Another workspace with an account of its own; its owner's token."""
    name, email, env = f"Shop {ig_id}", f"owner.{ig_id}@example.org", product.environment
    ground.confab("workspace", "create", name, env=env)
    owner = ["--workspace", name, "--role", "owner", "--name", "Dana", "--password-file", "-"]
    ground.confab("user", "create", email, *owner, env=env, given=ground.PASSWORD)
    given = ["--ig-id", ig_id, "--username", f"shop.{ig_id}", "--access-token", _token(ig_id)]
    ground.confab("account", "add", "--workspace", name, *given, env=env)
    return str(json.loads(ground.confab("token", "create", "--user", email, "--json", env=env))["token"])


def _token(ig_id: str) -> str:
    return "IGAA-bench" if ig_id == ground.IG_ID else f"IGAA-{ig_id}"


def _write_rules(api: httpx2.Client) -> None:
    (account,) = api.get("/accounts").json()["items"]
    for number in range(RULES):
        definition = {
            "name": f"Topic {number}", "trigger": {"kind": "message"}, "cooldown_s": 0, "stops": True,
            "conditions": [{"type": "text", "match": "any", "values": [f"topic{number}", f"subject {number}"]}],
            "actions": [{"type": "reply", "text": f"This is about {number}, {{first_name|dear customer}}."}],
        }  # fmt: skip
        body = {"account_id": account["id"], "mode": "on", "definition": definition}
        api.post("/rules", json=body).raise_for_status()
