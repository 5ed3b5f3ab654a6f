"""Policies of administrators: ClusterNetworkPolicy, and the two kinds before it."""

from typing import Any

import pytest

from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, resource

ALL: Manifest = {"namespaces": {}}
PODS = {"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}}
ONE_OF_TWO = "exactly one of `namespaces`, `pods` must be set, found "
RANGE = "Start port must be less than End port"


def cluster(**spec: Any) -> Manifest:
    return resource("ClusterNetworkPolicy", {"tier": "Admin", "priority": 1, "subject": ALL} | spec)


def ingress(**rule: Any) -> Manifest:
    return cluster(ingress=[{"action": "Accept", "from": [ALL]} | rule])


def egress(*peers: Manifest, **rule: Any) -> Manifest:
    return cluster(egress=[{"action": "Accept", "to": list(peers)} | rule])


def protocol(**choice: Any) -> Manifest:
    return ingress(protocols=[choice])


def tcp(**port: Any) -> Manifest:
    return protocol(tcp={"destinationPort": port})


MATCH = "spec.ingress[0].protocols[0]"
TCP = f"{MATCH}.tcp.destinationPort"
TO = "spec.egress[0].to[0]"


@cases(
    ("baseline", cluster(tier="Baseline", priority=1000, subject=PODS), VALID),
    ("rules", cluster(ingress=[{"action": "Pass", "from": [ALL, PODS], "name": "a" * 100}]), VALID),
    ("pods of every namespace", cluster(subject={"pods": {"podSelector": {}}}), VALID),
    ("another tier", cluster(tier="admin"), [("spec.tier", 'supported values: "Admin", "Baseline"')]),
    ("priority -1", cluster(priority=-1), [("spec.priority", "must be between 0 and 1000, inclusive")]),
    ("priority 1001", cluster(priority=1001), [("spec.priority", "must be between 0 and 1000, inclusive")]),
    ("no subject", cluster(subject={}), [("spec.subject", f"{ONE_OF_TWO}none")]),
    ("two subjects", cluster(subject=ALL | PODS), [("spec.subject", f"{ONE_OF_TWO}`namespaces` and `pods`")]),
    (
        "subject's labels",
        cluster(subject={"pods": {"podSelector": {"matchLabels": {"a": "b c"}}}}),
        [("spec.subject.pods.podSelector.matchLabels.a", "a valid label must be")],
    ),
    ("26 rules", cluster(ingress=[{"action": "Deny", "from": [ALL]}] * 26), [("spec.ingress", "Too many: 26")]),
    ("26 egress rules", cluster(egress=[{"action": "Deny", "to": [ALL]}] * 26), [("spec.egress", "at most 25 items")]),
    ("rule name", ingress(name="a" * 101), [("spec.ingress[0].name", "may not be more than 100")]),
    ("action", ingress(action="Allow"), [("spec.ingress[0].action", 'values: "Accept", "Deny", "Pass"')]),
    ("no peers", ingress(**{"from": []}), [("spec.ingress[0].from", "must have at least 1 items")]),
    ("no destinations", egress(), [("spec.egress[0].to", "must have at least 1 items")]),
    ("26 peers", ingress(**{"from": [ALL] * 26}), [("spec.ingress[0].from", "Too many: 26")]),
    ("26 destinations", egress(*[ALL] * 26), [("spec.egress[0].to", "Too many: 26")]),
    ("peer of nothing", ingress(**{"from": [{}]}), [("spec.ingress[0].from[0]", f"{ONE_OF_TWO}none")]),
    (
        "in a namespace",
        cluster() | {"metadata": {"name": "web", "namespace": "shop"}},
        [("metadata.namespace", "ClusterNetworkPolicy is not a namespaced resource")],
    ),
)
def test_cluster_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("networks", egress({"networks": ["10.0.0.0/8", "fd00::/8"]}), VALID),
    ("networks with host bits", egress({"networks": ["10.1.2.3/8"]}), VALID),
    ("nodes", egress({"nodes": {"matchLabels": {"a": "b"}}}), VALID),
    ("domain names", egress({"domainNames": ["example.com", "*.example.com."]}), VALID),
    ("nothing", egress({}), [(TO, "exactly one of `namespaces`, `pods`, `networks`, `nodes`, `domainNames` must be")]),
    ("two", egress({"networks": ["10.0.0.0/8"], "nodes": {}}), [(TO, "found `networks` and `nodes`")]),
    ("no networks", egress({"networks": []}), [(f"{TO}.networks", "must have at least 1 items")]),
    ("26 networks", egress({"networks": [f"10.{n}.0.0/16" for n in range(26)]}), [(f"{TO}.networks", "Too many: 26")]),
    ("network twice", egress({"networks": ["::/0", "::/0"]}), [(f"{TO}.networks[1]", "Duplicate value")]),
    ("bare address", egress({"networks": ["10.0.0.1"]}), [(f"{TO}.networks[0]", "Invalid CIDR format provided")]),
    ("no network", egress({"networks": ["web"]}), [(f"{TO}.networks[0]", "Invalid CIDR format provided")]),
    ("nodes' labels", egress({"nodes": {"matchLabels": {"_": "b"}}}), [(f"{TO}.nodes.matchLabels._", "label key")]),
    ("one label", egress({"domainNames": ["localhost"]}), [(f"{TO}.domainNames[0]", "invalid domain name")]),
    ("wildcard inside", egress({"domainNames": ["a.*.com"]}), [(f"{TO}.domainNames[0]", "invalid domain name")]),
    ("no domain names", egress({"domainNames": []}), [(f"{TO}.domainNames", "must have at least 1 items")]),
    (
        "domain names to deny",
        egress({"domainNames": ["example.com"]}, action="Deny"),
        [(f"{TO}.domainNames", "domainNames is only supported for Accept rules, not for Deny")],
    ),
    (
        "networks with a named port",
        egress(ALL, {"networks": ["::/0"]}, protocols=[{"destinationNamedPort": "http"}]),
        [("spec.egress[0].protocols", "networks/nodes/domainNames peer cannot be set with namedPorts")],
    ),
    ("pods with a named port", egress(PODS, protocols=[{"destinationNamedPort": "http"}]), VALID),
)
def test_destinations_of_cluster_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("number", tcp(number=65535), VALID),
    ("range", protocol(udp={"destinationPort": {"range": {"start": 1, "end": 65535}}}), VALID),
    ("SCTP", protocol(sctp={"destinationPort": {"number": 1}}), VALID),
    ("name", protocol(destinationNamedPort="http"), VALID),
    ("no protocols", ingress(protocols=[]), [("spec.ingress[0].protocols", "must have at least 1 items")]),
    (
        "26 protocols",
        ingress(protocols=[{"destinationNamedPort": "a"}] * 26),
        [("spec.ingress[0].protocols", "Too many")],
    ),
    ("nothing", protocol(), [(MATCH, "exactly one of `tcp`, `udp`, `sctp`, `destinationNamedPort` must be set")]),
    (
        "two",
        protocol(tcp={"destinationPort": {"number": 1}}, udp={"destinationPort": {"number": 1}}),
        [(MATCH, "found `tcp` and `udp`")],
    ),
    (
        "TCP as a whole",
        protocol(tcp={}),
        [(f"{MATCH}.tcp", "`destinationPort` must be set")],
    ),
    ("no port", tcp(), [(TCP, "exactly one of `number`, `range` must be set, found none")]),
    ("number and range", tcp(number=1, range={"start": 1, "end": 2}), [(TCP, "found `number` and `range`")]),
    ("number 0", tcp(number=0), [(f"{TCP}.number", "must be between 1 and 65535, inclusive")]),
    ("range backwards", tcp(range={"start": 2, "end": 1}), [(f"{TCP}.range", RANGE)]),
    ("range of one", tcp(range={"start": 2, "end": 2}), [(f"{TCP}.range", RANGE)]),
    (
        "range too far",
        tcp(range={"start": 0, "end": 65536}),
        [(f"{TCP}.range.start", "1 and"), (f"{TCP}.range.end", "1 and")],
    ),
)
def test_protocols_of_cluster_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def admin(**spec: Any) -> Manifest:
    return resource("AdminNetworkPolicy", {"priority": 1, "subject": ALL} | spec)


