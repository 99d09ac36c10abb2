"""The one error tree. A class says what the caller can do about it; where two callers would do the same, there is one class.

ConfabError
├── Refused                we will not do what was asked: 4xx
│   ├── Unauthenticated    nobody is signed in
│   ├── Forbidden          somebody is, and may not
│   ├── NotFound           there is no such thing for this viewer
│   ├── Conflict           it no longer fits what is there
│   │   ├── KeyReused      a client key came back with another body
│   │   └── WindowClosed   Meta's rules forbid sending now
│   ├── Gone               what was asked for has been forgotten
│   ├── TooMany            later, please
│   ├── TooLarge           less, please
│   └── Invalid            a field is wrong
├── Misconfigured          a setting keeps us from working: the operator reads it
├── GraphError             Meta said no, or nothing
│   ├── Throttled          wait as long as Meta says
│   ├── Unavailable        Meta did nothing; try again
│   ├── Unanswered         Meta may have acted: never repeat a send
│   ├── Unauthorised       the integration needs a person
│   └── Rejected           this request can never succeed
│       ├── WindowShut     Meta says that the window is closed: it has the last word
│       ├── Unreachable    the participant cannot be reached: nothing automatic for them
│       └── Restricted     Meta restricts the account: nothing automatic at all
├── MediaError             a file at Meta's that we do not have
│   ├── MediaRefused       from a strange place, too large, or of another kind
│   ├── MediaGone          its link is dead; a fresh one may do
│   └── MediaUnavailable   its host fails; the same link may do later
├── MailError              a mail that was not sent
│   ├── MailRefused        nobody will take this one
│   └── MailUnavailable    the mail server does not answer as it should; try again
├── SignInFailed           whoever says who a customer is did not: the customer may begin again
├── HookFailed             a company's own program did not take what it is told; try again
├── StorageFailed          our own storage does not take a file, or does not give it
└── BadDelivery            a webhook body that cannot be read: kept, set aside, counted
"""

from datetime import timedelta
from typing import ClassVar


class ConfabError(Exception):
    """The root: everything we raise on purpose."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class Refused(ConfabError):
    """We will not do what was asked."""

    code = "refused"
    status = 400


class Unauthenticated(Refused):
    """Nobody is signed in, or the credentials are wrong."""

    code = "unauthenticated"
    status = 401


class Forbidden(Refused):
    """Somebody is signed in and may not do this."""

    code = "forbidden"
    status = 403


class NotFound(Refused):
    """There is no such thing, or none that this viewer may see."""

    code = "not_found"
    status = 404


class Conflict(Refused):
    """What was asked no longer fits what is there."""

    code = "conflict"
    status = 409


class KeyReused(Conflict):
    """A client key names an earlier request with another body."""

    code = "key_reused"


class WindowClosed(Conflict):
    """Meta's messaging windows forbid sending now; the facts carry the verdict."""

    code = "window_closed"


class Gone(Refused):
    """What was asked for existed and has been forgotten."""

    code = "resync"
    status = 410


class TooMany(Refused):
    """Too many attempts; `retry_after_s` says when to come back."""

    code = "too_many_attempts"
    status = 429


class TooLarge(Refused):
    """More than we take; the facts name the limit."""

    code = "too_large"
    status = 413


class Invalid(Refused):
    """A field of the request is wrong; the facts name it."""

    code = "invalid"
    status = 422


class Misconfigured(ConfabError):
    """A setting keeps us from working. The text is one sentence for the operator."""

    code = "misconfigured"
    status = 503


class GraphError(ConfabError):
    """Meta said no, or nothing. `graph_code` and `subcode` are Meta's numbers where it gave any."""

    code = "graph_error"
    status = 502

    def __init__(
        self, detail: str, *, graph_code: int | None = None, subcode: int | None = None, trace: str | None = None
    ) -> None:
        super().__init__(detail)
        self.graph_code = graph_code
        self.subcode = subcode
        self.trace = trace


A_MOMENT = timedelta(seconds=2)
"""How long what passed a limit of single seconds waits."""


class Throttled(GraphError):
    """Meta asks us to wait; `retry_after` is how long, None when it did not say. Source: rules L1-L4.

    `is_restriction`: not for speed, but because Meta restricts the account for its policy. `is_brief`: what was passed is a limit
    that counts single seconds.
    """

    code = "throttled"
    retry = True
    retry_after: timedelta | None = None
    is_restriction: bool = False
    is_brief: bool = False

    def patience(self, otherwise: timedelta = timedelta(minutes=1)) -> timedelta:
        """How long to wait: what Meta says, else a moment after a limit of single seconds, and `otherwise` after any other."""
        return self.retry_after or (A_MOMENT if self.is_brief else otherwise)


class Unavailable(GraphError):
    """Meta definitely did nothing; the same request may be tried again."""

    code = "meta_unavailable"
    retry = True


class Unanswered(GraphError):
    """The request left and no usable answer came back: Meta may have acted."""

    code = "unanswered"


class Unauthorised(GraphError):
    """The access token or a permission is gone: a person has to reconnect the account."""

    code = "reconnect_needed"


class Rejected(GraphError):
    """Meta refused for good."""

    code = "rejected_by_meta"


class WindowShut(Rejected):
    """Meta says that the reply window is closed, whatever we thought."""

    code = "window_closed"


class Unreachable(Rejected):
    """The participant is gone, has blocked the account, or cannot receive messages. Rule S20."""

    code = "unreachable"


class Restricted(Rejected):
    """Meta takes what the account sends for spam, or has taken the right to send from it."""

    code = "restricted"


class MediaError(ConfabError):
    """A file at Meta's that we do not have; the text says why."""

    code = "media_error"
    status = 502


class MediaRefused(MediaError):
    """It will not be fetched, or not be kept: from a strange place, too large, of another kind."""

    code = "media_refused"


class MediaGone(MediaError):
    """Its link is dead; a fresh one may lead to it."""

    code = "media_gone"


class MediaUnavailable(MediaError):
    """Its host does not answer as it should; the same link may do later."""

    code = "media_unavailable"
    retry = True


class MailError(ConfabError):
    """A mail that was not sent; the text says why."""

    code = "mail_error"
    status = 502


class MailRefused(MailError):
    """This mail will never be taken."""

    code = "mail_refused"


class MailUnavailable(MailError):
    """The mail server does not answer as it should; the same mail may go later."""

    code = "mail_unavailable"
    retry = True


class SignInFailed(ConfabError):
    """A provider or the company's own page did not say who somebody is, or not so that it can be believed."""

    code = "sign_in_failed"
    status = 502


class HookFailed(ConfabError):
    """A company's own program did not take what it is told."""

    code = "hook_failed"
    status = 502
    retry = True


class StorageFailed(ConfabError):
    """Our own storage does not take a file, or does not give it."""

    code = "storage_failed"
    status = 503
    retry = True


class BadDelivery(ConfabError):
    """A webhook body that cannot be read; it is kept, set aside and counted."""

    code = "unreadable_delivery"
    status = 200
