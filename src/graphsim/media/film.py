"""A film of two seconds: an MP4 with a few uncompressed H.264 pictures of 128 by 96."""

import struct

WIDTH, HEIGHT = 128, 96
FRAMES = 4
FRAME_MS = 500
_SPS = bytes.fromhex("6742000af841a2")
_PPS = bytes.fromhex("68ce3880")
_SLICE = bytes.fromhex("05888421a0")
_BLOCK = bytes.fromhex("0d00")
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def film(draw: bytes) -> bytes:
    """The bytes of the film; `draw` are at least 3 bytes that choose its colour."""
    frames = [_frame(draw, number) for number in range(FRAMES)]
    kind = _box(b"ftyp", b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41")
    size = len(_moov(frames, 0))
    return kind + _moov(frames, len(kind) + size + 8) + _box(b"mdat", b"".join(frames))


def _frame(draw: bytes, number: int) -> bytes:
    """One picture of raw blocks; no byte is 0, so nothing needs escaping."""
    picture = bytearray(_SLICE)
    for block in range(WIDTH // 16 * (HEIGHT // 16)):
        row, column = divmod(block, WIDTH // 16)
        light = 60 + (row * 12 + column * 9 + number * 20 + draw[0]) % 150
        picture += (b"" if block == 0 else _BLOCK) + bytes([light]) * 256
        picture += bytes([60 + draw[1] // 2]) * 64 + bytes([60 + draw[2] // 2]) * 64
    picture += b"\x80"
    return struct.pack(">I", len(picture)) + bytes(picture)


def _moov(frames: list[bytes], data_at: int) -> bytes:
    length = FRAMES * FRAME_MS
    movie = struct.pack(">IIIII", 0, 0, 0, 1000, length) + struct.pack(">IH10x", 0x10000, 0x100)
    track = struct.pack(">IIIII", 7, 0, 0, 1, 0) + struct.pack(">I8xHHHH", length, 0, 0, 0, 0)
    size = struct.pack(">II", WIDTH << 16, HEIGHT << 16)
    media = struct.pack(">IIIIIHH", 0, 0, 0, 1000, length, 0x55C4, 0)
    handler = struct.pack(">II4s12x", 0, 0, b"vide") + b"film\x00"
    place = _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1) + _box(b"url ", struct.pack(">I", 1))))
    info = _box(b"minf", _box(b"vmhd", struct.pack(">IHHHH", 1, 0, 0, 0, 0)) + place + _samples(frames, data_at))
    mdia = _box(b"mdia", _box(b"mdhd", media) + _box(b"hdlr", handler) + info)
    trak = _box(b"trak", _box(b"tkhd", track + _MATRIX + size) + mdia)
    return _box(b"moov", _box(b"mvhd", movie + _MATRIX + bytes(24) + struct.pack(">I", 2)) + trak)


def _samples(frames: list[bytes], data_at: int) -> bytes:
    config = struct.pack(">BBBBBB", 1, _SPS[1], _SPS[2], _SPS[3], 0xFF, 0xE1) + struct.pack(">H", len(_SPS)) + _SPS
    config += struct.pack(">BH", 1, len(_PPS)) + _PPS
    entry = bytes(6) + struct.pack(">H16xHHIIIH", 1, WIDTH, HEIGHT, 0x480000, 0x480000, 0, 1)
    entry += bytes(32) + struct.pack(">Hh", 24, -1) + _box(b"avcC", config)
    sizes = struct.pack(">III", 0, 0, len(frames)) + b"".join(struct.pack(">I", len(frame)) for frame in frames)
    return _box(
        b"stbl",
        _box(b"stsd", struct.pack(">II", 0, 1) + _box(b"avc1", entry))
        + _box(b"stts", struct.pack(">IIII", 0, 1, len(frames), FRAME_MS))
        + _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, len(frames), 1))
        + _box(b"stsz", sizes)
        + _box(b"stco", struct.pack(">III", 0, 1, data_at)),
    )


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content
