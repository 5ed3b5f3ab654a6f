"""Files of expectations: what is refused, with its place and path, and how hostile text ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from expectation_worlds import expected, suite, yaml
from percale.resources.decode import decode
from percale.resources.documents import documents_in
from percale.resources.expectations import decode_expectations
from percale.resources.files import holds_expectations, read, read_expectations
from percale.resources.problems import InvalidInput, Problem


def _refused(document: Any) -> list[tuple[str, str, str]]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(InvalidInput) as refusal:
        decode_expectations(documents_in(content, "suite.percale.yaml"))
    return [(problem.path, problem.says, problem.hint) for problem in refusal.value.problems]


REFUSED: tuple[tuple[dict[str, Any], str, str, str], ...] = (
    ({}, "spec.expect[0]", "exactly one of `allow`, `deny`, `onlyFrom`", "found none"),
    ({"allow": {"to": "a"}}, "spec.expect[0].allow", "`from`", ""),
    ({"allow": {"from": "a"}, "deny": {"from": "a", "to": "b"}}, "spec.expect[0].allow", "`to`", ""),
    ({"alow": {"from": "a", "to": "b"}}, "spec.expect[0].alow", "unknown field", "did you mean `allow`?"),
    ({"allow": {"from": "a b", "to": "b"}}, "spec.expect[0].allow.from", "`a b` is no end", "write `any`"),
    ({"allow": {"from": [], "to": "b"}}, "spec.expect[0].allow.from", "Too few", ""),
    ({"allow": {"from": 7, "to": "b"}}, "spec.expect[0].allow.from", "expected", ""),
    ({"allow": {"from": {}, "to": "b"}}, "spec.expect[0].allow.from", "nothing is asked for", "`any`"),
    (
        {"allow": {"from": {"selector": "app = 'x'"}, "to": "b"}},
        "spec.expect[0].allow.from.selector",
        "column",
        "",
    ),
    (
        {"deny": {"from": "a", "to": ["b", {"cidr": "10.0.0.0/33"}]}},
        "spec.expect[0].deny.to[1].cidr",
        "is no CIDR",
        "10.0.0.0/8",
    ),
    (
        {"deny": {"from": "a", "to": {"cidr": "10.0.0.0/8", "namespace": "b"}}},
        "spec.expect[0].deny.to.cidr",
        "`cidr` stands alone",
        "a list",
    ),
    ({"deny": {"from": "service/web", "to": "b"}}, "spec.expect[0].deny.from", "known by a service", ""),
    ({"deny": {"from": "api.example.com", "to": "b"}}, "spec.expect[0].deny.from", "known by a domain", ""),
    ({"deny": {"from": "a", "to": {"namespace": "A_b"}}}, "spec.expect[0].deny.to.namespace", "no namespace", ""),
    ({"deny": {"from": "a", "to": {"workload": "a/b/c/d"}}}, "spec.expect[0].deny.to.workload", "no workload", ""),
    ({"deny": {"from": "a", "to": {"service": "a/b/c"}}}, "spec.expect[0].deny.to.service", "no Service", ""),
    ({"deny": {"from": "a", "to": {"domain": "-"}}}, "spec.expect[0].deny.to.domain", "no domain name", ""),
    ({"deny": {"from": "a", "to": "b", "ports": [0]}}, "spec.expect[0].deny.ports[0]", "between 1 and 65535", ""),
    ({"deny": {"from": "a", "to": "b", "ports": ["9-8"]}}, "spec.expect[0].deny.ports[0]", "minimum port", ""),
    ({"deny": {"from": "a", "to": "b", "ports": ["80/tpc"]}}, "spec.expect[0].deny.ports[0]", "no traffic", "5432/tcp"),
    ({"deny": {"from": "a", "to": "b", "ports": ["icmp/300"]}}, "spec.expect[0].deny.ports[0]", "ICMP type", "255"),
    ({"deny": {"from": "a", "to": "b", "ports": ["proto/x"]}}, "spec.expect[0].deny.ports[0]", "protocol number", ""),
    ({"onlyPorts": {"from": "a", "to": "b"}}, "spec.expect[0].onlyPorts", "no `ports` are given", "`deny`"),
    ({"isolated": {"workloads": "a", "directions": []}}, "spec.expect[0].isolated.directions", "Too few", ""),
    (
        {"isolated": {"workloads": "a", "directions": ["Ingress"]}},
        "spec.expect[0].isolated.directions[0]",
        "Unsupported value",
        "did you mean `ingress`?",
    ),
)


@pytest.mark.parametrize(("asked", "path", "says", "hint"), REFUSED, ids=[str(row[0]) for row in REFUSED])
def test_a_faulty_expectation_is_refused_with_its_path(asked: dict[str, Any], path: str, says: str, hint: str) -> None:
    (found,) = _refused(suite(asked))
    assert found[0] == path
    assert says in found[1]
    assert hint in found[2] or hint in found[1]


ENDS = ("any", "outside", "web", "shop/web", "Deployment/shop/web", "10.0.0.1", "10.0.0.0/8", "2001:db8::/32", "::1")
DESTINATIONS = (*ENDS, "service/web", "svc/shop/web", "api.example.com", "*.example.com")
PORTS = (
    80,
    "80",
    "80/tcp",
    "tcp/80",
    "53/udp",
    "1-65535/sctp",
    "8000:8080",
    "http",
    "dns/udp",
    "tcp",
    "icmp",
    "icmp/8",
)


@pytest.mark.parametrize("end", DESTINATIONS)
def test_what_may_be_an_end(end: str) -> None:
    assert expected({"deny": {"from": end if end in ENDS else "any", "to": end}})


@pytest.mark.parametrize("port", [*PORTS, "icmp/8/0", "icmpv6", "proto/47", "udplite"])
def test_what_may_be_a_port(port: str | int) -> None:
    assert expected({"deny": {"from": "any", "to": "any", "ports": [port]}})


def test_every_problem_has_its_place_and_all_come_at_once() -> None:
    content = yaml("""
        apiVersion: percale.dev/v1alpha1
        kind: PolicyTest
        metadata:
          name: Not a name
        spec:
          expect:
            - name: same
              allow: {from: a, to: b c}
            - name: same
              deny: {from: a, to: b, ports: [x_y]}
    """).encode()
    with pytest.raises(InvalidInput) as refusal:
        decode_expectations(documents_in(content, "suite.percale.yaml"))
    assert [(problem.place.line, problem.path) for problem in refusal.value.problems] == [
        (4, "metadata.name"),
        (8, "spec.expect[0].allow.to"),
        (9, "spec.expect[1].name"),
        (10, "spec.expect[1].deny.ports[0]"),
    ]
    assert {problem.subject for problem in refusal.value.problems} == {"PolicyTest Not a name"}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}, "kind"),
        ({"apiVersion": "percale.dev/v1", "kind": "PolicyTest"}, "apiVersion"),
        ({"some": "thing"}, ""),
        (suite(), "spec.expect"),
    ],
)
def test_nothing_else_is_taken_for_expectations(document: dict[str, Any], path: str) -> None:
    (found,) = _refused(document)
    assert found[0] == path


def test_two_suites_of_one_name_are_told_apart() -> None:
    content = b"---\n".join(json.dumps(suite({"deny": {"from": "a", "to": "b"}})).encode() + b"\n" for _ in range(2))
    (found,) = _refused(content)
    assert found[0] == "metadata.name"
    assert "declared twice; first at suite.percale.yaml:1" in found[1]


HOSTILE = ("a" * 1_000_000, "a-" * 500_000, "\x1b[2J", "../../etc/passwd", "a." * 300_000, "1" * 500_000)


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:4] for text in HOSTILE])
def test_hostile_text_ends_in_a_short_problem(text: str) -> None:
    ends = [{"deny": {"from": text, "to": {key: text}}} for key in ("workload", "service", "domain", "cidr")]
    problems = [says for _, says, _ in _refused(suite(*ends, {"deny": {"from": "a", "to": "b", "ports": [text]}}))]
    assert len(problems) == 9
    assert all(len(says) < 400 for says in problems)


# Beside manifests.


@pytest.mark.parametrize(
    ("name", "right"),
    [("a.percale.yaml", True), ("a.percale.json", True), ("A.PERCALE.YML", True), ("percale.yaml", False),
     (".percale.yaml", False), ("a.percale.yaml.bak", False)],
)  # fmt: skip
def test_files_of_expectations_are_known_by_their_names(name: str, right: bool) -> None:  # noqa: FBT001  a table
    assert holds_expectations(name) is right


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text("{apiVersion: v1, kind: Pod, metadata: {name: a}}", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    text = json.dumps(suite({"deny": {"from": "a", "to": "outside"}}))
    (tmp_path / "tests/a.percale.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_manifests_and_expectations_are_read_apart(directory: Path) -> None:
    assert [document.data["kind"] for document in read([str(directory)])] == ["Pod"]
    assert [document.data["kind"] for document in read_expectations([str(directory)])] == ["PolicyTest"]
    assert read([str(directory / "tests")]) == []
    assert read([str(directory / "tests/a.percale.yaml")]) == []
    assert read_expectations([str(directory / "pod.yaml"), "-"]) == []


def test_expectations_among_manifests_are_a_problem_since_nobody_would_check_them() -> None:
    content = json.dumps(suite({"deny": {"from": "a", "to": "b"}})).encode()
    with pytest.raises(InvalidInput) as refusal:
        decode(documents_in(content, "pods.yaml"))
    problems: tuple[Problem, ...] = refusal.value.problems
    assert [problem.hint for problem in problems] == ["keep expectations in a file named `*.percale.yaml`"]
