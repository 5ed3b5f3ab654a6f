"""10,000 policies of YAML, cold: into documents with line numbers, into resources, into a world."""

import yaml

from bench.cpu import timed
from bench.report import Bound, Goal, Report, Table
from percale.policy.from_resources import world_of
from percale.resources.decode import decode
from percale.resources.documents import documents_in, no_garbage_collection

_POLICIES, _POLICIES_QUICK = 10_000, 2000
#: The goals are for 10,000 policies; fewer must be read in a share of the time.
_READ_LIMIT_S, _DECODE_LIMIT_S = 0.6, 0.1

_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-{number}
  namespace: team-{namespace}
spec:
  podSelector:
    matchLabels:
      app: web-{number}
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: api-{number}
    ports:
    - protocol: TCP
      port: {port}
"""


def measure(*, quick: bool) -> Report:
    policies, rounds = (_POLICIES_QUICK, 1) if quick else (_POLICIES, 3)
    content = policies_yaml(policies).encode()
    taken = [_round(content) for _ in range(rounds)]
    best = {name: min(one[name] for one in taken) for name in taken[0]}
    rows = {name: {"CPU s": spent, "of CSafeLoader": spent / best["CSafeLoader"]} for name, spent in best.items()}
    share = policies / _POLICIES
    goals = [
        Goal(f"{policies:,} policies into documents, s", best["documents"], Bound.AT_MOST, _READ_LIMIT_S * share),
        Goal(f"{policies:,} policies into resources, s", best["resources"], Bound.AT_MOST, _DECODE_LIMIT_S * share),
    ]
    return Report([Table(f"{policies:,} policies, {len(content) / (1 << 20):.1f} MiB", rows)], goals)


def policies_yaml(policies: int) -> str:
    return "---\n".join(
        _POLICY.format(number=number, namespace=number % 50, port=1024 + number) for number in range(policies)
    )


def _round(content: bytes) -> dict[str, float]:
    """The loader everybody uses reads the same text in the same round, with garbage collection off for it too."""
    spent: dict[str, float] = {}
    with no_garbage_collection():
        spent["CSafeLoader"], _ = timed(lambda: list(yaml.load_all(content, yaml.CSafeLoader)))
    spent["documents"], documents = timed(lambda: documents_in(content, "bench.yaml"))
    spent["resources"], manifests = timed(lambda: decode(documents))
    spent["world"], _ = timed(lambda: world_of(manifests))
    return spent
