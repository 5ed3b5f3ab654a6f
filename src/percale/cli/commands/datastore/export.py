"""Write all that the datastore holds as YAML, without what the datastore has set: manifests that can be applied."""

from argparse import ArgumentParser, Namespace

from percale.cli.exits import Exit
from percale.cli.inputs import add_config, show
from percale.cli.stores import datastore
from percale.datastore.keys import EVERYTHING
from percale.datastore.plans import without_server_metadata
from percale.report.manifests import yaml_text


def add_arguments(parser: ArgumentParser) -> None:
    add_config(parser)


def run(given: Namespace) -> int:
    with datastore(given) as store:
        found = store.list(EVERYTHING).resources
    show("---\n".join(yaml_text(without_server_metadata(one)) for one in found))
    return Exit.YES
