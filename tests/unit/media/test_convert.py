"""Files become what Instagram takes. Rule UP2 of docs/spec/inbox.md."""

import io
from typing import Any

import av
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from confab.errors import MediaRefused
from confab.media import convert, sniff, strip
from tests.unit.media import films

pillow_heif.register_heif_opener()


def noise(size: tuple[int, int] = (400, 300)) -> Image.Image:
    return Image.effect_noise(size, 60).convert("RGB")


def from_a_phone() -> Image.Exif:
    """What a phone writes beside a picture: held upright, in Greenwich."""
    told = Image.Exif()
    told[0x0112], told[0x010F] = 6, "Phone"
    told.get_ifd(0x8825).update({1: "N", 2: (51.0, 28.0, 38.0), 3: "W", 4: (0.0, 0.0, 5.0)})
    return told


def file(image: Image.Image, kind: str, **more: Any) -> bytes:
    body = io.BytesIO()
    image.save(body, kind, **more)
    return body.getvalue()


def prepared(body: bytes) -> tuple[Any, bytes]:
    """What is measured, and the file as it goes out."""
    measured, _, made = convert.prepare(io.BytesIO(body), sniff.type_to_send(body[: sniff.ENOUGH]))
    return measured, made or body


@pytest.mark.parametrize("kind", ["HEIF", "WEBP", "AVIF"])
def test_UP2_what_instagram_does_not_take_becomes_a_jpeg_that_stands_upright(kind: str) -> None:
    measured, made = prepared(file(noise(), kind, exif=from_a_phone().tobytes()))
    assert (measured.content_type, measured.width, measured.height) == ("image/jpeg", 300, 400)
    shown = Image.open(io.BytesIO(made))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (300, 400), {})


@pytest.mark.parametrize(("kind", "more"), [("JPEG", {"quality": 90}), ("PNG", {})])
def test_UP2_a_picture_does_not_tell_where_it_was_taken(kind: str, more: dict[str, Any]) -> None:
    image = noise()
    measured, made = prepared(file(image, kind, exif=from_a_phone().tobytes(), **more))
    shown = Image.open(io.BytesIO(made))
    assert dict(shown.getexif()) == {0x0112: 6}
    assert dict(shown.getexif().get_ifd(0x8825)) == {}
    assert (measured.width, measured.height) == (300, 400)
    assert shown.tobytes() == Image.open(io.BytesIO(file(image, kind, **more))).tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_UP2_a_picture_without_remarks_goes_byte_for_byte(kind: str) -> None:
    body = file(noise(), kind)
    measured, made = prepared(body)
    assert made == body
    assert measured.content_type == f"image/{kind.lower()}"


def test_UP2_a_colour_profile_stays() -> None:
    profile = b"a profile" * 50
    _, made = prepared(file(noise(), "JPEG", icc_profile=profile, exif=from_a_phone().tobytes()))
    assert Image.open(io.BytesIO(made)).info["icc_profile"] == profile


def test_UP2_a_picture_of_more_than_8_MB_is_made_smaller() -> None:
    body = file(Image.effect_noise((4600, 2600), 120).convert("RGB"), "JPEG", quality=95)
    assert len(body) > convert.LARGEST_PICTURE
    measured, made = prepared(body)
    assert len(made) <= convert.LARGEST_PICTURE
    assert (measured.content_type, measured.width) == ("image/jpeg", 4096) or measured.width < 4600


def test_UP2_what_is_transparent_becomes_white() -> None:
    _, made = prepared(file(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "WEBP"))
    assert min(Image.open(io.BytesIO(made)).convert("L").tobytes()) > 250


def test_UP2_a_gif_of_more_than_8_MB_is_refused_with_what_to_do() -> None:
    with pytest.raises(MediaRefused, match=r"8 MB.*smaller GIF"):
        convert.prepare(io.BytesIO(file(noise(), "GIF") + bytes(convert.LARGEST_PICTURE)), "image/gif")


@pytest.mark.parametrize(("container", "codec"), [("webm", "libopus"), ("ogg", "libopus"), ("mp3", "libmp3lame"), ("mov", "aac")])
def test_UP2_a_voice_that_instagram_does_not_take_becomes_m4a(container: str, codec: str) -> None:
    measured, made = prepared(films.sound(container, codec))
    assert measured.content_type == "audio/mp4"
    assert measured.duration_ms == pytest.approx(2000, abs=100)
    assert made[4:12] == b"ftypM4A "
    with av.open(io.BytesIO(made)) as sound:
        assert [one.codec_context.name for one in sound.streams] == ["aac"]


@pytest.mark.parametrize(("container", "codec", "kind"), [
    ("ipod", "aac", "audio/mp4"), ("mp4", "aac", "audio/mp4"), ("wav", "pcm_s16le", "audio/wav"), ("adts", "aac", "audio/aac"),
])  # fmt: skip
def test_UP2_a_voice_that_instagram_takes_goes_byte_for_byte(container: str, codec: str, kind: str) -> None:
    body = films.sound(container, codec)
    measured, made = prepared(body)
    assert (measured.content_type, made) == (kind, body)


def test_UP2_a_film_goes_byte_for_byte_with_its_poster() -> None:
    body = films.film()
    measured, made = prepared(body)
    assert (measured.content_type, measured.width, measured.height, made) == ("video/mp4", 320, 180, body)
    assert measured.placeholder


def test_UP2_a_damaged_file_is_refused() -> None:
    for body in (
        file(noise(), "HEIF")[:400],
        b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm" + bytes(90),
    ):
        with pytest.raises(MediaRefused):
            prepared(body)


@pytest.mark.parametrize(
    "body", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html><p>hi", b"PK\3\4" + bytes(60), b"MZ" + bytes(90)]
)
def test_UP1_what_goes_in_no_form_is_refused_with_what_goes(body: bytes) -> None:
    with pytest.raises(MediaRefused, match="PDF"):
        sniff.type_to_send(body)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_UP2_taking_remarks_out_never_breaks_what_it_cannot_read(tail: bytes, at: int) -> None:
    for whole, taken_out in ((JPEG, strip.jpeg), (PNG, strip.png)):
        assert isinstance(taken_out(whole[:at] + tail), bytes)


JPEG = file(noise((30, 20)), "JPEG", exif=from_a_phone().tobytes())
PNG = file(noise((30, 20)), "PNG", exif=from_a_phone().tobytes())
