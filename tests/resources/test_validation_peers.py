"""Services and domains in rules: what may stand beside them, and where they may stand."""

import pytest

from resources.validation_cases import (
    VALID,
    Expected,
    Manifest,
    cases,
    check,
    egress,
    found,
    global_policy,
    ingress,
    to,
)

DESTINATION = "spec.egress[0].destination"
SERVICES = f"{DESTINATION}.services"
DB = {"name": "db", "namespace": "shop"}


def global_rule(direction: str, side: str, services: Manifest) -> Manifest:
    return global_policy(**{direction: [{"action": "Allow", side: {"services": services}}]})


@cases(
    ("in the destination of egress", to(services=DB), VALID),
    ("in the source of ingress", ingress(source={"services": DB}), VALID),
    ("namespace left out", to(services={"name": "db"}), VALID),
    ("protocol beside them", egress(protocol="TCP", destination={"services": DB}), VALID),
    ("ports of a source beside them", ingress(protocol="TCP", source={"services": DB, "ports": [80]}), VALID),
    (
        "in the source of egress",
        egress(source={"services": DB}),
        [("spec.egress[0].source.services", "not allowed in egress rule source")],
    ),
    (
        "in the destination of ingress",
        ingress(destination={"services": DB}),
        [("spec.ingress[0].destination.services", "not allowed in ingress rule destination")],
    ),
    (
        "ports of a destination beside them",
        egress(protocol="TCP", destination={"services": DB, "ports": [80]}),
        [(SERVICES, "ports and notPorts cannot be specified with services")],
    ),
    (
        "notPorts beside them",
        egress(protocol="TCP", destination={"services": DB, "notPorts": [80]}),
        [(SERVICES, "ports and notPorts cannot be specified with services")],
    ),
    ("no name", to(services={"namespace": "shop"}), [(SERVICES, "services must specify a service name")]),
    ("upper case", to(services={"name": "DB"}), [(f"{SERVICES}.name", "lower case alphanumeric")]),
    ("name too long", to(services={"name": "a" * 254}), [(f"{SERVICES}.name", "no more than 253 bytes")]),
    (
        "namespace in upper case",
        to(services={"name": "db", "namespace": "S"}),
        [(f"{SERVICES}.namespace", "lower case alphanumeric")],
    ),
    (
        "nets",
        to(services=DB, nets=["10.0.0.0/8"]),
        [(SERVICES, "cannot specify Nets/NotNets and Services on the same rule")],
    ),
    ("notNets", to(services=DB, notNets=["10.0.0.0/8"]), [(SERVICES, "cannot specify Nets/NotNets")]),
    (
        "selector",
        to(services=DB, selector="all()"),
        [(SERVICES, "cannot specify Selector/NotSelector and Services on the same rule")],
    ),
    ("notSelector", to(services=DB, notSelector="all()"), [(SERVICES, "cannot specify Selector/NotSelector")]),
    (
        "namespaceSelector",
        to(services=DB, namespaceSelector="all()"),
        [(SERVICES, "cannot specify NamespaceSelector and Services on the same rule")],
    ),
    (
        "serviceAccounts",
        to(services=DB, serviceAccounts={}),
        [(SERVICES, "cannot specify ServiceAccounts and Services on the same rule")],
    ),
    (
        "everything at once",
        to(services={}, selector="all()", nets=["10.0.0.0/8"]),
        [(SERVICES, "Nets/NotNets"), (SERVICES, "Selector/NotSelector"), (SERVICES, "a service name")],
    ),
    ("global policy", global_rule("egress", "destination", DB), VALID),
    (
        "global policy without namespace",
        global_rule("egress", "destination", {"name": "db"}),
        [(SERVICES, "must specify a namespace")],
    ),
    (
        "global policy without namespace in a source",
        global_rule("ingress", "source", {"name": "db"}),
        [("spec.ingress[0].source.services", "must specify a namespace")],
    ),
    (
        "global policy, wrong side",
        global_rule("ingress", "destination", {"name": "db"}),
        [("spec.ingress[0].destination.services", "not allowed in ingress rule destination")],
    ),
)
def test_services(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


DOMAINS = f"{DESTINATION}.domains"
ELSEWHERE = "domains can only be used in the destination of an egress Allow rule"


def domain(text: str) -> Manifest:
    return to(domains=[text])


@cases(
    ("host name", domain("api.example.com"), VALID),
    ("one label", domain("localhost"), VALID),
    ("upper case", domain("API.Example.COM"), VALID),
    ("wildcard", domain("*.example.com"), VALID),
    ("with ports", egress(protocol="TCP", destination={"domains": ["a.com"], "ports": [443]}), VALID),
    ("in a global policy", global_policy(egress=[{"action": "Allow", "destination": {"domains": ["a.com"]}}]), VALID),
    ("in a source", egress(source={"domains": ["a.com"]}), [("spec.egress[0].source.domains", ELSEWHERE)]),
    ("in ingress", ingress(destination={"domains": ["a.com"]}), [("spec.ingress[0].destination.domains", ELSEWHERE)]),
    (
        "in a Deny rule",
        egress(action="Deny", destination={"domains": ["a.com"]}),
        [(DOMAINS, "not in the destination of an egress Deny rule")],
    ),
    ("in a Log rule", egress(action="Log", destination={"domains": ["a.com"]}), [(DOMAINS, ELSEWHERE)]),
    ("empty", domain(""), [(f"{DOMAINS}[0]", "invalid domain name")]),
    ("wildcard alone", domain("*"), [(f"{DOMAINS}[0]", "invalid domain name `*`")]),
    ("wildcard inside", domain("www.*.com"), [(f"{DOMAINS}[0]", "neither a host name nor `*.` before one")]),
    ("wildcard twice", domain("*.*.com"), [(f"{DOMAINS}[0]", "invalid domain name")]),
    ("wildcard in a part", domain("a*.com"), [(f"{DOMAINS}[0]", "invalid domain name")]),
    ("address", domain("10.0.0.1"), [(f"{DOMAINS}[0]", "invalid domain name")]),
    ("blank", domain("a b.com"), [(f"{DOMAINS}[0]", "invalid domain name")]),
    ("two dots", domain("a..com"), [(f"{DOMAINS}[0]", "invalid domain name")]),
    ("part too long", domain("a" * 64 + ".com"), [(f"{DOMAINS}[0]", "invalid domain name")]),
    ("too long", domain("a." * 127 + "com"), [(f"{DOMAINS}[0]", "invalid domain name")]),
)
def test_domains(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("domain_", "hint"),
    [
        ("https://api.example.com/v1", "write the host name alone: `api.example.com`"),
        ("api.example.com/v1", "write the host name alone: `api.example.com`"),
        ("10.0.0.1", "addresses belong in `nets`"),
        ("2001:db8::1", "addresses belong in `nets`"),
        (".example.com", "did you mean `*.example.com`?"),
        ("example.com.", "did you mean `example.com`?"),
        ("www.*.com", "a wildcard is the whole first part, and the only one"),
        ("http://[", ""),
        ("a b", ""),
    ],
)
def test_the_right_domain_is_offered(domain_: str, hint: str) -> None:
    assert [fault.hint for fault in found(domain(domain_))] == [hint]
