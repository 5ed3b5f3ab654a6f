"""Resources named on the command line, by kind and name."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from percale.cli.exits import UsageError
from percale.datastore.keys import Key, Selection
from percale.policy.from_resources import DEFAULT_NAMESPACE
from percale.resources.kind_names import kind_called
from percale.resources.kinds import Kind


def add_names(parser: ArgumentParser) -> None:
    parser.add_argument("kind", nargs="?", default="", metavar="KIND", help="gnp, networkpolicy, tiers, pods, …")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of resources of that kind")


def add_name(parser: ArgumentParser) -> None:
    """One resource."""
    parser.add_argument("kind", metavar="KIND", help="gnp, networkpolicy, tiers, pods, …")
    parser.add_argument("names", nargs=1, metavar="NAME", help="of the resource")


def kind_named(text: str) -> Kind:
    if found := kind_called(text):
        return found
    raise UsageError(f"failed to get resources: resource type '{text}' is not supported")


def keys_named(given: Namespace) -> Sequence[Key]:
    kind = kind_named(given.kind)
    if not all(given.names or ("",)):
        raise UsageError("resource name may not be empty")
    if given.namespace and not kind.namespaced:
        raise UsageError(f"{kind.name} is not namespaced", hint="leave -n out")
    namespace = (given.namespace or DEFAULT_NAMESPACE) if kind.namespaced else ""
    return [Key(kind, name, namespace) for name in dict.fromkeys(given.names)]


def selection_named(given: Namespace) -> tuple[Selection, Kind]:
    """All of a kind, in the namespace that is meant."""
    kind = kind_named(given.kind)
    if given.namespace and given.all_namespaces:
        raise UsageError("cannot use both --namespace and --all-namespaces flags at the same time")
    if not kind.namespaced:
        if given.namespace or given.all_namespaces:
            raise UsageError(f"{kind.name} is not namespaced", hint="leave -n and -A out")
        return Selection(frozenset({kind})), kind
    namespace = "" if given.all_namespaces else given.namespace or DEFAULT_NAMESPACE
    return Selection(frozenset({kind}), namespace), kind
