"""A token and how it speaks: which host takes it, and through which node its messages go. Rules T9, T11, T15, T16."""

from collections.abc import Awaitable, Callable
from typing import Optional, Self

Mend = Callable[["Token"], Awaitable[Optional["Token"]]]


class Token(str):
    """An access token. `page`: the Page that it belongs to, None with Instagram's own login. `mend`: asked once when Meta says
    that the token is dead; with what it gives the call is made once more.
    """

    __slots__ = ("mend", "page")

    page: str | None
    mend: Mend | None

    def __new__(cls, value: str, page: str | None = None, mend: Mend | None = None) -> Self:
        """The token's text with what it needs."""
        made = super().__new__(cls, value)
        made.page, made.mend = page, mend
        return made

    def __repr__(self) -> str:
        return "Token(…)"


def page_of(token: str) -> str | None:
    """The Page of a token, None of Instagram's own."""
    return token.page if isinstance(token, Token) else None
