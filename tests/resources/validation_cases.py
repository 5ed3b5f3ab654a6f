"""Small manifests for the validation tables, and the one question the tables ask."""

from collections.abc import Sequence
from typing import Any

import pytest

from percale.resources.faults import Fault, written
from percale.resources.kinds import CALICO, KINDS, kind_of
from percale.resources.validation import findings
from percale.resources.whole_numbers import converted

Manifest = dict[str, Any]
#: The path and a part of the text of every fault, in order; nothing else may be reported.
Expected = list[tuple[str, str]]
Row = tuple[str, Manifest, Expected]

VALID: Expected = []

#: Calico's where a name has several.
_API_VERSIONS = {kind.name: kind.api_version for kind in sorted(KINDS, key=lambda kind: kind.api_version == CALICO)}


def cases(*rows: Row) -> pytest.MarkDecorator:
    names = [name for name, _, _ in rows]
    assert len(names) == len(set(names)), "two rows of one name"
    params = [pytest.param(manifest, expected, id=name) for name, manifest, expected in rows]
    return pytest.mark.parametrize(("manifest", "expected"), params)


def found(manifest: Manifest) -> list[Fault]:
    kind = kind_of(manifest["apiVersion"], manifest["kind"])
    assert kind
    return list(findings(kind, converted(manifest, kind.type)))


def check(manifest: Manifest, expected: Expected) -> None:
    faults = found(manifest)
    assert [written(fault.path) for fault in faults] == [path for path, _ in expected], faults
    for fault, (_, says) in zip(faults, expected, strict=True):
        assert says in fault.says


def resource(kind: str, spec: Manifest | None = None, **metadata: Any) -> Manifest:
    named = {"name": "web"} | metadata
    found = {"apiVersion": _API_VERSIONS[kind], "kind": kind, "metadata": named}
    return found if spec is None else found | {"spec": spec}


def policy(**spec: Any) -> Manifest:
    return resource("NetworkPolicy", spec, namespace="shop")


def global_policy(**spec: Any) -> Manifest:
    return resource("GlobalNetworkPolicy", spec)


def felix(name: str = "default", **spec: Any) -> Manifest:
    return resource("FelixConfiguration", spec, name=name)


def kubernetes_policy(**spec: Any) -> Manifest:
    return resource("NetworkPolicy", spec, namespace="shop") | {"apiVersion": "networking.k8s.io/v1"}


def ingress(**rule: Any) -> Manifest:
    return policy(ingress=[{"action": "Allow"} | rule])


def egress(**rule: Any) -> Manifest:
    return policy(egress=[{"action": "Allow"} | rule])


def to(**destination: Any) -> Manifest:
    """An egress rule with nothing but its destination."""
    return egress(destination=destination)


def many(text: str, count: int) -> Sequence[str]:
    return [text.format(number) for number in range(count)]
