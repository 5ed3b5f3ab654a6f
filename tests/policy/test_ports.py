"""Ports by number, range and name.

Source: Calico's felix/rules/policy.go.
"""

from typing import Any

import pytest

from builders import OUTSIDE, Manifest, allow, allowed, network_set, packet, pod, policy, tcp, world
from percale.policy.world import World


def container(**ports: tuple[str, int]) -> Manifest:
    listed = [{"name": name, "protocol": protocol, "containerPort": n} for name, (protocol, n) in ports.items()]
    return {"ports": listed}


#: web: `http` 80/TCP, `dns` 53 on all three; its init container has `setup` 99/TCP. db: `http` 8080/TCP.
PEOPLE = (
    pod(
        "a/web",
        {"app": "web"},
        containers=[
            container(http=("TCP", 80), dns=("UDP", 53)),
            container(dns=("TCP", 53)),
            container(dns=("SCTP", 53)),
            {"ports": [{"containerPort": 7777}]},
        ],
        initContainers=[container(setup=("TCP", 99))],
    ),
    pod("a/db", {"app": "db"}, ports={"http": 8080}),
    pod("b/api", {"app": "web"}, ports={"http": 9090}),
    pod("a/bare", {"app": "bare"}),
    network_set("a/set", "198.51.100.0/24", app="web"),
)

#: Destination ports of `a/web`, by protocol.
TO_WEB = [("TCP", 53), ("TCP", 80), ("TCP", 81), ("TCP", 90), ("TCP", 99), ("UDP", 53), ("UDP", 80), ("SCTP", 53)]
PROBES = {
    f"{name} {port}": (number, port) for name, port in TO_WEB for number in [{"TCP": 6, "UDP": 17, "SCTP": 132}[name]]
}
NO_PORTS = {"GRE": 47, "UDPLite": 136, "ICMP": 1}
TCP_ALL = {name for name in PROBES if name.startswith("TCP")}
EVERY = {*PROBES, *NO_PORTS}

RULES: list[tuple[dict[str, Any], set[str]]] = [
    ({"protocol": "TCP", "destination": {"ports": [80]}}, {"TCP 80"}),
    ({"protocol": 6, "destination": {"ports": [80]}}, {"TCP 80"}),
    ({"protocol": "TCP", "destination": {"ports": ["80"]}}, {"TCP 80"}),
    ({"protocol": "TCP", "destination": {"ports": ["80:90"]}}, {"TCP 80", "TCP 81", "TCP 90"}),
    ({"protocol": "TCP", "destination": {"ports": ["81:89"]}}, {"TCP 81"}),
    ({"protocol": "TCP", "destination": {"ports": ["1:65535"]}}, TCP_ALL),
    ({"protocol": "TCP", "destination": {"ports": [53, "90:99"]}}, {"TCP 53", "TCP 90", "TCP 99"}),
    ({"protocol": "UDP", "destination": {"ports": [80]}}, {"UDP 80"}),
    ({"protocol": "SCTP", "destination": {"ports": [53]}}, {"SCTP 53"}),
    ({"protocol": "TCP", "destination": {"notPorts": [80]}}, TCP_ALL - {"TCP 80"}),
    ({"protocol": "TCP", "destination": {"notPorts": ["80:90", 53]}}, {"TCP 99"}),
    ({"protocol": "TCP", "destination": {"ports": ["80:90"], "notPorts": [81]}}, {"TCP 80", "TCP 90"}),
    ({"protocol": "TCP", "destination": {"ports": [80], "notPorts": [80]}}, set()),
    # Names bring their protocol.
    ({"protocol": "TCP", "destination": {"ports": ["http"]}}, {"TCP 80"}),
    ({"destination": {"ports": ["http"]}}, {"TCP 80"}),
    ({"destination": {"ports": ["dns"]}}, {"TCP 53", "UDP 53", "SCTP 53"}),
    ({"protocol": "UDP", "destination": {"ports": ["dns"]}}, {"UDP 53"}),
    ({"protocol": "UDP", "destination": {"ports": ["http"]}}, set()),
    ({"notProtocol": "UDP", "destination": {"ports": ["dns"]}}, {"TCP 53", "SCTP 53"}),
    ({"destination": {"ports": ["setup"]}}, {"TCP 99"}),
    ({"destination": {"ports": ["nobody"]}}, set()),
    ({"destination": {"ports": ["http", "dns"]}}, {"TCP 80", "TCP 53", "UDP 53", "SCTP 53"}),
    ({"protocol": "TCP", "destination": {"ports": ["http", 90, "98:99"]}}, {"TCP 80", "TCP 90", "TCP 99"}),
    ({"protocol": "TCP", "destination": {"notPorts": ["http"]}}, TCP_ALL - {"TCP 80"}),
    ({"protocol": "TCP", "destination": {"notPorts": ["http", 90]}}, TCP_ALL - {"TCP 80", "TCP 90"}),
    ({"destination": {"notPorts": ["dns"]}}, EVERY - {"TCP 53", "UDP 53", "SCTP 53"}),
    ({"destination": {"notPorts": ["nobody"]}}, EVERY),
    ({"protocol": "TCP", "destination": {"ports": ["dns", "http"], "notPorts": ["dns"]}}, {"TCP 80"}),
    # A name is looked up among what the same entity selects.
    ({"destination": {"ports": ["http"], "selector": "app == 'web'"}}, {"TCP 80"}),
    ({"destination": {"ports": ["http"], "selector": "app == 'db'"}}, set()),
    ({"destination": {"ports": ["http"], "namespaceSelector": "all()"}}, {"TCP 80"}),
    ({"source": {"selector": "app == 'db'"}, "destination": {"ports": ["http"]}}, set()),
    ({"destination": {"ports": ["http"], "nets": ["10.0.0.0/8"]}}, {"TCP 80"}),
    ({"destination": {"ports": ["http"], "nets": ["172.16.0.0/12"]}}, set()),
    # Packets without ports have none of any list.
    ({"protocol": "UDPLite"}, {"UDPLite"}),
    ({"protocol": "TCP", "source": {"ports": [40000]}}, TCP_ALL),
    ({"protocol": "TCP", "source": {"ports": ["40001:50000"]}}, set()),
    ({"protocol": "TCP", "source": {"notPorts": [40000]}}, set()),
    ({"protocol": "TCP", "source": {"notPorts": ["1:39999"]}}, TCP_ALL),
    ({"protocol": "TCP", "source": {"ports": [40000]}, "destination": {"ports": [80]}}, {"TCP 80"}),
    ({"source": {"ports": ["http"]}}, set()),
]


