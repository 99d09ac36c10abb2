"""How long a film or a sound is, how large its picture, and its first frame: in the process that unfolds files, only there.

Each is opened as what its first bytes say it is, so that no file chooses a stranger decoder.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from confab.errors import MediaRefused
from confab.media import picture
from confab.media.measured import Measured

_FORMATS = {
    "video/mp4": "mp4", "audio/mp4": "mp4", "audio/aac": "aac", "audio/ogg": "ogg", "audio/wav": "wav", "video/quicktime": "mov",
    "video/webm": "webm", "video/ogg": "ogg", "video/x-msvideo": "avi", "audio/mpeg": "mp3",
}  # fmt: skip
_MOST_PACKETS = 200  # until the first frame
_LONGEST_MS = 7 * 24 * 3_600_000


def measure(body: IO[bytes], content_type: str) -> tuple[Measured, bytes, bytes]:
    """Its duration; of a film also size and poster. Raises MediaRefused for what cannot be read, or has absurdly many pixels."""
    with unfolded(body, content_type) as container:
        measured, thumbnail = _film(container, content_type)
        return measured, thumbnail, b""


@contextmanager
def unfolded(body: IO[bytes], content_type: str) -> Generator[InputContainer]:
    """A film or a sound, if it is one. Raises MediaRefused, also while it is worked on."""
    try:
        with av.open(body, "r", format=_FORMATS[content_type], metadata_errors="ignore") as container:
            yield container
    except (FFmpegError, MemoryError, OSError, ValueError, ArithmeticError) as error:
        raise MediaRefused(f"it cannot be played: {type(error).__name__}") from None


def _film(container: InputContainer, content_type: str) -> tuple[Measured, bytes]:
    duration_ms = _duration_ms(container)
    if not content_type.startswith("video/") or not container.streams.video:
        return Measured(content_type=content_type, duration_ms=duration_ms), b""
    video = container.streams.video[0]
    coded = video.codec_context
    if coded.width * coded.height > picture.MOST_PIXELS:
        raise MediaRefused(f"it measures {coded.width} x {coded.height}, more than any camera makes")
    frame = _first_frame(container, video)
    if frame is None:
        return Measured(content_type=content_type, duration_ms=duration_ms, width=coded.width, height=coded.height), b""
    shown = _as_shown(frame, video)
    placeholder, thumbnail = picture.poster(shown)
    measured = Measured(
        content_type=content_type, duration_ms=duration_ms, width=shown.width, height=shown.height, placeholder=placeholder,
        thumbnail_bytes=len(thumbnail),
    )  # fmt: skip
    return measured, thumbnail


def _duration_ms(container: InputContainer) -> int | None:
    if container.duration is None:
        return None
    duration_ms = container.duration * 1000 // av.time_base
    return duration_ms if 0 < duration_ms <= _LONGEST_MS else None


def _first_frame(container: InputContainer, video: VideoStream) -> VideoFrame | None:
    """None where it cannot be decoded: the film is kept without a poster."""
    video.codec_context.thread_count = 1
    try:
        for tried, packet in enumerate(container.demux(video)):
            for frame in packet.decode():
                return frame if frame.width * frame.height <= picture.MOST_PIXELS else None
            if tried > _MOST_PACKETS:
                break
    except FFmpegError:
        pass
    return None


def _as_shown(frame: VideoFrame, video: VideoStream) -> Image.Image:
    """Upright, and with square pixels."""
    image = cast(Image.Image, frame.to_image())  # pyright: ignore[reportUnknownMemberType] -- it has no type
    ratio = video.sample_aspect_ratio
    if ratio and ratio != 1 and 0.1 < ratio < 10:
        image = image.resize(  # pyright: ignore[reportUnknownMemberType] -- one of its types has none
            (max(1, round(image.width * ratio)), image.height)
        )
    turn = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    quarter = turn.get(round(frame.rotation) % 360)
    return image.transpose(quarter) if quarter is not None else image
