import pytest

from resources.validation_cases import VALID, Expected, Manifest, cases, check, egress, found, many, resource, to

DESTINATION = "spec.egress[0].destination"
NETS, NOT_NETS = f"{DESTINATION}.nets", f"{DESTINATION}.notNets"
MIXED = "rule contains both IPv4 and IPv6 CIDRs"
OTHER_VERSION = "rule IP version doesn't match CIDR version"
CATCH_ALL = "catch-all CIDR in negation creates logical contradiction (matches no traffic)"


def nets(*cidrs: str) -> Manifest:
    return to(nets=list(cidrs))


def not_nets(*cidrs: str) -> Manifest:
    return to(notNets=list(cidrs))


@cases(
    ("IPv4", nets("10.0.0.0/8", "192.168.0.0/16"), VALID),
    ("IPv6", nets("2001:db8::/32", "::/0"), VALID),
    ("one address", nets("10.0.0.1/32"), VALID),
    ("everything", nets("0.0.0.0/0"), VALID),
    ("not", not_nets("10.0.0.0/8"), VALID),
    ("256 of them", nets(*many("10.0.{}.0/24", 256)), VALID),
    ("257 of them", nets(*many("10.0.{}.0/24", 256), "10.1.0.0/16"), [(NETS, "Too many: 257: must have at most 256")]),
    ("twice", nets("10.0.0.0/8", "10.0.0.0/8"), [(f"{NETS}[1]", 'Duplicate value: "10.0.0.0/8"')]),
    ("not twice", not_nets("10.0.0.0/8", "10.0.0.0/8"), [(f"{NOT_NETS}[1]", "Duplicate value")]),
    ("no prefix length", nets("10.0.0.1"), [(f"{NETS}[0]", "invalid CIDR")]),
    (
        "host bits",
        nets("10.0.0.0/8", "10.1.2.3/16"),
        [(f"{NETS}[1]", "failed to validate Field: Nets[1] because of Tag: net")],
    ),
    ("not, host bits", not_nets("10.1.2.3/16"), [(f"{NOT_NETS}[0]", "failed to validate Field: NotNets[0]")]),
    ("IPv6 host bits", nets("2001:db8::1/64"), [(f"{NETS}[0]", "because of Tag: net")]),
    ("prefix too long", nets("10.0.0.0/40"), [(f"{NETS}[0]", "invalid CIDR")]),
    ("netmask", nets("10.0.0.0/255.0.0.0"), [(f"{NETS}[0]", "invalid CIDR")]),
    ("host name", nets("example.com"), [(f"{NETS}[0]", "invalid CIDR `example.com`")]),
    ("zone", nets("fe80::1%eth0/64"), [(f"{NETS}[0]", "invalid CIDR")]),
    ("leading zero", nets("010.0.0.0/8"), [(f"{NETS}[0]", "invalid CIDR")]),
    ("blank", nets(" 10.0.0.0/8"), [(f"{NETS}[0]", "invalid CIDR")]),
    ("empty", nets(""), [(f"{NETS}[0]", "invalid CIDR")]),
    ("IPv4 inside IPv6", nets("::ffff:10.0.0.0/104"), [(f"{NETS}[0]", "invalid CIDR")]),
    ("not everything", not_nets("0.0.0.0/0"), [(f"{NOT_NETS}[0]", CATCH_ALL)]),
    ("not everything IPv6", not_nets("2001:db8::/32", "::/0"), [(f"{NOT_NETS}[1]", CATCH_ALL)]),
)
def test_nets(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("both in one list", nets("10.0.0.0/8", "::/0"), [(NETS, MIXED)]),
    ("over two lists", to(nets=["10.0.0.0/8"], notNets=["fe80::/10"]), [(NOT_NETS, MIXED)]),
    (
        "over two sides",
        egress(source={"notNets": ["fe80::/10"]}, destination={"nets": ["10.0.0.0/8"]}),
        [(NETS, MIXED)],
    ),
    ("one version on two sides", egress(source={"nets": ["10.0.0.0/8"]}, destination={"nets": ["10.0.0.0/8"]}), VALID),
    ("the rule's version", egress(ipVersion=4, destination={"nets": ["10.0.0.0/8"]}), VALID),
    ("another version", egress(ipVersion=6, destination={"nets": ["10.0.0.0/8"]}), [(NETS, OTHER_VERSION)]),
    (
        "another version and mixed",
        egress(ipVersion=6, destination={"nets": ["10.0.0.0/8", "::/0"]}),
        [(NETS, OTHER_VERSION), (NETS, MIXED)],
    ),
)
def test_ip_versions_of_nets(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def network_set(*cidrs: str) -> Manifest:
    return resource("NetworkSet", {"nets": list(cidrs)})


@cases(
    ("empty", network_set(), VALID),
    ("no spec", resource("GlobalNetworkSet"), VALID),
    ("bare address", network_set("10.0.0.1", "2001:db8::1"), VALID),
    ("host bits", network_set("10.1.2.3/16"), VALID),
    ("both versions", network_set("10.0.0.0/8", "::/0"), VALID),
    ("more than rules may have", network_set(*many("10.0.{}.0/24", 256), "10.1.0.0/16"), VALID),
    ("prefix too long", network_set("10.0.0.0/33"), [("spec.nets[0]", "because of Tag: cidr")]),
    ("netmask", network_set("10.0.0.0/255.0.0.0"), [("spec.nets[0]", "because of Tag: cidr")]),
    (
        "host name",
        network_set("10.0.0.1", "example.com"),
        [("spec.nets[1]", "failed to validate Field: Nets[1] because of Tag: cidr")],
    ),
    ("domains", resource("NetworkSet", {"allowedEgressDomains": ["db.com", "*.db.com"]}), VALID),
    (
        "domain with scheme",
        resource("GlobalNetworkSet", {"allowedEgressDomains": ["https://db.com"]}),
        [("spec.allowedEgressDomains[0]", "invalid domain name `https://db.com`")],
    ),
    (
        "label of the namespace",
        resource("NetworkSet", labels={"projectcalico.org/namespace": "shop"}),
        [("metadata.labels.projectcalico.org/namespace", "projectcalico.org/namespace is not a valid label name")],
    ),
    (
        "label of the namespace on a global set",
        resource("GlobalNetworkSet", labels={"projectcalico.org/namespace": "shop"}),
        [("metadata.labels.projectcalico.org/namespace", "is not a valid label name")],
    ),
)
def test_network_sets(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (nets("10.0.0.1"), "write `10.0.0.1/32`"),
        (nets("2001:db8::1"), "write `2001:db8::1/128`"),
        (nets("10.1.2.3/16"), "write `10.1.0.0/16`"),
        (nets("10.0.0.0/255.0.0.0"), "write `10.0.0.0/8`"),
        (nets("*.example.com"), "host names belong in `destination.domains` of an egress Allow rule"),
        (network_set("example.com"), "host names belong in `allowedEgressDomains`"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
