"""Single addresses, as Go reads them: no zones, no prefix length, no IPv4 inside IPv6. MAC addresses too."""

import re
from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.validation.networks import network_in
from percale.selector.errors import shortened
from percale.traffic.addresses import Address

_HEX = r"[0-9a-fA-F]"
#: The forms that Go reads: 6, 8 or 20 bytes, with colons, hyphens, or dots after every second one.
_MAC = re.compile(
    rf"{_HEX}{{2}}(?:(?::{_HEX}{{2}}){{5}}|(?::{_HEX}{{2}}){{7}}|(?::{_HEX}{{2}}){{19}}"
    rf"|(?:-{_HEX}{{2}}){{5}}|(?:-{_HEX}{{2}}){{7}}|(?:-{_HEX}{{2}}){{19}})"
    rf"|{_HEX}{{4}}(?:(?:\.{_HEX}{{4}}){{2}}|(?:\.{_HEX}{{4}}){{3}}|(?:\.{_HEX}{{4}}){{9}})"
)


def address_in(text: str) -> Address | None:
    network = network_in(text)
    return network.network_address if network and "/" not in text else None


def address_findings(text: str, path: Path, *, version: int | None = None) -> Iterator[Fault]:
    found = address_in(text)
    if found is None or version not in (None, found.version):
        kind = f"IPv{version}" if version else "IP"
        yield Fault(path, f"must be a valid {kind} address, found `{shortened(text)}`", _meant(text))


def mac_findings(text: str, path: Path) -> Iterator[Fault]:
    if text and not _MAC.fullmatch(text):
        yield Fault(path, f"must be a MAC address such as `ee:ee:ee:ee:ee:ee`, found `{shortened(text)}`")


def _meant(text: str) -> str:
    alone = text.partition("/")[0]
    return f"write `{alone}`" if alone != text and address_in(alone) else ""
