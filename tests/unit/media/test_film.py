"""How long a film is and how it looks is known before a browser loads it. Rule MD10 of docs/spec/inbox.md."""

import io
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from confab.errors import MediaRefused
from confab.media import film, picture, sniff
from confab.media.studio import Studio
from tests.unit.media import films


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    one = Studio()
    yield one
    await one.aclose()


async def test_MD10_a_film_has_its_size_its_duration_and_a_poster(studio: Studio) -> None:
    body = films.film(1280, 720)
    assert sniff.content_type(body[: sniff.ENOUGH], is_voice=False) == "video/mp4"
    read = await studio.measure(io.BytesIO(body), "video/mp4")
    assert (read.measured.width, read.measured.height, read.measured.duration_ms) == (1280, 720, 2000)
    assert read.shown is None
    assert read.thumbnail is not None
    with Image.open(read.thumbnail) as poster:
        assert (poster.format, poster.size) == ("WEBP", (640, 360))
    assert (read.measured.placeholder or "").startswith("data:image/webp;base64,")


async def test_MD10_a_film_measures_as_it_is_shown(studio: Studio) -> None:
    read = await studio.measure(io.BytesIO(films.turned(films.film(320, 180))), "video/mp4")
    assert (read.measured.width, read.measured.height) == (180, 320)
    assert read.thumbnail is not None
    with Image.open(read.thumbnail) as poster:
        assert poster.size == (180, 320)


@pytest.mark.parametrize(
    ("content_type", "container_format", "codec"),
    [
        ("audio/mp4", "mp4", "aac"), ("audio/aac", "adts", "aac"), ("audio/ogg", "ogg", "libopus"),
        ("audio/wav", "wav", "pcm_s16le"),
    ],
)  # fmt: skip
async def test_MD10_a_sound_has_its_duration(studio: Studio, content_type: str, container_format: str, codec: str) -> None:
    body = films.sound(container_format, codec)
    assert sniff.content_type(body[: sniff.ENOUGH], is_voice=content_type == "audio/mp4") == content_type
    measured = (await studio.measure(io.BytesIO(body), content_type)).measured
    assert measured.duration_ms == pytest.approx(2000, abs=150)
    assert (measured.width, measured.height, measured.placeholder) == (None, None, None)


@pytest.mark.parametrize("body", [b"\x00\x00\x00\x20ftypisom" + bytes(600), films.film().replace(b"moov", b"xxxx"), b"RIFF"])
async def test_MD10_a_film_that_nobody_can_read_is_said_to_be_so_and_the_next_one_is_read(studio: Studio, body: bytes) -> None:
    with pytest.raises(MediaRefused, match="played"):
        await studio.measure(io.BytesIO(body), "video/mp4")
    assert (await studio.measure(io.BytesIO(films.film(64, 64)), "video/mp4")).measured.width == 64


async def test_MD10_a_film_without_its_end_is_measured_all_the_same(studio: Studio) -> None:
    """Its table stands in front, as Instagram writes it, and the last frames are missing."""
    body = films.film(frames=40)
    at = body.index(b"mdat") + 400
    read = await studio.measure(io.BytesIO(body[:at]), "video/mp4")
    assert (read.measured.width, read.measured.duration_ms) == (320, 4000)


def test_MD10_a_film_with_absurdly_many_pixels_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    body = films.film(320, 180)
    monkeypatch.setattr(picture, "MOST_PIXELS", 320 * 180 - 1)
    monkeypatch.setattr(film, "_first_frame", lambda *_: pytest.fail("it was unfolded"))
    with pytest.raises(MediaRefused, match="320 x 180, more than any camera"):
        film.measure(io.BytesIO(body), "video/mp4")


async def test_MD10_the_boxes_of_a_film_are_not_believed(studio: Studio) -> None:
    """They say 65,535 pixels each way; the film itself knows better."""
    assert (await studio.measure(io.BytesIO(films.absurd(films.film())), "video/mp4")).measured.width == 320


async def test_MD10_no_file_chooses_its_decoder(studio: Studio) -> None:
    """A playlist that names other files, called a film: it is opened as a film or not at all."""
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    with pytest.raises(MediaRefused):
        await studio.measure(io.BytesIO(playlist), "video/mp4")


async def test_MD10_of_a_large_film_only_pieces_are_in_our_memory(studio: Studio) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryFile() as large:
        large.write(b"\x00\x00\x00\x20ftypisom")
        large.truncate(120 << 20)
        with pytest.raises(MediaRefused):
            await studio.measure(large, "video/mp4")
        large.truncate(300 << 20)
        with pytest.raises(MediaRefused, match="too large to be unfolded"):
            await studio.measure(large, "video/mp4")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024


def test_MD10_an_idle_worker_carries_no_decoder() -> None:
    look = "import sys, confab.worker, confab.app; sys.exit(bool({'av', 'PIL', 'pillow_heif', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
