"""What a file is called: by the team, and where only plain letters go."""

import re
import unicodedata

from confab.model.outgoing import FileKind
from confab.store import paths

_LONGEST = 100
_NAMELESS: dict[FileKind, str] = {"image": "picture", "video": "film", "audio": "voice", "file": "document"}
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


def clean(given: str, kind: FileKind, content_type: str) -> str:
    """The name without a folder and without what cannot be shown, ending as its type does."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    stem, dot, _ = last.rpartition(".")
    shown = "".join(letter for letter in (stem if dot else last) if letter.isprintable()).strip(" .")
    return f"{shown[:_LONGEST].rstrip() or _NAMELESS[kind]}.{paths.EXTENSIONS[content_type]}"


def plain(name: str, kind: FileKind) -> str:
    """A clean name in ASCII, which is all that Instagram's side takes."""
    stem, _, ending = name.rpartition(".")
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return f"{_PLAIN.sub('-', letters).strip('-._') or _NAMELESS[kind]}.{ending}"
