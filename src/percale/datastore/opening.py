"""The one place where an implementation is chosen. Each is imported when it is opened, to start quickly."""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from percale.datastore.configuration import Settings, StoreType, default_sqlite_path
from percale.datastore.errors import StoreUnavailable
from percale.datastore.interface import Datastore


def open_store(settings: Settings, *, create: bool = False) -> Datastore:
    """`create` makes an embedded store that is not there yet; else that is StoreUnavailable, as all that fails."""
    return OPENERS[settings.store_type](settings, create)


def _sqlite(settings: Settings, create: bool) -> Datastore:  # noqa: FBT001  a table's entries are called alike
    path = Path(settings.sqlite_path) if settings.sqlite_path else None
    path = path or default_sqlite_path(os.environ, is_root=os.geteuid() == 0)
    store: Datastore = import_module("percale.datastore.sqlite.store").Sqlite(path, create=create)
    return store


def _not_yet(settings: Settings, _: bool) -> Datastore:  # noqa: FBT001  as above
    raise StoreUnavailable(
        f"datastore type `{settings.store_type}` is not available in this release",
        hint=f"set DATASTORE_TYPE to {' or '.join(f'`{one}`' for one in (StoreType.SQLITE, StoreType.DIRECTORY))}",
    )


OPENERS: Mapping[StoreType, Callable[[Settings, bool], Datastore]] = {
    StoreType.SQLITE: _sqlite,
    StoreType.DIRECTORY: _not_yet,
    StoreType.ETCD: _not_yet,
    StoreType.KUBERNETES: _not_yet,
}
