"""PolicyTest: expectations about who reaches whom."""

import msgspec

from percale.resources.wire import IntOrString, Resource, Wire

EXPECTATIONS = "percale.dev/v1alpha1"
POLICY_TEST = "PolicyTest"


class EndFields(Wire, frozen=True):
    """Workloads by what holds of them, or one thing by its name."""

    #: Workloads of this namespace.
    namespace: str | None = None
    #: Workloads in namespaces whose labels fit.
    namespace_selector: str | None = None
    #: Workloads whose labels fit, as a global policy's selector sees them: `projectcalico.org/namespace` and
    #: `pcns.LABEL` are among them.
    selector: str | None = None
    #: One workload: `NAME`, `NAMESPACE/NAME` or `KIND/NAMESPACE/NAME`; by an owner's name, all pods of that owner.
    workload: str | None = None
    #: Addresses: those outside that are in this network, and workloads known to have one in it.
    cidr: str | None = None
    #: What a Service leads to: `NAME` or `NAMESPACE/NAME`. Only as a destination.
    service: str | None = None
    #: Whatever was looked up by this name, at any address outside. Only as a destination.
    domain: str | None = None


End = str | EndFields | tuple[str | EndFields, ...]


class Between(Wire, frozen=True):
    #: Who sends: [an end](#ends), or a list of them.
    from_: End = msgspec.field(name="from")
    #: Who is sent to: [an end](#ends), or a list of them.
    to: End
    #: On [which traffic](#ports). Default: all that can open a flow.
    ports: tuple[IntOrString, ...] = ()


class Isolation(Wire, frozen=True):
    #: Which workloads: [an end](#ends), or a list of them.
    workloads: End
    #: In which directions, `ingress` and `egress`.
    directions: tuple[str, ...] = ("ingress", "egress")


class Expectation(Wire, frozen=True):
    """Exactly one of the fields besides `name`."""

    #: What reports and `-k` call it. Default: the expectation in words.
    name: str = ""
    #: Every packet from each of `from` to each of `to` is let through.
    allow: Between | None = None
    #: No packet from any of `from` to any of `to` is let through.
    deny: Between | None = None
    #: Nobody besides `from`, neither a workload nor anybody outside, reaches any of `to` on these ports.
    only_from: Between | None = None
    #: None of `from` reaches anybody besides `to`, neither a workload nor anybody outside, on these ports.
    only_to: Between | None = None
    #: From `from` to `to` nothing is let through besides these ports, which must be given.
    only_ports: Between | None = None
    #: What no rule lets through is denied: each of the workloads is selected in a tier that ends in a denial.
    isolated: Isolation | None = None


class PolicyTestSpec(Wire, frozen=True):
    #: What is expected, one by one.
    expect: tuple[Expectation, ...] = ()


class PolicyTest(Resource, frozen=True, kw_only=True):
    #: The expectations.
    spec: PolicyTestSpec = PolicyTestSpec()
