"""Media: thousands of pictures with a host in trouble, a film of a gigabyte, and a participant's picture as a browser gets it."""

import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

from bench import ground
from bench.ground import Product, Verdict

PICTURES, BROKEN_OF = 2000, 100
ACCOUNTS = 8
MOST_ABOVE_IDLE_MB, P99_MS = 32, 10.0
_PATIENCE_S = 900.0

_ACCOUNTS: LiteralString = """
INSERT INTO accounts (workspace_id, id, ig_id, username, created_at)
SELECT workspace_id, gen_random_uuid(), '1784' || n, 'shop.' || n, now() FROM accounts, generate_series(1, $1) n
"""
_MESSAGES: LiteralString = """
WITH wanted AS MATERIALIZED (
    SELECT a.workspace_id, a.id AS account_id, n, gen_random_uuid() AS message_id, gen_random_uuid() AS conversation_id,
        gen_random_uuid() AS participant_id,
        CASE WHEN $4 = 1 THEN $2 || '/film' WHEN n % {broken} = 0 THEN $3 || '/broken/' || n
            ELSE $2 || '/picture/' || n END AS url
    FROM generate_series(1, $4::int) n
    JOIN (SELECT workspace_id, id, row_number() OVER () - 1 AS nr FROM accounts) a ON a.nr = n % $1
), people AS (
    INSERT INTO participants (workspace_id, id, account_id, igsid, created_at)
    SELECT workspace_id, participant_id, account_id, 'm' || participant_id, now() FROM wanted
), talks AS (
    INSERT INTO conversations (workspace_id, id, account_id, participant_id, read_up_to, created_at)
    SELECT workspace_id, conversation_id, account_id, participant_id, now(), now() FROM wanted
), written AS (
    INSERT INTO messages (workspace_id, id, account_id, conversation_id, mid, mid_digest, direction, author_kind, sent_at, status)
    SELECT workspace_id, message_id, account_id, conversation_id, 'm' || message_id, message_id, 'inbound', 'participant', now(),
        'received' FROM wanted
), carried AS (
    INSERT INTO attachments (workspace_id, message_id, position, kind, source_url, state, payload)
    SELECT workspace_id, message_id, 0, CASE WHEN $4 = 1 THEN 'video' ELSE 'image' END, url, 'pending', '{{}}' FROM wanted
)
INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
SELECT workspace_id, message_id, 0, account_id, now(), split_part(url, '/', 3) FROM wanted
"""


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """One product, with a host of media beside it."""
    count = PICTURES // 10 if is_quick else PICTURES
    with ground.folder() as at, ground.started("-m", "bench.cdn") as cdn:
        assert cdn.popen.stdout is not None
        hosts = [f"127.0.0.1:{port}" for port in cdn.popen.stdout.readline().split()[1:]]
        more = {"CONFAB_MEDIA_ALLOW": ",".join(hosts), "CONFAB_MEDIA_MAX_BYTES": "2 GiB"}
        with ground.product(at, more) as product:
            ground.query(product.doors.owner, _ACCOUNTS.replace("$1", str(ACCOUNTS - 1)))
            time.sleep(3)
            idle = _peak_mb(product)
            yield _pictures(product, hosts, count, idle)
            yield _film(product, hosts)
            yield _avatar(product, 200 if is_quick else 2000)


def _pictures(product: Product, hosts: list[str], count: int, idle_mb: float) -> Verdict:
    _reset_peak(product)
    began = time.monotonic()
    states = _fetched(product, hosts, count)
    took_s, peak_mb = time.monotonic() - began, _peak_mb(product)
    broken = count // BROKEN_OF
    is_kept = states == {"stored": count - broken, "failed": broken} and peak_mb - idle_mb < MOST_ABOVE_IDLE_MB
    return Verdict(
        name="pictures of 200 kB, one in a hundred from a host in trouble", measured=f"{count / took_s:.1f}/s, all settled",
        promise=f"all settled, the worker at most {MOST_ABOVE_IDLE_MB} MB above idle", is_kept=is_kept,
        notes=[f"{states} in {took_s:.0f} s", f"the worker's peak {peak_mb:.0f} MB, idle {idle_mb:.0f} MB"],
    )  # fmt: skip


