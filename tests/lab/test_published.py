"""Which ports of the node lead to which pods, and what the lab says of its choices."""

from collections.abc import Iterable
from typing import Any

import pytest

from builders import Manifest, namespace, pod, resource, world
from percale.lab.layout import Attachment, LabPlan, Layout
from percale.lab.published import Masquerade, Published, PublishedPort, published
from percale.lab.scenario import in_lab, pods_of

_WEB, _NEW = "shop/web", "shop/web-new"


def _service(name: str, *ports: Manifest, **spec: Any) -> Manifest:
    return resource("v1", "Service", name, spec={"type": "NodePort", "selector": {"app": "web"}, "ports": ports} | spec)


def _published(*manifests: Manifest, attachment: Attachment = Attachment.ROUTED) -> Published:
    here = world(namespace("shop"), *manifests)
    layout = Layout(LabPlan.of(pods_of(here), attachment=attachment))
    return published(in_lab(here, layout), layout)


def _pod(name: str = _WEB, *ports: Manifest) -> Manifest:
    return pod(name, {"app": "web"}, at=["10.65.0.9"], containers=[{"ports": ports}])


def _ways(ports: Iterable[PublishedPort]) -> list[str]:
    return [f"{port.called} -> {', '.join(map(str, port.backends))}" for port in ports]


_HTTP = {"name": "http", "port": 80, "targetPort": 8080, "nodePort": 30080}


@pytest.mark.parametrize(
    ("service", "ways"),
    [
        (_service("shop/a", _HTTP), ["node:30080 -> shop/web:8080"]),
        (_service("shop/a", _HTTP | {"protocol": "UDP"}), ["node:30080/udp -> shop/web:8080"]),
        (_service("shop/a", {"port": 80}), ["node:30086 -> shop/web:80"]),
        (_service("shop/a", {"port": 80}, type="ClusterIP"), []),
        (
            _service("shop/a", {"port": 80}, type="ClusterIP", externalIPs=["203.0.113.7"]),
            ["203.0.113.7:80 -> shop/web:80"],
        ),
        (_service("shop/a", _HTTP, type="LoadBalancer"), ["node:30080 -> shop/web:8080"]),
        (_service("shop/a", {"port": 80}, type="LoadBalancer", allocateLoadBalancerNodePorts=False), []),
        (_service("shop/a", _HTTP, ipFamilies=["IPv6"]), []),
        (_service("shop/a", _HTTP, clusterIP="fd00:96::1"), []),
        (_service("shop/a", {"port": 80}, type="ClusterIP", clusterIP="None", externalIPs=["203.0.113.7"]), []),
        (_service("shop/a", _HTTP, type="ExternalName", externalName="db.example.com"), []),
    ],
)
def test_what_a_service_publishes(service: Manifest, ways: list[str]) -> None:
    """In IPv4: the lab is of both versions, and a Service that tells none has both."""
    found = _published(_pod(), service)
    assert _ways([port for port in found.ports if port.address.version == 4]) == ways


@pytest.mark.parametrize(
    ("port", "ways", "remarks"),
    [
        ({"hostPort": 9100}, ["node:9100 -> shop/web:80"] * 2, []),
        ({"hostPort": 9100, "hostIP": "::"}, ["node:9100 -> shop/web:80"] * 2, []),
        ({"hostPort": 9100, "hostIP": "192.0.2.1"}, ["node:9100 -> shop/web:80"], []),
        (
            {"hostPort": 9100, "hostIP": "127.0.0.1"},
            [],
            ["host port 9100 of shop/web is of 127.0.0.1, which the lab's node lacks: not tried"],
        ),
    ],
)
def test_what_a_pod_publishes(port: Manifest, ways: list[str], remarks: list[str]) -> None:
    found = _published(_pod(_WEB, {"containerPort": 80} | port))
    assert (_ways(found.ports), list(found.remarks)) == (ways, remarks)
    assert {port.masquerade for port in found.ports} <= {Masquerade.NEVER}


@pytest.mark.parametrize(("policy", "masquerade"), [("Cluster", Masquerade.ALWAYS), ("Local", Masquerade.OF_THE_NODE)])
def test_whose_source_is_kept(policy: str, masquerade: Masquerade) -> None:
    found = _published(_pod(), _service("shop/a", _HTTP, externalTrafficPolicy=policy))
    assert {port.masquerade for port in found.ports} == {masquerade}


def test_chosen_node_ports_do_not_depend_on_the_order_of_the_input_and_are_told() -> None:
    services = [
        _service("shop/b", {"port": 80}),
        _service("shop/a", {"port": 80}, selector={"app": "web"}),
        _service("shop/c", _HTTP | {"nodePort": 30087}),
    ]
    found = _published(_pod(), *services)
    assert found == _published(_pod(), *reversed(services))
    assert {port.called for port in found.ports} == {"node:30086", "node:30087", "node:30088"}
    assert found.remarks == (
        "port 80 of Service shop/a names no node port: the lab takes 30086",
        "port 80 of Service shop/b names no node port: the lab takes 30088",
    )


def test_a_port_of_the_node_is_one_things_only() -> None:
    found = _published(_pod(_WEB, {"containerPort": 9090, "hostPort": 30080}), _service("shop/a", _HTTP))
    assert set(_ways(found.ports)) == {"node:30080 -> shop/web:8080"}
    assert found.remarks == ("node:30080 is published already: the way by it to shop/web:9090 is not tried",)


@pytest.mark.parametrize("own", ["192.0.2.2", "10.65.0.9", "10.65.77.7"])
def test_an_external_address_is_nobody_elses(own: str) -> None:
    found = _published(_pod(), _service("shop/a", {"port": 80}, type="ClusterIP", externalIPs=[own]))
    assert (found.ports, found.remarks) == ((), (f"external IP {own} is one of the lab's own: not tried",))


def test_a_service_without_pods_is_told_of() -> None:
    found = _published(_pod(), _service("shop/a", _HTTP, selector={"app": "db"}))
    assert (found.ports, found.remarks) == (
        (),
        ("port 80 of Service shop/a leads to no pod of the lab that it names: not tried",),
    )


def test_the_clients_port_says_which_backend_is_meant() -> None:
    found = _published(_pod(), pod(_NEW, {"app": "web"}, at=["10.65.0.10"]), _service("shop/a", _HTTP))
    port = found.ports[0]
    assert [backend.pod for backend in port.backends] == [_WEB, _NEW]
    spans = [port.span_of(index) for index in (0, 1)]
    assert spans[0][0] == 0
    assert spans[0][1] + 1 == spans[1][0]
    assert spans[1][1] == 65535
    for index, (first, last) in enumerate(spans):
        assert all(first <= client <= last for client in port.clients_of(index))
