"""A server that speaks S3, on a free port, for as long as a test needs it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import httpx2

from tests.lines import line_of

_SERVE = """
import sys, threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("listening on", server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class S3:
    """Where it is; `environment` leads an S3 client there."""

    origin: str
    environment: dict[str, str]

    def make_bucket(self, name: str) -> str:
        """The URL of a new bucket, for CONFAB_MEDIA_URL."""
        httpx2.put(f"{self.origin}/{name}", trust_env=False).raise_for_status()
        return f"s3://{name}/media"

    def names(self, bucket: str) -> list[str]:
        """The keys that a bucket holds."""
        listed = httpx2.get(f"{self.origin}/{bucket}?list-type=2", trust_env=False).text
        return [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]

    def uploads(self, bucket: str) -> int:
        """Uploads in parts that were begun and not ended."""
        return httpx2.get(f"{self.origin}/{bucket}?uploads", trust_env=False).text.count("<UploadId>")

    def holds(self, bucket: str, key: str) -> httpx2.Response:
        """What the server says of an object."""
        return httpx2.head(f"{self.origin}/{bucket}/{quote(key)}", trust_env=False)


@contextmanager
def serving() -> Iterator[S3]:
    """A server without objects."""
    environment = {**os.environ, **KEYS}
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        try:
            origin = f"http://127.0.0.1:{line_of(process).split()[-1]}"
            yield S3(origin=origin, environment={**KEYS, "AWS_ENDPOINT_URL": origin, "AWS_ALLOW_HTTP": "true"})
        finally:
            process.kill()
