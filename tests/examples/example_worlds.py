"""The examples as worlds, and a flow's two decisions in a few words."""

from dataclasses import dataclass, replace
from pathlib import Path

from percale.policy.endpoints import Endpoint
from percale.policy.from_resources import world_of
from percale.policy.host_path import Crossing
from percale.policy.reasons import Decision, EndOfTier, Failsafe, RuleRef
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.resources.decode import Manifests, decode
from percale.resources.files import read
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, NUMBER_OF

EXAMPLES = Path(__file__).parents[2] / "examples"

ALLOW, DENY = "allow", "deny"
#: A side that is no endpoint of the input.
OUTSIDE = "outside"
#: The port is one that no policy can close.
FAILSAFE = "failsafe"

_HOST = "host:"


@dataclass(frozen=True, slots=True)
class Flow:
    """`egress` and `ingress` name what decides: a policy, a profile, or the end of a tier that no rule matched in.

    A party is a workload, an address, or the processes of a host as `host:NODE`, whose endpoint decides for it.
    """

    source: str
    destination: str
    port: str
    verdict: str
    egress: str
    ingress: str
    #: The node that forwards it, from the interface of its host endpoint to one that has none.
    through: str = ""

    def __str__(self) -> str:
        return f"{self.source}-{self.destination}-{self.port}".replace("/", ".")


def manifests(*paths: str) -> Manifests:
    return decode(read([str(EXAMPLES / path) for path in paths]))


def example(*paths: str) -> World:
    """With an address of either version for each workload."""
    world = world_of(manifests(*paths))
    return world.placed(
        {
            str(one): (address(f"10.244.0.{number}"), address(f"fd00:244::{number:x}"))
            for number, one in enumerate(world.workloads, start=2)
        }
    )


def judged(world: World, flow: Flow) -> Flow:
    """The same flow with what the judge says of it."""
    verdict = judge(world, _packet(world, flow), crossing=_crossing(world, flow))
    of_host = next(iter(verdict.host), None)
    return replace(
        flow,
        verdict=ALLOW if verdict.allowed else DENY,
        egress=_decider(of_host if flow.source.startswith(_HOST) else verdict.egress),
        ingress=_decider(of_host if flow.destination.startswith(_HOST) or flow.through else verdict.ingress),
    )


def _crossing(world: World, flow: Flow) -> Crossing | None:
    """Into or out of a host, or through it, by the interface that its endpoint governs."""
    if flow.through:
        return Crossing(flow.through, _host_endpoint(world, flow.through).interface, "bridge")
    if flow.source.startswith(_HOST):
        host = _host_endpoint(world, flow.source)
        return Crossing(host.node, None, host.interface)
    if flow.destination.startswith(_HOST):
        host = _host_endpoint(world, flow.destination)
        return Crossing(host.node, host.interface, None)
    return None


def _host_endpoint(world: World, name: str) -> Endpoint:
    return next(one for one in world.host_endpoints if one.node == name.removeprefix(_HOST))


def _packet(world: World, flow: Flow) -> Packet:
    version = 6 if ":" in (flow.source + flow.destination).replace(_HOST, "") else 4
    source, destination = (_address(world, name, version) for name in (flow.source, flow.destination))
    if flow.port == "icmp":
        return Packet(source, destination, ICMP, icmp_type=8)
    number, _, protocol = flow.port.partition("/")
    return Packet(source, destination, NUMBER_OF[(protocol or "tcp").upper()], 40_000, int(number))


def _address(world: World, name: str, version: int) -> Address:
    known = {str(one): one.addresses for one in world.workloads}
    known |= {f"{_HOST}{one.node}": one.addresses for one in world.host_endpoints}
    return next(one for one in known.get(name) or (address(name),) if one.version == version)


def _decider(decision: Decision | None) -> str:
    if decision is None:
        return OUTSIDE
    match decision.because:
        case RuleRef(policy=None, profile=profile):
            return profile
        case RuleRef(policy=policy) if policy:
            return policy.id.name
        case EndOfTier(tier=tier):
            return f"end of {tier.name}"
        case Failsafe():
            return FAILSAFE
        case other:
            raise AssertionError(other)
