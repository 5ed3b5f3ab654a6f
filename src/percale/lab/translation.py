"""Published ports in the lab's kernel, as kube-proxy and the portmap plug-in translate them.

In a table of its own, so that what Percale enforces stays as it would be beside them.
"""

from collections.abc import Iterator, Sequence

from percale.lab import links
from percale.lab.layout import OUTSIDE
from percale.lab.published import Masquerade, PublishedPort
from percale.lab.topology import Lab
from percale.traffic.protocols import protocol_name

TABLE = "percale-lab-nat"


def publish(lab: Lab, ports: Sequence[PublishedPort]) -> None:
    """These ports and no others from now on."""
    lab.node.run(("nft", "-f", "-"), stdin=_table(ports))
    away = [port.address for port in ports if port.address not in lab.node_addresses]
    lab.namespace(OUTSIDE).run(("ip", "-batch", "-"), stdin="\n".join(map(links.route_by_node, away)))


def _table(ports: Sequence[PublishedPort]) -> str:
    empty = f"table inet {TABLE}\ndelete table inet {TABLE}\n"
    return f"{empty}table inet {TABLE} {{\n" + "\n".join(_chains(ports)) + "\n}\n" if ports else empty


def _chains(ports: Sequence[PublishedPort]) -> Iterator[str]:
    yield _chain("published", *(rule for port in ports for rule in _translations(port)))
    yield _chain("prerouting", "type nat hook prerouting priority dstnat; policy accept;", "jump published")
    yield _chain("output", "type nat hook output priority -100; policy accept;", "jump published")
    yield _chain(
        "postrouting",
        "type nat hook postrouting priority srcnat; policy accept;",
        *(rule for port in ports for rule in _masquerading(port)),
    )
    # Otherwise the node itself would refuse such a connection, and to be refused is to have arrived.
    yield _chain(
        "untranslated",
        "type filter hook input priority 100; policy accept;",
        *(f"{_match(port)} drop" for port in ports),
    )


def _chain(name: str, *lines: str) -> str:
    return f"chain {name} {{\n" + "\n".join(lines) + "\n}"


def _translations(port: PublishedPort) -> Iterator[str]:
    for index, backend in enumerate(port.backends):
        first, last = port.span_of(index)
        there = f"[{backend.address}]" if backend.address.version == 6 else f"{backend.address}"
        clients = f"{_protocol(port)} sport {first}-{last}"
        yield f"{_match(port)} {clients} dnat {_family(port)} to {there}:{backend.port}"


def _masquerading(port: PublishedPort) -> Iterator[str]:
    """By what connection tracking remembers: every bit of a packet mark belongs to somebody."""
    if port.masquerade is Masquerade.NEVER:
        return
    translated = f"ct status dnat meta l4proto {_protocol(port)} ct original {_family(port)} daddr {port.address}"
    senders = "fib saddr type local " if port.masquerade is Masquerade.OF_THE_NODE else ""
    yield f"{translated} ct original proto-dst {port.port} {senders}masquerade"


def _match(port: PublishedPort) -> str:
    return f"{_family(port)} daddr {port.address} {_protocol(port)} dport {port.port}"


def _family(port: PublishedPort) -> str:
    return "ip" if port.address.version == 4 else "ip6"


def _protocol(port: PublishedPort) -> str:
    return protocol_name(port.protocol).lower()
