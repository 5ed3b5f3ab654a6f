"""What of ours an earlier process has left in the kernel, by name and hook: its contents nobody knows any more.

`nft` cannot tell: version 1.0.6 writes broken JSON about tables that outlive their owner.
"""

from collections.abc import Iterator

from percale.dataplane import naming
from percale.dataplane.loaded import Found, Loaded, as_found
from percale.dataplane.netlink.attributes import parsed
from percale.dataplane.netlink.messages import Kind
from percale.dataplane.netlink.objects import HOOKS
from percale.dataplane.netlink.reading import Attributes, decoded, dumped, of_one_generation
from percale.dataplane.ruleset import Family, Hook
from percale.host.netfilter_socket import NetfilterSocket

_UNNAMED = "__"
_IS_MAP = 8
_HOOK_NAMES = {number: name for name, number in HOOKS.items()}


def loaded(netlink: NetfilterSocket) -> Loaded:
    return as_found(_found_tables(netlink))


def _found_tables(netlink: NetfilterSocket) -> Iterator[tuple[Family, Found]]:
    for family in Family:
        if found := of_one_generation(netlink, family, _found):
            yield family, found


def _found(netlink: NetfilterSocket, family: Family) -> Found:
    chains = [one for one in dumped(netlink, Kind.GET_CHAIN, family) if decoded(one[1]) == naming.TABLE]
    sets = {decoded(one[2]): _is_map(one) for one in dumped(netlink, Kind.GET_SET, family)}
    named = {name: is_map for name, is_map in sets.items() if not name.startswith(_UNNAMED)}
    return Found(
        chains=frozenset(decoded(one[3]) for one in chains),
        hooked={decoded(one[3]): _hook(one[4]) for one in chains if 4 in one},
        sets=frozenset(name for name, is_map in named.items() if not is_map),
        maps=frozenset(name for name, is_map in named.items() if is_map),
        counters=frozenset(decoded(one[2]) for one in dumped(netlink, Kind.GET_OBJECT, family)),
    )


def _is_map(one: Attributes) -> bool:
    return bool(int.from_bytes(one.get(3, b""), "big") & _IS_MAP)


def _hook(data: bytes) -> Hook:
    about = dict(parsed(data))
    number, priority = int.from_bytes(about[1], "big"), int.from_bytes(about[2], "big", signed=True)
    return Hook(_HOOK_NAMES[number], priority)
