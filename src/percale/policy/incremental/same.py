"""Endpoints and policies are compared by identity everywhere else: here it matters whether they say the same."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_workloads import Draft
from percale.policy.policies import Policy

T = TypeVar("T")


def _by_fields(kind: type[T]) -> Callable[[T, T], bool]:
    values = attrgetter(*(field.name for field in fields(kind)))  # type: ignore[arg-type]

    def same(one: T, other: T) -> bool:
        found: bool = values(one) == values(other)
        return found

    return same


same_endpoint = _by_fields(Endpoint)
same_policy = _by_fields(Policy)


def same_draft(one: Draft, other: Draft) -> bool:
    alike = (one.account, one.is_on_host) == (other.account, other.is_on_host)
    return alike and same_endpoint(one.endpoint, other.endpoint)
