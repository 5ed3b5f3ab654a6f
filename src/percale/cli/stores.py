"""The configured datastore: which it is, and its content as input of a question."""

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from percale.cli.exits import UsageError
from percale.cli.output import write_error
from percale.datastore.configuration import load_settings
from percale.datastore.interface import Datastore
from percale.datastore.keys import EVERYTHING
from percale.datastore.opening import open_store
from percale.report.problems import error_text
from percale.resources.documents import Document
from percale.resources.problems import Place


@contextmanager
def datastore(given: Namespace, *, create: bool = False) -> Iterator[Datastore]:
    """`create` makes an embedded store that is not there yet."""
    settings = load_settings(given.config, os.environ, context=given.context)
    store = open_store(settings, create=create, report=lambda error: write_error(f"{error_text(error)}\n"))
    try:
        yield store
    finally:
        store.close()


def stored_documents(given: Namespace) -> list[Document]:
    """All that the datastore holds, as if it were a file."""
    with datastore(given) as store:
        found = store.list(EVERYTHING).resources
        place = Place(store.name)
    if not found:
        raise UsageError(f"the datastore `{store.name}` is empty, so there is nothing to ask about", hint=_FILL)
    return [Document(store.name, dict(manifest), lambda _: place) for manifest in found]


_FILL = "name manifests with -f, or put some there with `percale apply -f FILE`"
