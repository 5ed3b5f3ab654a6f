"""Programs are compiled once for all endpoints that are alike; each is what its endpoint alone would get."""

from random import Random

import pytest

from agreement import world_from
from builders import allow, pod, policy, world
from percale.dataplane.programs import Program, Programs
from percale.policy.rules import Direction
from percale.policy.world import World
from random_worlds import ADDRESSES, Generator


def _of(programs: Programs, here: World, name: str, direction: Direction = Direction.INGRESS) -> Program:
    one = next(one for one in here.workloads if str(one) == name)
    return programs.of_workload(one, one.addresses[0], direction)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_shared_is_what_each_would_get_alone(seed: int) -> None:
    here = world_from(Generator(Random(seed)).world()).placed(ADDRESSES)
    shared = Programs(here)
    for one in here.workloads:
        for own in one.addresses:
            for direction in Direction:
                alone = Programs(here)
                assert shared.of_workload(one, own, direction) == alone.of_workload(one, own, direction)
                assert shared.staged_of_workload(one, own, direction) == alone.staged_of_workload(one, own, direction)


def _shop(rule: dict[str, object]) -> World:
    return world(
        pod("shop/web-1", {"app": "web"}, at=["10.0.0.1"], ports={"http": 80}),
        pod("shop/web-2", {"app": "web"}, at=["10.0.0.2"], ports={"http": 80}),
        pod("shop/web-3", {"app": "web"}, at=["10.0.0.3"], ports={"http": 8080}),
        policy("p", selector="app == 'web'", types=["Ingress"], ingress=[rule]),
    )


def test_endpoints_that_are_alike_get_the_same_program() -> None:
    here = _shop(allow(protocol="TCP", destination={"ports": [80]}))
    programs = Programs(here)
    assert _of(programs, here, "shop/web-1") is _of(programs, here, "shop/web-3")


def test_the_own_address_makes_a_difference_where_a_rule_asks_for_it() -> None:
    here = _shop(allow(protocol="TCP", destination={"ports": ["http"]}))
    programs = Programs(here)
    assert _of(programs, here, "shop/web-1") is _of(programs, here, "shop/web-2")
    assert _of(programs, here, "shop/web-1") != _of(programs, here, "shop/web-3")
