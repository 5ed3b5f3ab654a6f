"""Each example is valid and means what its README says."""

import json
import shutil
from pathlib import Path

import pytest

from examples.example_worlds import ALLOW, DENY, EXAMPLES, FAILSAFE, OUTSIDE, Flow, example, judged, manifests
from percale.cli import calico_validate
from percale.cli.exits import Exit
from percale.cli.main import main

END = "end of default"

PICOCLUSTER = (
    Flow(
        "myapp/frontend",
        "myapp/backend",
        "8080",
        ALLOW,
        "allow-frontend-egress-to-backend",
        "allow-frontend-to-backend",
    ),
    Flow("myapp/frontend", "myapp/backend", "9090", DENY, END, END),
    Flow("myapp/frontend", "myapp/database", "5432", DENY, END, END),
    Flow("myapp/backend", "myapp/database", "5432", ALLOW, "backend-policy", "database-policy"),
    Flow("myapp/database", "myapp/backend", "8080", DENY, END, END),
    Flow("myapp/scraper", "myapp/backend", "8080", DENY, END, END),
    Flow("myapp/database", "kube-system/kube-dns", "53/udp", ALLOW, "allow-dns", "kns.kube-system"),
    Flow("myapp/database", "kube-system/kube-dns", "53/tcp", ALLOW, "allow-dns", "kns.kube-system"),
    Flow("myapp/database", "kube-system/kube-dns", "9153/tcp", DENY, END, "kns.kube-system"),
    Flow("myapp/frontend", "myapp/database", "icmp", ALLOW, "allow-diagnostics", "allow-diagnostics"),
    Flow("myapp/frontend", "kube-system/kube-dns", "icmp", DENY, END, "kns.kube-system"),
    Flow("myapp/frontend", "1.1.1.1", "443", ALLOW, "frontend-policy", OUTSIDE),
    Flow("myapp/frontend", "1.1.1.1", "22", DENY, END, OUTSIDE),
    Flow("myapp/frontend", "169.254.169.254", "80", DENY, END, OUTSIDE),
    Flow("myapp/frontend", "monitoring/alertmanager", "80", DENY, END, END),
    Flow("192.0.2.7", "myapp/frontend", "80", ALLOW, OUTSIDE, "frontend-policy"),
    Flow("192.0.2.7", "myapp/backend", "8080", DENY, OUTSIDE, END),
    Flow("myapp/backend", "203.0.113.9", "443", ALLOW, "allow-external-api", OUTSIDE),
    Flow("myapp/backend", "198.51.100.7", "443", ALLOW, "allow-external-api", OUTSIDE),
    Flow("myapp/backend", "198.51.100.8", "443", DENY, END, OUTSIDE),
    Flow("myapp/database", "203.0.113.9", "443", DENY, END, OUTSIDE),
    Flow("myapp/scraper", "monitoring/prometheus", "9090", ALLOW, "scraper-to-prometheus", "allow-monitoring"),
    Flow("myapp/backend", "monitoring/prometheus", "9090", DENY, END, END),
    Flow("kube-system/kube-dns", "monitoring/prometheus", "9090", DENY, "kns.kube-system", END),
    Flow("monitoring/prometheus", "monitoring/alertmanager", "9093", ALLOW, "kns.monitoring", "namespace-isolation"),
    Flow("monitoring/prometheus", "myapp/backend", "8080", DENY, "kns.monitoring", END),
)

