"""Hand-over to the company's own page and back: two short signed statements (JWS, HS256, one shared key). Rule CS9.

Ours says where to come back to and whose profile is being connected; theirs says who that is. Each has an audience, so that
neither can be taken for the other, and the state of the browser that began it.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from confab.errors import SignInFailed
from confab.model.library import Identity

_LASTS = timedelta(minutes=10)
_LONGEST = timedelta(minutes=15)
_HEADER = {"alg": "HS256", "typ": "JWT"}
_LONGEST_ID = 200


def leave(page: str, key: str, *, origin: str, state: str, ig_id: str | None, now: datetime) -> str:
    """The company's page, with the statement that says what for. `ig_id` None: somebody comes back to their library."""
    claims: dict[str, object] = {
        "iss": origin, "aud": page, "iat": int(now.timestamp()), "exp": int((now + _LASTS).timestamp()), "state": state,
        "return_to": f"{origin}/verify/return",
    }  # fmt: skip
    if ig_id is not None:
        claims["ig_id"] = ig_id
    signed = jwt.encode(_HEADER, claims, OctKey.import_key(key))
    return f"{page}{'&' if urlsplit(page).query else '?'}{urlencode({'handover': signed})}"


def come_back(given: str, key: str, *, origin: str, state: str, now: datetime) -> Identity:
    """Who the company says this is. Raises SignInFailed unless it says so to us, now, about this browser."""
    try:
        claims = jwt.decode(given, OctKey.import_key(key), algorithms=["HS256"]).claims
    except (JoseError, ValueError) as error:
        raise SignInFailed(f"the hand-over is not signed as agreed ({type(error).__name__})") from None
    end, user = claims.get("exp"), claims.get("sub")
    if claims.get("aud") != origin:
        raise SignInFailed("the hand-over is not for this installation: its aud must be CONFAB_PUBLIC_URL")
    if claims.get("state") != state:
        raise SignInFailed("the hand-over belongs to another browser, or to an earlier attempt")
    if not isinstance(end, int) or not now.timestamp() < end <= (now + _LONGEST).timestamp():
        raise SignInFailed("the hand-over has no exp, or one that is over or more than 15 minutes away")
    if not isinstance(user, str) or not 0 < len(user) <= _LONGEST_ID or not user.isprintable():
        raise SignInFailed("the hand-over's sub must be the user's id: 1 to 200 characters")
    return Identity(way="page", user_id=user, email=email_of(claims.get("email")))


def email_of(given: object) -> str | None:
    """An address that is only shown: in small letters, None for what is none."""
    usable = isinstance(given, str) and 3 <= len(given) <= 254 and "@" in given and given.isprintable()
    return given.lower() if usable and isinstance(given, str) else None
