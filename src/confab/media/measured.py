"""What is said of a picture between the process that unfolds it and everybody else."""

from dataclasses import dataclass
from typing import IO

import msgspec


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes as it is shown, in pixels; `content_type` of the file to keep. `refused` says why there is none."""

    refused: str | None = None
    content_type: str = ""
    width: int = 0
    height: int = 0
    placeholder: str = ""
    thumbnail_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`shown` is the file to keep: the given one, or a WebP made of a HEIC. `thumbnail` is None where it would not be smaller."""

    measured: Measured
    shown: bytes
    thumbnail: IO[bytes] | None
