"""Programs are compiled once for all endpoints that are alike; each is what its endpoint alone would get."""

from itertools import product
from random import Random
from weakref import ref

import pytest

from agreement import world_from
from builders import allow, pod, policy, world
from dataplane.reading import programs_of
from percale.dataplane.in_force import Programs
from percale.dataplane.programs import Program
from percale.policy.rules import Direction
from percale.policy.world import World
from random_worlds import ADDRESSES, Generator


def _of(programs: Programs, here: World, name: str, direction: Direction = Direction.INGRESS) -> Program:
    one = next(one for one in here.workloads if str(one) == name)
    return programs.in_force(one).of_workload(one.addresses[0], direction)


def _said(program: Program | None) -> object:
    return program and [(tier.name, tier.rules, tier.end, tier.marks) for tier in (*program.tiers, *program.profiles)]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_shared_is_what_each_would_get_alone(seed: int) -> None:
    here = world_from(Generator(Random(seed)).world()).placed(ADDRESSES)
    programs = programs_of(here)
    shared = {one: programs.in_force(one) for one in here.workloads}
    for one in here.workloads:
        for own, direction in product(one.addresses, Direction):
            alone = programs_of(here).in_force(one)
            assert _said(shared[one].of_workload(own, direction)) == _said(alone.of_workload(own, direction))
            staged = shared[one].staged_of_workload(own, direction)
            assert _said(staged) == _said(alone.staged_of_workload(own, direction))


def _shop(rule: dict[str, object]) -> World:
    return world(
        pod("shop/web-1", {"app": "web"}, at=["10.0.0.1"], ports={"http": 80}),
        pod("shop/web-2", {"app": "web"}, at=["10.0.0.2"], ports={"http": 80}),
        pod("shop/web-3", {"app": "web"}, at=["10.0.0.3"], ports={"http": 8080}),
        policy("p", selector="app == 'web'", types=["Ingress"], ingress=[rule]),
    )


def test_endpoints_that_are_alike_get_the_same_program() -> None:
    here = _shop(allow(protocol="TCP", destination={"ports": [80]}))
    programs = programs_of(here)
    held = [programs.in_force(one) for one in here.workloads]
    assert len(set(held)) == 1
    assert _of(programs, here, "shop/web-1") is _of(programs, here, "shop/web-3")


def test_the_own_address_makes_a_difference_where_a_rule_asks_for_it() -> None:
    here = _shop(allow(protocol="TCP", destination={"ports": ["http"]}))
    programs = programs_of(here)
    held = [programs.in_force(one) for one in here.workloads]
    assert len(set(held)) == 1
    assert _of(programs, here, "shop/web-1") is _of(programs, here, "shop/web-2")
    assert _of(programs, here, "shop/web-1").name != _of(programs, here, "shop/web-3").name


def test_what_nobody_holds_on_to_is_forgotten() -> None:
    here = _shop(allow(protocol="TCP", destination={"ports": [80]}))
    programs = programs_of(here)
    remembered = ref(_of(programs, here, "shop/web-1"))
    assert remembered() is None
