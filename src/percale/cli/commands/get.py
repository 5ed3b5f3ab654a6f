"""Show resources of the datastore: of a kind, by kind and name, or those that files name."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import show, tell
from percale.cli.labelled import labels_wanted
from percale.cli.named import add_names, keys_named, selection_named
from percale.cli.outputs import Form, add_output, form_of
from percale.cli.stores import datastore
from percale.cli.watching import follow
from percale.cli.written import NOTHING, add_files, keys_in_files
from percale.datastore.errors import NotFound
from percale.datastore.interface import Datastore
from percale.datastore.keys import Key, Manifest
from percale.report.columns import UnknownColumn
from percale.report.listings import Found
from percale.report.terminal import plain

_SERVER_METADATA = ("namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "generation")


def add_arguments(parser: ArgumentParser) -> None:
    add_names(parser)
    add_files(parser, required=False)
    parser.add_argument("-A", "-a", "--all-namespaces", action="store_true", help="of all namespaces")
    parser.add_argument("-l", "--selector", default="", help="only those with such labels: app=web,env!=dev")
    parser.add_argument("-w", "--watch", action="store_true", help="then every change, until interrupted")
    parser.add_argument("--export", action="store_true", help="named resources without what servers set")
    add_output(parser)


def run(given: Namespace) -> int:
    if given.watch and (given.names or given.files):
        raise UsageError("-w is about a kind, not about single resources", hint="percale get KIND -w")
    if bool(given.kind) == bool(given.files):
        raise UsageError("no resources specified", hint="name them by KIND, by KIND and NAME, or by -f FILE")
    form = form_of(given)
    with datastore(given) as store:
        if given.kind and not given.names:
            return _list(given, store)
        keys = keys_in_files(given) if given.files else keys_named(given)
        if not keys:
            show(NOTHING)
            return Exit.YES
        found, absent = _each(store, keys)
    _show(form, [Found(key.kind, (_exported(one) if given.export else one,)) for key, one in found])
    for error in absent:
        tell(plain(error.says))
    return Exit.NO if absent else Exit.YES


def _list(given: Namespace, store: Datastore) -> Exit:
    selection, kind = selection_named(given)
    wanted = labels_wanted(given.selector)
    if given.watch:
        follow(given, store, selection, kind, wanted)
        return Exit.YES
    listing = store.list(selection)
    found = Found(kind, tuple(one for one in listing.resources if wanted(one)), listing.revision)
    _show(form_of(given), [found])
    return Exit.YES


def _show(form: Form, found: Sequence[Found]) -> None:
    try:
        show(form(found))
    except UnknownColumn as error:
        raise UsageError(error.says) from error


def _each(store: Datastore, keys: Sequence[Key]) -> tuple[list[tuple[Key, Manifest]], list[NotFound]]:
    found: list[tuple[Key, Manifest]] = []
    absent: list[NotFound] = []
    for key in keys:
        try:
            found.append((key, store.get(key)))
        except NotFound as error:
            absent.append(error)
    return found, absent


def _exported(manifest: Manifest) -> Manifest:
    metadata = {name: value for name, value in manifest["metadata"].items() if name not in _SERVER_METADATA}
    return {**manifest, "metadata": metadata}
