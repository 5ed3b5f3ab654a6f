"""What `percale describe` takes for a reference, and whose description it is."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TypeVar

from percale.analysis.asking import Terms
from percale.analysis.parties import NoSuchParty, Unaskable, is_called, party
from percale.policy.endpoints import Endpoint
from percale.policy.from_kubernetes import KIND as KUBERNETES
from percale.policy.policies import Policy
from percale.policy.rules import ServiceRef
from percale.policy.world import World
from percale.report.describe_endpoints import endpoint_description
from percale.report.describe_others import namespace_description, network_set_description, service_description
from percale.report.describe_policies import policy_description, tier_description
from percale.report.sections import Description
from percale.resources.kind_names import kind_called

T = TypeVar("T")
#: Of any kind of policy.
_ANY_POLICY = ("policy", "policies", "pol", "pols")


def described(text: str, world: World, terms: Terms) -> Iterator[Description]:
    """A workload before all others, since its namespace may be called as a kind is."""
    kind = kind_called(text.partition("/")[0]) if "/" in text else None
    is_workload = any(is_called(one, text, terms.namespace) for one in world.workloads)
    if kind is None or is_workload:
        yield _endpoint(text, world, terms)
        return
    namespace, _, name = text.partition("/")[2].rpartition("/")
    match kind.name:
        case "Tier":
            yield tier_description(
                world, _named(text, name, world.policies.tiers, [one.name for one in world.policies.tiers])
            )
        case "Namespace":
            yield _namespace(world, text, name)
        case "Service":
            refs = [f"{ref.namespace}/{ref.name}" for ref in world.services]
            whole = f"{namespace or terms.namespace}/{name}"
            _named(text, whole, refs, refs)
            yield service_description(world, ServiceRef(*whole.split("/")))
        case "NetworkSet" | "GlobalNetworkSet":
            yield network_set_description(
                world, _endpoint_named(text, world.network_sets, kind.name, namespace or terms.namespace)
            )
        case "HostEndpoint":
            hosts = [one.name for one in world.host_endpoints]
            yield endpoint_description(world, _named(text, name, world.host_endpoints, hosts), terms)
        case kind_name if kind_name.endswith("NetworkPolicy"):
            for policy in _policies(text, kind_name, namespace or terms.namespace, name, world):
                yield policy_description(world, policy, terms)
        case _:
            # A kind whose objects are workloads, none of which has this name, or one that has nothing to tell.
            yield _endpoint(text, world, terms)


def _endpoint(text: str, world: World, terms: Terms) -> Description:
    found = party(text, world, namespace=terms.namespace, pod_networks=terms.networks)
    if one := found.endpoint or found.host:
        return endpoint_description(world, one, terms)
    raise Unaskable(f"`{text}` is outside: no policy applies to it", hint="ask `percale reach` what it can reach")


def _named(text: str, name: str, things: Iterable[T], names: list[str]) -> T:
    found = next((one for one, called in zip(things, names, strict=True) if called == name), None)
    if found is None:
        raise _nobody(text, name, names)
    return found


def _nobody(text: str, name: str, names: Iterable[str]) -> NoSuchParty:
    known = sorted(set(names))
    close = get_close_matches(name, known, n=3, cutoff=0.5) or known[:5]
    hint = f"there is {', '.join(f'`{one}`' for one in close)}" if close else "the input holds none"
    return NoSuchParty(f"nothing is called `{text}`", hint=hint)


def _endpoint_named(text: str, sets: Iterable[Endpoint], kind: str, namespace: str) -> Endpoint:
    own = [one for one in sets if one.resource_kind == kind]
    name = text.rpartition("/")[2]
    whole = name if kind.startswith("Global") else f"{namespace}/{name}"
    return _named(text, whole, own, list(map(str, own)))


def _namespace(world: World, text: str, name: str) -> Description:
    known = {one.namespace for one in world.workloads} | {one.id.namespace for one in world.policies.policies}
    if name not in known:
        raise _nobody(text, name, known - {""})
    return namespace_description(world, name)


def _policies(text: str, kind: str, namespace: str, name: str, world: World) -> list[Policy]:
    """Calico's and Kubernetes' NetworkPolicy share a name; `policy/` is any kind of them."""
    kinds: tuple[str, ...] = (kind, KUBERNETES) if kind == "NetworkPolicy" else (kind,)
    if text.partition("/")[0].lower() in _ANY_POLICY:
        kinds = tuple({one.id.kind for one in world.policies.policies})
    fitting = [one for one in world.policies.policies if one.id.kind in kinds]
    found = [one for one in fitting if one.id.name == name and one.id.namespace in ("", namespace)]
    if not found:
        names = (f"{one.id.namespace}/{one.id.name}" if one.id.namespace else one.id.name for one in fitting)
        raise _nobody(text, f"{namespace}/{name}", names)
    return found
