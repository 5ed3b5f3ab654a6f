"""What becomes of each piece of YAML as the runbooks have it.

The pieces are evidence: some are fragments, some are wrong, and none may be mended to please a tool.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from examples.example_worlds import ALLOW, DENY, EXAMPLES, OUTSIDE, Flow, example, judged
from percale.cli.exits import UsageError
from percale.cli.main import main
from percale.resources.decode import decode
from percale.resources.files import read
from percale.resources.problems import InvalidInput, Problem

AS_WRITTEN = EXAMPLES / "as-written"

#: A problem or a warning: its line, its path, and a part of what it says or hints at.
Said = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Accepted are the resources that are read; a refused file has problems and nothing else."""

    accepted: int = 0
    warnings: tuple[Said, ...] = ()
    passed_over: tuple[str, ...] = ()
    problems: tuple[Said, ...] = ()


def accepted(count: int, *warnings: Said, passed_over: tuple[str, ...] = ()) -> Outcome:
    return Outcome(count, warnings, passed_over)


def refused(*problems: Said) -> Outcome:
    return Outcome(problems=problems)


_IN_DEFAULT = "no namespace is given: `default` is taken"
_NO_RESOURCE = "`apiVersion` and `kind` missing"

TABLE = {
    # Valid, and far wider than meant: see `test_what_is_accepted_is_not_what_was_meant`.
    "000-docker-bridges/01-allow-docker-bridge-networks.yaml": accepted(1),
    "000-docker-bridges/02-allow-docker-erpnext-only.yaml": accepted(1),
    "001-picocluster/01-default-deny.yaml": accepted(1),
    "001-picocluster/02-allow-frontend-to-backend.yaml": accepted(1),
    "001-picocluster/03-deny-all-allow-specific.yaml": accepted(3),
    "001-picocluster/04-namespace-isolation.yaml": accepted(1),
    "001-picocluster/05-tier-based-access.yaml": accepted(
        3, (5, "metadata", _IN_DEFAULT), (26, "metadata", _IN_DEFAULT), (47, "metadata", _IN_DEFAULT)
    ),
    # A server that prunes the field instead stores an Allow to anywhere.
    "001-picocluster/06-external-api-access.yaml": refused((16, "spec.egress[0].ports", "unknown field `ports`")),
    "001-picocluster/07-named-network-sets.yaml": accepted(
        2, (3, "apiVersion", "Calico's storage form"), (17, "metadata", _IN_DEFAULT)
    ),
    "001-picocluster/08-service-account-based-access.yaml": accepted(1),
    "001-picocluster/09-icmp-and-dns.yaml": refused(
        (22, "spec.egress[1].ports[0].protocol", 'Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"')
    ),
    # Nothing but comments.
    "001-picocluster/10-layers.yaml": refused((0, "", "holds no resource")),
    "001-picocluster/11-labels.yaml": refused((1, "", _NO_RESOURCE)),
    "001-picocluster/12-annotations.yaml": refused((1, "", _NO_RESOURCE)),
    "001-picocluster/13-gitlab-ci.yaml": refused((2, "", _NO_RESOURCE)),
    "001-picocluster/14-flux-kustomization.yaml": accepted(
        0, passed_over=("Kustomization (kustomize.toolkit.fluxcd.io/v1beta2)",)
    ),
    "001-picocluster/15-prometheus-alert.yaml": refused((1, "", _NO_RESOURCE)),
    "002-customer-isolation/01-panic.yaml": accepted(1),
    "003-not-enforced/01-redis-allow-from-api-worker.yaml": accepted(1, (4, "metadata", _IN_DEFAULT)),
    "003-not-enforced/02-allow-egress-dns.yaml": accepted(1, (3, "metadata", _IN_DEFAULT)),
    "003-not-enforced/03-api-allow-from-ingress-nginx.yaml": accepted(1, (3, "metadata", _IN_DEFAULT)),
    "003-not-enforced/04-ci-step.yaml": refused((2, "", "a document must be a mapping, found a list")),
    # A template of Helm's is no YAML before Helm has rendered it.
    "003-not-enforced/05-helm-egress-redis.yaml": refused((2, "", "found `-` where a value is expected")),
    # The list of resources in one string is RBAC's affair: Percale does not read it.
    "004-gardener-demo/01-service-account-and-role.yaml": accepted(
        1,
        passed_over=("ClusterRole (rbac.authorization.k8s.io/v1)", "ClusterRoleBinding (rbac.authorization.k8s.io/v1)"),
    ),
    "004-gardener-demo/02-pods.yaml": accepted(3),
}


def test_the_table_has_every_piece() -> None:
    assert set(TABLE) == {str(path.relative_to(AS_WRITTEN)) for path in AS_WRITTEN.rglob("*.yaml")}


def test_no_piece_has_been_changed() -> None:
    digests = [f"{sha256((AS_WRITTEN / name).read_bytes()).hexdigest()}  {name}" for name in sorted(TABLE)]
    assert (AS_WRITTEN / "SHA256SUMS").read_text(encoding="utf-8").splitlines() == digests


