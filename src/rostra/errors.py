"""Every error that a person can meet, and whose fault it is.

    RostraError                 one sentence: what is wrong, with what, what to do
    ├── BadInput         400    the caller sent something that cannot be used
    │   └── OAuthRefused 400    an application asked for access in a way that OAuth does not allow
    ├── NotAllowed       403    the caller is known, and may not do this
    │   └── NotSignedIn  401    the caller is not known, or its token is no longer good
    ├── NotFound         404    there is no such thing (or it was removed)
    ├── Conflict         409    right in itself, but not in the present state
    │   ├── DoFirst      409    something else has to be done first, on another page
    │   └── TakenOver    409    another tab or device of the same person has the seat
    ├── Gone             410    was here, is over
    ├── PreconditionFailed 412  true when the caller looked, not any more
    ├── TooLarge         413    more bytes than the door takes
    ├── WrongType        415    the body is of another media type
    ├── NotProcessable   422    well formed, but asks for what cannot be done
    ├── TooMany          429    too often; try again later
    ├── Unavailable      503    our fault, for now; try again
    └── Misconfigured    (exit 2) the operator must change something before we can start

The sentence is shown to people as it stands: no class names, no codes, no line breaks. It is
written in English; its French goes to web/texts/refusals.fr, and a test says which are missing.
"""

from __future__ import annotations


class RostraError(Exception):
    """Base of all: `status` is what a door answers, `code` a stable name for programs."""

    status = 500
    code = "error"

    def __init__(self, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry_after = retry_after


class BadInput(RostraError):
    status, code = 400, "bad_input"


class OAuthRefused(BadInput):
    """`code` is of RFC 6749, section 5.2, or a relative; `status` is 401 for a bad client."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.code, self.status = code, status


class NotAllowed(RostraError):
    status, code = 403, "not_allowed"


class NotSignedIn(NotAllowed):
    status, code = 401, "not_signed_in"


class NotFound(RostraError):
    status, code = 404, "not_found"


class Conflict(RostraError):
    status, code = 409, "conflict"


class TakenOver(Conflict):
    code = "taken_over"


class DoFirst(Conflict):
    """`path` is the page where it is done; browsers are sent there."""

    code = "do_first"

    def __init__(self, sentence: str, *, path: str) -> None:
        super().__init__(sentence)
        self.path = path


class Gone(RostraError):
    status, code = 410, "gone"


class PreconditionFailed(RostraError):
    status, code = 412, "precondition_failed"


class TooLarge(RostraError):
    status, code = 413, "too_large"


class WrongType(RostraError):
    status, code = 415, "wrong_type"


class NotProcessable(RostraError):
    status, code = 422, "not_processable"


class TooMany(RostraError):
    status, code = 429, "too_many"


class Unavailable(RostraError):
    status, code = 503, "unavailable"


class Misconfigured(RostraError):
    """The operator must act; commands print the sentence and exit with 2."""

    code = "misconfigured"
