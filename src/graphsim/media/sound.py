"""A voice note's stand-in: two seconds of a soft tune as WAV."""

import math
import struct

RATE = 8000
SECONDS = 2
_NOTES_HZ = (262, 294, 330, 392, 440, 523)


def tune(draw: bytes) -> bytes:
    """16-bit mono; `draw` are at least 8 bytes that choose the notes."""
    samples = bytearray()
    length = RATE * SECONDS // 8
    for note in draw[:8]:
        pitch = _NOTES_HZ[note % len(_NOTES_HZ)]
        for at in range(length):
            swell = math.sin(math.pi * at / length)
            samples += struct.pack("<h", round(9000 * swell * math.sin(2 * math.pi * pitch * at / RATE)))
    head = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16, b"data", len(samples))
    return b"RIFF" + struct.pack("<I", 4 + len(head) + len(samples)) + b"WAVE" + head + bytes(samples)
