"""Pictures: a soft gradient, a few round shapes, a little grain."""

import struct
import zlib

WIDTH, HEIGHT = 540, 675
AVATAR = 160

Colour = tuple[int, int, int]


def photo(draw: bytes) -> bytes:
    """A portrait photo of 540 by 675; `draw` are at least 64 bytes that decide what it shows."""
    return _picture(WIDTH, HEIGHT, draw, grain=True)


def avatar(draw: bytes) -> bytes:
    """A small square picture."""
    return _picture(AVATAR, AVATAR, draw, grain=False)


def _picture(width: int, height: int, draw: bytes, *, grain: bool) -> bytes:
    top, bottom = _colour(draw[0:3]), _colour(draw[3:6])
    circles = [_circle(draw[at : at + 6], width, height) for at in range(6, 36, 6)]
    mask = int.from_bytes((b"\x01" + bytes(5)) * (width * 3 // 6), "big")
    rows = bytearray()
    for y in range(height):
        row = bytearray(bytes(_between(top, bottom, y / height)) * width)
        for circle in circles:
            _cut(row, circle, y, width)
        if grain:
            row = bytearray((int.from_bytes(row, "big") ^ (_noise(draw, y, len(row)) & mask)).to_bytes(len(row), "big"))
        rows += b"\x00" + row
    return _encode(width, height, bytes(rows))


def _colour(draw: bytes) -> Colour:
    return (70 + draw[0] * 170 // 255, 70 + draw[1] * 170 // 255, 90 + draw[2] * 150 // 255)


def _between(first: Colour, last: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
    return red, green, blue


def _circle(draw: bytes, width: int, height: int) -> tuple[int, int, int, bytes]:
    radius = width // 12 + draw[2] * width // 900
    return draw[0] * width // 255, draw[1] * height // 255, radius, bytes(_colour(draw[3:6]))


def _cut(row: bytearray, circle: tuple[int, int, int, bytes], y: int, width: int) -> None:
    centre_x, centre_y, radius, colour = circle
    inside = radius * radius - (y - centre_y) ** 2
    if inside <= 0:
        return
    half = int(inside**0.5)
    left, right = max(0, centre_x - half), min(width, centre_x + half)
    if left < right:
        row[left * 3 : right * 3] = colour * (right - left)


def _noise(draw: bytes, y: int, length: int) -> int:
    state = (int.from_bytes(draw[36:44], "big") + y * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    chunk = bytearray()
    for _ in range(64):
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        chunk += state.to_bytes(8, "big")
    return int.from_bytes((bytes(chunk) * (length // len(chunk) + 1))[:length], "big")


def _encode(width: int, height: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
