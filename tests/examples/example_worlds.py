"""The examples as worlds, and a flow's two decisions in a few words."""

from dataclasses import dataclass, replace
from pathlib import Path

from percale.policy.from_resources import world_of
from percale.policy.reasons import Decision, EndOfTier, RuleRef
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


@dataclass(frozen=True, slots=True)
class Flow:
    """`egress` and `ingress` name what decides: a policy, a profile, or the end of a tier that no rule matched in."""

    source: str
    destination: str
    port: str
    verdict: str
    egress: str
    ingress: str

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
    verdict = judge(world, _packet(world, flow))
    return replace(
        flow,
        verdict=ALLOW if verdict.allowed else DENY,
        egress=_decider(verdict.egress),
        ingress=_decider(verdict.ingress),
    )


def _packet(world: World, flow: Flow) -> Packet:
    version = 6 if ":" in flow.source + flow.destination else 4
    source, destination = (_address(world, name, version) for name in (flow.source, flow.destination))
    if flow.port == "icmp":
        return Packet(source, destination, ICMP, icmp_type=8)
    number, _, protocol = flow.port.partition("/")
    return Packet(source, destination, NUMBER_OF[(protocol or "tcp").upper()], 40_000, int(number))


def _address(world: World, name: str, version: int) -> Address:
    known = {str(one): one.addresses for one in world.workloads}
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
        case other:
            raise AssertionError(other)
