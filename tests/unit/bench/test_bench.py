"""What the benchmarks say is right before it is large."""

import gzip
import hashlib
import hmac
import json
import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench import __main__ as bench
from bench import bundle, deliveries, ground, idle, results
from bench.ground import Spread, Verdict

from confab.graph.signature import signer
from confab.inbox.normalise import normalise

KEPT = Verdict(name="speed", measured="9x", promise="at least 8x", is_kept=True, notes=["a note"])
BROKEN = Verdict(name="size", measured="9 MB", promise="under 8 MB", is_kept=False)


def requests(path: Path) -> list[bytes]:
    content, found = path.read_bytes(), []
    while content:
        length = int(content[:8])
        found.append(content[8 : 8 + length])
        content = content[8 + length :]
    return found


def test_every_prepared_delivery_is_signed_and_is_one_message_of_its_own(tmp_path: Path) -> None:
    events = []
    for whole in requests(deliveries.write(tmp_path / "requests", 300, seed=7)):
        head, _, body = whole.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        assert int(headers["Content-Length"]) == len(body)
        assert signer(body, headers["X-Hub-Signature-256"].encode(), [ground.SECRET]) == 0
        (routed,) = normalise(body, datetime.now(UTC))
        assert routed.ig_id == ground.IG_ID
        assert routed.event.type == "message_received"
        events.append(routed.event)
    assert len({event.mid for event in events}) == 300
    assert 1 < len({event.igsid for event in events}) <= deliveries.PARTICIPANTS


def test_a_body_has_the_form_of_metas() -> None:
    body = deliveries.body("1", "m", "a/b \u00e9", 1_700_000_000_000)
    assert b"a\\/b \\u00e9" in body
    assert json.loads(body)["entry"][0]["messaging"][0]["message"] == {"mid": "m", "text": "a/b \u00e9"}
    assert deliveries.signature(body) == "sha256=" + hmac.new(ground.SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert len(deliveries.mid_of(random.Random(1))) == 170


def test_first_requests_hold_every_participant_once(tmp_path: Path) -> None:
    found = requests(deliveries.write_one_each(tmp_path / "first"))
    assert len({json.loads(one.partition(b"\r\n\r\n")[2])["entry"][0]["messaging"][0]["sender"]["id"] for one in found}) == 2000


def test_a_ratio_is_taken_round_by_round() -> None:
    ours, theirs = Spread(values=[10, 40, 90]), Spread(values=[5, 10, 30])
    assert ground.ratios(ours, theirs).values == [2, 4, 3]
    assert ground.ratios(ours, theirs).shown(".1f") == "3.0 (2.0 to 4.0)"


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51), (0.99, 100), (1.0, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: int) -> None:
    assert ground.percentile(list(range(1, 101)), share) == expected


def test_initial_scripts_are_those_of_the_page_and_what_they_import(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(
        '<link rel="modulepreload" crossorigin href="/assets/b.js"><script src="/theme.js"></script>'
        '<script type="module" crossorigin src="/assets/a.js"></script><link rel="stylesheet" href="/assets/a.css">'
    )
    (tmp_path / "theme.js").write_text("1")
    (tmp_path / "assets" / "a.js").write_text('import{x}from"./b.js";import("./later.js")')
    (tmp_path / "assets" / "b.js").write_text('import "./c.js"')
    (tmp_path / "assets" / "c.js").write_text("x" * 1000)
    assert {path.name for path in bundle.initial(tmp_path)} == {"a.js", "b.js", "c.js", "theme.js"}
    assert bundle.compressed(tmp_path / "assets" / "c.js") == len(gzip.compress(b"x" * 1000, 6))


def test_results_are_added_on_top_and_what_was_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path / "RESULTS.md")
    results.record("benchmarks", [KEPT], "first machine", datetime(2026, 1, 1, tzinfo=UTC))
    results.record("benchmarks", [BROKEN], "second machine", datetime(2026, 1, 2, tzinfo=UTC))
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.count("# Results\n") == 1
    assert text.index("2026-01-02") < text.index("second machine") < text.index("2026-01-01") < text.index("first machine")
    assert "| size | 9 MB | under 8 MB | **broken** |" in text
    assert "- speed: a note" in text


def test_the_exit_code_says_whether_a_promise_is_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ground, "machine", lambda: "a machine")
    for verdicts, status in (([KEPT], 0), ([KEPT, BROKEN], 1)):
        monkeypatch.setattr(bundle, "measure", lambda *, is_quick, given=verdicts: iter(given))
        assert bench.main(["--quick", "bundle"]) == status
    assert "BROKEN       size: 9 MB (promised: under 8 MB)" in capsys.readouterr().out


def test_a_name_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(SystemExit, match="2"):
        bench.main(["speed"])


def test_a_process_is_measured_from_outside() -> None:
    assert idle.pss_mb(os.getpid()) > 1
    assert ground.cpu_s(os.getpid()) > 0
    assert idle.pss_mb(2**22 + 1) == 0


@pytest.mark.parametrize(("ago_s", "is_kept"), [(-1000.0, True), (1000.0, False)])
def test_a_demo_is_ready_when_it_says_so(ago_s: float, is_kept: bool) -> None:
    said = "print('Telling …'); print('  Confab demo: ready after 5.8 s, and …', flush=True)"
    with ground.started("-c", said) as demo:
        verdict = idle.readiness(demo, time.monotonic() - ago_s)
    assert verdict.is_kept is is_kept
    assert verdict.notes == ["Confab demo: ready after 5.8 s, and …"]
    with ground.started("-c", "print('Not ready after 30 s', flush=True)") as demo, pytest.raises(RuntimeError, match="ended"):
        idle.readiness(demo, time.monotonic())


def test_what_lives_in_the_data_directory_belongs_to_it(tmp_path: Path) -> None:
    with ground.started(
        "-c", "import time; print('http://x', flush=True); time.sleep(60)", env={"CONFAB_DATA_DIR": str(tmp_path)}
    ) as one:
        ground.announced(one)
        assert idle.belonging(tmp_path) == [one.popen.pid]
    assert idle.belonging(tmp_path) == []
