"""Pods, what makes pods, and services."""

from typing import Any

from resources.validation_cases import VALID, Expected, Manifest, cases, check, resource

PORT = "spec.containers[0].ports[0]"
PORT_RANGE = "must be between 1 and 65535, inclusive"
UNSUPPORTED = 'supported values: "TCP", "UDP", "SCTP"'


def container(*ports: Manifest) -> Manifest:
    return {"containers": [{"name": "c", "image": "i", "ports": list(ports)}]}


def port(**fields: Any) -> Manifest:
    return resource("Pod", container({"containerPort": 80} | fields))


@cases(
    ("plain", port(name="http", protocol="UDP", hostPort=8080), VALID),
    (
        "one name for two ports",
        resource("Pod", container(*[{"containerPort": n, "name": "a"} for n in (1, 2, 3)])),
        [(f"spec.containers[0].ports[{n}].name", 'Duplicate value: "a"') for n in (1, 2)],
    ),
    (
        "one name in two containers",
        resource("Pod", {"containers": [{"ports": [{"containerPort": 1, "name": "a"}]}] * 2}),
        VALID,
    ),
    ("two ports without name", resource("Pod", container({"containerPort": 1}, {"containerPort": 2})), VALID),
    ("number with a point", port(containerPort=80.0), VALID),
    ("other fields", resource("Pod", {"volumes": [], "restartPolicy": "Never"}), VALID),
    ("port 0", port(containerPort=0), [(f"{PORT}.containerPort", PORT_RANGE)]),
    ("port 65536", port(containerPort=65536), [(f"{PORT}.containerPort", PORT_RANGE)]),
    ("host port 65536", port(hostPort=65536), [(f"{PORT}.hostPort", PORT_RANGE)]),
    ("lower case", port(protocol="tcp"), [(f"{PORT}.protocol", UNSUPPORTED)]),
    ("ICMP", port(protocol="ICMP"), [(f"{PORT}.protocol", UNSUPPORTED)]),
    ("name too long", port(name="a" * 16), [(f"{PORT}.name", "must be no more than 15 bytes")]),
    (
        "in an init container",
        resource("Pod", {"initContainers": container({"containerPort": 0})["containers"]}),
        [("spec.initContainers[0].ports[0].containerPort", PORT_RANGE)],
    ),
    ("service account", resource("Pod", {"serviceAccountName": "builder.v1"}), VALID),
    (
        "service account in upper case",
        resource("Pod", {"serviceAccountName": "B"}),
        [("spec.serviceAccountName", "1123")],
    ),
    (
        "addresses",
        resource("Pod") | {"status": {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "::1"}]}},
        VALID,
    ),
    (
        "no addresses",
        resource("Pod") | {"status": {"podIP": "x", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.0/8"}]}},
        [("status.podIP", "must be a valid IP address"), ("status.podIPs[1].ip", "must be a valid IP address")],
    ),
)
def test_pods(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


BAD_TEMPLATE = {"metadata": {"labels": {"a": "b c"}, "annotations": {"_": ""}}, "spec": container({"containerPort": 0})}
BAD_CRON_JOB = {"jobTemplate": {"spec": {"template": BAD_TEMPLATE}}}
FAULTS_OF_TEMPLATE = [
    ("template.metadata.labels.a", "a valid label must be"),
    ("template.metadata.annotations._", "annotation key"),
    ("template.spec.containers[0].ports[0].containerPort", PORT_RANGE),
]


@cases(
    ("template without name", resource("Deployment", {"replicas": 2, "template": {"spec": container()}}), VALID),
    *(
        (
            kind,
            resource(kind, {"template": BAD_TEMPLATE}),
            [(f"spec.{path}", says) for path, says in FAULTS_OF_TEMPLATE],
        )
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
    ),
    (
        "CronJob",
        resource("CronJob", BAD_CRON_JOB),
        [(f"spec.jobTemplate.spec.{path}", says) for path, says in FAULTS_OF_TEMPLATE],
    ),
    ("Namespace", resource("Namespace", labels={"env": "prod"}), VALID),
    (
        "ServiceAccount",
        resource("ServiceAccount", labels={"a": "b c"}),
        [("metadata.labels.a", "a valid label must be")],
    ),
)
def test_templates(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def service(**fields: Any) -> Manifest:
    return resource("Service", {"selector": {"app": "web"}, "ports": [{"port": 80} | fields]})


@cases(
    ("number", service(targetPort=8080), VALID),
    ("name", service(targetPort="http"), VALID),
    ("external", resource("Service", {"type": "ExternalName", "externalName": "db.example.com"}), VALID),
    ("port 0", service(port=0), [("spec.ports[0].port", PORT_RANGE)]),
    ("target 65536", service(targetPort=65536), [("spec.ports[0].targetPort", PORT_RANGE)]),
    ("target in quotes", service(targetPort="80"), [("spec.ports[0].targetPort", "at least one letter")]),
    ("protocol", service(protocol="HTTP"), [("spec.ports[0].protocol", UNSUPPORTED)]),
    ("selector", resource("Service", {"selector": {"a": "*"}}), [("spec.selector.a", "a valid label must be")]),
)
def test_services(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


TCP, SCTP = ({"name": name.lower(), "port": 80, "protocol": name} for name in ("TCP", "SCTP"))
NOT_OUTSIDE = "may only be set for externally-accessible services"


def exposed(*ports: int, **fields: Any) -> Manifest:
    listed = [{"name": f"p{number}", "port": number, "nodePort": port} for number, port in enumerate(ports, 1)]
    return resource("Service", {"type": "NodePort", "ports": listed or [{"port": 80}]} | fields)


@cases(
    ("node ports", exposed(30080, 30081, externalTrafficPolicy="Local"), VALID),
    ("one number for two protocols", exposed(ports=[SCTP | {"nodePort": 30080}, TCP | {"nodePort": 30080}]), VALID),
    ("node port 65536", exposed(65536), [("spec.ports[0].nodePort", PORT_RANGE)]),
    ("twice", exposed(30080, 30081, 30080), [("spec.ports[2].nodePort", "Duplicate value: 30080")]),
    (
        "in the cluster",
        service(nodePort=30080),
        [("spec.ports[0].nodePort", "may not be used when `type` is 'ClusterIP'")],
    ),
    ("another type", exposed(type="Nodeport"), [("spec.type", "supported values")]),
    (
        "external addresses",
        exposed(type="ClusterIP", externalIPs=["198.51.100.7", "2001:db8::7"], externalTrafficPolicy="Cluster"),
        VALID,
    ),
    (
        "addresses of nobody outside",
        exposed(externalIPs=["::", "127.0.0.1", "169.254.1.1", "224.0.0.1", "10.0.0.0/8", "fe80::1"]),
        [
            ("spec.externalIPs[0]", "may not be unspecified"),
            ("spec.externalIPs[1]", "loopback range"),
            ("spec.externalIPs[2]", "link-local range"),
            ("spec.externalIPs[3]", "link-local multicast range"),
            ("spec.externalIPs[4]", "must be a valid IP address"),
            ("spec.externalIPs[5]", "link-local range"),
        ],
    ),
    ("traffic policy", exposed(externalTrafficPolicy="local"), [("spec.externalTrafficPolicy", "supported values")]),
    (
        "traffic policy in the cluster",
        exposed(type="ClusterIP", externalTrafficPolicy="Local"),
        [("spec.externalTrafficPolicy", NOT_OUTSIDE)],
    ),
    ("load balancer without node ports", exposed(type="LoadBalancer", allocateLoadBalancerNodePorts=False), VALID),
    (
        "no load balancer",
        exposed(allocateLoadBalancerNodePorts=True),
        [("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'")],
    ),
    ("families", exposed(ipFamilies=["IPv6", "IPv4"]), VALID),
    (
        "families that are none",
        exposed(ipFamilies=["IPv4", "ipv6", "IPv4"]),
        [("spec.ipFamilies[1]", "supported values"), ("spec.ipFamilies[2]", "Duplicate value")],
    ),
    (
        "families of a name",
        exposed(type="ExternalName", externalName="db.example.com", ipFamilies=["IPv4"]),
        [("spec.ipFamilies", "may not be set for ExternalName services")],
    ),
)
def test_services_that_the_outside_reaches(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)
