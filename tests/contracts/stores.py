"""The stores that the contract suite runs over, and manifests to put into them."""

from collections.abc import Callable
from pathlib import Path

from percale.datastore.interface import Datastore
from percale.datastore.memory import Memory
from percale.datastore.sqlite.store import Sqlite

#: Each makes an empty store in a directory of its own.
WRITABLE: dict[str, Callable[[Path], Datastore]] = {
    "memory": lambda _: Memory(),
    "sqlite": lambda path: Sqlite(path / "percale.sqlite"),
}
