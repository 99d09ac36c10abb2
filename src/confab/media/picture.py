"""What a picture measures, a smaller one for the list of messages, and one of a few pixels for the moment before it is there.

A picture with more pixels than a camera makes is not decoded: a file of a few kilobytes may unfold to gigabytes.
"""

import base64
import io
import tempfile
import warnings
from dataclasses import dataclass
from typing import IO

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from confab.errors import MediaRefused

MOST_PIXELS = 50_000_000
_THUMBNAIL = 640
_TINY = 12

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
pillow_heif.register_heif_opener(thumbnails=False)  # pyright: ignore[reportUnknownMemberType] -- its keywords have no types


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`shown` is the file to keep: the given one, or a WebP made of a HEIC. `thumbnail` is None where it would not be smaller."""

    shown: IO[bytes]
    content_type: str
    width: int
    height: int
    thumbnail: IO[bytes] | None
    placeholder: str


def read(body: IO[bytes], content_type: str) -> Picture:
    """Blocks for as long as decoding takes: call it in a thread. Raises MediaRefused for what is no picture, or a bomb."""
    body.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(body) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise MediaRefused(_too_many(opened.width, opened.height))
                return _read(opened, body, content_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise MediaRefused("it has more pixels than any camera makes") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise MediaRefused(f"it is a damaged picture: {type(error).__name__}") from None


def _read(opened: Image.Image, body: IO[bytes], content_type: str) -> Picture:
    is_turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    width, height = (opened.height, opened.width) if is_turned else (opened.width, opened.height)
    shown: IO[bytes] = body
    if content_type == "image/heic":
        shown, content_type = _as_webp(opened), "image/webp"
    small = _small(opened)
    return Picture(
        shown=shown, content_type=content_type, width=width, height=height, placeholder=_placeholder(small),
        thumbnail=_thumbnail(small) if max(width, height) > _THUMBNAIL else None,
    )  # fmt: skip


def _small(opened: Image.Image) -> Image.Image:
    opened.draft("RGB", (_THUMBNAIL, _THUMBNAIL))  # a JPEG decodes to a fraction of its size right away
    small = ImageOps.exif_transpose(opened)
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    return small if small.mode in ("RGB", "RGBA") else small.convert("RGBA" if "transparency" in small.info else "RGB")


def _thumbnail(small: Image.Image) -> IO[bytes]:
    file = io.BytesIO()
    small.save(file, "WEBP", quality=80, method=3)
    return file


def _as_webp(opened: Image.Image) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller closes it
    ImageOps.exif_transpose(opened).convert("RGB").save(file, "WEBP", quality=88, method=3)
    return file


def _placeholder(small: Image.Image) -> str:
    tiny = small.convert("RGB")
    tiny.thumbnail((_TINY, _TINY))
    file = io.BytesIO()
    tiny.save(file, "WEBP", quality=20, method=6)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()


def _too_many(width: int, height: int) -> str:
    return f"it measures {width} x {height}, more than any camera makes"
