"""Whether there is anything to tell."""

from dataclasses import fields
from typing import Any

import pytest

from percale.policy.incremental.difference import Change, Difference, PolicyChange
from percale.policy.rules import ServiceRef

_SAYS_SOMETHING: dict[str, Any] = {
    "workloads": (Change(None, None),),
    "host_endpoints": (Change(None, None),),
    "network_sets": (Change(None, None),),
    "host_networked": (Change(None, None),),
    "policies": (PolicyChange(None, None),),
    "tiers": True,
    "profiles": frozenset({"kns.shop"}),
    "services": frozenset({ServiceRef("shop", "web")}),
    "nodes": frozenset({"node1"}),
    "settings": True,
}


def test_nothing_is_no_difference() -> None:
    assert not Difference()


def test_every_field_is_told_of() -> None:
    assert _SAYS_SOMETHING.keys() == {field.name for field in fields(Difference)}


@pytest.mark.parametrize("field", _SAYS_SOMETHING)
def test_one_field_is_a_difference(field: str) -> None:
    assert Difference(**{field: _SAYS_SOMETHING[field]})
