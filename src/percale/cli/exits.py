"""Exit codes, and which error ends in which."""

from enum import IntEnum

from percale.analysis.parties import NoSuchParty, Unaskable
from percale.analysis.reach import TooOpen
from percale.datastore.errors import (
    AlreadyExists,
    CannotPatch,
    Conflict,
    Forbidden,
    NotAccepted,
    NotFound,
    Rejected,
    TooMuch,
)
from percale.errors import PercaleError
from percale.host.git import NotInRepository
from percale.resources.problems import InvalidInput


class Exit(IntEnum):
    YES = 0
    NO = 1
    USAGE = 2
    INVALID_INPUT = 3
    OUT_OF_REACH = 4
    CANNOT_TELL = 5


class UsageError(PercaleError):
    """The command line cannot mean anything."""


def exit_of(error: PercaleError) -> Exit:
    match error:
        case InvalidInput() | CannotPatch() | NotAccepted():
            return Exit.INVALID_INPUT
        case UsageError() | NoSuchParty() | Unaskable() | NotInRepository():
            return Exit.USAGE
        case NotFound() | AlreadyExists() | Conflict() | Forbidden() | Rejected() | TooMuch():
            return Exit.NO
        case TooOpen():
            return Exit.CANNOT_TELL
        case _:
            return Exit.OUT_OF_REACH
