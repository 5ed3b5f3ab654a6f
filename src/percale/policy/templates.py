"""Where a dump of a cluster holds both a Deployment and its pods, the pods are the endpoints.

A pod itself never gives way: one that another pod belongs to has a network of its own all the same.
"""

from collections.abc import Mapping

from percale.policy.endpoints import Endpoint

#: A namespace, and a kind and name in it: `shop`, `Deployment/web`.
Reference = tuple[str, str]


def reference(one: Endpoint) -> Reference:
    """By which another names it as its owner."""
    return one.namespace, f"{one.resource_kind}/{one.name}"


def all_owners(one: Endpoint, templates: Mapping[Reference, Endpoint]) -> tuple[str, ...]:
    """A pod's ReplicaSet, and the Deployment of that one. `templates` have the owners that they name themselves."""
    above = [templates[one.namespace, owner] for owner in one.owners if (one.namespace, owner) in templates]
    return tuple(dict.fromkeys([*one.owners, *(owner for template in above for owner in template.owners)]))
