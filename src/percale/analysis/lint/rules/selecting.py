"""Selectors that select nobody, and why."""

from collections.abc import Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import subject_path
from percale.analysis.lint.findings import Members, Nearest, Spot
from percale.policy import labels
from percale.resources.workload import Namespace
from percale.selector import Equals, In, Selector, keys, leaves

#: Fields of a pod that people take for labels, and what to use in their place.
POD_FIELDS = {
    "serviceAccountName": "use a Calico NetworkPolicy with `serviceAccounts: {names: [...]}`, or label the pods",
    "serviceAccount": "use a Calico NetworkPolicy with `serviceAccounts: {names: [...]}`, or label the pods",
    "nodeName": "no policy selects pods by their node: label them",
    "hostNetwork": "no policy selects pods on the host's network: use a host endpoint",
    "podIP": "write the address in `ipBlock` or `nets`",
    "metadata.name": "label the pods: their names are no labels",
    "metadata.namespace": "use a namespaceSelector on `kubernetes.io/metadata.name`",
}
_BY_NAME = labels.NAMESPACE_PREFIX + "name"
_NAMES_OF_NAMESPACES = (
    labels.NAMESPACE,
    labels.NAMESPACE_PREFIX + labels.METADATA_NAME,
    labels.NAMESPACE_PREFIX + labels.NAME,
)


def policy_selects_nothing(context: Context) -> Iterator[Spot]:
    inventory = context.inventory
    for one in context.policies:
        subject = one.policy.subject
        if inventory.subjects(subject) or _has_its_own_rule(context, subject):
            continue
        if inventory.host_networked.matching(subject):
            continue
        near = inventory.nearest(subject)
        yield one.spot(
            subject_path(one),
            "the policy selects nothing that is there",
            "write the labels that the workloads have, or take the policy away",
            *([Nearest(subject, near)] if near else []),
        )


def peer_matches_nothing(context: Context) -> Iterator[Spot]:
    for one in context.said:
        selector = one.entity.selector
        if selector is None or context.inventory.anything(selector) or _has_its_own_rule(context, selector):
            continue
        if not _could_be_known(context, selector):
            continue
        near = context.inventory.nearest(selector)
        yield one.policy.spot(
            one.path,
            f"the rule's {one.side} matches nothing that is there, so the rule does nothing",
            "write the labels that the peers have, or take the rule away",
            *([Nearest(selector, near)] if near else []),
        )


def _has_its_own_rule(context: Context, selector: Selector) -> bool:
    return any(key in POD_FIELDS for key in keys(selector)) or (
        _BY_NAME in keys(selector) and "name" not in context.namespace_labels
    )


def _could_be_known(context: Context, selector: Selector) -> bool:
    """Not where it speaks of a namespace that the input is silent about."""
    for leaf in leaves(selector):
        if isinstance(leaf, Equals | In) and leaf.key in _NAMES_OF_NAMESPACES:
            values = (leaf.value,) if isinstance(leaf, Equals) else leaf.values
            if not context.namespaces.intersection(values):
                return False
    asked = {key for key in keys(selector) if key.startswith(labels.NAMESPACE_PREFIX)}
    return not asked - set(_NAMES_OF_NAMESPACES) or any(context.of_kind(Namespace))


def pod_field_as_label(context: Context) -> Iterator[Spot]:
    asked = [key for key in POD_FIELDS if context.inventory.is_asked(key)]
    for policy, path, selector in context.selectors if asked else ():
        for key in sorted(keys(selector)):
            if key in asked and not any(key in group[0].labels for group in context.inventory.workloads.groups):
                yield policy.spot(path, f"`{key}` is a field of pods and no label: nothing has it", POD_FIELDS[key])


def namespace_by_name_label(context: Context) -> Iterator[Spot]:
    if "name" in context.namespace_labels or not context.inventory.is_asked(_BY_NAME):
        return
    for policy, path, selector in context.selectors:
        for leaf in leaves(selector):
            if isinstance(leaf, Equals | In) and leaf.key == _BY_NAME:
                values = leaf.value if isinstance(leaf, Equals) else ", ".join(leaf.values)
                yield policy.spot(
                    path,
                    "no namespace has the label `name` unless somebody gave it one",
                    f"ask for `{labels.METADATA_NAME}: {values}`, which every namespace has",
                )


def selects_host_networked(context: Context) -> Iterator[Spot]:
    """A policy that also selects others does its work there; one that selects nobody else does none."""
    for one in context.policies:
        found = context.inventory.host_networked.matching(one.policy.subject)
        if found and not context.inventory.subjects(one.policy.subject):
            members = tuple(context.inventory.host_networked.members(found))
            yield one.spot(
                subject_path(one),
                "all that the policy selects is on its host's network, where no policy of workloads applies",
                "put the node's interface under policy by a HostEndpoint and a GlobalNetworkPolicy",
                Members("on the host's network", members),
            )
