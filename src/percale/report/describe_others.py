"""Network sets, Services and namespaces: what is in them, and which policies are about them."""

from collections.abc import Iterator

from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy
from percale.policy.rules import ServiceRef
from percale.policy.world import ServiceBackend, World
from percale.report.describe_endpoints import policy_words
from percale.report.reasons import policy_json
from percale.report.sections import Description, Section
from percale.traffic.protocols import protocol_name


def network_set_description(world: World, one: Endpoint) -> Description:
    nets = list(map(str, one.networks))
    labels = dict(sorted(one.labels.items()))
    told = ", ".join(f"{key}={value}" for key, value in labels.items())
    found = list(_speaking_of(world, one))
    rules = [f"{policy.id} {path}" for policy, path in found]
    data = [{**policy_json(policy), "rule": path} for policy, path in found]
    return Description(
        one.resource_kind,
        str(one),
        (
            Section("networks", "networks", (", ".join(nets),) if nets else (), nets),
            Section("domains", "domains", (", ".join(one.domains),) if one.domains else (), list(one.domains)),
            Section("labels", "labels", (told,) if told else (), labels),
            Section("rules", "rules that select it", tuple(rules) or ("none",), data),
        ),
    )


def _speaking_of(world: World, one: Endpoint) -> Iterator[tuple[Policy, str]]:
    for policy in world.policies.policies:
        for rule in (*policy.ingress, *policy.egress):
            selectors = (rule.source.selector, rule.destination.selector)
            if any(selector and selector.matches(one.labels) for selector in selectors):
                yield policy, rule.path


def service_description(world: World, ref: ServiceRef) -> Description:
    backends = world.services[ref]
    data = [
        {
            "protocol": protocol_name(one.protocol),
            "port": one.service_port,
            "endpoint": one.endpoint or str(one.address),
            "targetPort": one.port,
        }
        for one in backends
    ]
    lines = tuple(map(_backend_words, backends))
    return Description(
        "Service", f"{ref.namespace}/{ref.name}", (Section("endpoints", "leads to", lines or ("no endpoint",), data),)
    )


def _backend_words(one: ServiceBackend) -> str:
    port = f"port {one.service_port}: " if one.service_port else ""
    return f"{port}{protocol_name(one.protocol)} {one.port} of {one.endpoint or one.address}"


def namespace_description(world: World, name: str) -> Description:
    workloads = [one for one in world.workloads if one.namespace == name]
    labels = dict(sorted(workloads[0].namespace_labels.items())) if workloads else {}
    about = [one for one in world.policies.policies if any(one.subject.matches(end.labels) for end in workloads)]
    own = [one for one in world.policies.policies if one.id.namespace == name and one not in about]
    free = [
        str(end) for end in workloads if not any(one.subject.matches(end.labels) for one in about if not one.staged)
    ]
    names = list(map(str, workloads))
    return Description(
        "Namespace",
        name,
        (
            Section(
                "labels",
                "labels",
                (", ".join(f"{key}={value}" for key, value in labels.items()),) if labels else (),
                labels,
            ),
            Section("workloads", "workloads", (", ".join(names) or "none",), names),
            Section(
                "policies",
                "policies about them",
                tuple(map(policy_words, about)) or ("none",),
                list(map(policy_json, about)),
            ),
            Section(
                "selectingNobody",
                "its policies that select nobody",
                tuple(map(policy_words, own)),
                list(map(policy_json, own)),
            ),
            Section("withoutPolicy", "without any policy", (", ".join(free),) if free else (), free),
        ),
    )
