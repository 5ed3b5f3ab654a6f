"""One change to the rules of a node that has them: compared, written as text, taken by nft."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from bench.arena import node_settings
from bench.cpu import cost_of, timed
from bench.node import node_world
from bench.report import Report, Table
from percale.dataplane import naming
from percale.dataplane.changes import Steps
from percale.dataplane.difference import difference
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.loaded import Loaded
from percale.dataplane.nftables.backend import load
from percale.dataplane.nftables.listing import loaded as listed
from percale.dataplane.nftables.transactions import transaction_text
from percale.dataplane.ruleset import Family, Goto, Jump, Ruleset, SetElement, VerdictMap
from percale.dataplane.ruleset import Table as Rules
from percale.errors import PercaleError
from percale.host.netns import NetNs
from percale.traffic.addresses import address

_SIZES, _QUICK_SIZES = ((250, 50), (10_000, 500)), ((250, 50),)
_ROUNDS = 3
_NEW = address("10.65.255.7")

Change = Callable[[Rules], Rules]


@dataclass(frozen=True, slots=True)
class _Cost:
    compare_ms: float
    text_ms: float
    nft_ms: float
    operations: int
    transactions: int


def measure(*, quick: bool) -> Report:
    tables = []
    for endpoints, classes in _QUICK_SIZES if quick else _SIZES:
        world, local = node_world(endpoints, classes, remote=0)
        ruleset, _ = compile_ruleset(world, local, node_settings())
        with NetNs.create() as namespace:
            rows = {name: _row(namespace, ruleset, change) for name, change in _CHANGES.items()}
            rows["everything anew"] = _reload(namespace, ruleset)
        tables.append(Table(f"CPU ms, {endpoints:,} endpoints, {classes} classes", rows))
    return Report(tables)


def _row(namespace: NetNs, ruleset: Ruleset, change: Change) -> dict[str, float]:
    changed = Ruleset(tuple(change(one) if one.family is Family.IP else one for one in ruleset.tables))
    costs = []
    for _ in range(_ROUNDS):
        held = load(ruleset, namespace.run)
        costs.append(_cost(namespace, held, changed))
    return _medians(costs)


def _reload(namespace: NetNs, ruleset: Ruleset) -> dict[str, float]:
    load(ruleset, namespace.run)
    return _medians([_cost(namespace, listed(namespace.run), ruleset) for _ in range(_ROUNDS)])


def _cost(namespace: NetNs, held: Loaded, ruleset: Ruleset) -> _Cost:
    compare_s, (steps, _) = timed(lambda: difference(held, ruleset))
    text_s, texts = timed(lambda: [transaction_text(one) for one in steps.transactions])
    nft_s = sum(_nft(namespace, text) for text in texts)
    return _Cost(compare_s * 1e3, text_s * 1e3, nft_s * 1e3, _operations(steps), len(texts))


def _nft(namespace: NetNs, text: str) -> float:
    with tempfile.NamedTemporaryFile("w", prefix="percale-bench-", suffix=".nft", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        with namespace.entered():
            cost = cost_of(("nft", "-f", file.name))
    if cost.status:
        raise PercaleError("nft refuses the change")
    return cost.cpu_s


def _operations(steps: Steps) -> int:
    return sum(map(len, steps.transactions))


def _medians(costs: list[_Cost]) -> dict[str, float]:
    return {
        "compare": median(one.compare_ms for one in costs),
        "text": median(one.text_ms for one in costs),
        "nft": median(one.nft_ms for one in costs),
        "operations": costs[-1].operations,
        "transactions": costs[-1].transactions,
    }


# What changes.


def _element(table: Rules) -> Rules:
    local = table.sets[naming.LOCAL]
    return replace(table, sets={**table.sets, naming.LOCAL: replace(local, elements=local.elements | {(_NEW,)})})


def _endpoint(table: Rules) -> Rules:
    for name in (naming.EGRESS_OF, naming.INGRESS_OF):
        table = _with_element(table, name, (_NEW,), next(iter(table.maps[name].elements.values())))
    return _element(table)


def _class(table: Rules) -> Rules:
    elements = table.maps[naming.INGRESS_OF].elements
    one, verdict = next(iter(elements.items()))
    return _with_element(table, naming.INGRESS_OF, one, next(to for to in elements.values() if to != verdict))


def _policy(table: Rules) -> Rules:
    """The ingress of one class has another chain."""
    into = table.maps[naming.INGRESS_OF]
    chain = table.chains[next(to.chain for to in into.elements.values() if to.chain.startswith("in-"))]
    other = replace(chain, name=f"{chain.name[:-1]}x", rules=chain.rules[1:])
    elements = {one: Goto(other.name) if to.chain == chain.name else to for one, to in into.elements.items()}
    chains = {name: one for name, one in table.chains.items() if name != chain.name} | {other.name: other}
    return replace(table, chains=chains, maps={**table.maps, into.name: replace(into, elements=elements)})


def _with_element(table: Rules, name: str, one: SetElement, verdict: Goto | Jump) -> Rules:
    found: VerdictMap = table.maps[name]
    return replace(table, maps={**table.maps, name: replace(found, elements={**found.elements, one: verdict})})


_CHANGES: dict[str, Change] = {
    "an address in a set": _element,
    "an endpoint joins a class": _endpoint,
    "an endpoint changes its class": _class,
    "a policy of one class is edited": _policy,
}
