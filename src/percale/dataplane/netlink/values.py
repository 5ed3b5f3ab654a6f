"""What fields hold, as the kernel compares it: so many bytes, in the order of the wire or of the machine."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from struct import Struct
from typing import Literal, SupportsInt, assert_never, cast

from percale.dataplane.ruleset import Element, Key, SetElement

_WORD = 4
#: Parts of a key by size.
_NUMBERS = {1: "B", 2: "H", 4: "I"}
_BYTES = {1: "1s", 2: "2s", 4: "4s", 16: "16s"}


class ByteOrder(IntEnum):
    """As nft notes it beside a set, to print the elements back."""

    NONE = 0
    HOST = 1
    NETWORK = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of value; `number` is nft's for it, which it reads sets back by."""

    number: int
    size: int
    order: ByteOrder = ByteOrder.NETWORK
    #: nft's own words for some values.
    words: Mapping[str, int] = field(default_factory=dict)

    @property
    def byteorder(self) -> Literal["little", "big"]:
        return sys.byteorder if self.order is ByteOrder.HOST else "big"


IPV4 = Kind(7, 4)
IPV6 = Kind(8, 16)
PROTOCOL = Kind(12, 1, ByteOrder.NONE)
PORT = Kind(13, 2)
INTERFACE = Kind(41, 16, ByteOrder.HOST)
BYTE = Kind(4, 1)
ICMP_TYPE, ICMP_CODE = Kind(14, 1), Kind(32, 1)
ICMPV6_TYPE, ICMPV6_CODE = Kind(29, 1), Kind(33, 1)
ETHER_TYPE = Kind(10, 2, words={"ip": 0x0800, "arp": 0x0806, "ip6": 0x86DD})
CT_STATE = Kind(26, 4, ByteOrder.HOST, {"invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64})
CT_STATUS = Kind(28, 4, ByteOrder.HOST, {"snat": 16, "dnat": 32})
ROUTE = Kind(39, 4, ByteOrder.HOST, {"missing": 0, "exists": 1})
ADDRESS_TYPE = Kind(38, 4, ByteOrder.HOST, {"unicast": 1, "local": 2, "broadcast": 3, "multicast": 5})

#: Several values of these are bits of one mask.
BIT_FIELDS = (CT_STATE, CT_STATUS)

_PLAIN_NUMBERS = (IPV4, PROTOCOL, PORT)

KIND_OF_KEY = {
    Key.IPV4: IPV4,
    Key.IPV6: IPV6,
    Key.PROTOCOL: PROTOCOL,
    Key.PORT: PORT,
    Key.INTERFACE: INTERFACE,
}


def encoded(element: Element, kind: Kind) -> bytes:
    match element:
        case int():
            return element.to_bytes(kind.size, kind.byteorder)
        case IPv4Address() | IPv6Address():
            return element.packed
        case str():
            return _word(element, kind)
        case IPv4Network() | IPv6Network():
            raise ValueError(f"`{element}` is many values, where one is wanted")
        case _:
            assert_never(element)


def _word(text: str, kind: Kind) -> bytes:
    if kind is not INTERFACE:
        return kind.words[text].to_bytes(kind.size, kind.byteorder)
    if len(encoded_name := text.encode()) >= kind.size:
        raise ValueError(f"no interface can be called `{text}`: names have at most {kind.size - 1} bytes")
    return encoded_name.ljust(kind.size, b"\0")


def padded(size: int) -> int:
    """Parts of a concatenation begin at whole registers."""
    return -size % _WORD + size


def key_writer(kinds: tuple[Kind, ...]) -> Callable[[SetElement], bytes]:
    """How elements of a set become bytes: each part padded, where there are several."""
    plain = all(kind in _PLAIN_NUMBERS for kind in kinds)
    parts = _NUMBERS if plain else _BYTES
    padding = len(kinds) > 1
    layout = Struct("!" + "".join(parts[one.size] + "x" * (padding * (padded(one.size) - one.size)) for one in kinds))
    if plain:
        # Elements are many: no call of ours for each part, where `int` makes a number of it.
        return lambda element: layout.pack(*map(int, cast("Iterable[SupportsInt]", element)))
    return lambda element: layout.pack(*map(encoded, element, kinds))
