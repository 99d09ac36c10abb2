"""What a file is, by its own bytes: never by its name, nor by what its host says of it."""

import filetype

from confab.errors import MediaRefused

ENOUGH = 4096
"""So many of a file's first bytes tell what it is."""

_KINDS = {
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "video/mp4", "audio/mp4", "audio/aac",
    "audio/ogg", "audio/x-wav", "application/pdf",
}  # fmt: skip
_AS = {"image/heif": "image/heic", "audio/x-wav": "audio/wav", "video/x-m4v": "video/mp4"}
_TO_SEND = _KINDS | {
    "image/avif", "video/x-m4v", "video/quicktime", "video/webm", "video/x-msvideo", "video/ogg", "audio/mpeg",
}  # fmt: skip
WHAT_GOES = (
    "pictures (JPEG, PNG, GIF, WebP, HEIC, AVIF), films (MP4, MOV, WebM, Ogg, AVI), "
    "sounds (M4A, AAC, WAV, MP3, Ogg, WebM) and PDF"
)
"""In words, what can be sent."""
_QUICKTIME_AUDIO = b"M4A "


def content_type(first: bytes, *, is_voice: bool) -> str:
    """The media type of a file that begins so. `is_voice`: an MP4 holds sound alone. Raises MediaRefused for any other kind."""
    found = _guessed(first)
    if found is None or found not in _KINDS:
        raise MediaRefused(f"it is {_in_words(found, first)}, which is not kept")
    if found == "video/mp4" and is_voice:
        return "audio/mp4"
    return _AS.get(found, found)


def type_to_send(first: bytes) -> str:
    """The media type of a file to send that begins so; a sound may still be called a film. Raises MediaRefused otherwise."""
    found = _guessed(first)
    if found is None or found not in _TO_SEND:
        raise MediaRefused(f"it is {_in_words(found, first)}; what can be sent: {WHAT_GOES}")
    return _AS.get(found, found)


def _guessed(first: bytes) -> str | None:
    found: str | None = filetype.guess_mime(first)  # pyright: ignore[reportUnknownMemberType] -- it has no types
    if found is None and first[4:8] == b"ftyp" and first[8:12] in (b"isom", b"iso5", b"mp42", _QUICKTIME_AUDIO):
        return "video/mp4"
    return found


def is_page(first: bytes) -> bool:
    """Whether it is a web page instead of a file: what Meta shows where a link is dead."""
    return first.lstrip()[:200].lower().startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def _in_words(found: str | None, first: bytes) -> str:
    if found is not None:
        return f"a file of type {found}"
    return "an SVG or XML document" if first.lstrip()[:5].lower() in (b"<?xml", b"<svg ") else "of no type that we know"
