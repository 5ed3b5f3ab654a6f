"""Policies that nobody had to be asked for are those that asking everybody gives."""

from random import Random

import pytest

from agreement import world_from
from builders import pod, policy, world
from percale.policy.subjects import Subjects
from random_worlds import Generator


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
