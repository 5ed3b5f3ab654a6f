"""Normal, applyOnForward, preDNAT and doNotTrack policy on host endpoints: the table of.

Source: Calico's felix/rules/endpoints.go.
"""

from typing import Any

import pytest

from builders import DOCKER, ROUTES, UPLINK, Manifest, allow, deny, host_endpoint, hosted, on_route, policy, stopped
from percale.policy.policies import Hook
from percale.policy.reasons import EndOfTier, NoProfile, RuleRef

OWN = {"to host", "from host", "container to host", "host to container", "loopback in", "loopback out"}
LEAVING = {"from host", "host to container", "loopback out"}
FORWARDED = {
    "container out",
    "container in",
    "published port",
    "pod out",
    "pod in",
    "node port",
    "container to pod",
    "pod to container",
}
#: Through the uplink.
INTO = {"container in", "published port", "pod in", "node port"}
OUT_OF = {"container out", "pod out"}

FLAVOURS: dict[str, Manifest] = {
    "normal": {},
    "AoF": {"applyOnForward": True},
    "preDNAT": {"applyOnForward": True, "preDNAT": True},
    "doNotTrack": {"applyOnForward": True, "doNotTrack": True},
}


def ruled(flavour: str, *rules: Manifest, types: str = "Ingress Egress", name: str = "p", **spec: Any) -> Manifest:
    """The same rules in all the directions that the flavour can have, for hosts alone."""
    governed = ["Ingress"] if flavour == "preDNAT" else types.split()
    fields = {direction.lower(): rules for direction in governed if rules}
    return policy(name, selector="role == 'host'", types=governed, **FLAVOURS[flavour], **fields, **spec)


#: Which routes a Deny of everything stops, by interface of the host endpoint and flavour of the policy.
REACH: dict[tuple[str, str], set[str]] = {
    ("*", "normal"): OWN,
    ("*", "AoF"): OWN | FORWARDED,
    ("*", "preDNAT"): (OWN - LEAVING) | FORWARDED | {"pod to host"},
    ("*", "doNotTrack"): set(),
    (UPLINK, "normal"): {"to host", "from host"},
    (UPLINK, "AoF"): {"to host", "from host"} | INTO | OUT_OF,
    (UPLINK, "preDNAT"): {"to host"} | INTO,
    (UPLINK, "doNotTrack"): {"to host", "from host"} | INTO,
    (DOCKER, "normal"): {"container to host", "host to container"},
    (DOCKER, "AoF"): {
        *("container to host", "host to container", "container out", "container in", "published port"),
        *("container to pod", "pod to container"),
    },
    (DOCKER, "preDNAT"): {"container to host", "container out", "container to pod"},
    (DOCKER, "doNotTrack"): {"container to host", "host to container", "container out", "container to pod"},
}


@pytest.mark.parametrize(("interface", "flavour"), REACH, ids=str)
def test_a_deny_stops_what_its_flavour_sees(interface: str, flavour: str) -> None:
    here = hosted(host_endpoint("h", interface), ruled(flavour, deny()))
    assert stopped(here) == REACH[interface, flavour]


@pytest.mark.parametrize(("interface", "flavour"), REACH, ids=str)
def test_the_end_of_a_tier_denies_at_the_normal_and_forward_hooks_only(interface: str, flavour: str) -> None:
    here = hosted(host_endpoint("h", interface), ruled(flavour, allow(protocol="UDP")))
    ends = flavour in ("normal", "AoF")
    assert stopped(here) == (REACH[interface, flavour] if ends else set())


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_allow_stops_nothing(flavour: str) -> None:
    assert stopped(hosted(host_endpoint("h"), ruled(flavour, allow()))) == set()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_pass_goes_on_to_profiles_where_they_are_asked(flavour: str) -> None:
    passing = ruled(flavour, {"action": "Pass"}, deny())
    assert stopped(hosted(host_endpoint("h"), passing)) == set()
    assert stopped(hosted(host_endpoint("h", profiles=[]), passing)) == OWN


#: What one direction of a policy on the uplink stops.
ONE_WAY: dict[tuple[str, str], set[str]] = {
    ("normal", "Ingress"): {"to host"},
    ("normal", "Egress"): {"from host"},
    ("AoF", "Ingress"): {"to host"} | INTO,
    ("AoF", "Egress"): {"from host"} | OUT_OF,
    ("doNotTrack", "Ingress"): {"to host"} | INTO,
    ("doNotTrack", "Egress"): {"from host"},
}


@pytest.mark.parametrize(("flavour", "types"), ONE_WAY, ids=str)
def test_the_other_direction_is_left_alone(flavour: str, types: str) -> None:
    here = hosted(host_endpoint("h", UPLINK), ruled(flavour, deny(), types=types))
    assert stopped(here) == ONE_WAY[flavour, types]


@pytest.mark.parametrize(
    ("interface", "expected"),
    [("*", OWN), (UPLINK, {"to host", "from host"}), (DOCKER, {"container to host", "host to container"})],
)
@pytest.mark.parametrize("profiles", [[], ["missing"], ["missing", "projectcalico-default-allow"]], ids=str)
def test_a_bare_host_endpoint_cuts_the_host_off_and_forwards(
    interface: str, expected: set[str], profiles: list[str]
) -> None:
    here = hosted(host_endpoint("h", interface, profiles=profiles))
    assert stopped(here) == expected
    assert {type(one.because) for name in expected for one in on_route(here, name).host} == {NoProfile}


