"""Can SRC reach DST, and which rule decides.

A workload is NAMESPACE/NAME, or KIND/NAMESPACE/NAME where that is ambiguous; an address or a network is the outside.
"""

from argparse import ArgumentParser, Namespace

from percale.cli.inputs import add_input, show, world_from
from percale.cli.questions import add_question, answers, ends, exit_code
from percale.report.reach import answers_json, answers_text


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="SRC", help="a workload, an address or a network")
    parser.add_argument("destination", metavar="DST", help="likewise")
    add_input(parser)
    add_question(parser)
    parser.add_argument("-n", "--namespace", default="default", help="where names without a namespace are looked for")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")


def run(given: Namespace) -> int:
    world = world_from(given)
    source, destination = ends(given, (given.source, given.destination), world)
    found = answers(given, world, source, destination)
    write = answers_json if given.output == "json" else answers_text
    show(write(found, source, destination))
    return exit_code(found)
