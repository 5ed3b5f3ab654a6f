"""Write a first suite of expectations from what the policies let through today. It holds; read it and make it yours."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from percale.analysis.expectations.proving import Setting
from percale.analysis.expectations.suggesting import suggested
from percale.analysis.parties import private
from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import add_input, show, tell, world_from
from percale.cli.questions import add_pod_networks
from percale.report.policy_test_yaml import suites_yaml
from percale.resources.files import holds_expectations


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    add_pod_networks(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="by default standard output")
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it is there")


def run(given: Namespace) -> int:
    if given.output and not holds_expectations(str(given.output)):
        raise UsageError(f"`{given.output}` would be taken for manifests", hint="let it end with `.percale.yaml`")
    if given.output and given.output.exists() and not given.force:
        raise UsageError(f"`{given.output}` is there already", hint="name another file, or overwrite it with --force")
    suites = suggested(Setting(world_from(given), tuple(given.pod_networks or ()) or private()))
    if not suites:
        raise UsageError("the input holds no workload, so there is nothing to expect")
    text = suites_yaml(suites)
    if given.output is None:
        show(text)
        return Exit.YES
    try:
        given.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"`{given.output}` cannot be written: {error.strerror}") from error
    tell(f"wrote {sum(len(suite.expectations) for suite in suites)} expectations to {given.output}")
    return Exit.YES