def _film(product: Product, hosts: list[str]) -> Verdict:
    time.sleep(5)
    _reset_peak(product)
    idle_mb = _peak_mb(product)
    ground.query(product.doors.owner, "UPDATE attachments SET state = 'unavailable'")
    began = time.monotonic()
    states = _fetched(product, hosts, 1)
    above = _peak_mb(product) - idle_mb
    return Verdict(
        name="a film of a gigabyte", measured=f"{above:.0f} MB above idle", promise=f"at most {MOST_ABOVE_IDLE_MB} MB",
        is_kept=states == {"stored": 1} and above <= MOST_ABOVE_IDLE_MB,
        notes=[f"{states} in {time.monotonic() - began:.0f} s; the worker before it {idle_mb:.0f} MB"],
    )  # fmt: skip


def _avatar(product: Product, requests: int) -> Verdict:
    path = ground.query(
        product.doors.owner,
        """UPDATE participants p SET avatar_digest = o.digest, avatar_kept_at = now(),
            avatar_url = '/media/avatars/' || p.account_id || '/' || p.id || '.jpg'
        FROM media_objects o WHERE o.workspace_id = p.workspace_id AND o.has_thumbnail
            AND p.id = (SELECT min(id::text)::uuid FROM participants) AND o.digest = (
                SELECT min(digest) FROM media_objects WHERE has_thumbnail) RETURNING p.avatar_url""",
    )
    at, took = urlsplit(product.url), list[float]()
    connection = http.client.HTTPConnection(at.hostname or "", at.port)
    for _ in range(requests):
        began = time.perf_counter()
        connection.request("GET", str(path), headers={"Authorization": f"Bearer {product.token}"})
        answer = connection.getresponse()
        size = len(answer.read())
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"the picture was answered {answer.status}")
    p99 = ground.percentile(took, 0.99)
    return Verdict(
        name="a participant's picture", measured=f"p50 {ground.percentile(took, 0.5):.1f} ms, p99 {p99:.1f} ms",
        promise=f"p99 under {P99_MS:.0f} ms", is_kept=p99 < P99_MS, notes=[f"{requests} requests of {size / 1000:.0f} kB"],
    )  # fmt: skip


def _fetched(product: Product, hosts: list[str], count: int) -> dict[str, int]:
    """Let so many files be fetched, and wait until all are settled; how they were."""
    values = {"$1": str(ACCOUNTS), "$2": f"'http://{hosts[0]}'", "$3": f"'http://{hosts[1]}'", "$4": str(count)}
    statement = _MESSAGES.format(broken=BROKEN_OF)
    for name, value in values.items():
        statement = statement.replace(name, value)
    ground.query(product.doors.owner, "SET session_replication_role = replica", statement)
    until = time.monotonic() + _PATIENCE_S
    while ground.query(product.doors.owner, "SELECT count(*) FROM attachments WHERE state = 'pending'"):
        if time.monotonic() > until:
            break
        time.sleep(1)
    found: dict[str, int] = {}
    for state in ("stored", "failed", "refused", "expired", "pending"):
        number = ground.query(product.doors.owner, f"SELECT count(*) FROM attachments WHERE state = '{state}'")
        found |= {state: int(str(number))} if number else {}
    return found


def _peak_mb(product: Product) -> float:
    """The most memory that the worker's own process has held since the last reset."""
    status = Path(f"/proc/{_worker(product)}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def _reset_peak(product: Product) -> None:
    Path(f"/proc/{_worker(product)}/clear_refs").write_text("5")


def _worker(product: Product) -> int:
    """The process that works: below the one that was started there may be a supervised one."""
    pid = product.worker.popen.pid
    below = [one for one in ground.children(pid) if b"confab" in Path(f"/proc/{one}/cmdline").read_bytes()]
    return next((one for one in below if b"picture" not in Path(f"/proc/{one}/cmdline").read_bytes()), pid)
