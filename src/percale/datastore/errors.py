"""What a store may answer instead of a resource. "Could not find out" is never "nothing there".

A key is known here by its text alone: every command imports these errors, few import the rest of the room.
"""

from collections.abc import Mapping, Sequence

from percale.errors import PercaleError


class DatastoreError(PercaleError):
    """Any of the below."""


class NotFound(DatastoreError):
    def __init__(self, key: object) -> None:
        super().__init__(f"resource does not exist: {key} with error: not found")


class AlreadyExists(DatastoreError):
    def __init__(self, key: object) -> None:
        super().__init__(f"resource already exists: {key} with error: it is in the datastore")


class Conflict(DatastoreError):
    """Someone else was quicker, or owns it: nothing is overwritten."""

    def __init__(self, key: object, why: str) -> None:
        super().__init__(f"update conflict: {key}: {why}")


class Forbidden(DatastoreError):
    """The store understands the change and will not make it."""

    def __init__(self, operation: str, key: object, why: str) -> None:
        super().__init__(f"operation {operation} is not supported on {key}: {why}")


class NotAccepted(DatastoreError):
    """The server finds the resource invalid."""

    def __init__(self, key: object, told: Sequence[str]) -> None:
        super().__init__(f"{key} is not accepted by the server: {'; '.join(told)}")


class Rejected(DatastoreError):
    """A transaction of which nothing was written, with the error of each change that has one."""

    def __init__(self, errors: Mapping[int, DatastoreError]) -> None:
        super().__init__("; ".join(error.says for error in errors.values()))
        self.errors = dict(errors)


class TooMuch(DatastoreError):
    """A transaction that the store cannot make as a whole, so nothing of it was written."""

    def __init__(self, why: str) -> None:
        super().__init__(f"too much for one transaction: {why}", hint="nothing was written; write fewer at a time")


class RevisionTooOld(DatastoreError):
    """A watch cannot resume there: list again, and watch from what the list says."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"the datastore no longer knows what followed revision {revision}", hint="list again")
        self.revision = revision


class CannotPatch(DatastoreError):
    """The patch does not fit the resource, or is none."""


class StoreUnavailable(DatastoreError):
    """Nothing can be said about what the store holds."""


class StoreAbsent(StoreUnavailable):
    """Nobody has made the store yet: the first write will."""


class NotPermitted(StoreUnavailable):
    """There is a store, and it does not let this user see what is there."""
