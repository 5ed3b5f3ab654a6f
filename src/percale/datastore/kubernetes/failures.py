"""What an API server says when it does not do what it was asked, and what that means."""

from enum import Enum, auto
from typing import Any, Self

import msgspec


class Failure(Enum):
    #: It may work in a moment.
    PASSING = auto()
    #: What followed the version has been forgotten, or a list was too slow.
    EXPIRED = auto()
    #: The version is none that this server has reached.
    FROM_THE_FUTURE = auto()
    ABSENT = auto()
    EXISTS = auto()
    CONFLICT = auto()
    INVALID = auto()
    NO_LOGIN = auto()
    NO_RIGHT = auto()
    FINAL = auto()


class Cause(msgspec.Struct, frozen=True):
    reason: str = ""
    message: str = ""
    field: str = ""


class Details(msgspec.Struct, frozen=True, rename="camel"):
    causes: tuple[Cause, ...] = ()
    retry_after_seconds: float = 0


class Status(msgspec.Struct, frozen=True):
    """`kind: Status`, as body of an answer or inside a watch."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: Details | None = None


_BY_CODE = {
    401: Failure.NO_LOGIN,
    403: Failure.NO_RIGHT,
    404: Failure.ABSENT,
    408: Failure.PASSING,
    409: Failure.CONFLICT,
    410: Failure.EXPIRED,
    422: Failure.INVALID,
    429: Failure.PASSING,
}
_TOO_LARGE = "ResourceVersionTooLarge"


class CallFailed(Exception):
    """The server did not do what it was asked."""

    def __init__(
        self,
        why: str,
        failure: Failure = Failure.PASSING,
        *,
        retry_after_s: float = 0,
        causes: tuple[Cause, ...] = (),
    ) -> None:
        super().__init__(why)
        self.why, self.failure, self.causes = why, failure, causes
        #: How long the server wants to be left alone.
        self.retry_after_s = retry_after_s

    @classmethod
    def of(cls, code: int, body: bytes, retry_after: str = "") -> Self:
        """Of an answer with this code; its body is a Status, written over as many lines as the server likes."""
        try:
            status = msgspec.json.decode(body, type=Status)
        except msgspec.MsgspecError:
            text = body[:200].decode(errors="replace").strip()
            status = Status(message=text or f"the server answers with HTTP status {code}")
        return cls._of_status(status, code, float(retry_after) if retry_after.isdigit() else 0)

    @classmethod
    def told(cls, status: dict[str, Any]) -> Self:
        """Of the object of an event of type ERROR."""
        try:
            found = msgspec.convert(status, Status)
        except msgspec.ValidationError:
            found = Status(message="the server ends the watch with an error of no known form")
        return cls._of_status(found, found.code or 500, 0)

    @classmethod
    def _of_status(cls, status: Status, code: int, retry_after_s: float) -> Self:
        details = status.details or Details()
        why = status.message or status.reason or f"HTTP status {code}"
        patience_s = retry_after_s or details.retry_after_seconds
        return cls(why, _failure(status, code), retry_after_s=patience_s, causes=details.causes)


def _failure(status: Status, code: int) -> Failure:
    causes = status.details.causes if status.details else ()
    if any(cause.reason == _TOO_LARGE for cause in causes) or "Too large resource version" in status.message:
        return Failure.FROM_THE_FUTURE
    if status.reason == "AlreadyExists":
        return Failure.EXISTS
    if status.reason in ("Expired", "Gone"):
        return Failure.EXPIRED
    if code >= 500:
        return Failure.PASSING
    return _BY_CODE.get(code, Failure.FINAL)
