"""What a file is, by its bytes, and whether Meta takes it. Rule S9."""

from graphsim import errors

MB = 1024 * 1024
LARGEST = {"image": 8 * MB, "video": 25 * MB, "audio": 25 * MB, "file": 25 * MB}
TAKEN = {
    "image": ("image/png", "image/jpeg", "image/gif"),
    "video": ("video/mp4", "video/quicktime", "video/ogg", "video/x-msvideo", "video/webm"),
    "audio": ("audio/aac", "audio/mp4", "video/mp4", "audio/wav"),
    "file": ("application/pdf",),
}
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"OggS", "video/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
)
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_FTYP = {
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
}


def sniff(content: bytes) -> str:
    """The media type the first bytes show; `application/octet-stream` if they show none."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], "application/octet-stream")
    if content[4:8] == b"ftyp":
        return _FTYP.get(content[8:12], "video/mp4")
    return "application/octet-stream"


def check(kind: str, content: bytes) -> str:
    """The media type of a file that may be sent as this kind. Raises GraphError."""
    if len(content) > LARGEST[kind]:
        raise errors.refused_attachment(2018109, "The attachment is larger than allowed")
    media_type = sniff(content)
    if media_type in TAKEN[kind]:
        return media_type
    family = {"file": "application"}.get(kind, kind)
    if media_type.startswith(f"{family}/") and media_type != "application/octet-stream":
        raise errors.refused_attachment(2534080, "The format of the attachment is not supported")
    raise errors.refused_attachment(2018047, "Upload attachment failure: the type does not match the content")
