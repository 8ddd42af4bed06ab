"""One root error: what the thing is, what was found, what was needed."""

from __future__ import annotations


class StudyError(Exception):
    """A fault a person can act on. `message` is one plain sentence; `hint` says what to do next."""

    status = 400
    field = ""  # of a form: the field it is about, where it is about one

    def __init__(self, code: str, message: str, hint: str = "", *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status or type(self).status


class Forbidden(StudyError):
    status = 403


class NotFound(StudyError):
    status = 404


class Conflict(StudyError):
    status = 409


class Refused(StudyError):
    """The request was understood, and what it carries cannot be accepted."""

    status = 422


class TooMany(StudyError):
    status = 429


class Unavailable(StudyError):
    """A part of the service is away for the moment; nothing was stored."""

    status = 503


def refused_by_sim(error: Exception) -> Refused:
    """A `sim.SimError`, which has the same three fields, as the StudyError everything else handles."""
    code = getattr(error, "code", "sim")
    return Refused(code, getattr(error, "message", str(error)), getattr(error, "hint", ""))
