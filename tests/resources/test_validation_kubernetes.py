"""Kubernetes' own NetworkPolicy."""

import pytest

from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, kubernetes_policy

PORT = "spec.ingress[0].ports[0]"
PEER = "spec.egress[0].to[0]"
PORT_RANGE = "must be between 1 and 65535, inclusive"


def port(**fields: object) -> Manifest:
    return kubernetes_policy(ingress=[{"ports": [fields]}])


def peer(**fields: object) -> Manifest:
    return kubernetes_policy(egress=[{"to": [fields]}])


def block(cidr: str, *exceptions: str) -> Manifest:
    return peer(ipBlock={"cidr": cidr, "except": list(exceptions)})


def expression(**fields: object) -> Manifest:
    return kubernetes_policy(podSelector={"matchExpressions": [fields]})


@cases(
    ("nothing", kubernetes_policy(), VALID),
    ("empty rules", kubernetes_policy(ingress=[{}], egress=[{}]), VALID),
    ("both types", kubernetes_policy(policyTypes=["Ingress", "Egress"]), VALID),
    ("a type twice", kubernetes_policy(policyTypes=["Ingress", "Ingress"]), VALID),
    (
        "type in lower case",
        kubernetes_policy(policyTypes=["Ingress", "egress"]),
        [("spec.policyTypes[1]", 'Unsupported value: "egress": supported values: "Ingress", "Egress"')],
    ),
    (
        "three types",
        kubernetes_policy(policyTypes=["Ingress", "Egress", "x"]),
        [("spec.policyTypes", "may not specify more than two policyTypes")],
    ),
)
def test_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("empty", port(), VALID),
    ("number", port(port=80), VALID),
    ("name", port(port="http"), VALID),
    ("range", port(port=80, endPort=90), VALID),
    ("range of one", port(port=80, endPort=80), VALID),
    ("UDP", port(protocol="UDP", port=53), VALID),
    ("SCTP alone", port(protocol="SCTP"), VALID),
    (
        "ICMP",
        port(protocol="ICMP"),
        [(f"{PORT}.protocol", 'Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"')],
    ),
    ("lower case", port(protocol="tcp"), [(f"{PORT}.protocol", 'Unsupported value: "tcp"')]),
    ("number as protocol", port(protocol="6"), [(f"{PORT}.protocol", 'Unsupported value: "6"')]),
    ("empty protocol", port(protocol=""), [(f"{PORT}.protocol", 'Unsupported value: ""')]),
    ("port 0", port(port=0), [(f"{PORT}.port", PORT_RANGE)]),
    ("port 70000", port(port=70000), [(f"{PORT}.port", PORT_RANGE)]),
    ("number in quotes", port(port="80"), [(f"{PORT}.port", "must contain at least one letter (a-z)")]),
    ("range in quotes", port(port="80-90"), [(f"{PORT}.port", "must contain at least one letter (a-z)")]),
    ("name too long", port(port="a" * 16), [(f"{PORT}.port", "must be no more than 15 bytes")]),
    ("name in upper case", port(port="HTTP"), [(f"{PORT}.port", "must contain only alpha-numeric characters")]),
    (
        "name wrong twice over",
        port(port="-a--b"),
        [(f"{PORT}.port", "must not contain consecutive hyphens"), (f"{PORT}.port", "must not begin or end")],
    ),
    ("range downwards", port(port=90, endPort=80), [(f"{PORT}.endPort", "must be greater than or equal to `port`")]),
    ("end beyond all", port(port=90, endPort=70000), [(f"{PORT}.endPort", PORT_RANGE)]),
    ("end alone", port(endPort=80), [(f"{PORT}.endPort", "may not be specified when `port` is not specified")]),
    (
        "end of a name",
        port(port="http", endPort=80),
        [(f"{PORT}.endPort", "may not be specified when `port` is non-numeric")],
    ),
    (
        "in egress",
        kubernetes_policy(egress=[{}, {"ports": [{}, {"port": 0}]}]),
        [("spec.egress[1].ports[1].port", PORT_RANGE)],
    ),
)
def test_ports(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


SUBSET = "must be a strict subset of `cidr`"
HOST_BITS = "must not have bits set beyond the prefix length"
CIDR = f"{PEER}.ipBlock.cidr"
EXCEPT = f"{PEER}.ipBlock.except[0]"


@cases(
    ("pods", peer(podSelector={}), VALID),
    ("namespaces", peer(namespaceSelector={}), VALID),
    ("pods and namespaces", peer(podSelector={}, namespaceSelector={}), VALID),
    ("nothing", peer(), [(PEER, "must specify a peer")]),
    (
        "nothing in ingress",
        kubernetes_policy(ingress=[{"from": [{}]}]),
        [("spec.ingress[0].from[0]", "specify a peer")],
    ),
    (
        "block and pods",
        peer(podSelector={}, ipBlock={"cidr": "10.0.0.0/8"}),
        [(PEER, "may not specify both ipBlock and another peer")],
    ),
    ("block", block("10.0.0.0/8"), VALID),
    ("everything", block("::/0"), VALID),
    ("exceptions", block("10.0.0.0/8", "10.1.0.0/16", "10.2.0.1/32"), VALID),
    ("exception twice", block("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16"), VALID),
    ("empty", block(""), [(CIDR, "Required value")]),
    ("no prefix length", block("10.0.0.1"), [(CIDR, "must be a valid CIDR value")]),
    ("no addresses", block("web/8"), [(CIDR, "must be a valid CIDR value")]),
    ("netmask", block("10.0.0.0/255.0.0.0"), [(CIDR, "must be a valid CIDR value")]),
    ("host bits", block("10.1.2.3/8"), [(CIDR, HOST_BITS)]),
    ("zero before the prefix length", block("10.0.0.0/08"), [(CIDR, "must not have leading zeros")]),
    ("IPv4 inside IPv6", block("::ffff:10.0.0.0/104"), [(CIDR, "must be a valid CIDR value")]),
    ("exception is all", block("10.0.0.0/8", "10.0.0.0/8"), [(EXCEPT, SUBSET)]),
    ("exception is more", block("10.0.0.0/8", "0.0.0.0/0"), [(EXCEPT, SUBSET)]),
    ("exception is elsewhere", block("10.0.0.0/8", "192.168.0.0/16"), [(EXCEPT, SUBSET)]),
    ("exception of the other family", block("10.0.0.0/8", "fe80::/10"), [(EXCEPT, SUBSET)]),
    ("exception with host bits", block("10.0.0.0/8", "10.1.2.3/16"), [(EXCEPT, HOST_BITS)]),
    ("exception without prefix length", block("10.0.0.0/8", "10.0.0.1"), [(EXCEPT, "must be a valid CIDR value")]),
    ("all with nothing to except from", block("web", "10.0.0.0/8"), [(CIDR, "must be a valid CIDR value")]),
)
def test_peers(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


EXPRESSION = "spec.podSelector.matchExpressions[0]"


@cases(
    ("In", expression(key="a", operator="In", values=["b", ""]), VALID),
    ("NotIn", expression(key="a/b", operator="NotIn", values=["b"]), VALID),
    ("Exists", expression(key="a", operator="Exists"), VALID),
    ("DoesNotExist", expression(key="a", operator="DoesNotExist", values=[]), VALID),
    ("labels", kubernetes_policy(podSelector={"matchLabels": {"app.kubernetes.io/name": "web"}}), VALID),
    ("In without values", expression(key="a", operator="In"), [(f"{EXPRESSION}.values", "must be specified when")]),
    ("NotIn without values", expression(key="a", operator="NotIn"), [(f"{EXPRESSION}.values", "must be specified")]),
    (
        "Exists with values",
        expression(key="a", operator="Exists", values=["b"]),
        [(f"{EXPRESSION}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")],
    ),
    (
        "another operator",
        expression(key="a", operator="Gt", values=["1"]),
        [(f"{EXPRESSION}.operator", "is not a valid label selector operator")],
    ),
    (
        "blank in a key",
        expression(key="a b", operator="Exists"),
        [(f"{EXPRESSION}.key", "label key: name part must consist of")],
    ),
    (
        "value too long",
        expression(key="a", operator="In", values=["b", "v" * 64]),
        [(f"{EXPRESSION}.values[1]", "label value: must be no more than 63 bytes")],
    ),
    (
        "blank in a label",
        kubernetes_policy(podSelector={"matchLabels": {"app": "my web"}}),
        [("spec.podSelector.matchLabels.app", "a valid label must be")],
    ),
    ("in a peer", peer(podSelector={"matchLabels": {"_": "x"}}), [(f"{PEER}.podSelector.matchLabels._", "label key")]),
    (
        "in a peer's namespaces",
        peer(namespaceSelector={"matchExpressions": [{"key": "a", "operator": "in"}]}),
        [(f"{PEER}.namespaceSelector.matchExpressions[0].operator", "`in` is not a valid")],
    ),
)
def test_label_selectors(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (
            port(protocol="ICMP"),
            "a Kubernetes policy cannot speak of it: a `projectcalico.org/v3` NetworkPolicy can, with `protocol: ICMP`",
        ),
        (port(protocol="udp"), "did you mean `UDP`?"),
        (port(port="8080"), "write the number without quotes: 8080"),
        (port(port="80-90"), "write a range as `port` and `endPort`"),
        (block("10.1.2.3/8"), "write `10.0.0.0/8`"),
        (block("10.0.0.1"), "write `10.0.0.1/32`"),
        (expression(key="a", operator="exists"), "did you mean `Exists`?"),
        (kubernetes_policy(policyTypes=["ingress"]), "did you mean `Ingress`?"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
