"""What became of expectations: in text, and as the parts that every other form is made of."""

from collections.abc import Iterator, Sequence

from percale.analysis.connectivity import Group
from percale.analysis.expectations.isolation import Open
from percale.analysis.expectations.proving import Outcome, Result, Violation
from percale.policy.policies import Policy
from percale.policy.reasons import Decision, RuleRef
from percale.policy.rules import Direction
from percale.policy.selection import Staged
from percale.policy.verdict import Verdict
from percale.report.reasons import decision_lines, missing_side
from percale.report.rule_places import RulePlaces
from percale.report.terminal import plain_lines
from percale.report.traffic import packet_words
from percale.traffic.addresses import Network

#: More of a kind than this tells nothing new.
_FEW = 4
_MARK = {Outcome.HOLDS: "ok  ", Outcome.FAILS: "FAIL", Outcome.SELECTS_NOTHING: "FAIL"}


class Telling:
    """`places` knows the lines of rules; `staged` is as it was proved."""

    def __init__(self, places: RulePlaces, staged: Staged) -> None:
        self._places = places
        self._staged = staged

    def verdict(self, violation: Violation) -> Verdict:
        return violation.witness.verdict(self._staged)

    def place(self, decision: Decision) -> str:
        """File and line of what decided; empty where no rule did."""
        because = decision.because
        if isinstance(because, RuleRef) and because.policy:
            return str(self._places.of_rule(because.policy, because.rule) or "")
        return ""

    def head(self, result: Result) -> str:
        """What is wrong, in a line."""
        if result.outcome is Outcome.SELECTS_NOTHING:
            return f"nothing was checked: {result.says}"
        if result.exposed:
            named = _some([f"{one.workload} on {one.direction}" for one in result.exposed])
            return f"not isolated: {named}"
        first = result.violations[0]
        said = "does not get through" if first.claim.passes else "gets through"
        return f"{self._packet(first)} {said}"

    def lines(self, result: Result) -> Iterator[str]:
        """What is below the head."""
        if result.hint:
            yield f"hint: {result.hint}"
        for one in result.exposed[:_FEW]:
            yield from self._exposed(one)
        if result.violations:
            yield from self._violation(result.violations[0])
            yield from _others(result.violations)

    def _packet(self, violation: Violation) -> str:
        shown, packet = violation.witness, violation.witness.packet
        source, destination = (_end(one, address) for one, address in _ends(violation))
        looked_up = f" as {packet.destination_name}" if packet.destination_name else ""
        return f"{source} -> {destination}{looked_up} {packet_words(shown.packet)}"

    def _violation(self, violation: Violation) -> Iterator[str]:
        verdict, world = self.verdict(violation), violation.witness.world
        for decision in verdict.decisions:
            first, *rest = decision_lines(decision, verdict.packet, world)
            place = self.place(decision)
            yield f"{first} at {place}" if place else first
            yield from rest
        sides = (verdict.egress, verdict.ingress)
        for way, side, (_, address) in zip(("egress", "ingress"), sides, _ends(violation), strict=True):
            if side is None:
                yield f"{way}: {address} is no endpoint of the input, nothing of it is asked"
        if violation.claim.passes and (missing := missing_side(verdict.egress, verdict.ingress)):
            yield missing
        yield from _addresses(violation)

    def _exposed(self, one: Open) -> Iterator[str]:
        way = "takes" if one.direction is Direction.INGRESS else "sends"
        yield f"{one.workload} {way} what no rule matches: profile {', '.join(one.profiles)} allows it"
        if one.policies:
            yield "  selected only in tiers that pass it on: " + _some(list(map(_policy, one.policies)))
        else:
            yield f"  no policy selects it on {one.direction}"


def _ends(violation: Violation) -> tuple[tuple[str, str], tuple[str, str]]:
    shown, packet = violation.witness, violation.witness.packet
    return (str(shown.source or ""), str(packet.source)), (str(shown.destination or ""), str(packet.destination))


def _end(name: str, address: str) -> str:
    return f"{name} ({address})" if name else address


def _addresses(violation: Violation) -> Iterator[str]:
    """Where it depends on what the input does not say."""
    ends = ((violation.witness.source, violation.at_source), (violation.witness.destination, violation.at_destination))
    for endpoint, networks in ends:
        if networks:
            yield f"so it is where {endpoint} gets an address in {_some(list(map(_network, networks)))}"
    if violation.at_source or violation.at_destination:
        yield "hint: say where pods get their addresses with --pod-network"


def _others(violations: Sequence[Violation]) -> Iterator[str]:
    more = [f"{_group(one.source)} -> {_group(one.destination)}" for one in violations[1:]]
    if more := list(dict.fromkeys(more)):
        yield f"and likewise {_some(more)}"


def _group(group: Group) -> str:
    if group.is_outside:
        return group.name or "outside"
    return _some(list(map(str, group.members)))


def _network(network: Network) -> str:
    return str(network if network.prefixlen < network.max_prefixlen else network.network_address)


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return ", ".join(texts[:_FEW]) + more


def _policy(policy: Policy) -> str:
    return f"{policy.id} ({policy.place})" if policy.place else str(policy.id)


def results_text(results: Sequence[Result], telling: Telling) -> str:
    lines = [line for result in results for line in _result_lines(result, telling)]
    return plain_lines("\n".join([*lines, summary(results)]))


def _result_lines(result: Result, telling: Telling) -> Iterator[str]:
    yield f"{_MARK[result.outcome]}  {result.expected.suite}: {result.expected.name}"
    if not result.holds:
        yield f"      {result.expected.place}: {telling.head(result)}"
        yield from (f"        {line}" for line in telling.lines(result))


def summary(results: Sequence[Result]) -> str:
    failing = sum(not result.holds for result in results)
    counted = f"{len(results)} expectation{'s' if len(results) != 1 else ''}"
    if not failing:
        return f"{counted} hold{'s' if len(results) == 1 else ''}"
    return f"{counted}, {failing} fail{'s' if failing == 1 else ''}"
