"""Our words: the values that rooms hand each other.

Everything here is a frozen dataclass or an id; nothing here does I/O, reads the clock or knows Meta's spelling. The API and
the stream emit these very values, in the flat shapes that `docs/api.md` promises.
"""
