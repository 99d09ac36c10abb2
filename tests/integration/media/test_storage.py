"""One contract for a folder and for a server that speaks S3. Rules MD3, MD13 of docs/spec/inbox.md."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest

from confab.app import security, storage_of
from confab.errors import Misconfigured, StorageFailed
from confab.media.storage import Storage
from confab.settings import Settings
from tests import s3

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
LARGE = 20 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A storage, and what lies in it."""

    storage: Storage
    folder: Path | None
    server: s3.S3 | None
    bucket: str

    def names(self) -> list[str]:
        if self.server is not None:
            return [name.removeprefix("media/") for name in self.server.names(self.bucket)]
        assert self.folder is not None
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def storage_server() -> Iterator[s3.S3]:
    with s3.serving() as running:
        yield running


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, storage_server: s3.S3, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "folder":
        return Place(storage=Storage.at(tmp_path.as_uri(), tmp_path), folder=tmp_path, server=None, bucket="")
    return on_s3(storage_server, tmp_path, monkeypatch)


def on_s3(server: s3.S3, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    bucket = f"bucket-{uuid4()}"
    return Place(storage=Storage.at(server.make_bucket(bucket), folder), folder=None, server=server, bucket=bucket)


WORKSPACE, DIGEST = UUID(int=7), b"d" * 32
KEY = f"{WORKSPACE}/{DIGEST.hex()}"


async def read(storage: Storage, start: int, end: int, *, thumbnail: bool = False) -> bytes:
    return b"".join([piece async for piece in storage.read(WORKSPACE, DIGEST, start, end, thumbnail=thumbnail)])


async def test_MD3_what_is_put_is_there_whole_and_in_parts(place: Place) -> None:
    await place.storage.put(WORKSPACE, DIGEST, io.BytesIO(PNG), "image/png")
    await place.storage.put(WORKSPACE, DIGEST, io.BytesIO(b"small"), "image/webp", thumbnail=True)
    assert await place.storage.size(WORKSPACE, DIGEST) == len(PNG)
    assert await place.storage.size(WORKSPACE, DIGEST, thumbnail=True) == 5
    assert await read(place.storage, 0, len(PNG)) == PNG
    assert await read(place.storage, 3, 9) == PNG[3:9]
    assert await read(place.storage, len(PNG) - 1, len(PNG)) == PNG[-1:]
    assert await read(place.storage, 0, 5, thumbnail=True) == b"small"
    assert place.names() == [KEY, f"{KEY}.thumbnail"]


async def test_MD3_putting_it_again_changes_nothing(place: Place) -> None:
    for _ in range(2):
        await place.storage.put(WORKSPACE, DIGEST, io.BytesIO(PNG), "image/png")
    assert (place.names(), await read(place.storage, 0, len(PNG))) == ([KEY], PNG)


async def test_MD3_a_large_file_goes_there_in_parts_and_comes_back_in_parts(place: Place) -> None:
    piece = bytes(range(256)) * 4096
    await place.storage.put(WORKSPACE, DIGEST, io.BytesIO(piece * 20), "video/mp4")
    assert await place.storage.size(WORKSPACE, DIGEST) == LARGE
    sizes = [len(one) async for one in place.storage.read(WORKSPACE, DIGEST, 0, LARGE)]
    assert (sum(sizes), max(sizes)) == (LARGE, 1 << 20)
    assert await read(place.storage, (7 << 20) - 3, (7 << 20) + 3) == (piece + piece)[(1 << 20) - 3 : (1 << 20) + 3]


async def test_MD3_what_is_removed_is_gone_and_may_be_removed_again(place: Place) -> None:
    await place.storage.put(WORKSPACE, DIGEST, io.BytesIO(PNG), "image/png")
    await place.storage.put(WORKSPACE, DIGEST, io.BytesIO(b"small"), "image/webp", thumbnail=True)
    for _ in range(2):
        await place.storage.remove(WORKSPACE, DIGEST)
    assert place.names() == []
    with pytest.raises(StorageFailed):
        await place.storage.size(WORKSPACE, DIGEST)
    with pytest.raises(StorageFailed):
        await read(place.storage, 0, 1)


class Breaking(io.BytesIO):
    """A file whose disk fails in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > LARGE // 2:
            raise OSError("the disk fails")
        return super().read(size)


async def test_MD3_a_crash_in_the_middle_leaves_nothing(place: Place) -> None:
    with pytest.raises(StorageFailed):
        await place.storage.put(WORKSPACE, DIGEST, Breaking(bytes(LARGE)), "video/mp4")
    assert place.names() == []
    if place.server is not None:
        assert place.server.uploads(place.bucket) == 0


async def test_MD3_a_storage_that_is_not_there_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    storage = Storage.at("s3://nowhere", tmp_path)
    storage = Storage(type(storage._store)("nowhere", retry_config={"max_retries": 0}))  # pyright: ignore[reportCallIssue]
    with pytest.raises(StorageFailed):
        await storage.put(WORKSPACE, DIGEST, io.BytesIO(PNG), "image/png")


async def test_MD13_the_storage_itself_gives_a_file_for_a_minute_and_as_what_it_is(
    storage_server: s3.S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = on_s3(storage_server, tmp_path, monkeypatch)
    await place.storage.put(WORKSPACE, DIGEST, io.BytesIO(PNG), "image/png")
    await place.storage.put(WORKSPACE, b"p" * 32, io.BytesIO(b"%PDF-1.4"), "application/pdf")
    assert place.storage.may_sign
    address = await place.storage.signed(WORKSPACE, DIGEST)
    asked = parse_qs(urlsplit(address).query)
    assert (asked["X-Amz-Expires"], len(asked["X-Amz-Signature"][0])) == (["60"], 64)
    assert address.startswith(f"{await place.storage.origin()}/")
    assert await place.storage.origin() == storage_server.origin
    async with httpx2.AsyncClient(trust_env=False) as http:
        whole = await http.get(address)
        assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, PNG, "image/png")
        assert whole.headers["content-disposition"] == "inline"
        part = await http.get(address, headers={"range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, PNG[2:6])
        document = await http.get(await place.storage.signed(WORKSPACE, b"p" * 32))
        assert document.headers["content-disposition"] == "attachment"


def test_MD13_a_folder_cannot_answer_browsers_and_the_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"CONFAB_MEDIA_REDIRECT needs a storage that speaks S3"):
        storage_of(Settings(media_redirect=True, data_dir=tmp_path))
    assert not storage_of(Settings(data_dir=tmp_path)).may_sign


def test_MD13_pages_may_load_from_that_one_origin_and_nothing_else_changes() -> None:
    def policy(origin: str | None) -> dict[str, str]:
        text = dict(security(origin))[b"content-security-policy"].decode()
        return {name: rest for name, _, rest in (part.strip().partition(" ") for part in text.split(";"))}

    usual, with_origin = policy(None), policy("https://s3.example.org")
    changed = {name: rest for name, rest in with_origin.items() if usual[name] != rest}
    assert changed == {
        "img-src": "'self' data: blob: https://s3.example.org",
        "media-src": "'self' blob: https://s3.example.org",
    }
    assert usual["img-src"] == "'self' data: blob:"
