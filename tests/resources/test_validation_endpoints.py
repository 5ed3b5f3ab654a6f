"""Host endpoints and workload endpoints."""

from typing import Any

import pytest

from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, resource

INTERFACE = "because of Tag: interface"
PORT = "spec.ports[0]"
PORT_NAME = "failed to validate Field: Name because of Tag: portName: "
NO_PORTS = "EndpointPort protocol does not support ports."
ADDRESS = "must be a valid IP address"


def host(**spec: Any) -> Manifest:
    return resource("HostEndpoint", {"node": "n1", "interfaceName": "eth0"} | spec)


def host_port(**fields: Any) -> Manifest:
    return host(ports=[{"name": "http", "protocol": "TCP", "port": 80} | fields])


@cases(
    ("named interface", host(), VALID),
    ("every interface", host(interfaceName="*"), VALID),
    ("interface of 15", host(interfaceName="br-0123456789ab"), VALID),
    ("vlan", host(interfaceName="eth0.100_a"), VALID),
    ("by address", resource("HostEndpoint", {"node": "n1", "expectedIPs": ["10.0.0.1", "fd00::1"]}), VALID),
    ("profiles", host(profiles=["projectcalico-default-allow", "kns.shop"]), VALID),
    ("interface of 16", host(interfaceName="a" * 16), [("spec.interfaceName", INTERFACE)]),
    ("interface with a wildcard", host(interfaceName="eth*"), [("spec.interfaceName", INTERFACE)]),
    ("interface with an alias", host(interfaceName="eth0:1"), [("spec.interfaceName", INTERFACE)]),
    (
        "neither interface nor addresses",
        resource("HostEndpoint", {"node": "n1"}),
        [("spec.interfaceName", "at least one of interfaceName or expectedIPs must be specified")],
    ),
    (
        "nothing at all",
        resource("HostEndpoint"),
        [("spec.node", "node must be specified"), ("spec.interfaceName", "at least one of")],
    ),
    ("node in upper case", host(node="N1"), [("spec.node", "node: a lowercase RFC 1123 subdomain")]),
    ("node too long", host(node="a" * 254), [("spec.node", "node: must be no more than 253 bytes")]),
    ("address with prefix length", host(expectedIPs=["10.0.0.1/32"]), [("spec.expectedIPs[0]", ADDRESS)]),
    ("host name", host(expectedIPs=["10.0.0.1", "web"]), [("spec.expectedIPs[1]", ADDRESS)]),
    ("zone", host(expectedIPs=["fe80::1%eth0"]), [("spec.expectedIPs[0]", ADDRESS)]),
    ("address twice", host(expectedIPs=["10.0.0.1"] * 2), [("spec.expectedIPs[1]", "Duplicate value")]),
    ("profile twice", host(profiles=["a", "a"]), [("spec.profiles[1]", "Duplicate value")]),
    ("profile in upper case", host(profiles=["A"]), [("spec.profiles[0]", "profile: a lowercase")]),
    ("port", host_port(), VALID),
    ("port of a protocol by number", host_port(protocol=132), VALID),
    ("port with a point", host_port(port=80.0), VALID),
    ("port 0", host_port(port=0), [(f"{PORT}.port", "must be between 1 and 65535, inclusive")]),
    ("port 65536", host_port(port=65536), [(f"{PORT}.port", "must be between 1 and 65535, inclusive")]),
    ("port of ICMP", host_port(protocol="ICMP"), [(f"{PORT}.protocol", NO_PORTS)]),
    ("port of protocol 47", host_port(protocol=47), [(f"{PORT}.protocol", NO_PORTS)]),
    ("port of no protocol", host_port(protocol="tcp"), [(f"{PORT}.protocol", "protocol name invalid")]),
    ("port without name", host_port(name=""), [(f"{PORT}.name", PORT_NAME)]),
    ("port name too long", host_port(name="a" * 16), [(f"{PORT}.name", f"{PORT_NAME}must be no more than 15 bytes")]),
    ("port name of digits", host_port(name="80"), [(f"{PORT}.name", "must contain at least one letter")]),
    ("name with dots", resource("HostEndpoint", {"node": "n", "interfaceName": "*"}, name="n.eth0"), VALID),
    (
        "name in upper case",
        resource("HostEndpoint", {"node": "n", "interfaceName": "*"}, name="N"),
        [("metadata.name", "lower case alphanumeric characters, '-' or '.'")],
    ),
)
def test_host_endpoints(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def workload(name: str = "n1-k8s-web--1-eth0", **spec: Any) -> Manifest:
    usual = {
        "node": "n1",
        "orchestrator": "k8s",
        "pod": "web-1",
        "endpoint": "eth0",
        "interfaceName": "cali1",
        "ipNetworks": ["10.0.0.1/32"],
    }
    return resource("WorkloadEndpoint", usual | spec, name=name, namespace="shop")


def nat(inside: str, outside: str) -> Manifest:
    return workload(ipNATs=[{"internalIP": inside, "externalIP": outside}])


MISMATCH = "the WorkloadEndpoint name does not match the primary identifiers assigned in the Spec: expected name "
SEVERAL = "IP network contains multiple addresses"


@cases(
    ("of a pod", workload(), VALID),
    ("of a container", workload("n1-cni-c1-eth0", orchestrator="cni", containerID="c1"), VALID),
    ("of libnetwork", workload("n1-libnetwork-libnetwork-e", orchestrator="libnetwork", endpoint="e"), VALID),
    ("of OpenStack", workload("n--1-openstack-vm-eth0", node="n-1", orchestrator="openstack", workload="vm"), VALID),
    ("of another name", workload("web"), [("metadata.name", f"{MISMATCH}n1-k8s-web--1-eth0")]),
    ("hyphens not doubled", workload("n1-k8s-web-1-eth0"), [("metadata.name", MISMATCH)]),
    ("without pod", workload(pod=""), [("spec.pod", "field should be assigned")]),
    (
        "without anything",
        resource("WorkloadEndpoint"),
        [(f"spec.{part}", "field should be assigned") for part in ("node", "orchestrator", "workload", "endpoint")]
        + [("spec.interfaceName", INTERFACE)],
    ),
    (
        "container in the wrong form",
        workload("n1-cni-c_1-eth0", orchestrator="cni", containerID="c_1"),
        [("metadata.name", "name must consist of"), ("spec.containerID", "container ID: `c_1`")],
    ),
    ("interface with a colon", workload(interfaceName="a:b"), [("spec.interfaceName", INTERFACE)]),
    ("addresses", workload(ipNetworks=["10.0.0.1", "fd00::1/128"]), VALID),
    ("no addresses", workload(ipNetworks=[]), VALID),
    ("a network", workload(ipNetworks=["10.0.0.0/24"]), [("spec.ipNetworks[0]", SEVERAL)]),
    ("a network of the node", workload(ipNetworks=["10.0.0.1/24"]), [("spec.ipNetworks[0]", SEVERAL)]),
    ("no network", workload(ipNetworks=["web"]), [("spec.ipNetworks[0]", "invalid CIDR")]),
    ("address translation", nat("10.0.0.1", "1.2.3.4"), VALID),
    ("of another's address", nat("10.0.0.2", "1.2.3.4"), [("spec.ipNATs[0].internalIP", "NAT is not in the endpoint")]),
    ("of two versions", nat("10.0.0.1", "::1"), [("spec.ipNATs[0].externalIP", "mismatched IP versions")]),
    (
        "of no addresses",
        nat("", "x"),
        [("spec.ipNATs[0].internalIP", "invalid IP"), ("spec.ipNATs[0].externalIP", "invalid IP address")],
    ),
    ("gateways", workload(ipv4Gateway="169.254.1.1", ipv6Gateway="fe80::1"), VALID),
    (
        "gateways swapped",
        workload(ipv4Gateway="fe80::1", ipv6Gateway="169.254.1.1"),
        [("spec.ipv4Gateway", "must be a valid IPv4 address"), ("spec.ipv6Gateway", "must be a valid IPv6 address")],
    ),
    ("MAC", workload(mac="ee:ee:ee:ee:ee:ee"), VALID),
    ("MAC with dots", workload(mac="eeee.eeee.eeee"), VALID),
    ("MAC too short", workload(mac="ee:ee:ee:ee:ee"), [("spec.mac", "must be a MAC address")]),
    ("MAC of mixed form", workload(mac="ee:ee:ee-ee:ee:ee"), [("spec.mac", "must be a MAC address")]),
    ("named port", workload(ports=[{"name": "http", "protocol": "TCP", "port": 80}]), VALID),
    ("host port", workload(ports=[{"protocol": "UDP", "port": 53, "hostPort": 53, "hostIP": "10.0.0.9"}]), VALID),
    (
        "port without name and host port",
        workload(ports=[{"protocol": "TCP", "port": 80}]),
        [(f"{PORT}.name", "WorkloadEndpointPort name must not be empty if no HostPort is specified")],
    ),
    (
        "port of ICMP",
        workload(ports=[{"name": "a", "protocol": "ICMP", "port": 80}]),
        [(f"{PORT}.protocol", f"Workload{NO_PORTS}")],
    ),
    (
        "host port too high",
        workload(ports=[{"protocol": "TCP", "port": 80, "hostPort": 65536, "hostIP": "web"}]),
        [(f"{PORT}.hostPort", "must be between 1 and 65535"), (f"{PORT}.hostIP", ADDRESS)],
    ),
    ("spoofing", workload(allowSpoofedSourcePrefixes=["10.1.0.0/16", "fd00::1"]), VALID),
    (
        "spoofing of a name",
        workload(allowSpoofedSourcePrefixes=["web"]),
        [("spec.allowSpoofedSourcePrefixes[0]", "CIDR")],
    ),
    ("rates", workload(qosControls={"ingressBandwidth": 10**15, "egressPacketRate": 1, "dscp": "ef"}), VALID),
    (
        "rates out of range",
        workload(qosControls={"ingressBandwidth": 999, "egressMinburst": 10**9, "egressMaxConnections": -1}),
        [
            ("spec.qosControls.ingressBandwidth", "must be between 1000 and"),
            ("spec.qosControls.egressMinburst", "must be between 1000 and 100000000"),
            ("spec.qosControls.egressMaxConnections", "must be between 1 and 4294967295"),
        ],
    ),
    ("DSCP 64", workload(qosControls={"dscp": 64}), [("spec.qosControls.dscp", "DSCP must be between 0 and 63")]),
    ("DSCP in quotes", workload(qosControls={"dscp": "63"}), VALID),
    (
        "DSCP of no name",
        workload(qosControls={"dscp": "AF44"}),
        [("spec.qosControls.dscp", "is not a valid DSCP value")],
    ),
)
def test_workload_endpoints(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (host(expectedIPs=["10.0.0.1/24"]), "write `10.0.0.1`"),
        (host_port(protocol="udp"), "did you mean `UDP`?"),
        (resource("HostEndpoint", {"node": "n"}), 'write `interfaceName: "*"` for every interface'),
        (workload(ipNetworks=["10.0.0.1/24"]), "write `10.0.0.1`"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
