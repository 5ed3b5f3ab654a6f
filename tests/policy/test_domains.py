"""Domain names in rules and in network sets."""

from dataclasses import replace

import pytest

from builders import CALICO, OUTSIDE, Manifest, allow, allowed, deny, pod, policy, resource, tcp, world
from percale.policy.domains import covers

NAMES = [
    ("example.com", "example.com", True),
    ("example.com", "EXAMPLE.com", True),
    ("Example.COM", "example.com", True),
    ("example.com", "example.com.", True),
    ("example.com", "www.example.com", False),
    ("example.com", "notexample.com", False),
    ("example.com", "", False),
    ("*.example.com", "www.example.com", True),
    ("*.example.com", "a.b.example.com", True),
    ("*.Example.com", "WWW.example.com.", True),
    ("*.example.com", "example.com", False),
    ("*.example.com", "notexample.com", False),
    ("*.example.com", "example.com.evil.org", False),
    ("*.example.com", "", False),
    ("*.com", "example.com", True),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), NAMES)
def test_a_name_is_covered_by_itself_or_by_a_wildcard_above(pattern: str, name: str, *, expected: bool) -> None:
    assert covers(pattern, name) is expected


def domains(name: str, *names: str, nets: tuple[str, ...] = (), **labels: str) -> Manifest:
    kind = "NetworkSet" if "/" in name else "GlobalNetworkSet"
    return resource(CALICO, kind, name, labels, spec={"nets": nets, "allowedEgressDomains": names})


def to(**destination: object) -> Manifest:
    return policy("x", egress=[allow(destination=destination)])


def reaches(name: str, *manifests: Manifest, address: str = OUTSIDE) -> bool:
    here = world(pod("a/me"), *manifests)
    return allowed(here, replace(tcp(here, "a/me", address), destination_name=name))


#: Policies, the name that the destination was looked up by, and whether it is reached.
RULES: list[tuple[str, list[Manifest], str, bool]] = [
    ("a rule's own name", [to(domains=["example.com"])], "example.com", True),
    ("another name", [to(domains=["example.com"])], "example.org", False),
    ("no name", [to(domains=["example.com"])], "", False),
    ("one of several", [to(domains=["example.org", "*.example.com"])], "www.example.com", True),
    (
        "name and port",
        [policy("x", egress=[allow(protocol="TCP", destination={"domains": ["example.com"], "ports": [443]})])],
        "example.com",
        False,
    ),
    ("a set's name", [domains("s", "example.com", of="x"), to(selector="of == 'x'")], "example.com", True),
    ("a set's wildcard", [domains("s", "*.example.com", of="x"), to(selector="of == 'x'")], "www.example.com", True),
    ("a set of other names", [domains("s", "example.org", of="x"), to(selector="of == 'x'")], "example.com", False),
    ("a set with other labels", [domains("s", "example.com", of="y"), to(selector="of == 'x'")], "example.com", False),
    (
        "a set's nets beside its names",
        [domains("s", "example.com", nets=("192.0.2.0/24",), of="x"), to(selector="of == 'x'")],
        "",
        True,
    ),
    ("a set with names, and no name known", [domains("s", "example.com", of="x"), to(selector="of == 'x'")], "", False),
    (
        "a namespaced set",
        [domains("a/s", "example.com", of="x"), policy("a/x", egress=[allow(destination={"selector": "of == 'x'"})])],
        "example.com",
        True,
    ),
    (
        "a set of another namespace",
        [domains("b/s", "example.com", of="x"), policy("a/x", egress=[allow(destination={"selector": "of == 'x'"})])],
        "example.com",
        False,
    ),
    (
        "a set that is excluded",
        [domains("s", "example.com", of="x"), to(notSelector="of == 'x'")],
        "example.com",
        False,
    ),
    (
        "a set of other names is not excluded",
        [domains("s", "example.org", of="x"), to(notSelector="of == 'x'")],
        "example.com",
        True,
    ),
    (
        "denied by name, allowed otherwise",
        [
            domains("s", "example.com", of="x"),
            policy("x", egress=[deny(destination={"selector": "of == 'x'"}), allow()]),
        ],
        "example.com",
        False,
    ),
]


@pytest.mark.parametrize(("manifests", "name", "expected"), [pytest.param(*row[1:], id=row[0]) for row in RULES])
def test_a_destination_is_known_by_the_name_it_was_looked_up_by(
    manifests: list[Manifest], name: str, *, expected: bool
) -> None:
    assert reaches(name, *manifests) is expected


def test_a_name_says_nothing_of_the_source() -> None:
    here = world(
        pod("a/me"), domains("s", "example.com", of="x"), policy("x", ingress=[allow(source={"selector": "of == 'x'"})])
    )
    assert not allowed(here, replace(tcp(here, OUTSIDE, "a/me"), destination_name="example.com"))


@pytest.mark.parametrize("address", [OUTSIDE, "2001:db8::9"])
def test_a_name_is_of_both_ip_versions(address: str) -> None:
    assert reaches("example.com", to(domains=["example.com"]), address=address)
    assert not reaches("example.com", to(domains=["example.org"]), address=address)
