"""What a demo keeps from one start to the next, and that no two use the same folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from confab.demo import home
from confab.errors import Misconfigured

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def test_the_memory_is_the_same_at_the_next_start_and_readable_by_us_alone(tmp_path: Path) -> None:
    with home.opened(tmp_path, NOW) as first:
        first.memory.is_told = True
        first.remember()
        before = first.memory
    with home.opened(tmp_path, datetime.now(UTC)) as second:
        assert second.memory == before
        assert (second.folder / "demo.json").stat().st_mode & 0o077 == 0


def test_a_folder_that_a_demo_runs_in_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with home.opened(tmp_path, NOW), pytest.raises(Misconfigured, match="A demo is running in"), home.opened(tmp_path, NOW):
        pass


def test_a_damaged_memory_says_what_to_remove(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "demo.json").write_text("{")
    with pytest.raises(Misconfigured, match=r"remove .*demo, and the demo begins anew"), home.opened(tmp_path, NOW):
        pass


def test_every_demo_has_secrets_of_its_own(tmp_path: Path) -> None:
    with home.opened(tmp_path / "a", NOW) as one, home.opened(tmp_path / "b", NOW) as other:
        assert one.memory.password != other.memory.password
        assert len(one.memory.password) >= 10
        assert one.memory.app_secret != other.memory.app_secret
