"""Can SRC reach DST, and which rule decides; between sets, which flows.

A workload is NAMESPACE/NAME, or KIND/NAMESPACE/NAME where that is ambiguous. An address or a network is the outside,
host:NODE a node's own processes, service/NAMESPACE/NAME the endpoints behind a Service, and a domain name what rules
with domains are held against. Sets are namespace/NAME, "a == 'selector'" in quotes, outside and any.
"""

from argparse import ArgumentParser, Namespace

from percale.analysis.asking import questions
from percale.analysis.party_sets import is_set
from percale.cli.inputs import add_input, show, tell, world_from
from percale.cli.output import terminal_width
from percale.cli.questions import add_question, exit_code, terms_of
from percale.policy.from_resources import DEFAULT_NAMESPACE
from percale.report.reach import flows_json, flows_text


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="SRC", help="a workload, an address, a network or a host")
    parser.add_argument("destination", metavar="DST", help="likewise, or a service or a domain name")
    add_input(parser)
    add_question(parser)
    parser.add_argument("-n", "--namespace", help="where names without a namespace are looked for, and selectors hold")
    parser.add_argument(
        "--explain", action="store_true", help="tier by tier: what was asked, what matched, what missed"
    )
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")


def run(given: Namespace) -> int:
    world = world_from(given)
    terms = terms_of(given, given.namespace or DEFAULT_NAMESPACE)
    if is_set(given.source) or is_set(given.destination):
        # The engine takes longer to import than one flow to be judged.
        from percale.cli.set_questions import answer_sets  # noqa: PLC0415

        return answer_sets(given, world, terms)
    asked = questions(world, given.source, given.destination, terms)
    for note in (note for one in asked for note in one.notes):
        tell(note)
    flows = [(one.source, one.destination, answer) for one in asked for answer in one.answers]
    if given.output == "json":
        show(flows_json(flows, explain=given.explain))
    else:
        show(flows_text(flows, explain_within=terminal_width() if given.explain else 0))
    return exit_code([answer for _, _, answer in flows])