@pytest.mark.parametrize(("name", "expected"), TABLE.items(), ids=TABLE)
def test_what_becomes_of_a_piece(name: str, expected: Outcome) -> None:
    path = AS_WRITTEN / name
    try:
        manifests = decode(read([str(path)]))
    except InvalidInput as invalid:
        assert not expected.accepted
        assert not expected.passed_over
        _check(invalid.problems, expected.problems, path)
        return
    assert expected.problems == ()
    assert len(manifests.items) == expected.accepted
    assert manifests.passed_over == dict.fromkeys(expected.passed_over, 1)
    _check(manifests.warnings, expected.warnings, path)


def _check(found: tuple[Problem, ...], expected: tuple[Said, ...], path: Path) -> None:
    assert [(one.place.line, one.path) for one in found] == [(line, place) for line, place, _ in expected]
    for problem, (_, _, words) in zip(found, expected, strict=True):
        assert problem.place.source == str(path)
        assert words in problem.says


def test_icmp_is_refused_with_the_form_that_allows_it() -> None:
    with pytest.raises(InvalidInput) as refusal:
        _read("001-picocluster/09-icmp-and-dns.yaml")
    assert "`projectcalico.org/v3` NetworkPolicy can, with `protocol: ICMP`" in refusal.value.problems[0].hint


def test_a_file_that_is_only_passed_over_is_not_called_valid() -> None:
    with pytest.raises(UsageError, match="nothing was checked"):
        main(["validate", "-f", str(AS_WRITTEN / "001-picocluster/14-flux-kustomization.yaml")])


def test_ports_beside_a_destination_are_shown_their_place() -> None:
    with pytest.raises(InvalidInput) as refusal:
        _read("001-picocluster/06-external-api-access.yaml")
    assert "`ports` belongs in `destination`" in refusal.value.problems[0].hint


def _read(name: str) -> None:
    decode(read([str(AS_WRITTEN / name)]))


#: Pods that the corrected examples do without: one that goes by the name of the guide's own, one by its account.
_OTHERS = b"""
apiVersion: v1
kind: Pod
metadata: {name: myapp, namespace: default, labels: {app: myapp}}
---
apiVersion: v1
kind: Pod
metadata: {name: prometheus-scraper, namespace: monitoring}
spec: {serviceAccountName: prometheus-scraper}
"""

_CAST = ("picocluster/namespaces.yaml", "picocluster/workloads.yaml")
_END = "end of default"
_FROM_BRIDGES = "allow-docker-bridge-networks"

MEANT_OTHERWISE = (
    # The empty selector is everything: all pods are closed but towards the bridges.
    ("000-docker-bridges/01", Flow("monitoring/prometheus", "myapp/backend", "8080", DENY, _END, _END)),
    ("000-docker-bridges/01", Flow("172.20.0.3", "myapp/backend", "8080", ALLOW, OUTSIDE, _FROM_BRIDGES)),
    # Of traffic between containers, which are no endpoints, it says nothing.
    ("000-docker-bridges/01", Flow("172.20.0.3", "172.20.0.4", "3306", ALLOW, OUTSIDE, OUTSIDE)),
    ("000-docker-bridges/02", Flow("monitoring/prometheus", "myapp/backend", "8080", DENY, _END, _END)),
    # No namespace has the label `name` by itself, so that nobody resolves names.
    ("001-picocluster/03", Flow("myapp/backend", "kube-system/kube-dns", "53/udp", DENY, _END, "kns.kube-system")),
    # The rule that lets the frontend in has no counterpart that lets it out.
    ("001-picocluster/03", Flow("myapp/frontend", "myapp/backend", "8080", DENY, _END, "allow-app-traffic")),
    # Tiers without a namespace hold in `default`, where none of the pods is.
    ("001-picocluster/05", Flow("myapp/frontend", "myapp/database", "5432", ALLOW, "kns.myapp", "kns.myapp")),
    # The set of addresses is never referred to; what the rule opens is every pod, on every port.
    ("001-picocluster/07", Flow("default/myapp", "10.1.2.3", "443", DENY, _END, OUTSIDE)),
    ("001-picocluster/07", Flow("default/myapp", "myapp/database", "5432", ALLOW, "allow-external-ips", "kns.myapp")),
    # A service account is no label of a pod.
    (
        "001-picocluster/08",
        Flow("monitoring/prometheus-scraper", "monitoring/prometheus", "9090", DENY, "kns.monitoring", _END),
    ),
)


@pytest.mark.parametrize(
    ("piece", "flow"), [pytest.param(piece, flow, id=f"{piece}-{flow}") for piece, flow in MEANT_OTHERWISE]
)
def test_what_is_accepted_is_not_what_was_meant(piece: str, flow: Flow, tmp_path: Path) -> None:
    others = tmp_path / "others.yaml"
    others.write_bytes(_OTHERS)
    (found,) = AS_WRITTEN.glob(f"{piece}-*.yaml")
    assert judged(example(*_CAST, str(others), str(found)), flow) == flow


def test_without_a_namespace_the_policies_of_the_runbook_do_nothing_for_october() -> None:
    pieces = sorted(str(path) for path in (AS_WRITTEN / "003-not-enforced").glob("0[123]-*.yaml"))
    flow = Flow("october/redis", "october/api", "8000", ALLOW, "kns.october", "kns.october")
    assert judged(example("october/app.yaml", *pieces), flow) == flow
