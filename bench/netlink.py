"""Rules into the kernel by netlink, beside the same by nft: a whole node, and what changes on one."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address
from statistics import median

from bench.arena import node_settings
from bench.cpu import cost_of, timed
from bench.node import node_world
from bench.report import Bound, Goal, Report, Table
from percale.dataplane import naming
from percale.dataplane.changes import AddElements, CreateSet, FillChain, RemoveElements, Transaction
from percale.dataplane.difference import difference
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.loaded import Loaded
from percale.dataplane.netlink.batch import batch
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.nftables.text import ruleset_text
from percale.dataplane.ruleset import Chain, Family, Key, Ruleset, Set, VerdictMap
from percale.dataplane.ruleset import Table as KernelTable
from percale.errors import PercaleError
from percale.host.netfilter_socket import NetfilterSocket
from percale.host.netns import NetNs

_IP = Family.IP
_BESIDE = "beside"
_LOADS = 3
_ELEMENTS, _OTHERS, _BY_NFT = 200, 20, 5


@dataclass(frozen=True, slots=True)
class _Size:
    endpoints: int
    classes: int
    limit_s: float

    def __str__(self) -> str:
        return f"{self.endpoints:,} endpoints x 20 rules, {self.classes} classes"


_SMALL, _LARGE = _Size(1000, 50, limit_s=0.15), _Size(10_000, 500, limit_s=0.6)


@dataclass(frozen=True, slots=True)
class _Change:
    """The same twice, and the way back."""

    there: Transaction
    as_text: str
    back: Transaction


def measure(*, quick: bool) -> Report:
    loads: dict[str, dict[str, float]] = {}
    changes: dict[str, dict[str, float]] = {}
    goals: list[Goal] = []
    for size in (_SMALL,) if quick else (_SMALL, _LARGE):
        world, local = node_world(size.endpoints, size.classes, remote=0)
        ruleset, _ = compile_ruleset(world, local, node_settings())
        loads[str(size)] = whole = _load(ruleset)
        found = _changes(ruleset)
        changes |= {f"{name}, {size.endpoints:,} endpoints": row for name, row in found.items()}
        goals += [
            Goal(f"all of {size}", whole["netlink"], Bound.AT_MOST, size.limit_s),
            Goal(f"one element, {size}, ms", found["one element"]["netlink"], Bound.AT_MOST, 0.2),
        ]
    return Report([Table("CPU seconds", loads), Table("CPU milliseconds", changes)], goals)


def _load(ruleset: Ruleset) -> dict[str, float]:
    """Into an empty kernel."""
    costs = [_by_netlink(difference(Loaded(), ruleset)[0].transactions) for _ in range(_LOADS)]
    encode_s, commit_s = (min(each) for each in zip(*costs, strict=True))
    text_s, text = timed(lambda: ruleset_text(ruleset))
    with NetNs.create() as namespace:
        nft_s = text_s + _by_nft(namespace, text)
    netlink_s = encode_s + commit_s
    return {
        "encode": encode_s,
        "commit": commit_s,
        "netlink": netlink_s,
        "nft": nft_s,
        "nft / netlink": nft_s / netlink_s,
    }


def _by_netlink(transactions: tuple[Transaction, ...]) -> tuple[float, float]:
    encode_s, batches = timed(lambda: [batch(one) for one in transactions])
    with NetNs.create() as namespace, NetfilterSocket.within(namespace) as netlink:
        commit_s, refused = timed(lambda: [refusal for one in batches for refusal in netlink.transact(one.data)])
    if refused:
        raise PercaleError(f"the kernel refuses the rules: {refused[0]}")
    return encode_s, commit_s


def _by_nft(namespace: NetNs, text: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".nft", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        with namespace.entered():
            cost = cost_of(("nft", "-f", file.name))
    if cost.status:
        raise PercaleError("nft refuses the rules")
    return cost.cpu_s


def _changes(ruleset: Ruleset) -> dict[str, dict[str, float]]:
    """On a node that is loaded; each of them is taken back before the next."""
    table = ruleset.table(_IP)
    asked: dict[str, tuple[int, Callable[[int], _Change]]] = {
        "one element": (_ELEMENTS, _element),
        "an endpoint joins": (_OTHERS, lambda number: _endpoint(table, number)),
        "a class changes": (_OTHERS, lambda number: _class(table, number)),
    }
    with ExitStack() as held:
        namespace = held.enter_context(NetNs.create())
        writer = NetlinkWriter(held.enter_context(NetfilterSocket.within(namespace)), holds_tables=False)
        writer.apply([*difference(Loaded(), ruleset)[0].transactions, (CreateSet(_IP, _BESIDE, (Key.IPV4,), 1 << 16),)])
        return {
            name: _compared(writer, namespace, map(change, range(times))) for name, (times, change) in asked.items()
        }


def _compared(writer: NetlinkWriter, namespace: NetNs, changes: Iterator[_Change]) -> dict[str, float]:
    by_netlink, by_nft = [], []
    for number, change in enumerate(changes):
        began = time.thread_time()
        writer.apply([change.there])
        by_netlink.append(1000 * (time.thread_time() - began))
        writer.apply([change.back])
        if number < _BY_NFT:
            by_nft.append(1000 * _by_nft(namespace, change.as_text))
            writer.apply([change.back])
    netlink_ms, nft_ms = median(by_netlink), median(by_nft)
    return {"netlink": netlink_ms, "nft": nft_ms, "nft / netlink": nft_ms / netlink_ms}


def _element(number: int) -> _Change:
    address = IPv4Address(number)
    one = Set(_BESIDE, (Key.IPV4,), frozenset([(address,)]))
    return _Change((AddElements(_IP, one),), _added(_BESIDE, str(address)), (RemoveElements(_IP, one),))


def _endpoint(table: KernelTable, number: int) -> _Change:
    """Into a class that is there: an element of each of two maps, and one of a set."""
    address = IPv4Address("10.99.0.0") + number
    egress, ingress = (table.maps[name] for name in (naming.EGRESS_OF, naming.INGRESS_OF))
    jump, goto = (next(iter(one.elements.values())) for one in (egress, ingress))
    parts: tuple[Set | VerdictMap, ...] = (
        VerdictMap(egress.name, egress.keys, {(address,): jump}),
        VerdictMap(ingress.name, ingress.keys, {(address,): goto}),
        Set(naming.LOCAL, (Key.IPV4,), frozenset([(address,)])),
    )
    texts = (
        _added(egress.name, f"{address} : jump {jump.chain}"),
        _added(ingress.name, f"{address} : goto {goto.chain}"),
        _added(naming.LOCAL, str(address)),
    )
    there, back = tuple(AddElements(_IP, one) for one in parts), tuple(RemoveElements(_IP, one) for one in parts)
    return _Change(there, "".join(texts), back)


def _class(table: KernelTable, number: int) -> _Change:
    """The chain of one is written anew, without its first rule."""
    entries = sorted({verdict.chain for verdict in table.maps[naming.INGRESS_OF].elements.values()})
    chain = table.chains[entries[number % len(entries)]]
    shorter = Chain(chain.name, chain.rules[1:])
    text = ruleset_text(Ruleset((KernelTable(_IP, {chain.name: shorter}),)))
    emptied = f"flush chain {_IP} {naming.TABLE} {chain.name}\n"
    return _Change((FillChain(_IP, shorter),), emptied + text, (FillChain(_IP, chain),))


def _added(name: str, element: str) -> str:
    return f"add element {_IP} {naming.TABLE} {name} {{ {element} }}\n"
