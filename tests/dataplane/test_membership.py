"""Answers that nobody had to be asked for are those that asking everybody gives."""

from random import Random

import pytest

from agreement import world_from
from builders import pod, resource, world
from percale.dataplane.membership import Membership
from percale.policy.rules import ServiceRef
from percale.selector import parse
from percale.traffic.addresses import address
from random_worlds import ADDRESSES, ELSEWHERE, Generator

_EVERYWHERE = [*(one for own in ADDRESSES.values() for one in own), *ELSEWHERE]


@pytest.mark.parametrize("seed", range(40))
def test_members_are_all_that_the_selector_matches(seed: int) -> None:
    generator = Generator(Random(seed))
    here = world_from(generator.world()).placed(ADDRESSES)
    membership = Membership.of(here)
    for _ in range(30):
        selector = parse(generator.selector())
        for one in _EVERYWHERE:
            there = any(selector.matches(held.labels) for held in here.objects_at(one))
            assert (one in membership.members(selector, one.version)) == there, selector


def test_all_workloads_of_one_name_stand_behind_a_service() -> None:
    ports = [{"port": 80, "protocol": "TCP"}]
    service = resource("v1", "Service", "shop/web", spec={"selector": {"app": "web"}, "ports": ports})
    here = world(pod("shop/web", {"app": "web"}, at=["10.0.0.1"]), service)
    (one,) = here.workloads
    here = type(here)(workloads=(one, one.at(address("10.0.0.2"))), services=here.services)
    found = Membership.of(here).service(ServiceRef("shop", "web"), 4, ports=True).elements
    assert found == {(address("10.0.0.1"), 6, 80), (address("10.0.0.2"), 6, 80)}
