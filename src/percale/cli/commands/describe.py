"""What applies to a workload or a host, and what a policy selects and lets through.

REF is a party of `percale reach`, or KIND/NAME, KIND/NAMESPACE/NAME or KIND NAME of a policy, a tier, a network set, a
host endpoint, a Service or a namespace; kinds by calicoctl's names: gnp/deny-all, policy/shop/db, tier/default.
"""

from argparse import ArgumentParser, Namespace

from percale.analysis.asking import Terms
from percale.cli.exits import Exit
from percale.cli.inputs import add_input, show, world_from
from percale.cli.output import terminal_width
from percale.cli.questions import add_pod_networks
from percale.cli.references import described
from percale.policy.from_resources import DEFAULT_NAMESPACE
from percale.report.sections import description_text, descriptions_json


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("references", nargs="+", metavar="REF", help="shop/web, gnp/NAME, or a kind and names")
    add_input(parser)
    add_pod_networks(parser)
    parser.add_argument("-n", "--namespace", default=DEFAULT_NAMESPACE, help="of names without one")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")


def run(given: Namespace) -> int:
    world = world_from(given)
    terms = Terms(namespace=given.namespace, pod_networks=tuple(given.pod_networks or ()))
    found = [one for text in _texts(given.references) for one in described(text, world, terms)]
    if given.output == "json":
        show(descriptions_json(found))
    else:
        show("\n\n".join(description_text(one, terminal_width()) for one in found))
    return Exit.YES


def _texts(words: list[str]) -> list[str]:
    """`gnp a b` is `gnp/a gnp/b`, as with `get`."""
    kind, *names = words
    return [f"{kind}/{name}" for name in names] if names and "/" not in kind else words
