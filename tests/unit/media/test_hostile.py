"""Whatever a stranger sends is refused with a reason, or kept as what it is, and harms nobody. Rules MD1-MD3, MD10."""

import io
import resource
from collections.abc import AsyncIterator

import pillow_heif
import pytest
from PIL import Image

from confab.errors import MediaError, MediaGone, MediaRefused
from confab.media import guard, sniff
from confab.media.studio import Studio
from tests.unit.media.test_download import MAX, answers, bomb, host, png, refused
from tests.unit.media.test_guard import Names


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    one = Studio()
    yield one
    await one.aclose()


def gif(width: int, height: int, frames: int) -> bytes:
    """A GIF of many frames that are all alike."""
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    frame = b"\x2c\0\0\0\0" + size + b"\0\x08\x03\x00\x01\x04\x00\x00"
    return b"GIF89a" + size + b"\x80\0\0" + bytes(6) + frame * frames + b"\x3b"


def many_frames(count: int) -> bytes:
    """A GIF whose frame comes again and again."""
    file = io.BytesIO()
    Image.new("L", (1000, 1000), 120).save(file, "GIF")
    body = file.getvalue()
    start = 13 + 3 * (2 << (body[10] & 7))
    return body[:start] + body[start:-1] * count + body[-1:]


def webp(width: int, height: int) -> bytes:
    """A lossless WebP that says it measures so much: 14 bits each way."""
    bits = (width - 1) | (height - 1) << 14
    body = b"\x2f" + bits.to_bytes(4, "little") + bytes(64)
    chunk = b"VP8L" + len(body).to_bytes(4, "little") + body + (b"\0" if len(body) % 2 else b"")
    return b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"WEBP" + chunk


def heic(width: int, height: int) -> bytes:
    """A HEIC of a few kilobytes whose boxes say that it measures so much."""
    file = io.BytesIO()
    pillow_heif.register_heif_opener()
    Image.new("RGB", (64, 48)).save(file, "HEIF")
    body = file.getvalue()
    at = body.index(b"ispe") + 8
    return body[:at] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + body[at + 8 :]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (bomb(30_000, 30_000), "image/png"), (gif(60_000, 60_000, 1), "image/gif"), (gif(20_000, 20_000, 5000), "image/gif"),
        (webp(16_384, 16_384), "image/webp"), (heic(60_000, 60_000), "image/heic"),
    ],
    ids=["png", "gif", "gif of many frames", "webp", "heic"],
)  # fmt: skip
async def test_MD3_no_bomb_is_unfolded(studio: Studio, body: bytes, content_type: str) -> None:
    assert sniff.content_type(body[: sniff.ENOUGH], is_voice=False) == content_type
    assert len(body) < 200_000
    with pytest.raises(MediaRefused) as told:
        await studio.measure(io.BytesIO(body), content_type)
    assert told.value.detail.startswith("it ")
    assert (await studio.measure(io.BytesIO(png()), "image/png")).measured.width == 40