OCTOBER = (
    Flow("october/api", "october/redis", "6379", ALLOW, "api-allow-egress-redis", "redis-allow-from-api-worker"),
    Flow("october/worker", "october/redis", "6379", ALLOW, "worker-allow-egress-redis", "redis-allow-from-api-worker"),
    Flow("october/api", "october/redis", "6380", DENY, END, END),
    Flow("october/redis", "october/api", "8000", DENY, END, END),
    Flow("october/worker", "october/api", "8000", DENY, END, END),
    Flow(
        "ingress-nginx/ingress-nginx-controller",
        "october/api",
        "8000",
        ALLOW,
        "kns.ingress-nginx",
        "api-allow-from-ingress-nginx",
    ),
    Flow("ingress-nginx/ingress-nginx-controller", "october/api", "9000", DENY, "kns.ingress-nginx", END),
    Flow("ingress-nginx/ingress-nginx-controller", "october/redis", "6379", DENY, "kns.ingress-nginx", END),
    Flow("kube-system/kube-dns", "october/redis", "6379", DENY, "kns.kube-system", END),
    Flow("october/api", "kube-system/kube-dns", "53/udp", ALLOW, "allow-egress-dns", "kns.kube-system"),
    Flow("october/redis", "kube-system/kube-dns", "53/tcp", ALLOW, "allow-egress-dns", "kns.kube-system"),
    Flow("october/api", "1.1.1.1", "80", DENY, END, OUTSIDE),
    Flow("october/worker", "2606:4700:4700::1111", "443", DENY, END, OUTSIDE),
    Flow("192.0.2.7", "october/api", "8000", DENY, OUTSIDE, END),
    Flow("192.0.2.7", "ingress-nginx/ingress-nginx-controller", "443", ALLOW, OUTSIDE, "kns.ingress-nginx"),
)

LOGGED = "isolation.log-and-deny"
CUSTOMER_ISOLATION = (
    Flow("customer-a/model", "customer-b/model", "8012", DENY, LOGGED, LOGGED),
    Flow("customer-b/model", "customer-a/cache", "6379", DENY, LOGGED, LOGGED),
    Flow("customer-a/model", "platform/billing", "8080", DENY, LOGGED, "isolation.platform-from-customers"),
    Flow("customer-a/model", "platform/gateway", "8443", DENY, LOGGED, "isolation.platform-from-customers"),
    Flow("platform/gateway", "customer-b/model", "8012", ALLOW, "kns.platform", "isolation.allow-platform-ingress"),
    Flow("platform/gateway", "customer-a/cache", "6379", DENY, "kns.platform", LOGGED),
    Flow("platform/billing", "customer-a/model", "8012", DENY, "kns.platform", LOGGED),
    Flow("platform/gateway", "platform/billing", "8080", ALLOW, "kns.platform", "kns.platform"),
    Flow("customer-a/model", "customer-a/cache", "6379", ALLOW, "kns.customer-a", "cache-from-model"),
    Flow("customer-a/model", "customer-a/cache", "6380", DENY, "kns.customer-a", END),
    Flow("customer-a/cache", "customer-a/model", "8012", ALLOW, "kns.customer-a", "kns.customer-a"),
    Flow("customer-a/model", "kube-system/kube-dns", "53/udp", ALLOW, "isolation.allow-dns", "kns.kube-system"),
    Flow("customer-b/model", "kube-system/kube-dns", "53/tcp", ALLOW, "isolation.allow-dns", "kns.kube-system"),
    Flow("customer-b/model", "kube-system/kube-dns", "9153", DENY, LOGGED, "kns.kube-system"),
    Flow("customer-a/model", "1.1.1.1", "443", ALLOW, "isolation.allow-internet", OUTSIDE),
    Flow("customer-a/model", "10.1.2.3", "443", DENY, LOGGED, OUTSIDE),
    Flow("customer-a/model", "169.254.169.254", "80", DENY, LOGGED, OUTSIDE),
    Flow("customer-a/model", "2001:db8::1", "443", DENY, LOGGED, OUTSIDE),
    Flow("customer-a/model", "198.51.100.9", "443", DENY, "threats.deny-listed", OUTSIDE),
    Flow("198.51.100.9", "customer-a/model", "8012", DENY, OUTSIDE, "threats.deny-listed"),
    Flow("192.0.2.7", "customer-a/model", "8012", DENY, OUTSIDE, LOGGED),
    Flow("192.0.2.7", "platform/gateway", "8443", ALLOW, OUTSIDE, "kns.platform"),
)

