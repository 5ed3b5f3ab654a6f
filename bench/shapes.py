"""The shapes of cluster that Antrea's controller is measured with, as its test `TestInitXLargeScale…` makes them.

Each comes with the seconds and the memory that its authors publish. Theirs is another machine, and another task: the
controller also hands out what it computes. Read them as orders of magnitude.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.manifests import Manifest

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    make: Callable[[], Iterator[Manifest]]
    published_s: float
    published_mib: float | None = None


def small_namespaces(count: int = 25_000) -> Iterator[Manifest]:
    """In each three policies and four pods."""
    for number in range(count):
        namespace = f"ns{number}"
        yield _namespace(namespace, {"app": namespace})
        yield _policy(namespace, "default-deny-all", {})
        for app in (1, 2):
            labels = {f"app-{app}": f"scale-{app}"}
            yield _policy(namespace, f"np-{app}", labels, labels)
            for replica in range(2):
                yield _pod(namespace, f"pod{app}-{replica}", number * 4 + app * 2 + replica - 2, labels)


def large_namespaces(count: int = 100) -> Iterator[Manifest]:
    """In each 101 policies and a thousand pods."""
    for number in range(count):
        namespace = f"ns{number}"
        yield _namespace(namespace, {"app": namespace})
        yield _policy(namespace, "default-deny-all", {})
        for app in range(100):
            labels = {f"app-{app}": f"scale-{app}"}
            yield _policy(namespace, f"np-{app}", labels, labels)
            for replica in range(10):
                yield _pod(namespace, f"pod-{app}-{replica}", (number * 100 + app) * 10 + replica, labels)


def one_namespace(count: int = 10_000) -> Iterator[Manifest]:
    """Each policy selects every pod, and lets every pod in."""
    labels = {"app-1": "scale-1"}
    yield _namespace("ns", {"app": "ns"})
    for number in range(count):
        yield _policy("ns", f"np-{number}", labels, labels)
        yield _pod("ns", f"pod-{number}", number, labels)


def policy_per_pod(count: int = 10_000) -> Iterator[Manifest]:
    """Pairs of pods that let in nobody but each other."""
    yield _namespace("ns", {"app": "ns"})
    for number in range(count):
        own, other = ({"app": f"scale-{one}"} for one in (number, number ^ 1))
        yield _policy("ns", f"np-{number}", own, other)
        yield _pod("ns", f"pod-{number}", number, own)


def cluster_scoped(count: int = 1000) -> Iterator[Manifest]:
    """In each namespace ten policies and a hundred pods; peers are a hundred pods of ten namespaces."""
    for number in range(count):
        company = {"company": f"company-{number % 100}"}
        namespace = f"ns{number}"
        yield _namespace(namespace, company)
        for app in range(10):
            labels = {"app": f"scale-{app}"}
            yield _policy(namespace, f"np-{app}", labels, labels, company)
            for replica in range(10):
                yield _pod(namespace, f"pod-{app}-{replica}", (number * 10 + app) * 10 + replica, labels)


#: Published with Antrea's test and with its pull requests 566 and 2891.
SHAPES = (
    Shape("25k namespaces, 75k policies, 100k pods", small_namespaces, 5.84, 1522),
    Shape("100 namespaces, 10.1k policies, 100k pods", large_namespaces, 1.19),
    Shape("1 namespace, 10k policies that select all of 10k pods", one_namespace, 2.7, 1157),
    Shape("a policy for each of 10k pods", policy_per_pod, 36),
    Shape("1k namespaces, 10k policies across them, 100k pods", cluster_scoped, 1.07),
)


def _namespace(name: str, labels: Labels) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def _pod(namespace: str, name: str, number: int, labels: Labels) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "main"}], "nodeName": f"node{number % 1000}"},
        "status": {"podIPs": [{"ip": f"10.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"}]},
    }


def _policy(
    namespace: str, name: str, selects: Labels, lets_in: Labels | None = None, of: Labels | None = None
) -> Manifest:
    spec: Manifest = {"podSelector": {"matchLabels": selects}, "policyTypes": ["Ingress", "Egress"]}
    if lets_in is not None:
        peer: Manifest = {"podSelector": {"matchLabels": lets_in}}
        spec["ingress"] = [{"from": [peer | ({"namespaceSelector": {"matchLabels": of}} if of else {})]}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
