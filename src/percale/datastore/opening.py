"""The one place where an implementation is chosen. Each is imported when it is opened, to start quickly."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from percale.datastore.configuration import VARIABLES, Settings, StoreType, default_sqlite_path
from percale.datastore.errors import StoreUnavailable
from percale.datastore.interface import Datastore
from percale.errors import PercaleError


@dataclass(frozen=True, slots=True)
class Opening:
    """How a store is to be opened."""

    settings: Settings
    #: An embedded store that is not there yet is made.
    create: bool
    #: Told of what goes wrong later and does not end the work.
    report: Callable[[PercaleError], None]


def open_store(
    settings: Settings, *, create: bool = False, report: Callable[[PercaleError], None] = lambda _: None
) -> Datastore:
    """Raises StoreAbsent where an embedded store is not there yet, unless `create`, and StoreUnavailable."""
    return OPENERS[settings.store_type](Opening(settings, create, report))


def _sqlite(opening: Opening) -> Datastore:
    settings = opening.settings
    path = Path(settings.sqlite_path) if settings.sqlite_path else None
    path = path or default_sqlite_path(os.environ, is_root=os.geteuid() == 0)
    store: Datastore = import_module("percale.datastore.sqlite.store").Sqlite(path, create=opening.create)
    return store


def _directory(opening: Opening) -> Datastore:
    if not opening.settings.directory:
        says = "no directory is named"
        raise StoreUnavailable(says, hint=f"set {VARIABLES['directory']}, or `directory` in the configuration file")
    path = Path(opening.settings.directory)
    store: Datastore = import_module("percale.datastore.directory").Directory(path, report=opening.report)
    return store


def _etcd(opening: Opening) -> Datastore:
    access = import_module("percale.datastore.etcd.access").access_of(opening.settings)
    try:
        module = import_module("percale.datastore.etcd.store")
    except ModuleNotFoundError as error:
        says = f"the Python package of `{error.name}` is not installed"
        raise StoreUnavailable(says, hint="pip install 'percale[etcd]'") from error
    store: Datastore = module.Etcd(access)
    return store


def _kubernetes(opening: Opening) -> Datastore:
    settings = opening.settings
    try:
        access = import_module("percale.datastore.kubernetes.access").access_of(settings)
        module = import_module("percale.datastore.kubernetes.store")
    except ModuleNotFoundError as error:
        says = f"the Python package of `{error.name}` is not installed"
        raise StoreUnavailable(says, hint="pip install 'percale[kubernetes]'") from error
    store: Datastore = module.Kubernetes(access, calico=settings.calico_api_group, report=opening.report)
    return store


OPENERS: Mapping[StoreType, Callable[[Opening], Datastore]] = {
    StoreType.SQLITE: _sqlite,
    StoreType.DIRECTORY: _directory,
    StoreType.ETCD: _etcd,
    StoreType.KUBERNETES: _kubernetes,
}
