"""Change some fields of a resource in the datastore."""

import json
from argparse import ArgumentParser, Namespace

from percale.cli.changes import add_dry_run, change
from percale.cli.exits import UsageError
from percale.cli.inputs import add_config
from percale.cli.named import add_name, keys_named
from percale.cli.written import validated
from percale.datastore.errors import DatastoreError, Forbidden
from percale.datastore.keys import Key, Manifest, key_of
from percale.datastore.patches import PatchType, patched
from percale.datastore.plans import editing
from percale.report.outcomes import patch_told


def add_arguments(parser: ArgumentParser) -> None:
    add_name(parser)
    parser.add_argument("-p", "--patch", required=True, metavar="PATCH", help='as JSON: {"spec": {"order": 5}}')
    parser.add_argument(
        "-t", "--type", type=PatchType, choices=tuple(PatchType), default=PatchType.STRATEGIC, help="of the patch"
    )
    parser.add_argument("-n", "--namespace", default="", help="of the resource; by default `default`")
    add_config(parser)
    add_dry_run(parser)


def run(given: Namespace) -> int:
    (key,) = keys_named(given)
    try:
        patch = json.loads(given.patch)
    except ValueError as error:
        raise UsageError(f"the patch is no JSON: {error}") from error

    def edit(found: Manifest) -> Manifest | DatastoreError:
        return _same(key, validated(patched(found, patch, given.type), f"patched {key}"))

    return change(given, editing(key, edit), lambda result: patch_told(key, result))


def _same(key: Key, manifest: Manifest) -> Manifest | DatastoreError:
    return manifest if key_of(manifest) == key else Forbidden("Patch", key, "kind, namespace and name stay as they are")