PEERS = "panic.allow-peers-of-customers"
CUSTOMER_ISOLATION_IN_PANIC = (
    Flow("customer-a/model", "customer-b/model", "8012", ALLOW, "panic.allow-all", "panic.allow-all"),
    Flow("customer-b/model", "customer-a/cache", "6379", ALLOW, "panic.allow-all", "panic.allow-all"),
    Flow("customer-a/model", "customer-a/cache", "6380", ALLOW, "panic.allow-all", "panic.allow-all"),
    Flow("customer-a/model", "platform/billing", "8080", ALLOW, "panic.allow-all", PEERS),
    Flow("platform/billing", "customer-a/model", "8012", ALLOW, PEERS, "panic.allow-all"),
    Flow("platform/gateway", "customer-b/model", "8012", ALLOW, PEERS, "panic.allow-all"),
    Flow("customer-a/model", "kube-system/kube-dns", "9153", ALLOW, "panic.allow-all", PEERS),
    Flow("customer-a/model", "10.1.2.3", "443", ALLOW, "panic.allow-all", OUTSIDE),
    Flow("customer-a/model", "2001:db8::1", "443", ALLOW, "panic.allow-all", OUTSIDE),
    Flow("customer-a/model", "198.51.100.9", "443", ALLOW, "panic.allow-all", OUTSIDE),
    Flow("192.0.2.7", "customer-a/model", "8012", ALLOW, OUTSIDE, "panic.allow-all"),
    Flow("platform/gateway", "platform/billing", "8080", ALLOW, "kns.platform", "kns.platform"),
    Flow("192.0.2.7", "platform/gateway", "8443", ALLOW, OUTSIDE, "kns.platform"),
)

A, B, OTHER = "test1/busybox-test1-a", "test1/busybox-test1-b", "test2/busybox-test2-a"
NODE = "host:demo-node"
GARDENER_DEMO = (
    Flow(A, B, "8080", ALLOW, "kns.test1", "test1-own-namespace"),
    Flow(B, A, "80", ALLOW, "kns.test1", "test1-own-namespace"),
    Flow(B, A, "53/udp", ALLOW, "kns.test1", "test1-own-namespace"),
    Flow(A, B, "icmp", ALLOW, "kns.test1", "test1-own-namespace"),
    Flow(OTHER, A, "8080", ALLOW, "kns.test2", "test2-to-test1"),
    Flow(OTHER, B, "8080", ALLOW, "kns.test2", "test2-to-test1"),
    Flow(OTHER, A, "8080/udp", DENY, "kns.test2", "test2-to-test1"),
    Flow(OTHER, A, "80", DENY, "kns.test2", "test2-to-test1"),
    Flow(OTHER, B, "icmp", DENY, "kns.test2", "test2-to-test1"),
    Flow(A, OTHER, "80", ALLOW, "kns.test1", "kns.test2"),
    Flow("192.0.2.7", A, "8080", DENY, OUTSIDE, END),
    Flow("192.0.2.7", OTHER, "8080", ALLOW, OUTSIDE, "kns.test2"),
    Flow(A, "1.1.1.1", "443", ALLOW, "kns.test1", OUTSIDE),
    Flow("192.0.2.7", NODE, "443", ALLOW, OUTSIDE, "node-https"),
    Flow("192.0.2.7", NODE, "443/udp", DENY, OUTSIDE, END),
    Flow("192.0.2.7", NODE, "22", ALLOW, OUTSIDE, FAILSAFE),
    Flow("192.0.2.7", NODE, "10256", DENY, OUTSIDE, END),
    Flow("192.0.2.7", NODE, "icmp", DENY, OUTSIDE, END),
    Flow(NODE, "192.0.2.7", "25", ALLOW, "node-https", OUTSIDE),
    Flow(NODE, "192.0.2.7", "53/udp", ALLOW, FAILSAFE, OUTSIDE),
)