def let_in(here: World) -> set[str]:
    with_ports = {
        name: packet(here, OUTSIDE, "a/web", protocol, source_port=40000, destination_port=port)
        for name, (protocol, port) in PROBES.items()
    }
    without = {name: packet(here, OUTSIDE, "a/web", number, icmp_type=8) for name, number in NO_PORTS.items()}
    return {name for name, sent in (with_ports | without).items() if allowed(here, sent)}


def ids(value: object) -> str | None:
    return str(value) if isinstance(value, dict) else None


@pytest.mark.parametrize(("rule", "expected"), RULES, ids=ids)
def test_a_rule_lets_in(rule: dict[str, Any], expected: set[str]) -> None:
    assert let_in(world(*PEOPLE, policy("a/x", selector="app == 'web'", ingress=[allow(**rule)]))) == expected


#: Egress from `a/bare`: the destination's fields, and where it gets to.
ELSEWHERE = {
    "a/web 80": ("a/web", 80),
    "a/web 8080": ("a/web", 8080),
    "a/db 8080": ("a/db", 8080),
    "a/db 80": ("a/db", 80),
    "b/api 9090": ("b/api", 9090),
    "set 80": ("198.51.100.7", 80),
    "out 80": (OUTSIDE, 80),
}
TARGETS = [
    ({"ports": ["http"]}, {"a/web 80", "a/db 8080", "b/api 9090"}),
    ({"ports": ["http"], "selector": "has(app)"}, {"a/web 80", "a/db 8080"}),
    ({"ports": ["http"], "selector": "app == 'web'"}, {"a/web 80"}),
    ({"ports": ["http"], "selector": "app == 'web'", "namespaceSelector": "all()"}, {"a/web 80", "b/api 9090"}),
    ({"ports": ["http"], "notSelector": "app == 'web'"}, {"a/db 8080"}),
    ({"ports": ["http", 80], "selector": "app == 'web'"}, {"a/web 80", "set 80"}),
    ({"ports": [80]}, {"a/web 80", "a/db 80", "set 80", "out 80"}),
    ({"notPorts": ["http"]}, {"a/web 8080", "a/db 80", "set 80", "out 80"}),
    ({"notPorts": ["http"], "selector": "app == 'web'"}, {"a/web 8080", "set 80"}),
]


@pytest.mark.parametrize(("destination", "expected"), TARGETS, ids=ids)
def test_names_stand_for_each_endpoints_own_port(destination: dict[str, Any], expected: set[str]) -> None:
    rule = allow(protocol="TCP", destination=destination)
    here = world(*PEOPLE, policy("a/x", selector="app == 'bare'", egress=[rule]))
    assert {
        name for name, (end, port) in ELSEWHERE.items() if allowed(here, tcp(here, "a/bare", end, port))
    } == expected


@pytest.mark.parametrize(
    ("source", "number", "expected"),
    [
        ({"ports": ["http"]}, 80, True),
        ({"ports": ["http"]}, 8080, False),
        ({"ports": ["http"], "selector": "app == 'db'"}, 80, False),
        ({"notPorts": ["http"]}, 80, False),
        ({"notPorts": ["http"]}, 8080, True),
    ],
)
def test_a_name_in_a_source_is_the_sources_own_port(source: dict[str, Any], number: int, *, expected: bool) -> None:
    rule = allow(protocol="TCP", source=source)
    here = world(*PEOPLE, policy("a/x", selector="app == 'bare'", ingress=[rule]))
    sent = packet(here, "a/web", "a/bare", 6, source_port=number, destination_port=1)
    assert allowed(here, sent) is expected


def test_a_name_may_stand_for_several_ports_of_one_pod() -> None:
    here = world(
        pod("a/two", containers=[container(web=("TCP", 80)), container(web=("TCP", 81))]),
        policy("a/x", ingress=[allow(protocol="TCP", destination={"ports": ["web"]})]),
    )
    assert [allowed(here, tcp(here, OUTSIDE, "a/two", port)) for port in (79, 80, 81, 82)] == [False, True, True, False]


def test_a_port_has_its_name_on_every_address_of_its_pod() -> None:
    here = world(*PEOPLE, policy("a/x", ingress=[allow(protocol="TCP", destination={"ports": ["http"]})]))
    assert allowed(here, tcp(here, "2001:db8::9", "a/web", 80))
    assert not allowed(here, tcp(here, "2001:db8::9", "a/web", 81))
