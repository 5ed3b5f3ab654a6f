"""Check manifests as Calico's validator and the Kubernetes API server would, every problem at once."""

from argparse import ArgumentParser, Namespace

from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import add_input, manifests_from, show
from percale.report.counts import counted
from percale.report.problems import problems_github, problems_json, problems_text
from percale.resources.problems import InvalidInput

_WRITE = {"text": problems_text, "json": problems_json, "github": problems_github}


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument(
        "-o", "--output", choices=tuple(_WRITE), default="text", help="github: annotations of a workflow run"
    )


def run(given: Namespace) -> int:
    try:
        manifests = manifests_from(given)
    except InvalidInput as invalid:
        show(_WRITE[given.output](invalid.problems))
        return Exit.INVALID_INPUT
    if not manifests.items:
        raise UsageError("the input holds no resource of a kind that Percale reads, so nothing was checked")
    if given.output == "text":
        show(counted(len(manifests.items), "resource is valid", "resources are valid"))
    elif given.output == "json":
        show(problems_json(()))
    return Exit.YES
