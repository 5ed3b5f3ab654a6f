"""What a plan is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from percale.datastore.errors import DatastoreError
from percale.datastore.interface import Change
from percale.datastore.keys import Key


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is to be done about it, and that was asked for."""

    key: Key


#: For each resource what is to be done, or what stands against it.
Planned = Change | Skip | DatastoreError
Plan = Sequence[Planned]
