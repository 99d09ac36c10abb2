"""`python -m bench.cdn`: a host of media. `/picture/N` is a photo of 200 kB, another one for each N, `/film` has a gigabyte, and
all that lies under `/broken/` is answered 503."""

import asyncio
import io
import os

from PIL import Image

PICTURE_BYTES = 200_000
FILM_BYTES = 1 << 30
_CHUNK = bytes(1 << 16)


def photo() -> bytes:
    """A JPEG that does not compress well, of about the size."""
    small = Image.frombytes("RGB", (160, 120), os.urandom(160 * 120 * 3))
    file = io.BytesIO()
    small.resize((1280, 960), Image.Resampling.BICUBIC).save(file, "JPEG", quality=80)
    return file.getvalue()


async def main() -> None:
    """Serve until told to stop."""
    base = photo()

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        if path.startswith("/broken"):
            writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
        elif path.startswith("/film"):
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {FILM_BYTES}\r\n\r\n".encode())
            writer.write(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes((1 << 16) - 32))
            for _ in range(FILM_BYTES // len(_CHUNK) - 1):
                writer.write(_CHUNK)
                await writer.drain()
        else:
            body = base + path.encode().rjust(max(64, PICTURE_BYTES - len(base)), b"\0")
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await answer(head.split(b" ")[1].decode(), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    servers = [await asyncio.start_server(serve, "127.0.0.1", 0) for _ in range(2)]
    ports = " ".join(str(server.sockets[0].getsockname()[1]) for server in servers)
    print(f"http://127.0.0.1: {ports}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
