"""What no policy covers, and what a peer opens that names nobody."""

from collections.abc import Iterator

from pyroaring import FrozenBitMap

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import WrittenPolicy
from percale.analysis.lint.findings import Members, Spot
from percale.analysis.lint.rules.forms import calico_rules, kubernetes_specs
from percale.analysis.symbolic.bitmaps import NOTHING
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Direction
from percale.resources.documents import Document
from percale.resources.kubernetes_policy import LabelSelector, Peer, Port
from percale.resources.places import Path


def _governed_namespaces(context: Context) -> dict[str, list[WrittenPolicy]]:
    found: dict[str, list[WrittenPolicy]] = {}
    for one in context.policies:
        if one.policy.id.namespace and not one.policy.staged:
            found.setdefault(one.policy.id.namespace, []).append(one)
    return found


def workload_without_policy(context: Context) -> Iterator[Spot]:
    governed, inventory = _governed_namespaces(context), context.inventory
    enforced = (one.policy for one in context.policies if not one.policy.staged)
    covered = NOTHING.union(*(inventory.workloads.matching(policy.subject) for policy in enforced))
    bare: dict[str, list[Endpoint]] = {}
    for number, group in enumerate(inventory.workloads.groups):
        if number not in covered:
            for endpoint in group:
                if endpoint.namespace in governed:
                    bare.setdefault(endpoint.namespace, []).append(endpoint)
    written = {_key(document): document for document in context.documents} if bare else {}
    for namespace, endpoints in bare.items():
        document = written.get((endpoints[0].resource_kind, namespace, endpoints[0].name))
        if document:
            yield Spot(
                document,
                ("metadata", "name"),
                f"no policy selects it, in a namespace where others are isolated: in `{namespace}` it is open to all",
                "select it in a policy, or write a default deny for the namespace",
                (Members("without any policy", tuple(endpoints)),),
            )


def _key(document: Document) -> tuple[object, object, object]:
    metadata = document.data.get("metadata")
    fields = metadata if isinstance(metadata, dict) else {}
    return document.data.get("kind"), fields.get("namespace") or "default", fields.get("name")


def namespace_without_default_deny(context: Context) -> Iterator[Spot]:
    """Of ingress: that is what a new workload is attacked by."""
    inventory, governed = context.inventory.workloads, _governed_namespaces(context)
    here: dict[str, list[int]] = {}
    for number, group in enumerate(inventory.groups):
        if group[0].namespace in governed:
            here.setdefault(group[0].namespace, []).append(number)
    of_all = [one for one in context.policies if not one.policy.id.namespace and not one.policy.staged]
    for namespace, numbers in here.items():
        everyone = FrozenBitMap(numbers)
        isolating = (one.policy for one in (*governed[namespace], *of_all) if Direction.INGRESS in one.policy.governs)
        if not any(everyone <= inventory.matching(policy.subject) for policy in isolating):
            yield governed[namespace][0].spot(
                ("metadata", "namespace"),
                f"no one policy isolates the ingress of all of `{namespace}`: a new workload is open",
                "add a policy that selects every pod of the namespace and allows nothing",
            )


_EVERY = LabelSelector()
_DNS = {53}


def every_namespace_as_peer(context: Context) -> Iterator[Spot]:
    for document, path in _peers(context):
        yield Spot(
            document,
            path,
            "the peer is every pod of every namespace: no address outside, and nobody left out within",
            "name namespaces or pods by their labels; for the outside write `ipBlock` or `nets`",
        )


def _peers(context: Context) -> Iterator[tuple[Document, Path]]:
    for document, spec in kubernetes_specs(context):
        ingress = [("from", rule.from_, rule.ports) for rule in spec.ingress]
        egress = [("to", rule.to, rule.ports) for rule in spec.egress]
        for name, rules in (("ingress", ingress), ("egress", egress)):
            for index, (field, peers, ports) in enumerate(rules):
                for number, peer in enumerate(peers):
                    if _is_everyone(peer) and not _is_dns(ports):
                        yield document, ("spec", name, index, field, number)
    for document, path, direction, calico in calico_rules(context):
        side, entity = (
            ("source", calico.source) if direction is Direction.INGRESS else ("destination", calico.destination)
        )
        alone = not (entity.selector or entity.not_selector or entity.service_accounts or entity.nets)
        if calico.action == "Allow" and entity.namespace_selector == "all()" and alone and entity.ports != (53,):
            yield document, (*path, side, "namespaceSelector")


def _is_everyone(peer: Peer) -> bool:
    return peer.namespace_selector == _EVERY and peer.pod_selector in (None, _EVERY)


def _is_dns(ports: tuple[Port, ...]) -> bool:
    return bool(ports) and {one.port for one in ports} <= _DNS
