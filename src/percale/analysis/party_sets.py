"""Sets of parties as a question names them: a namespace, a selector, the outside, or what one party's name means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from percale.analysis.parties import NoSuchParty, is_called, party
from percale.policy.endpoints import Endpoint
from percale.policy.labels import NAMESPACE, NAMESPACE_PREFIX
from percale.policy.world import World
from percale.resources.kind_names import kind_called
from percale.selector import Equals, In, Selector, SelectorError, conjunction, keys, leaves, parse
from percale.traffic.addresses import AddressSet, Network

OUTSIDE = "outside"
ANY = "any"
#: No name, address or domain has any of these; every selector has.
_OF_SELECTORS = re.compile(r"[\s=!<>(){}'\"&|]")
#: As groups of workloads are called in answers: `shop/[app=web]`, `[app=web|api]`, `[env=dev]/*`.
_LABELLED = re.compile(r"(?:(?P<namespace>[^/\[\]]+)/)?\[(?P<key>[^=\[\]]+)=(?P<values>[^\[\]]*)\](?P<all>/\*)?")


@dataclass(frozen=True, slots=True)
class PartySet:
    """Everybody who is meant; `name` is how the question called them."""

    name: str
    workloads: tuple[Endpoint, ...] = ()
    hosts: tuple[Endpoint, ...] = ()
    networks: tuple[Network, ...] = ()
    domain: str = ""


def is_set(text: str) -> bool:
    """Whether it stands for many by its form. An address or a name of one party does not."""
    kind, _, name = text.partition("/")
    if text in (OUTSIDE, ANY) or text.endswith("/*") or _LABELLED.fullmatch(text) or _OF_SELECTORS.search(text):
        return True
    return bool(name) and "/" not in name and _is_namespace_kind(kind)


def _is_namespace_kind(text: str) -> bool:
    kind = kind_called(text)
    return kind is not None and kind.name == "Namespace"


def party_set(text: str, world: World, *, within: str = "", namespace: str = "default") -> PartySet:
    """`within` is the namespace that selectors are limited to; raises NoSuchParty rather than be empty."""
    if text in (OUTSIDE, ANY):
        return PartySet(text, world.workloads if text == ANY else (), networks=_EVERYWHERE)
    if not is_set(text):
        return _single(text, world, namespace)
    if labelled := _LABELLED.fullmatch(text):
        return PartySet(text, _selected(_selector_of(labelled), text, world))
    if _OF_SELECTORS.search(text):
        limits = (Equals(NAMESPACE, within),) if within else ()
        name = f"{text} in namespace {within}" if within else text
        return PartySet(name, _selected(conjunction(_parsed(text), *limits), name, world))
    name = text.removesuffix("/*") if text.endswith("/*") else text.partition("/")[2]
    return PartySet(text, _in_namespace(name, world))


_EVERYWHERE = tuple(net for version in (4, 6) for net in AddressSet.everything().networks(version))


def _single(text: str, world: World, namespace: str) -> PartySet:
    """Of pods of one owner all, since a set is asked about."""
    found = party(text, world, namespace=namespace, pod_networks=())
    if found.endpoint:
        alike = tuple(one for one in world.workloads if is_called(one, text, namespace))
        return PartySet(text, alike or (found.endpoint,))
    if found.host:
        return PartySet(text, hosts=(found.host,))
    if found.domain:
        return PartySet(text, domain=found.domain)
    return PartySet(text, networks=found.within)


def _parsed(text: str) -> Selector:
    try:
        return parse(text)
    except SelectorError as error:
        raise NoSuchParty(f"`{text}` is neither a name nor a selector: {error}") from error


def _selector_of(labelled: re.Match[str]) -> Selector:
    key = (NAMESPACE_PREFIX if labelled["all"] else "") + labelled["key"]
    values = In(key, tuple(labelled["values"].split("|")))
    return conjunction(values, Equals(NAMESPACE, labelled["namespace"])) if labelled["namespace"] else values


def _selected(selector: Selector, name: str, world: World) -> tuple[Endpoint, ...]:
    found = tuple(one for one in world.workloads if selector.matches(one.labels))
    if not found:
        raise NoSuchParty(f"no workload is selected by `{name}`", hint=_meant(selector, world.workloads))
    return found


def _in_namespace(name: str, world: World) -> tuple[Endpoint, ...]:
    found = tuple(one for one in world.workloads if one.namespace == name)
    if not found:
        known = sorted({one.namespace for one in world.workloads})
        raise NoSuchParty(f"no workload is in namespace `{name}`", hint=_nearest(name, known))
    return found


def _meant(selector: Selector, workloads: Iterable[Endpoint]) -> str:
    """Where a label or a value that it asks for is nobody's, the nearest that is somebody's."""
    known: dict[str, set[str]] = {}
    for one in workloads:
        for key, value in one.labels.items():
            known.setdefault(key, set()).add(value)
    if strange := sorted(keys(selector) - known.keys()):
        return f"no workload has label `{strange[0]}`; {_nearest(strange[0], sorted(known))}"
    for leaf in leaves(selector):
        if isinstance(leaf, Equals) and leaf.value not in known[leaf.key]:
            return f"of label `{leaf.key}` {_nearest(leaf.value, sorted(known[leaf.key]))}"
    return "" if known else "the input holds no workload at all"


def _nearest(text: str, known: list[str]) -> str:
    close = get_close_matches(text, known, n=3, cutoff=0.5) or known[:5]
    return "there is " + ", ".join(f"`{one}`" for one in close) if close else "the input holds no workload at all"
