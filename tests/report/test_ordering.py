"""Who runs before whom, in words."""

import math

import pytest

from builders import Manifest, kubernetes_policy, policy, world
from percale.policy.policies import Tier
from percale.report.ordering import number_words, order_words, policies_sentence, tier_words, tiers_sentence


def _policies(*manifests: Manifest) -> str:
    return policies_sentence(world(*manifests).policies.policies)


@pytest.mark.parametrize(
    ("order", "words"),
    [(1000.0, "order 1000"), (0.5, "order 0.5"), (-1.0, "order -1"), (1e6, "order 1000000"), (math.inf, "no order")],
)
def test_an_order(order: float, words: str) -> None:
    assert order_words(order) == words


def test_a_large_order_keeps_its_digits() -> None:
    assert number_words(123456789.0) == "123456789"


@pytest.mark.parametrize(
    ("manifests", "words"),
    [
        ([policy("a", order=100)], ""),
        ([policy("a", order=100), policy("b", order=1000)], "order 100 runs before 1000"),
        (
            [policy("a", order=100), kubernetes_policy("shop/b")],
            "order 100 runs before 1000; Kubernetes policies run at 1000",
        ),
        ([policy("a", order=1), policy("b")], "order 1 runs before no order at all"),
        ([policy("a"), policy("b")], "of the same order, by name"),
        (
            [kubernetes_policy("shop/a"), kubernetes_policy("shop/b")],
            "Kubernetes policies run at 1000; of the same order, by name",
        ),
        (
            [policy("a", order=1), policy("b", order=2), policy("c", order=2), policy("d", order=3)],
            "order 1 runs before 2 before 3; of the same order, by name",
        ),
    ],
)
def test_policies_of_one_tier(manifests: list[Manifest], words: str) -> None:
    assert _policies(*manifests) == words


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (Tier("default"), "tier default (order 1000000, ends with Deny)"),
        (Tier("security", 100, passes=True), "tier security (order 100, ends with Pass)"),
        (Tier("lost", math.inf, exists=False), "tier lost (which nobody created; ends with Deny)"),
    ],
)
def test_a_tier(tier: Tier, words: str) -> None:
    assert tier_words(tier) == words


def test_tiers_are_compared_where_there_are_two() -> None:
    assert tiers_sentence([Tier("default")]) == ""
    assert (
        tiers_sentence([Tier("early", 100), Tier("default"), Tier("lost", math.inf, exists=False)])
        == "tiers run by order, the lowest first: early at 100, default at 1000000"
    )