def test_without_a_host_endpoint_a_policy_for_hosts_stops_nothing() -> None:
    for flavour in FLAVOURS:
        here = hosted(ruled(flavour, deny()))
        assert (stopped(here), on_route(here, "to host").host) == (set(), ())


def test_a_host_endpoint_that_no_policy_selects_stops_nothing_if_its_profile_allows() -> None:
    here = hosted(
        host_endpoint("h", labels={"role": "other"}), *(ruled(one, deny(), name=one.lower()) for one in FLAVOURS)
    )
    assert stopped(here) == set()


def test_one_governed_direction_leaves_the_other_to_profiles() -> None:
    inbound = ruled("normal", allow(), types="Ingress")
    assert stopped(hosted(host_endpoint("h"), inbound)) == set()
    assert stopped(hosted(host_endpoint("h", profiles=[]), inbound)) == LEAVING


def test_forwarded_traffic_asks_no_profiles() -> None:
    here = hosted(host_endpoint("h", UPLINK, profiles=[]), ruled("AoF", allow(), types="Ingress"))
    assert stopped(here) == {"from host"}
    passing = hosted(host_endpoint("h", UPLINK, profiles=[]), ruled("AoF", {"action": "Pass"}))
    assert stopped(passing) == {"to host", "from host"}


def test_namespaced_and_kubernetes_policies_do_not_select_hosts() -> None:
    here = hosted(host_endpoint("h", labels={"app": "web"}), policy("a/x", selector="role == 'host'", ingress=[deny()]))
    assert stopped(here) == set()


#: Rules before destination translation that let everything in, and what another policy then still stops on `*`.
EARLY: list[tuple[str, list[Manifest], set[str]]] = [
    ("normal ingress", [ruled("normal", deny(), types="Ingress", name="x")], set()),
    ("normal egress", [ruled("normal", deny(), types="Egress", name="x")], LEAVING),
    ("forward ingress", [ruled("AoF", deny(), types="Ingress", name="x")], set()),
    ("forward egress", [ruled("AoF", deny(), types="Egress", name="x")], LEAVING | FORWARDED),
    (
        "a pod's ingress",
        [policy("a/x", ingress=[deny()])],
        {"pod in", "node port", "container to pod"},
    ),
    ("a pod's egress", [policy("a/x", egress=[deny()])], {"pod out", "pod to host", "pod to container"}),
    ("a later preDNAT deny", [ruled("preDNAT", deny(), name="x", order=2)], set()),
    (
        "an earlier preDNAT deny",
        [ruled("preDNAT", deny(), name="x", order=0)],
        (OWN - LEAVING) | FORWARDED | {"pod to host"},
    ),
]


@pytest.mark.parametrize(("manifests", "expected"), [pytest.param(*row[1:], id=row[0]) for row in EARLY])
def test_what_is_accepted_before_translation_is_spared_ingress_alone(
    manifests: list[Manifest], expected: set[str]
) -> None:
    here = hosted(host_endpoint("h"), ruled("preDNAT", allow(), order=1), *manifests)
    assert stopped(here) == expected


def test_an_early_accept_opens_a_bare_host_endpoint_inwards() -> None:
    here = hosted(host_endpoint("h", profiles=[]), ruled("preDNAT", allow()))
    assert stopped(here) == LEAVING


@pytest.mark.parametrize("rule", [{"action": "Log"}, {"action": "Pass"}, allow(protocol="UDP")], ids=str)
def test_only_an_allow_accepts_early(rule: Manifest) -> None:
    here = hosted(host_endpoint("h", profiles=[]), ruled("preDNAT", rule))
    assert stopped(here) == OWN


def test_an_untracked_allow_spares_both_ways_of_the_host() -> None:
    later = [ruled("preDNAT", deny(), name="y"), ruled("AoF", deny(), name="z")]
    here = hosted(host_endpoint("h", UPLINK), ruled("doNotTrack", allow(), name="x"), *later)
    assert stopped(here) == OUT_OF


def test_an_untracked_allow_of_one_way_leaves_the_other() -> None:
    later = ruled("normal", deny(), name="y")
    here = hosted(host_endpoint("h", UPLINK), ruled("doNotTrack", allow(), types="Ingress", name="x"), later)
    assert stopped(here) == {"from host"}


def test_decisions_are_told_in_the_order_of_hooks_up_to_the_first_deny() -> None:
    manifests = [ruled("AoF", allow(), name="x"), ruled("preDNAT", {"action": "Pass"}, name="y")]
    here = hosted(host_endpoint("h"), *manifests)
    assert [one.hook for one in on_route(here, "container out").host] == [Hook.FORWARD, Hook.FORWARD]
    closed = hosted(host_endpoint("h"), ruled("preDNAT", deny()), ruled("AoF", deny(), name="z"))
    (decision,) = on_route(closed, "container out").host
    assert (decision.hook, type(decision.because)) == (Hook.PRE_DNAT, RuleRef)
    (ended,) = on_route(hosted(host_endpoint("h"), ruled("normal")), "to host").host
    assert (ended.hook, type(ended.because)) == (Hook.NORMAL, EndOfTier)


def test_the_tables_are_complete() -> None:
    assert OWN | FORWARDED | {"pod to host", "host to pod"} == set(ROUTES)
    assert len(REACH) == 3 * len(FLAVOURS)
