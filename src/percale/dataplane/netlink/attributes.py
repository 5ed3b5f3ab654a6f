"""Netlink's attributes: type, length and value, padded to four bytes.

Numbers are in network order, as nf_tables has them. Nested ones are not marked as such, as in what the kernel shows:
what is written and what is read back are the same bytes.
"""

from collections.abc import Iterator
from struct import Struct

_HEADER = Struct("=HH")
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")
_TYPE = 0x3FFF

#: An attribute says its length in two bytes.
MOST_BYTES = 0xFFFF - _HEADER.size


def attribute(kind: int, value: bytes) -> bytes:
    return _HEADER.pack(_HEADER.size + len(value), kind) + value + _PADDING[len(value) & 3]


def nested(kind: int, *attributes: bytes) -> bytes:
    return attribute(kind, b"".join(attributes))


def text(kind: int, value: str) -> bytes:
    return attribute(kind, value.encode() + b"\0")


def number(kind: int, value: int, size: int = 4) -> bytes:
    return attribute(kind, value.to_bytes(size, "big"))


def parsed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Types and values, in order."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind = _HEADER.unpack_from(data, at)
        yield kind & _TYPE, data[at + _HEADER.size : at + length]
        at += max(length, _HEADER.size) + 3 & ~3


def whole(data: bytes) -> Iterator[bytes]:
    """Attributes as they stand, headers and padding included."""
    at = 0
    while at + _HEADER.size <= len(data):
        (length, _) = _HEADER.unpack_from(data, at)
        behind = at + (max(length, _HEADER.size) + 3 & ~3)
        yield data[at:behind]
        at = behind
