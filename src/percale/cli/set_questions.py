"""`percale reach` between sets: what it takes the engine to answer, which a question about one flow does without."""

from argparse import Namespace

from percale.analysis.asking import Terms
from percale.analysis.asking_sets import ask_sets
from percale.cli.exits import Exit
from percale.cli.inputs import show
from percale.cli.output import terminal_width
from percale.policy.world import World
from percale.report.between_sets import ALLOW, UNKNOWN, SetReport, verdict_of


def answer_sets(given: Namespace, world: World, terms: Terms) -> Exit:
    asked = ask_sets(world, given.source, given.destination, terms, within=given.namespace or "")
    report = SetReport(asked, explain=given.explain)
    show(report.json() if given.output == "json" else report.text(terminal_width()))
    return _EXIT.get(verdict_of(asked.answers), Exit.NO)


#: A yes means all that was asked.
_EXIT = {ALLOW: Exit.YES, UNKNOWN: Exit.CANNOT_TELL}