WEB, ADMIN, EXPORTER = "shop/web", "shop/admin", "monitoring/exporter"
WORKER = "host:worker-1"
DEFAULT_ALLOW = "projectcalico-default-allow"
NODE_PORTS = (
    Flow("192.0.2.7", WORKER, "30080", ALLOW, OUTSIDE, "node-ports"),
    Flow("192.0.2.7", WORKER, "30086", DENY, OUTSIDE, "node-ports"),
    Flow("192.0.2.7", WORKER, "32767", DENY, OUTSIDE, "node-ports"),
    Flow("192.0.2.7", WORKER, "30086/udp", ALLOW, OUTSIDE, DEFAULT_ALLOW),
    Flow("192.0.2.7", WORKER, "32768", ALLOW, OUTSIDE, DEFAULT_ALLOW),
    Flow("192.0.2.7", WORKER, "9100", ALLOW, OUTSIDE, DEFAULT_ALLOW),
    Flow("192.0.2.7", WEB, "8080", ALLOW, OUTSIDE, "web"),
    Flow("192.0.2.7", WEB, "80", DENY, OUTSIDE, END),
    Flow("192.0.2.7", ADMIN, "9090", ALLOW, OUTSIDE, "kns.shop"),
    Flow("192.0.2.7", EXPORTER, "9100", DENY, OUTSIDE, END),
    Flow("10.20.0.5", EXPORTER, "9100", ALLOW, OUTSIDE, "exporter"),
    Flow("10.20.0.5", EXPORTER, "9101", DENY, OUTSIDE, END),
    Flow(EXPORTER, ADMIN, "9090", ALLOW, "kns.monitoring", "kns.shop"),
    Flow(EXPORTER, WEB, "8080", ALLOW, "kns.monitoring", "web"),
)

REPORTS, SYNC = "apps/reports", "apps/sync"
IAC1 = "host:iac1"
BRIDGES = "docker-bridges"
DOCKER_BRIDGES = (
    Flow("192.0.2.7", "172.20.0.10", "8080", ALLOW, OUTSIDE, BRIDGES, through="iac1"),
    Flow("192.0.2.7", "172.20.0.10", "8080/udp", DENY, OUTSIDE, BRIDGES, through="iac1"),
    Flow("192.0.2.7", "172.20.0.3", "3306", DENY, OUTSIDE, BRIDGES, through="iac1"),
    Flow("192.0.2.7", "172.21.0.2", "6379", DENY, OUTSIDE, BRIDGES, through="iac1"),
    Flow("100.100.101.9", "172.21.0.2", "6379", ALLOW, OUTSIDE, BRIDGES, through="iac1"),
    Flow("100.100.101.9", "172.17.0.2", "80", DENY, OUTSIDE, BRIDGES, through="iac1"),
    Flow("192.0.2.7", "10.1.0.5", "8080", ALLOW, OUTSIDE, BRIDGES, through="iac1"),
    Flow("192.0.2.7", IAC1, "8082", ALLOW, OUTSIDE, BRIDGES),
    Flow("192.0.2.7", IAC1, "22", ALLOW, OUTSIDE, FAILSAFE),
    Flow(IAC1, "192.0.2.7", "443", ALLOW, DEFAULT_ALLOW, OUTSIDE),
    Flow(SYNC, REPORTS, "8080", ALLOW, "kns.apps", "reports"),
    Flow(SYNC, REPORTS, "80", DENY, "kns.apps", END),
    Flow(REPORTS, SYNC, "80", DENY, "kns.apps", END),
    Flow("172.20.0.10", REPORTS, "8080", DENY, OUTSIDE, END),
    Flow(SYNC, "172.20.0.10", "8080", ALLOW, "kns.apps", OUTSIDE),
    Flow(REPORTS, "1.1.1.1", "443", ALLOW, "kns.apps", OUTSIDE),
)

#: Which directories are read together, and what flows in them.
TABLES = {
    ("picocluster",): PICOCLUSTER,
    ("october",): OCTOBER,
    ("customer-isolation",): CUSTOMER_ISOLATION,
    ("customer-isolation", "customer-isolation-panic"): CUSTOMER_ISOLATION_IN_PANIC,
    ("gardener-demo",): GARDENER_DEMO,
    ("node-ports",): NODE_PORTS,
    ("docker-bridges",): DOCKER_BRIDGES,
}
PASSED_OVER = {
    "gardener-demo": {
        "ClusterRole (rbac.authorization.k8s.io/v1)": 1,
        "ClusterRoleBinding (rbac.authorization.k8s.io/v1)": 1,
    }
}


def test_every_example_has_a_table() -> None:
    shown = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - {"as-written", "ci"}
    assert shown == {name for names in TABLES for name in names}
    assert all(len(flows) >= 12 and len(set(map(str, flows))) == len(flows) for flows in TABLES.values())


