"""Manifests linted as a test can say it briefly."""

from percale.analysis.lint.context import Context
from percale.analysis.lint.registry import RULES
from percale.analysis.lint.run import Finding, Outcome, lint
from percale.analysis.lint.settings import Settings
from percale.policy.from_resources import world_of
from percale.resources.decode import decodable
from percale.resources.documents import documents_in
from percale.traffic.addresses import lenient_network

#: Every rule, those that are off by default too.
EVERY = Settings(enabled=frozenset(rule.id for rule in RULES))


def outcome(text: str, settings: Settings = EVERY, *, pod_networks: tuple[str, ...] = ()) -> Outcome:
    documents = documents_in(text.encode(), "test.yaml")
    manifests, _ = decodable(documents)
    networks = tuple(map(lenient_network, pod_networks))
    return lint(Context(tuple(documents), manifests, world_of(manifests), networks), settings)


def found(text: str, rule: str, *, pod_networks: tuple[str, ...] = ()) -> list[Finding]:
    return [one for one in outcome(text, pod_networks=pod_networks).findings if one.rule.id == rule]