def baseline(name: str = "default", **spec: Any) -> Manifest:
    return resource("BaselineAdminNetworkPolicy", {"subject": ALL} | spec, name=name)


def admin_ports(*ports: Manifest) -> Manifest:
    return admin(ingress=[{"action": "Allow", "from": [ALL], "ports": list(ports)}])


def admin_egress(*peers: Manifest, **rule: Any) -> list[Manifest]:
    return [{"action": "Allow", "to": list(peers)} | rule]


PORTS = "spec.ingress[0].ports"


@cases(
    ("pass", admin(ingress=[{"action": "Pass", "from": [PODS]}]), VALID),
    (
        "egress",
        admin(egress=admin_egress({"networks": ["10.0.0.0/8"]}, {"nodes": {}}, {"domainNames": ["a.b"]})),
        VALID,
    ),
    (
        "ports",
        admin_ports(
            {"portNumber": {"protocol": "UDP", "port": 53}},
            {"portRange": {"protocol": "TCP", "start": 1, "end": 2}},
            {"namedPort": "http"},
        ),
        VALID,
    ),
    ("100 rules", admin(ingress=[{"action": "Deny", "from": [ALL]}] * 100), VALID),
    ("101 rules", admin(ingress=[{"action": "Deny", "from": [ALL]}] * 101), [("spec.ingress", "Too many: 101")]),
    ("101 egress rules", admin(egress=admin_egress(ALL) * 101), [("spec.egress", "Too many: 101")]),
    ("priority", admin(priority=1001), [("spec.priority", "must be between 0 and 1000")]),
    ("action", admin(egress=admin_egress(ALL, action="Accept")), [("spec.egress[0].action", 'values: "Allow"')]),
    ("no subject", admin(subject={}), [("spec.subject", f"{ONE_OF_TWO}none")]),
    (
        "pods without namespaces",
        admin(subject={"pods": {"podSelector": {}}}),
        [("spec.subject.pods", "field `namespaceSelector` is missing")],
    ),
    ("no peers", admin(ingress=[{"action": "Deny", "from": []}]), [("spec.ingress[0].from", "at least 1 items")]),
    ("101 peers", admin(egress=admin_egress(*[ALL] * 101)), [("spec.egress[0].to", "Too many: 101")]),
    ("no ports", admin_ports(), [(PORTS, "must have at least 1 items")]),
    ("101 ports", admin_ports(*[{"namedPort": "a"}] * 101), [(PORTS, "Too many: 101")]),
    ("port of nothing", admin_ports({}), [(f"{PORTS}[0]", "exactly one of `portNumber`, `portRange`, `namedPort`")]),
    (
        "port number",
        admin_ports({"portNumber": {"protocol": "ICMP", "port": 0}}),
        [(f"{PORTS}[0].portNumber.protocol", "Unsupported value"), (f"{PORTS}[0].portNumber.port", "1 and 65535")],
    ),
    ("port range", admin_ports({"portRange": {"start": 2, "end": 1}}), [(f"{PORTS}[0].portRange", RANGE)]),
    ("rule name", admin(egress=admin_egress(ALL, name="a" * 101)), [("spec.egress[0].name", "Too long")]),
    (
        "networks with a named port",
        admin(egress=admin_egress({"networks": ["::/0"]}, ports=[{"namedPort": "a"}])),
        [("spec.egress[0].ports", "networks/nodes peer cannot be set with namedPorts")],
    ),
    (
        "domain names to pass",
        admin(egress=admin_egress({"domainNames": ["a.b"]}, action="Pass")),
        [("spec.egress[0].to[0].domainNames", "only supported for Allow rules, not for Pass")],
    ),
    ("baseline", baseline(ingress=[{"action": "Deny", "from": [ALL]}], egress=admin_egress({"nodes": {}})), VALID),
    (
        "baseline of another name",
        baseline("other"),
        [
            (
                "metadata.name",
                'Only one baseline admin network policy with metadata.name="default" can be created in the cluster',
            )
        ],
    ),
    (
        "baseline that passes",
        baseline(egress=admin_egress(ALL, action="Pass")),
        [("spec.egress[0].action", "Unsupported")],
    ),
    (
        "baseline with domain names",
        baseline(egress=admin_egress({"domainNames": ["a.b"]})),
        [("spec.egress[0].to[0].domainNames", "a baseline policy has no domainNames")],
    ),
)
def test_admin_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (ingress(action="Allow"), "write `Accept`"),
        (admin(egress=admin_egress(ALL, action="Accept")), "write `Allow`"),
        (egress({"networks": ["10.0.0.1"]}), "write `10.0.0.1/32`"),
        (tcp(range={"start": 90, "end": 80}), "write 80 to 90"),
        (tcp(range={"start": 80, "end": 80}), "write one port as a number"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
