"""What a camera writes beside a picture, taken out without unfolding it: where it was taken, with what, and when. Rule UP2.

How it is to be turned, and its colours, stay.
"""

import struct
import warnings
import zlib

from PIL import Image

_ORIENTATION = 0x0112
_TOLD = (b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0", b"Photoshop 3.0\0")
_SCAN = 0xDA
_LONE = frozenset({0x01, *range(0xD0, 0xD8)})
_PNG_HEAD = 8
_PNG_TOLD = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")


def jpeg(given: bytes) -> bytes:
    """The same JPEG without its remarks. What cannot be walked through comes back as it was."""
    kept, at, orientation = [given[:2]], 2, 1
    while at + 4 <= len(given) and given[at] == 0xFF:
        marker = given[at + 1]
        if marker == _SCAN:
            break
        if marker in _LONE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(given[at + 2 : at + 4])
        body = given[at + 4 : end]
        if marker in (0xE1, 0xED, 0xFE) and (marker == 0xFE or body.startswith(_TOLD)):
            orientation = _turned(body) if body.startswith(b"Exif\0\0") else orientation
        else:
            kept.append(given[at:end])
        at = end
    else:
        return given
    turned = _turning(orientation) if orientation != 1 else b""
    return b"".join([kept[0], turned, *kept[1:], given[at:]])


def png(given: bytes) -> bytes:
    """The same PNG without its remarks."""
    kept, at = [given[:_PNG_HEAD]], _PNG_HEAD
    while at + 12 <= len(given):
        (length,), name = struct.unpack_from(">I", given, at), given[at + 4 : at + 8]
        end = at + 12 + length
        if name not in _PNG_TOLD:
            kept.append(given[at:end])
        elif name == b"eXIf" and (orientation := _turned(b"Exif\0\0" + given[at + 8 : at + 8 + length])) != 1:
            kept.append(_chunk(name, _exif(orientation).removeprefix(b"Exif\0\0")))
        at = end
    return b"".join([*kept, given[at:]])


def _turned(exif: bytes) -> int:
    found = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what is damaged, and reads on
            found.load(exif)
            orientation = found.get(_ORIENTATION, 1)
    except (SyntaxError, ValueError, OSError, struct.error, KeyError):
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _exif(orientation: int) -> bytes:
    made = Image.Exif()
    made[_ORIENTATION] = orientation
    return made.tobytes()


def _turning(orientation: int) -> bytes:
    body = _exif(orientation)
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
