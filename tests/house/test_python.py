"""Whoever has too old a Python is told so in one sentence, and nothing is made."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLD = "import sys; sys.version_info, sys.version = (3, 9, 18, 'final', 0), '3.9.18 (main)'; "


@pytest.fixture
def old_python(tmp_path: Path) -> Path:
    """A python3 that takes itself for 3.9."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "python3"
    program.write_text(f'#!/bin/sh\n[ "$1" = -c ] || exit 99\nexec "{sys.executable}" -c "{OLD}$2"\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("target", ["setup", "demo", "test-fast", "check"])
def test_make_says_which_python_is_needed_and_makes_nothing(tmp_path: Path, old_python: Path, target: str) -> None:
    there = tmp_path / "project"
    there.mkdir()
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, there)
    (there / "web").mkdir()
    shutil.copy(ROOT / "web/package-lock.json", there / "web")
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"}
    environment |= {"PATH": f"{old_python.parent}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C"}
    done = subprocess.run(["make", target], cwd=there, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    said, verdict = done.stderr.splitlines()
    assert said == "Confab needs Python 3.11 or newer; this is 3.9.18."
    assert verdict.startswith("make: ***")
    assert done.stdout == ""
    assert not (there / ".venv").exists()


def test_the_command_says_which_python_is_needed() -> None:
    for name in ("__init__.py", "__main__.py"):  # all that an old Python must be able to read
        ast.parse((ROOT / "src/confab" / name).read_text(), feature_version=(3, 8))
    program = OLD + f"import runpy; runpy.run_path({str(ROOT / 'src/confab/__main__.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "confab needs Python 3.11 or later; this is 3.9.\n")
