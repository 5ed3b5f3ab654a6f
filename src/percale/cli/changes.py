"""The end of every verb that changes the datastore: carry out or rehearse, tell, and end in an exit code."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from percale.cli.exits import Exit
from percale.cli.inputs import show, tell
from percale.cli.stores import datastore
from percale.cli.written import NOTHING, manifests_to_write
from percale.datastore.errors import StoreAbsent
from percale.datastore.keys import Key, Manifest, key_of
from percale.datastore.memory import Memory
from percale.datastore.plans import Planner, Result, carry_out, rehearse
from percale.datastore.tiers import initialise
from percale.report.outcomes import Told, rehearsal_text


def add_dry_run(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


def change_by_files(
    given: Namespace,
    planner: Callable[[Sequence[Manifest]], Planner],
    told: Callable[[Sequence[Key], Result], Told],
    *,
    creates_store: bool = False,
) -> Exit:
    """By what `-f` names; nothing there is no error where the command line allows it."""
    manifests = manifests_to_write(given)
    if not manifests:
        show(NOTHING)
        return Exit.YES
    keys = [key_of(one) for one in manifests]
    return change(given, planner(manifests), lambda result: told(keys, result), creates_store=creates_store)


def change(
    given: Namespace,
    planner: Planner,
    told: Callable[[Result], Told],
    *,
    creates_store: bool = False,
    keep_going: bool = False,
) -> Exit:
    if given.dry_run:
        result = _rehearsed(given, planner, may_be_absent=creates_store, keep_going=keep_going)
    else:
        with datastore(given, create=creates_store) as store:
            if creates_store:
                initialise(store)
            result = carry_out(store, planner, keep_going=keep_going)
    text = told(result)
    if given.dry_run:
        show(rehearsal_text(result.done))
        text = Told(f"{text.out} (dry run)" if text.out else "", text.err)
    show(text.out)
    if text.err:
        tell(text.err)
    return Exit.NO if result.errors else Exit.YES


def _rehearsed(given: Namespace, planner: Planner, *, may_be_absent: bool, keep_going: bool) -> Result:
    try:
        with datastore(given) as store:
            return rehearse(store, planner, keep_going=keep_going)
    except StoreAbsent:
        if may_be_absent:
            return rehearse(Memory(), planner, keep_going=keep_going)
        raise
