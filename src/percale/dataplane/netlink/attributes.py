"""Netlink's attributes: type, length and value, padded to four bytes.

Numbers are in network order, as nf_tables has them. Nested ones are not marked as such, as in what the kernel shows:
what is written and what is read back are the same bytes.
"""

from collections.abc import Iterator
from struct import Struct

_HEADER = Struct("=HH")
HEADER_SIZE = _HEADER.size
#: By the size's last two bits.
PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")
_TYPE = 0x3FFF
#: What ends a text, by the last two bits of its size with the zero.
ENDING = (b"\0", b"\0\0\0\0", b"\0\0\0", b"\0\0")


def attribute(kind: int, value: bytes) -> bytes:
    size = len(value)
    return _HEADER.pack(HEADER_SIZE + size, kind) + value + PADDING[size & 3]


def nested(kind: int, *attributes: bytes) -> bytes:
    return attribute(kind, b"".join(attributes))


def text(kind: int, value: str) -> bytes:
    encoded = value.encode()
    size = len(encoded) + 1
    return _HEADER.pack(HEADER_SIZE + size, kind) + encoded + ENDING[size & 3]


def number(kind: int, value: int, size: int = 4) -> bytes:
    return attribute(kind, value.to_bytes(size, "big"))


def before(attribute_with_value: bytes, size: int) -> bytes:
    """The headers of an attribute that ends with a value of so many bytes, and with its padding."""
    return attribute_with_value[: -(size + (-size & 3)) or None]


def parsed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Types and values, in order."""
    at = 0
    while at + HEADER_SIZE <= len(data):
        length, kind = _HEADER.unpack_from(data, at)
        yield kind & _TYPE, data[at + HEADER_SIZE : at + length]
        at += max(length, HEADER_SIZE) + 3 & ~3


def whole(data: bytes) -> Iterator[bytes]:
    """Attributes as they stand, headers and padding included."""
    at = 0
    while at + HEADER_SIZE <= len(data):
        (length, _) = _HEADER.unpack_from(data, at)
        behind = at + (max(length, HEADER_SIZE) + 3 & ~3)
        yield data[at:behind]
        at = behind
