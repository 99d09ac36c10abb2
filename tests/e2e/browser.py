"""A Chromium to drive: installed, from Debian (as root), or from npm. Browser tests are never skipped."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".stamps" / "chromium"
_PACKAGE = "@sparticuz/chromium@147.0.0"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-gpu",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip


@functools.cache
def executable() -> str:
    """Where the browser is. The first call may install it."""
    return _installed() or _from_debian() or _from_npm()


def _installed() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing Chromium from Debian", flush=True)
    packages = ["chromium", "fonts-liberation", "fonts-noto-color-emoji"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            return None
    return _installed()


def _from_npm() -> str:
    """A packed Chromium; its own small program unpacks it and says where."""
    npm = shutil.which("npm") or str(_ROOT / ".venv" / "bin" / "npm")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    if not (_FOLDER / "node_modules").exists():
        print("Installing Chromium from npm", flush=True)
        subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(_FOLDER), _PACKAGE], check=True)
    node = shutil.which("node") or str(_ROOT / ".venv" / "bin" / "node")
    program = "import('@sparticuz/chromium').then(async c => console.log(await c.default.executablePath()))"
    asked = subprocess.run([node, "-e", program], cwd=_FOLDER, capture_output=True, text=True, check=True)
    return asked.stdout.strip()


if __name__ == "__main__":
    print(executable())
    sys.exit(0)
