"""What a file measures, a smaller picture for the list of messages, and one of a few pixels for the moment before it is there.

Runs as a process of its own (`python -m confab.media.picture`): `studio.py` sends pictures and reads the answers. A picture with
more pixels than a camera makes is not decoded: a file of a few kilobytes may unfold to gigabytes. Films and sounds are for
`film.py`, and what is to be sent for `convert.py`, whose decoders are loaded with the first of them.
"""

import base64
import io
import os
import resource
import select
import struct
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO

import msgspec
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from confab.errors import MediaRefused
from confab.media.measured import Asked, Measured

MOST_PIXELS = 50_000_000
_THUMBNAIL = 640
_TINY = 12
_MOST_MEMORY = 1 << 30
_IDLE_S = 3.0
_LENGTH = struct.Struct(">II")

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
pillow_heif.register_heif_opener(thumbnails=False)  # pyright: ignore[reportUnknownMemberType] -- its keywords have no types


def measure(body: IO[bytes], content_type: str) -> tuple[Measured, bytes, bytes]:
    """What it measures, its thumbnail and the file to keep in its place; each empty where there is none.

    Raises MediaRefused for what is no picture, or a bomb.
    """
    with unfolded(body) as opened:
        return _measure(opened, content_type)


@contextmanager
def unfolded(body: IO[bytes]) -> Generator[Image.Image]:
    """A picture, if it is one and has no more pixels than a camera makes. Raises MediaRefused, also while it is worked on."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(body) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise MediaRefused(f"it measures {opened.width} x {opened.height}, more than any camera makes")
                yield opened
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise MediaRefused("it has more pixels than any camera makes") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise MediaRefused(f"it is a damaged picture: {type(error).__name__}") from None


def _measure(opened: Image.Image, content_type: str) -> tuple[Measured, bytes, bytes]:
    is_turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    width, height = (opened.height, opened.width) if is_turned else (opened.width, opened.height)
    shown = _as_webp(opened) if content_type == "image/heic" else b""
    small = _small(opened)
    thumbnail = _encoded(small, quality=80) if max(width, height) > _THUMBNAIL else b""
    measured = Measured(
        content_type="image/webp" if shown else content_type, width=width, height=height, placeholder=_placeholder(small),
        thumbnail_bytes=len(thumbnail),
    )  # fmt: skip
    return measured, thumbnail, shown


def _small(opened: Image.Image) -> Image.Image:
    opened.draft("RGB", (_THUMBNAIL, _THUMBNAIL))  # a JPEG decodes to a fraction of its size right away
    small = ImageOps.exif_transpose(opened)
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    return small if small.mode in ("RGB", "RGBA") else small.convert("RGBA" if "transparency" in small.info else "RGB")


def _as_webp(opened: Image.Image) -> bytes:
    return _encoded(ImageOps.exif_transpose(opened).convert("RGB"), quality=88)


def _placeholder(small: Image.Image) -> str:
    tiny = small.convert("RGB")
    tiny.thumbnail((_TINY, _TINY))
    return "data:image/webp;base64," + base64.b64encode(_encoded(tiny, quality=20)).decode()


def _encoded(image: Image.Image, *, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=3)
    return file.getvalue()


def poster(frame: Image.Image) -> tuple[str, bytes]:
    """The placeholder and the thumbnail of a film's first frame, which has the proportions in which it is shown."""
    small = frame.convert("RGB")
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    return _placeholder(small), _encoded(small, quality=80)


def _answer(body: IO[bytes], asked: Asked) -> tuple[Measured, bytes, bytes]:
    try:
        if asked.is_to_send:
            from confab.media import convert

            return convert.prepare(body, asked.content_type)
        if asked.content_type.startswith("image/"):
            return measure(body, asked.content_type)
        from confab.media import film

        return film.measure(body, asked.content_type)
    except MediaRefused as error:
        return Measured(refused=error.detail), b"", b""


def main() -> None:
    """Answer one file after another, until nobody has asked for a while."""
    os.nice(10)  # messages go before their pictures
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    while select.select([asked], [], [], _IDLE_S)[0] and len(head := asked.read(_LENGTH.size)) == _LENGTH.size:
        length, size = _LENGTH.unpack(head)
        what = msgspec.json.decode(asked.read(length), type=Asked)
        measured, thumbnail, shown = _answer(io.BytesIO(asked.read(size)), what)
        said = msgspec.json.encode(measured)
        answered.write(_LENGTH.pack(len(said), len(thumbnail) + len(shown)) + said + thumbnail + shown)
        answered.flush()


if __name__ == "__main__":
    main()
