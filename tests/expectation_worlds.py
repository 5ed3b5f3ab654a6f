"""Expectations and the worlds they are about, as briefly as a test can say them."""

import json
from collections.abc import Sequence
from textwrap import dedent
from typing import Any

from builders import Manifest
from builders import world as world_of_manifests
from percale.analysis.expectations.proving import Expected, Outcome, Prover, Result, Setting
from percale.analysis.parties import private
from percale.policy.selection import Staged
from percale.policy.world import World
from percale.resources.documents import documents_in
from percale.resources.expectations import decode_expectations
from percale.traffic.addresses import lenient_network

Expectation = dict[str, Any]


def suite(*expectations: Expectation, namespace: str = "shop") -> Manifest:
    return {
        "apiVersion": "percale.dev/v1alpha1",
        "kind": "PolicyTest",
        "metadata": {"name": "suite", "namespace": namespace},
        "spec": {"expect": list(expectations)},
    }


def expected(*expectations: Expectation, namespace: str = "shop") -> list[Expected]:
    text = json.dumps(suite(*expectations, namespace=namespace)).encode()
    (decoded,) = decode_expectations(documents_in(text, "suite.percale.json"))
    return [Expected("suite", namespace, one, place) for one, place in decoded.expectations]


def proved(
    world: World | Sequence[str | Manifest],
    *expectations: Expectation,
    pod_networks: Sequence[str] = (),
    staged: Staged = Staged.LEFT_OUT,
) -> list[Result]:
    asked = world if isinstance(world, World) else world_of_manifests(*world)
    networks = tuple(map(lenient_network, pod_networks)) or private()
    return list(Prover(Setting(asked, networks, staged), expected(*expectations)).results())


def outcome(world: World | Sequence[str | Manifest], expectation: Expectation, **options: Any) -> Outcome:
    (result,) = proved(world, expectation, **options)
    return result.outcome


def yaml(text: str) -> str:
    return dedent(text).lstrip()
