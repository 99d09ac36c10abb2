"""A file comes from a host that nobody trusts. Rules MD1, MD2, M1, M4, M5."""

import asyncio
import gzip
import hashlib
import io
import resource
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pillow_heif
import pytest
from PIL import Image

from confab.errors import MediaError, MediaGone, MediaRefused, MediaUnavailable
from confab.media import guard
from confab.media.download import Downloads
from confab.media.studio import Studio

MAX = 1 << 20
Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


def png(width: int = 40, height: int = 30) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 40)).save(file, "PNG")
    return file.getvalue()


def answers(body: bytes, *, status: str = "200 OK", **headers: str) -> Answer:
    async def answer(_path: str, writer: asyncio.StreamWriter) -> None:
        given = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
        await writer.drain()

    return answer


@asynccontextmanager
async def host(answer: Answer, *, max_bytes: int = MAX) -> AsyncIterator[tuple[Downloads, str]]:
    """A media host on this machine that is allowed, and answers so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await answer(head.split(b" ")[1].decode(), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    pair = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with Downloads.open(guard.allowed([pair]), max_bytes=max_bytes, connections=2) as downloads:
        yield downloads, f"http://{pair}"
    server.close()
    await server.wait_closed()


async def refused(answer: Answer, kind: type[MediaError], path: str = "/x") -> str:
    async with host(answer) as (downloads, base):
        with pytest.raises(kind) as told:
            async with downloads.file(f"{base}{path}", is_voice=False):
                pass
    return told.value.detail


async def test_MD2_a_file_is_measured_and_recognised_by_its_bytes_whatever_its_host_says() -> None:
    body = png()
    async with host(answers(body, Content_Type="text/html", Content_Disposition='attachment; filename="x.exe"')) as (dl, base):
        async with dl.file(f"{base}/x.html", is_voice=False) as file:
            assert (file.content_type, file.size_bytes, file.digest) == ("image/png", len(body), hashlib.sha256(body).digest())
            assert file.body.read() == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"MZ" + bytes(200), "not kept"),
        (b"PK\x03\x04" + bytes(200), "not kept"),
        (gzip.compress(png()), "not kept"),
        (b"plain words", "no type"),
        (b"\x00" * 500, "no type"),
    ],
)
async def test_MD2_what_is_no_picture_film_voice_or_document_is_refused(body: bytes, reason: str) -> None:
    assert reason in await refused(answers(body, Content_Type="image/png"), MediaRefused)


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>", b"  \n<html><body>URL signature expired", b"<head>"])
async def test_M1_a_page_in_place_of_a_file_is_a_dead_link(page: bytes) -> None:
    await refused(answers(page), MediaGone)


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "410 Gone"])
async def test_M1_a_dead_link_is_told_from_a_host_in_trouble(status: str) -> None:
    await refused(answers(b"", status=status), MediaGone)
    await refused(answers(b"", status="503 Busy"), MediaUnavailable)
    await refused(answers(b""), MediaUnavailable)


async def test_MD2_a_declared_size_that_is_too_large_is_refused_unread() -> None:
    assert "larger than 1 MB" in await refused(answers(png(), Content_Length=str(1 << 40)), MediaRefused)


async def test_MD2_a_body_without_end_is_refused_at_the_limit_and_never_in_memory() -> None:
    sent = 0

    async def endless(_path: str, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"\x89PNG\r\n\x1a\n" + bytes(65528) + b"\r\n"
        for _ in range(1 << 14):
            writer.write(chunk)
            sent += 1 << 16
            await writer.drain()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "larger" in await refused(endless, MediaRefused)
    assert sent < 1 << 26
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


async def test_MD2_a_body_that_ends_early_is_no_file() -> None:
    async def truncated(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + png())
        await writer.drain()
        writer.close()

    await refused(truncated, MediaUnavailable)


async def test_M4_a_redirect_is_followed_three_times_and_judged_each_time() -> None:
    async def around(path: str, writer: asyncio.StreamWriter) -> None:
        left = int(path.strip("/"))
        await (answers(png()) if left == 0 else answers(b"", status="302 Found", Location=f"/{left - 1}"))(path, writer)

    async with host(around) as (downloads, base), downloads.file(f"{base}/3", is_voice=False) as file:
        assert file.content_type == "image/png"
    assert "on and on" in await refused(around, MediaRefused, "/4")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/", "https://evil.example/", "file:///etc/passwd",
        "//localhost/x", "gopher://127.0.0.1/", "https://me@lookaside.fbsbx.com/", "http://[::1]/",
    ],
)  # fmt: skip
async def test_MD1_a_redirect_to_anywhere_else_is_refused(location: str) -> None:
    await refused(answers(b"", status="302 Found", Location=location), MediaRefused)


async def test_M5_an_mp4_without_a_film_is_a_voice_note_where_the_message_says_so() -> None:
    body = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41" + bytes(600)
    async with host(answers(body)) as (downloads, base):
        for is_voice, kind in ((True, "audio/mp4"), (False, "video/mp4")):
            async with downloads.file(f"{base}/v", is_voice=is_voice) as file:
                assert file.content_type == kind


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it measures so much."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1 << 20), 9)) + chunk(b"IEND", b"")


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    one = Studio()
    yield one
    await one.aclose()


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 8_000), (2**31 - 1, 2**31 - 1)])
async def test_MD3_a_picture_that_unfolds_to_gigabytes_is_refused_unopened(studio: Studio, size: tuple[int, int]) -> None:
    with pytest.raises(MediaRefused):
        await studio.measure(io.BytesIO(bomb(*size)), "image/png")
    assert (await studio.measure(io.BytesIO(png()), "image/png")).measured.width == 40


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + bytes(100), png()[:60], b"\xff\xd8\xff\xe0" + bytes(50)])
async def test_MD3_a_damaged_picture_is_refused(studio: Studio, body: bytes) -> None:
    with pytest.raises(MediaRefused):
        await studio.measure(io.BytesIO(body), "image/png")


async def test_MD3_a_picture_that_breaks_its_process_costs_nobody_else_anything(studio: Studio) -> None:
    assert (await studio.measure(io.BytesIO(png()), "image/png")).measured.width == 40
    assert studio._process is not None
    studio._process.kill()
    await studio._process.wait()
    assert (
        await studio.measure(
            io.BytesIO(
                png(),
            ),
            "image/png",
        )
    ).measured.width == 40


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK", "1", "I;16"])
async def test_MD3_a_picture_is_measured_made_smaller_and_hinted_at(studio: Studio, mode: str) -> None:
    file = io.BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (1600, 900)).save(file, kind)
    read = await studio.measure(file, f"image/{kind.lower()}")
    assert (read.measured.width, read.measured.height) == (1600, 900)
    assert read.shown is None  # the file itself is kept
    assert read.thumbnail is not None
    with Image.open(read.thumbnail) as small:
        assert (small.format, small.size) == ("WEBP", (640, 360))
    assert len(read.measured.placeholder) < 700


async def test_MD3_a_turned_picture_measures_as_it_is_shown(studio: Studio) -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (800, 200)).save(file, "JPEG", exif=exif)
    measured = (await studio.measure(file, "image/jpeg")).measured
    assert (measured.width, measured.height) == (200, 800)


async def test_MD2_a_heic_is_kept_as_webp(studio: Studio) -> None:
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 20, 30)).save(file, "HEIF")
    read = await studio.measure(file, "image/heic")
    assert read.measured.content_type == "image/webp"
    assert read.shown is not None
    with Image.open(read.shown) as shown:
        assert (shown.format, shown.size) == ("WEBP", (64, 48))
