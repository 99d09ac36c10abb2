"""The first page of the list and of a thread: a million messages beside ten thousand, at the API."""

import gc
import http.client
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

from bench import ground
from bench.ground import Product, Spread, Verdict

LARGE, SMALL = 100_000, 1_000  # conversations; ten times as many messages
RATIO, P99_MS = 1.5, 15.0
_BUSY = 100  # one conversation in so many holds half of all messages: 500 each; the others have five

_LOAD = """
SET session_replication_role = replica;
SET synchronous_commit = off;
CREATE TEMP TABLE talk AS
SELECT a.workspace_id, a.id AS account_id, n, gen_random_uuid() AS id, gen_random_uuid() AS participant_id,
    n % {busy} = 0 AS is_busy, now() - n * interval '7 seconds' AS last_at
FROM accounts a, generate_series(1, {conversations}) AS n;
INSERT INTO participants (workspace_id, id, account_id, igsid, username, name, created_at)
SELECT workspace_id, participant_id, account_id, (10 ^ 15 + n)::bigint::text, 'customer.' || n, 'Customer ' || n, last_at
FROM talk;
INSERT INTO conversations (workspace_id, id, account_id, participant_id, unread_count, read_up_to, last_message_id,
    last_message_at, last_message_preview, last_message_direction, last_message_status, window_opened_at, window_opened_by,
    created_at)
SELECT workspace_id, id, account_id, participant_id, (n % 3 = 0)::integer, CASE WHEN n % 3 = 0 THEN last_at - interval '1 second'
    ELSE last_at END, gen_random_uuid(), last_at, 'Hi! Do you deliver to Leith on Sundays?', 'inbound', 'received', last_at,
    'message', last_at
FROM talk;
INSERT INTO messages (workspace_id, id, account_id, conversation_id, mid, mid_digest, direction, author_kind, text, sent_at,
    status)
SELECT t.workspace_id, gen_random_uuid(), t.account_id, t.id,
    'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE' || repeat(md5(t.n || '.' || m), 4),
    md5(t.n || '.' || m)::uuid, CASE m % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END,
    CASE m % 2 WHEN 0 THEN 'participant' ELSE 'instagram' END,
    'Message ' || m || ' of a conversation about bread and its delivery.',
    t.last_at - m * interval '1 minute', CASE m % 2 WHEN 0 THEN 'received' ELSE 'sent' END
FROM talk t, generate_series(0, CASE WHEN t.is_busy THEN 499 ELSE 4 END) AS m;
"""


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """Both sizes side by side, request about request; one request at a time, as one browser asks."""
    large, rounds = (LARGE // 10, 200) if is_quick else (LARGE, 1500)
    with ExitStack() as stack:
        sizes = [filled(stack, conversations) for conversations in (SMALL, large)]
        for name, paths in (("list", _lists), ("thread", _threads)):
            yield _compared(name, [(product, paths(product)) for product in sizes], rounds)


def filled(stack: ExitStack, conversations: int) -> Product:
    """A product with so many conversations, and ten times as many messages."""
    product = stack.enter_context(ground.product(stack.enter_context(ground.folder())))
    statements = _LOAD.format(conversations=conversations, busy=_BUSY)
    ground.query(product.doors.owner, *[one for one in statements.split(";\n") if one.strip()], "VACUUM ANALYZE", "CHECKPOINT")
    return product


def _lists(_product: Product) -> list[str]:
    return ["/api/v1/conversations", "/api/v1/conversations?view=unread", "/api/v1/conversations?status=open"]


def _threads(product: Product) -> list[str]:
    """Long ones: their first page is full, with either size."""
    found = ground.query(
        product.doors.owner,
        "SELECT array_agg(conversation_id) FROM (SELECT conversation_id FROM messages GROUP BY 1 HAVING count(*) >= 100) AS c",
    )
    assert isinstance(found, list)
    return [f"/api/v1/conversations/{conversation}/messages" for conversation in found]


def _compared(name: str, sides: list[tuple[Product, list[str]]], rounds: int) -> Verdict:
    small, large = ([], [])
    chance = random.Random(1)
    clients = [_Client(product) for product, _ in sides]
    for number in range(-20, rounds):  # the first ones warm up
        for client, (_, paths), times in zip(clients, sides, (small, large), strict=True):
            took_ms = client.get(chance.choice(paths))
            if number >= 0:
                times.append(took_ms)
        if number % 100 == 0:
            gc.collect()
    ratio = Spread(values=[_of(large, part) / _of(small, part) for part in range(5)])
    p99_ms = ground.percentile(large, 0.99)
    return Verdict(
        name=f"first page of a {name}" if name == "thread" else f"first page of the {name}",
        measured=f"{ratio.median:.2f}x ({ratio.shown('.2f')}), p99 {p99_ms:.1f} ms",
        promise=f"at most {RATIO}x the time with 10 thousand messages, p99 under {P99_MS:.0f} ms",
        is_kept=ratio.median <= RATIO and p99_ms < P99_MS,
        notes=[f"{_summed(large, sides[1][0])}; {_summed(small, sides[0][0])}"],
    )  # fmt: skip


def _summed(times: list[float], product: Product) -> str:
    count = int(str(ground.query(product.doors.owner, "SELECT count(*) FROM messages")))
    return f"median {statistics.median(times):.2f} ms, p99 {ground.percentile(times, 0.99):.1f} ms with {count:,} messages"


def _of(times: list[float], part: int) -> float:
    """The median of one fifth of the run."""
    size = len(times) // 5
    return statistics.median(times[part * size : (part + 1) * size])


class _Client:
    """One connection kept open, and little work of its own."""

    def __init__(self, product: Product) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(product.url).netloc, timeout=30)
        self._headers = {"authorization": f"Bearer {product.token}"}

    def get(self, path: str) -> float:
        """Milliseconds until the whole answer was here."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took_ms = (time.perf_counter() - began) * 1000
        if answer.status != 200 or len(body) < 1000:
            raise RuntimeError(f"{path} answered {answer.status}: {body[:200]!r}")
        return took_ms
