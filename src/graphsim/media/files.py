"""The bytes of a file by its kind and name, with a small memory of the last ones."""

from functools import lru_cache

from graphsim.ids import Mint
from graphsim.media import film, png, sound
from graphsim.state import Asset

TYPES = {
    "image": "image/png",
    "avatar": "image/png",
    "video": "video/mp4",
    "audio": "audio/wav",
    "file": "application/pdf",
}


def of(mint: Mint, asset: Asset) -> tuple[bytes, str]:
    """The (bytes, media type) of a file: what was sent to us, else what its id draws. Rule M5."""
    media_type = asset.content_type or TYPES[asset.kind]
    if asset.content is not None:
        return asset.content, media_type
    return _made(asset.kind, mint.bytes_of(f"bytes|{asset.id}", 64)), media_type


@lru_cache(maxsize=64)
def _made(kind: str, draw: bytes) -> bytes:
    makers = {"image": png.photo, "avatar": png.avatar, "video": film.film, "audio": sound.tune, "file": document}
    return makers[kind](draw)


def document(draw: bytes) -> bytes:
    """A PDF of one page with one line."""
    line = f"BT /F1 24 Tf 72 720 Td (Document {draw[:4].hex()}) Tj ET".encode()
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(line), line),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(body))
    return bytes(body) + head + table + tail