@pytest.mark.parametrize("name", sorted({name for names in TABLES for name in names}))
def test_an_example_is_valid_without_a_warning(name: str) -> None:
    read = manifests(name)
    assert read.items
    assert read.warnings == ()
    assert read.passed_over == PASSED_OVER.get(name, {})


ROWS = [pytest.param(names, flow, id=f"{names[-1]}-{flow}") for names, flows in TABLES.items() for flow in flows]


@pytest.mark.parametrize(("names", "flow"), ROWS)
def test_a_flow_of_an_example(names: tuple[str, ...], flow: Flow) -> None:
    assert judged(example(*names), flow) == flow


@pytest.mark.parametrize("names", [names for names in TABLES if len(names) == 1], ids="+".join)
def test_every_policy_with_rules_decides_a_flow_of_the_table(names: tuple[str, ...]) -> None:
    deciding = {decider for flow in TABLES[names] for decider in (flow.egress, flow.ingress)}
    # Pass rules decide nothing: what they do shows as a later tier's decision.
    policies = {one.id.name for one in example(*names).policies.policies if one.ingress or one.egress}
    assert policies - deciding <= {"isolation.own-namespace"}


def test_the_panic_policy_as_written_loses_to_an_earlier_tier() -> None:
    world = example("customer-isolation", "as-written/002-customer-isolation/01-panic.yaml")
    for flow in CUSTOMER_ISOLATION:
        assert judged(world, flow).verdict == (ALLOW if flow.port == "6380" else flow.verdict)


def test_the_pods_of_the_gardener_demo_are_as_written() -> None:
    written = EXAMPLES / "as-written/004-gardener-demo/02-pods.yaml"
    assert (EXAMPLES / "gardener-demo/pods.yaml").read_bytes() == written.read_bytes()


#: Nothing tells `percale reach` which node forwards a packet.
ASKED = [
    pytest.param(names, flow, id=f"{names[-1]}-{flow}")
    for names, flows in TABLES.items()
    for flow in flows
    if not flow.through
]


@pytest.mark.parametrize(("names", "flow"), ASKED)
def test_reach_says_the_same(names: tuple[str, ...], flow: Flow, capsys: pytest.CaptureFixture[str]) -> None:
    """And it does so for workloads that have no address yet."""
    files = [part for name in names for part in ("-f", str(EXAMPLES / name))]
    said = main(["reach", *files, flow.source, flow.destination, "-p", flow.port, "-o", "json"])
    assert said == (Exit.YES if flow.verdict == ALLOW else Exit.NO)
    assert json.loads(capsys.readouterr().out)["verdict"] == flow.verdict


@pytest.mark.parametrize("name", sorted({name for names in TABLES for name in names}))
def test_validate_says_so_too(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "-f", str(EXAMPLES / name)]) == Exit.YES
    shown = capsys.readouterr()
    assert "resources are valid" in shown.out
    assert "warning" not in shown.err


@pytest.fixture
def october_without_ingress_to_redis(tmp_path: Path) -> Path:
    copy = tmp_path / "october"
    shutil.copytree(EXAMPLES / "october", copy)
    (copy / "policies/redis-allow-from-api-worker.yaml").unlink()
    return copy


def test_without_its_ingress_policy_redis_is_named_as_the_side_that_denies(
    october_without_ingress_to_redis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["reach", "-f", str(october_without_ingress_to_redis), "october/api", "october/redis", "-p", "6379"]
    assert main(argv) == Exit.NO
    shown = capsys.readouterr().out
    assert shown.startswith("deny: october/api -> october/redis TCP 6379\n")
    assert "egress of october/api allows: KubernetesNetworkPolicy october/api-allow-egress-redis" in shown
    assert "ingress of october/redis denies" in shown
    assert "isolated by KubernetesNetworkPolicy october/default-deny-all" in shown
    assert "the egress side allows and the ingress side does not" in shown


def test_calico_validate_fails_it_for_the_same_reason(
    october_without_ingress_to_redis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["api", "redis", "october", "-f", str(october_without_ingress_to_redis)]
    assert calico_validate.main(argv) == Exit.NO
    shown = capsys.readouterr().out
    assert shown.startswith("FAIL\n")
    assert "isolated by KubernetesNetworkPolicy october/default-deny-all" in shown
    assert "Look at the ingress policies of october/redis" in shown
