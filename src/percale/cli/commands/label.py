"""Set a label of a resource in the datastore, or remove one."""

from argparse import ArgumentParser, Namespace

from percale.cli.changes import add_dry_run, change
from percale.cli.exits import UsageError
from percale.cli.inputs import add_config
from percale.cli.named import add_name, keys_named
from percale.cli.written import validated
from percale.datastore.errors import DatastoreError
from percale.datastore.keys import Manifest
from percale.datastore.plans import editing
from percale.report.outcomes import label_told

_PRESENT = "failed to update label of {}, key {} is already present. please use '--overwrite' to set a new value"


def add_arguments(parser: ArgumentParser) -> None:
    add_name(parser)
    parser.add_argument("label", metavar="LABEL", help="KEY=VALUE, or KEY with --remove")
    parser.add_argument("--overwrite", action="store_true", help="also where the label has another value")
    parser.add_argument("--remove", action="store_true", help="take the label away")
    parser.add_argument("-n", "--namespace", default="", help="of the resource; by default `default`")
    add_config(parser)
    add_dry_run(parser)


def run(given: Namespace) -> int:
    (key,) = keys_named(given)
    what = f"{given.kind} {given.names[0]}"
    name, sign, value = given.label.partition("=")
    if bool(sign) == given.remove:
        raise UsageError(f"invalid label {given.label}", hint="write KEY=VALUE, or KEY --remove")
    done = "removed" if given.remove else "set"

    def edit(found: Manifest) -> Manifest | DatastoreError:
        nonlocal done
        labels = dict(found["metadata"].get("labels", {}))
        if given.remove and name not in labels:
            return DatastoreError(f"cannot remove label of {what}, key {name} does not exist")
        if given.remove:
            del labels[name]
        elif labels.get(name, value) != value and not given.overwrite:
            return DatastoreError(_PRESENT.format(what, name))
        else:
            done = "updated" if name in labels else "set"
            labels[name] = value
        edited = {**found, "metadata": {**found["metadata"], "labels": labels}}
        return validated(edited, f"labelled {key}")

    return change(given, editing(key, edit), lambda result: label_told(done, name, what, result))
