"""Answers that nobody had to be asked for are those that asking everybody gives."""

from random import Random

import pytest

from agreement import world_from
from builders import pod, policy, resource, world
from percale.dataplane.membership import Membership, Subjects
from percale.policy.rules import ServiceRef
from percale.selector import parse
from percale.traffic.addresses import address
from random_worlds import ADDRESSES, ELSEWHERE, Generator

_EVERYWHERE = [*(one for own in ADDRESSES.values() for one in own), *ELSEWHERE]


@pytest.mark.parametrize("seed", range(40))
def test_members_are_all_that_the_selector_matches(seed: int) -> None:
    generator = Generator(Random(seed))
    here = world_from(generator.world()).placed(ADDRESSES)
    membership = Membership(here)
    for _ in range(30):
        selector = parse(generator.selector())
        for one in _EVERYWHERE:
            there = any(selector.matches(held.labels) for held in here.objects_at(one))
            assert (one in membership.members(selector, one.version)) == there, selector


@pytest.mark.parametrize("seed", range(40))
def test_subjects_are_all_whose_policies_match(seed: int) -> None:
    here = world_from(Generator(Random(seed)).world())
    subjects = Subjects(here.policies.policies)
    for one in here.workloads:
        found = list(subjects.selecting(one.labels))
        assert found == [policy for policy in here.policies.policies if policy.subject.matches(one.labels)]


def test_who_differs_in_nothing_that_policies_ask_for_is_selected_alike() -> None:
    here = world(
        pod("shop/web-1", {"app": "web", "pod": "1"}),
        pod("shop/web-2", {"app": "web", "pod": "2"}),
        pod("shop/db", {"app": "db"}),
        policy("p", selector="app == 'web'", types=["Ingress"]),
    )
    subjects = Subjects(here.policies.policies)
    first, second, other = (subjects.asked_of(one.labels) for one in here.workloads)
    assert first == second != other


def test_all_workloads_of_one_name_stand_behind_a_service() -> None:
    ports = [{"port": 80, "protocol": "TCP"}]
    service = resource("v1", "Service", "shop/web", spec={"selector": {"app": "web"}, "ports": ports})
    here = world(pod("shop/web", {"app": "web"}, at=["10.0.0.1"]), service)
    (one,) = here.workloads
    here = type(here)(workloads=(one, one.at(address("10.0.0.2"))), services=here.services)
    found = Membership(here).service(ServiceRef("shop", "web"), 4)
    assert found == {(address("10.0.0.1"), 6, 80), (address("10.0.0.2"), 6, 80)}
