"""What the linter says of the runbooks' pieces, and that it finds nothing in the corrected examples."""

import json
from pathlib import Path

import pytest

from cli.calling import Calls, Ended
from examples.example_worlds import EXAMPLES
from percale.cli.exits import Exit

#: Each defect of the pages that a linter can see: where it stands, in whose words, and the rule that finds it.
DEFECTS = (
    ("000-docker-bridges/01-allow-docker-bridge-networks.yaml", "an allow list that selects everything", "PCL012"),
    ("000-docker-bridges/02-allow-docker-erpnext-only.yaml", "an allow list that selects everything", "PCL012"),
    ("000-docker-bridges/02-allow-docker-erpnext-only.yaml", "a /32 for each container", "PCL057"),
    ("001-picocluster/03-deny-all-allow-specific.yaml", "namespaceSelector by `name`", "PCL004"),
    ("001-picocluster/03-deny-all-allow-specific.yaml", "DNS over UDP alone", "PCL006"),
    ("001-picocluster/05-tier-based-access.yaml", "policies without a namespace", "PCL009"),
    ("001-picocluster/05-tier-based-access.yaml", "`namespaceSelector: {}` for the internet", "PCL062"),
    ("001-picocluster/06-external-api-access.yaml", "domains, with ports at the wrong place", "PCL005"),
    ("001-picocluster/06-external-api-access.yaml", "the storage form of the API", "PCL008"),
    ("001-picocluster/07-named-network-sets.yaml", "the storage form of the API", "PCL008"),
    ("001-picocluster/07-named-network-sets.yaml", "a network set that nothing refers to", "PCL040"),
    ("001-picocluster/07-named-network-sets.yaml", "a peer that opens every namespace", "PCL062"),
    ("001-picocluster/08-service-account-based-access.yaml", "serviceAccountName as a label", "PCL003"),
    ("001-picocluster/09-icmp-and-dns.yaml", "namespaceSelector by `name`", "PCL004"),
    ("001-picocluster/09-icmp-and-dns.yaml", "DNS over UDP alone", "PCL006"),
    ("002-customer-isolation/01-panic.yaml", "a panic policy that loses and never ends", "PCL013"),
    ("003-not-enforced/01-redis-allow-from-api-worker.yaml", "no namespace", "PCL009"),
    ("004-gardener-demo/01-service-account-and-role.yaml", "three resources in one string", "PCL063"),
    ("004-gardener-demo/01-service-account-and-role.yaml", "a binding of account `default`", "PCL064"),
)
#: Defects that show only beside the workloads: those of the corrected example, and the piece.
BESIDE_WORKLOADS = (
    ("picocluster", "001-picocluster/03-deny-all-allow-specific.yaml", "ingress without the matching egress", "PCL032"),
    ("picocluster", "001-picocluster/03-deny-all-allow-specific.yaml", "a namespace label that none has", "PCL004"),
    ("picocluster", "001-picocluster/05-tier-based-access.yaml", "policies that select nobody in `default`", "PCL001"),
    ("picocluster", "000-docker-bridges/01-allow-docker-bridge-networks.yaml", "every pod is closed", "PCL012"),
)
_WORKLOADS = ("namespaces.yaml", "workloads.yaml")


def _found(ended: Ended) -> set[str]:
    return {one["rule"] for one in json.loads(ended.out)["findings"]}


@pytest.mark.parametrize(("piece", "defect", "rule"), DEFECTS)
def test_a_defect_of_the_pages_is_found(percale: Calls, piece: str, defect: str, rule: str) -> None:
    document = EXAMPLES / "as-written" / Path(piece).parent
    ended = percale("lint", "-q", "-f", str(document), "-o", "json", "--severity", "note")
    places = {(Path(one["file"]).name, one["rule"]) for one in json.loads(ended.out)["findings"]}
    assert (Path(piece).name, rule) in places, defect
    assert ended.status in (Exit.NO, Exit.INVALID_INPUT)


@pytest.mark.parametrize(("cast", "piece", "defect", "rule"), BESIDE_WORKLOADS)
def test_a_defect_shows_beside_the_workloads(percale: Calls, cast: str, piece: str, defect: str, rule: str) -> None:
    inputs = [EXAMPLES / cast / name for name in _WORKLOADS] + [EXAMPLES / "as-written" / piece]
    options = [option for path in inputs for option in ("-f", str(path))]
    assert rule in _found(percale("lint", "-q", *options, "-o", "json")), defect


_CORRECTED = ("customer-isolation", "docker-bridges", "gardener-demo", "october", "picocluster")


@pytest.mark.parametrize("name", _CORRECTED)
def test_a_corrected_example_is_clean(percale: Calls, name: str) -> None:
    assert percale("lint", "-q", "-f", str(EXAMPLES / name)) == Ended(Exit.YES, out="no findings\n")


def test_a_panic_policy_is_what_it_is(percale: Calls) -> None:
    """Even where it is written as well as it can be."""
    inputs = ("customer-isolation", "customer-isolation-panic")
    options = [option for name in inputs for option in ("-f", str(EXAMPLES / name))]
    assert "PCL013" in _found(percale("lint", "-q", *options, "-o", "json"))
