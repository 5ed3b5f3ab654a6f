"""The runbooks' tool, which exists nowhere else: PASS when POD_A reaches POD_B, FAIL and the reason otherwise."""

from collections.abc import Sequence

from percale.analysis.asking import questions
from percale.cli.inputs import add_input, show, tell, world_from
from percale.cli.main import command_parser, guarded
from percale.cli.questions import add_question, exit_code, terms_of
from percale.report.reach import validation_text


def main(argv: Sequence[str]) -> int:
    parser = command_parser("calico-validate", __doc__)
    parser.add_argument("pod_a", metavar="POD_A", help="where the traffic comes from")
    parser.add_argument("pod_b", metavar="POD_B", help="where it goes to")
    parser.add_argument("namespace", metavar="NAMESPACE", help="of both, unless they name their own")
    add_input(parser)
    add_question(parser)
    given = parser.parse_args(argv)
    world = world_from(given)
    asked = questions(world, given.pod_a, given.pod_b, terms_of(given, given.namespace))
    for note in (note for one in asked for note in one.notes):
        tell(note)
    flows = [(one.source, one.destination, answer) for one in asked for answer in one.answers]
    show(validation_text(flows))
    return exit_code([answer for _, _, answer in flows])


def run() -> None:
    guarded(main)
