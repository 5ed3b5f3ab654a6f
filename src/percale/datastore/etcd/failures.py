"""What a failed call means: to whom to turn, or what to say."""

from enum import Enum, auto
from typing import Self

import grpc

from percale.datastore.errors import DatastoreError, StoreUnavailable


class Failure(Enum):
    #: This member cannot answer now; it, or another, may in a moment. Whether a write was made is not known.
    PASSING = auto()
    #: The token is not known any more: members have been restarted, or users have changed.
    TOKEN = auto()
    #: What followed the revision has been forgotten.
    COMPACTED = auto()
    #: A key that was to be written over has gone. Nothing was written.
    KEY_GONE = auto()
    #: Nothing was written.
    TOO_LARGE = auto()
    #: The cluster asks for no password.
    NO_AUTH = auto()
    FINAL = auto()


_BY_TEXT = (
    ("invalid auth token", Failure.TOKEN),
    ("auth store is old", Failure.TOKEN),
    ("revision has been compacted", Failure.COMPACTED),
    ("key not found", Failure.KEY_GONE),
    ("too many operations", Failure.TOO_LARGE),
    ("request is too large", Failure.TOO_LARGE),
    ("message larger than max", Failure.TOO_LARGE),
    ("authentication is not enabled", Failure.NO_AUTH),
    ("too many requests", Failure.PASSING),
    ("leader changed", Failure.PASSING),
    ("request timed out", Failure.PASSING),
)
_PASSING = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED,
    # What etcd has no code for: its own deadline, for one.
    grpc.StatusCode.UNKNOWN,
)
_HINTS = (
    ("permission denied", "the role needs `/calico/resources/v3/`, for reading and for writing"),
    ("user name is empty", "set ETCD_USERNAME and ETCD_PASSWORD"),
    ("authentication failed", "look at ETCD_USERNAME and ETCD_PASSWORD"),
    ("database space exceeded", "compact and defragment etcd, then `etcdctl alarm disarm`"),
    ("certificate", "look at ETCD_CA_CERT_FILE, ETCD_CERT_FILE and ETCD_KEY_FILE"),
    ("SSL", "look at ETCD_CA_CERT_FILE, ETCD_CERT_FILE and ETCD_KEY_FILE"),
    ("", ""),
)


class CallFailed(Exception):
    """A member did not do what it was asked."""

    def __init__(self, why: str, failure: Failure = Failure.PASSING) -> None:
        super().__init__(why)
        self.why, self.failure = why, failure

    @classmethod
    def of(cls, error: object) -> Self:
        """Of what grpc raises, which tells its details as the call that it is as well."""
        if not isinstance(error, grpc.Call):
            return cls(str(error))
        why = error.details() or error.code().name.lower()
        passing = Failure.PASSING if error.code() in _PASSING else Failure.FINAL
        return cls(why, next((failure for text, failure in _BY_TEXT if text in why), passing))


def unavailable(name: str, why: str) -> DatastoreError:
    hint = next(hint for text, hint in _HINTS if text in why)
    return StoreUnavailable(f"the datastore `{name}` cannot be used: {why}", hint=hint)
