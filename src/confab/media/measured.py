"""What is said of a file between the process that unfolds it and everybody else."""

import io
from dataclasses import dataclass

import msgspec


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done with a file: measured as it is, or made fit to be sent first."""

    content_type: str
    is_to_send: bool = False


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes as it is shown, in pixels; `content_type` of the file to keep. `refused` says why there is none."""

    refused: str | None = None
    content_type: str = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    placeholder: str | None = None
    thumbnail_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`shown` is what to keep in place of the file: a WebP of a HEIC, or what can be sent. None: the file itself.

    `thumbnail` is None where it would not be smaller, and of sounds.
    """

    measured: Measured
    shown: io.BytesIO | None
    thumbnail: io.BytesIO | None
