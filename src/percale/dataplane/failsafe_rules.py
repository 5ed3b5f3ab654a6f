"""Failsafe ports as kernel rules.

Source: Calico's felix/rules/static.go.
"""

from collections.abc import Iterable, Iterator

from percale.dataplane.ruleset import Compare, Field, Match, Rule, Verdict
from percale.policy.policies import Hook
from percale.policy.rules import Direction
from percale.policy.settings import FailsafePort, HostSettings


def failsafe_rules(
    settings: HostSettings,
    hook: Hook,
    direction: Direction,
    version: int,
    *,
    verdict: Verdict = Verdict.ACCEPT,
    before_nat: bool = False,
) -> Iterator[Rule]:
    """Where nothing is tracked, also what comes back from the other direction's ports."""
    inbound, outbound = settings.failsafe_inbound, settings.failsafe_outbound
    here, there = (inbound, outbound) if direction is Direction.INGRESS else (outbound, inbound)
    source, destination = Field.SADDR, Field.ORIGINAL_DADDR if before_nat else Field.DADDR
    other_end = source if direction is Direction.INGRESS else destination
    port = Field.ORIGINAL_DPORT if before_nat else Field.DPORT
    yield from _rules(here, port, other_end, version, verdict)
    if hook is Hook.UNTRACKED:
        yield from _rules(there, Field.SPORT, other_end, version, verdict)


def _rules(
    failsafes: Iterable[FailsafePort], port: Field, other_end: Field, version: int, verdict: Verdict
) -> Iterator[Rule]:
    by_net: dict[object, list[FailsafePort]] = {}
    for one in failsafes:
        if one.net is None or one.net.version == version:
            by_net.setdefault((one.protocol, one.net), []).append(one)
    for group in by_net.values():
        first = group[0]
        matches: list[Match] = [Compare(Field.L4PROTO, first.protocol)]
        matches.append(Compare(port, tuple(sorted({one.port for one in group}))))
        if first.net is not None and first.net.prefixlen:
            matches.append(Compare(other_end, first.net))
        yield Rule(tuple(matches), (verdict,), "failsafe")
