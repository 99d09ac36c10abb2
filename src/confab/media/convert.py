"""A file as Instagram takes it: in the process that unfolds files, only there. Rules UP2 and S9.

What goes as it is stays as it is, byte for byte, but for where a picture was taken, which nobody meant to tell.
"""

import io
from collections.abc import Iterator
from typing import IO, Any

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from PIL import Image, ImageOps

from confab.errors import MediaRefused
from confab.media import film, picture, strip
from confab.media.measured import Measured

LARGEST_PICTURE = 8_000_000
LARGEST_SOUND = 25_000_000

_GOES_AS_IT_IS = ("image/jpeg", "image/png", "image/gif")
_SIDES = (4096, 3072, 2048, 1440)
_QUALITY = 88
_RATE = 48_000
_BITS = 64_000  # a second and a voice

Prepared = tuple[Measured, bytes, bytes]
"""What it measures, its thumbnail, and what to send in its place; empty where there is none."""


def prepare(body: IO[bytes], content_type: str) -> Prepared:
    """Raises MediaRefused for what cannot be read, or cannot be made small enough."""
    return _picture(body, content_type) if content_type.startswith("image/") else _film(body, content_type)


def _picture(body: IO[bytes], content_type: str) -> Prepared:
    given = body.read()
    made, made_type = _stripped(given, content_type), content_type
    if content_type == "image/gif" and len(given) > LARGEST_PICTURE:
        raise MediaRefused("it is larger than 8 MB, and Instagram takes no larger picture: send a smaller GIF, or a film")
    if content_type not in _GOES_AS_IT_IS or len(made) > LARGEST_PICTURE:
        with picture.unfolded(io.BytesIO(given)) as opened:
            made, made_type = _as_jpeg(opened), "image/jpeg"
    measured, thumbnail, _ = picture.measure(io.BytesIO(made), made_type)
    return measured, thumbnail, b"" if made == given else made


def _stripped(given: bytes, content_type: str) -> bytes:
    match content_type:
        case "image/jpeg":
            return strip.jpeg(given)
        case "image/png":
            return strip.png(given)
        case _:
            return given


def _as_jpeg(opened: Image.Image) -> bytes:
    """Upright, on white where it is transparent, in its own colours, and as large as it may be."""
    colours = opened.info.get("icc_profile")
    image = ImageOps.exif_transpose(opened)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    for side in (max(image.size), *_SIDES):
        image.thumbnail((side, side))
        file = io.BytesIO()
        image.save(file, "JPEG", quality=_QUALITY, optimize=True, icc_profile=colours)
        if file.tell() <= LARGEST_PICTURE:
            return file.getvalue()
    raise MediaRefused("it cannot be made smaller than 8 MB: send a smaller picture")


def _film(body: IO[bytes], content_type: str) -> Prepared:
    given = body.read()
    with film.unfolded(io.BytesIO(given), content_type) as container:
        if _shows_something(container):
            if content_type == "audio/ogg":
                content_type = "video/ogg"
            made = b""
        elif not container.streams.audio:
            raise MediaRefused("it holds neither a film nor a sound")
        elif _is_taken(container, content_type):
            content_type, made = "audio/mp4" if content_type == "video/mp4" else content_type, b""
        else:
            content_type, made = "audio/mp4", _as_m4a(container)
    measured, thumbnail, _ = film.measure(io.BytesIO(made or given), content_type)
    return measured, thumbnail, made


def _shows_something(container: InputContainer) -> bool:
    """Whether there is a film: a sound may carry the picture of its cover."""
    return any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video)


def _is_taken(container: InputContainer, content_type: str) -> bool:
    if content_type in ("audio/aac", "audio/wav"):
        return True
    return content_type in ("audio/mp4", "video/mp4") and container.streams.audio[0].codec_context.name.startswith("aac")


def _as_m4a(container: InputContainer) -> bytes:
    """The sound as AAC: what browsers record as Opus, and MP3, Instagram does not take."""
    file = io.BytesIO()
    sound = container.streams.audio[0]
    layout = "mono" if sound.codec_context.channels == 1 else "stereo"
    with av.open(file, "w", format="ipod") as opened:
        out: Any = opened  # its packets have types with holes
        voice: Any = out.add_stream("aac", rate=_RATE, layout=layout)  # as above
        voice.bit_rate = _BITS * (1 if layout == "mono" else 2)
        for piece in _pieces(container, sound, layout):
            out.mux(voice.encode(piece))
            if file.tell() > LARGEST_SOUND:
                raise MediaRefused("it is too long: as Instagram takes it, it would be larger than 25 MB")
        out.mux(voice.encode(None))
    return file.getvalue()


def _pieces(container: InputContainer, sound: AudioStream, layout: str) -> Iterator[AudioFrame]:
    resampler = AudioResampler(format="fltp", layout=layout, rate=_RATE)
    for frame in container.decode(sound):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)