async def test_MD3_of_many_frames_only_the_first_is_unfolded(studio: Studio) -> None:
    """A small GIF of thousands of frames is a GIF like any other."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = await studio.measure(io.BytesIO(many_frames(5000)), "image/gif")
    assert (read.measured.width, read.measured.height) == (1000, 1000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (png(200, 200)[:100], "image/png"), (gif(10, 10, 1)[:14], "image/gif"), (webp(10, 10)[:24], "image/webp"),
        (heic(64, 48)[:200], "image/heic"), (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20), "image/jpeg"),
    ],
    ids=["png", "gif", "webp", "heic", "jpeg"],
)  # fmt: skip
async def test_MD3_a_picture_that_ends_early_is_refused_as_damaged(studio: Studio, body: bytes, content_type: str) -> None:
    with pytest.raises(MediaRefused, match=r"it is a damaged picture|unfolds it"):
        await studio.measure(io.BytesIO(body), content_type)


INSIDE = [
    "127.0.0.1", "10.0.0.1", "192.168.0.1", "172.31.255.255", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "fe80::1", "fc00::1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
    "2002:a9fe:a9fe::",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
async def test_MD1_a_name_of_metas_that_leads_inside_is_refused_at_the_first_hop(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    Names(monkeypatch, [address])
    with pytest.raises(MediaRefused, match=r"lookaside\.fbsbx\.com leads to an address that is not public"):
        await guard.GuardedBackend(frozenset()).connect_tcp("lookaside.fbsbx.com", 443, timeout=1)


@pytest.mark.parametrize("address", INSIDE)
async def test_MD1_and_at_every_later_hop(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The first host is allowed and answers; where it leads to is judged like the first."""
    asked: list[str] = []
    real = guard._resolved

    async def resolved(name: str, port: int) -> list[str]:
        asked.append(name)
        return [address] if name == "scontent.xx.fbcdn.net" else await real(name, port)

    monkeypatch.setattr(guard, "_resolved", resolved)
    told = await refused(answers(b"", status="302 Found", Location="https://scontent.xx.fbcdn.net/v/x.jpg"), MediaRefused)
    assert told == "scontent.xx.fbcdn.net leads to an address that is not public"
    assert asked == ["127.0.0.1", "scontent.xx.fbcdn.net"]


@pytest.mark.parametrize(
    "written",
    [
        "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0", "127.0.0.1.",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]",
        "127.0.0.1.nip.io", "localhost", "localhost.localdomain", "metadata.google.internal",
    ],
)  # fmt: skip
def test_MD1_an_address_is_no_host_of_metas_however_it_is_written(written: str) -> None:
    with pytest.raises(MediaRefused, match="is not a host of Meta's media"):
        guard.checked(f"https://{written}/x", frozenset())


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://evil.example/x.jpg", "evil.example is not a host of Meta's media"),
        ("http://lookaside.fbsbx.com/x", "not https"),
        ("https://lookaside.fbsbx.com:22/x", "not https on its usual port"), ("https://a:b@lookaside.fbsbx.com/", "credentials"),
        ("https://2130706433/x", "not a host"), ("https://[::ffff:127.0.0.1]/x", "not a host"),
        ("file:///etc/passwd", "not https"),
    ],
)  # fmt: skip
async def test_MD1_a_redirect_is_refused_for_the_same_reasons_as_a_link(location: str, reason: str) -> None:
    assert reason in await refused(answers(b"", status="302 Found", Location=location), MediaRefused)


async def test_MD1_a_redirect_to_a_page_is_a_dead_link() -> None:
    location = "https://www.instagram.com/accounts/login/"
    assert await refused(answers(b"", status="302 Found", Location=location), MediaGone) == (
        "Instagram's link leads to a page and to no file"
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
        (b"\x7fELF" + bytes(300), "not kept"),
        (b"MZ\x90\x00" + bytes(300), "not kept"),
        (b"#!/bin/sh\nrm -rf /\n", "no type"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "no type"),
        (b"PK\x03\x04" + bytes(300), "not kept"),
        (b"Rar!\x1a\x07\x00" + bytes(300), "not kept"),
    ],
)
async def test_MD2_what_is_no_medium_is_refused_and_the_reason_says_what_it_is(body: bytes, reason: str) -> None:
    assert reason in await refused(answers(body, Content_Type="image/jpeg"), MediaRefused)


@pytest.mark.parametrize(
    ("status", "times", "rests"),
    [("429 Busy", 1, True), ("503 Down", 3, False), ("503 Down", 4, True), ("404 Gone", 5, False), ("403 No", 5, False)],
)
async def test_MD11_a_host_in_trouble_rests_for_a_moment(status: str, times: int, rests: bool) -> None:
    async with host(answers(b"", status=status), max_bytes=MAX) as (downloads, base):
        for _ in range(times):
            with pytest.raises(MediaError):
                async with downloads.file(f"{base}/x", is_voice=False):
                    pass
        assert downloads.paused() == ([base.removeprefix("http://")] if rests else [])
