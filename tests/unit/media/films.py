"""Films and sounds to test with, made here."""

import io
import struct
import tempfile
from pathlib import Path
from typing import Any

import av
from PIL import Image


def film(width: int = 320, height: int = 180, *, frames: int = 20, rate: int = 10, codec: str = "libx264") -> bytes:
    """An mp4 of so many frames, each of another colour."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:  # its table in front
            stream: Any = container.add_stream(codec, rate=rate)  # the type of stream depends on the codec's name
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for number in range(frames):
                picture = Image.new("RGB", (width, height), (number * 10 % 256, 60, 200))
                container.mux(stream.encode(av.VideoFrame.from_image(picture).reformat(format="yuv420p")))
            container.mux(stream.encode(None))
        return path.read_bytes()


def turned(body: bytes) -> bytes:
    """The same film as a phone held upright makes it: to be turned by a quarter."""
    at = body.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    matrix = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    return body[:at] + matrix + body[at + len(matrix) :]


def sound(container_format: str, codec: str, seconds: float = 2.0) -> bytes:
    """Silence in a container."""
    file, rate = io.BytesIO(), 48000
    with av.open(file, "w", format=container_format) as container:
        stream: Any = container.add_stream(codec, rate=rate)  # as above
        stream.layout = "mono"
        samples = stream.codec_context.frame_size or 1024
        for number in range(int(seconds * rate / samples)):
            frame = av.AudioFrame(format=stream.format.name, layout="mono", samples=samples)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate, frame.pts = rate, number * samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def absurd(body: bytes) -> bytes:
    """A film whose boxes say that it measures 65,535 pixels each way."""
    at = body.index(b"avc1") + 4 + 24
    return body[:at] + b"\xff\xff\xff\xff" + body[at + 4 :]
