"""What makes up a cluster: profiles, pools, nodes, and the endpoints of services."""

from typing import Any

from resources.validation_cases import VALID, Expected, Manifest, cases, check, resource

TOO_SMALL = "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size."
BLOCK_SIZE = "blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools"


@cases(
    ("nothing", resource("Profile"), VALID),
    ("of a namespace", resource("Profile", {"ingress": [{"action": "Allow"}], "labelsToApply": {"a": "b"}}), VALID),
    ("a rule", resource("Profile", {"egress": [{"action": "allow"}]}), [("spec.egress[0].action", "Unsupported")]),
    ("1025 rules", resource("Profile", {"ingress": [{"action": "Deny"}] * 1025}), [("spec.ingress", "Too many")]),
    ("a label", resource("Profile", {"labelsToApply": {"a": "b c"}}), [("spec.labelsToApply.a", "a valid label")]),
)
def test_profiles(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def pool(cidr: str = "10.0.0.0/16", **spec: Any) -> Manifest:
    return resource("IPPool", {"cidr": cidr} | spec)


def load_balancer(**spec: Any) -> Manifest:
    return pool(allowedUses=["LoadBalancer"], **spec)


@cases(
    ("plain", pool(), VALID),
    ("IPv6", pool("fd00::/64", vxlanMode="CrossSubnet", natOutgoing=True), VALID),
    (
        "everything",
        pool(ipipMode="Always", blockSize=28, disabled=True, disableBGPExport=True, nodeSelector="a == 'b'"),
        VALID,
    ),
    ("as small as a block", pool("10.0.0.0/26"), VALID),
    ("no CIDR", resource("IPPool", {}), [("spec.cidr", "IPPool CIDR must be specified")]),
    ("no network", pool("web"), [("spec.cidr", "IPPool CIDR must be a valid subnet")]),
    ("host bits", pool("10.0.0.1/16"), [("spec.cidr", "IP pool CIDR is not strictly masked")]),
    ("link local", pool("169.254.0.0/20"), [("spec.cidr", "overlaps with IPv4 link local range 169.254.0.0/16")]),
    ("around link local", pool("169.0.0.0/8"), [("spec.cidr", "overlaps with IPv4 link local range")]),
    ("link local IPv6", pool("fe80::/64"), [("spec.cidr", "overlaps with IPv6 link local range fe80::/10")]),
    ("smaller than a block", pool("10.0.0.0/27"), [("spec.cidr", TOO_SMALL)]),
    ("one address", pool("10.0.0.1"), [("spec.cidr", TOO_SMALL)]),
    ("smaller than a block, disabled", pool("10.0.0.0/27", disabled=True), VALID),
    ("block too large", pool(blockSize=19), [("spec.blockSize", BLOCK_SIZE)]),
    ("block of the other version", pool("fd00::/64", blockSize=26), [("spec.blockSize", BLOCK_SIZE)]),
    ("block size 0", pool(blockSize=0), VALID),
    ("two tunnels", pool(ipipMode="Always", vxlanMode="Always"), [("spec.ipipMode", "cannot both be enabled")]),
    ("IPIP for IPv6", pool("fd00::/64", ipipMode="Always"), [("spec.ipipMode", "IPIP is not supported on IPv6 pools")]),
    ("mode in lower case", pool(vxlanMode="always"), [("spec.vxlanMode", 'supported values: "Never", "Always"')]),
    ("selector", pool(nodeSelector="a = b"), [("spec.nodeSelector", "at column 3")]),
    ("namespaces", pool(namespaceSelector="("), [("spec.namespaceSelector", "at column")]),
    ("another use", pool(allowedUses=["Pods"]), [("spec.allowedUses[0]", "Unsupported value")]),
    ("use twice", pool(allowedUses=["Tunnel", "Tunnel"]), [("spec.allowedUses[1]", "Duplicate value")]),
    ("assignment", pool(assignmentMode="Auto"), [("spec.assignmentMode", "Unsupported value")]),
    ("load balancer", load_balancer(), VALID),
    (
        "load balancer and workloads",
        pool(allowedUses=["Workload", "LoadBalancer"]),
        [("spec.allowedUses[0]", "LoadBalancer cannot be used at the same time as: Workload")],
    ),
    (
        "load balancer by VXLAN",
        load_balancer(vxlanMode="Always"),
        [("spec.vxlanMode", "Neither IPIPMode nor VXLANMode")],
    ),
    ("load balancer of some nodes", load_balancer(nodeSelector="has(a)"), [("spec.nodeSelector", "set to all()")]),
)
def test_pools(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def node(**spec: Any) -> Manifest:
    return resource("Node", spec)


def bgp(**fields: Any) -> Manifest:
    return node(bgp=fields)


@cases(
    ("nothing", resource("Node"), VALID),
    ("BGP", bgp(asNumber=64512, ipv4Address="10.0.0.1/24", routeReflectorClusterID="1.0.0.1"), VALID),
    ("AS number with a dot", bgp(asNumber="65535.65535"), VALID),
    ("tunnels", node(ipv4VXLANTunnelAddr="10.0.0.1", vxlanTunnelMACAddr="66:00:00:00:00:01"), VALID),
    ("addresses", node(addresses=[{"address": "10.0.0.1/24", "type": "CalicoNodeIP"}, {"address": "fd00::1"}]), VALID),
    ("interfaces", node(interfaces=[{"name": "eth0", "addresses": ["10.0.0.1"]}]), VALID),
    ("keys", resource("Node") | {"status": {"wireguardPublicKey": "k", "podCIDRs": ["10.0.0.0/24"], "x": 1}}, VALID),
    ("BGP empty", bgp(), [("spec.bgp", "Spec.BGP should not be empty")]),
    ("AS number too high", bgp(asNumber=1 << 32), [("spec.bgp.asNumber", "invalid AS Number")]),
    ("AS number with a high half", bgp(asNumber="65536.1"), [("spec.bgp.asNumber", "invalid AS Number")]),
    ("BGP of the other version", bgp(ipv4Address="fd00::1/64"), [("spec.bgp.ipv4Address", "valid IPv4 CIDR")]),
    (
        "tunnel with prefix length",
        node(ipv4VXLANTunnelAddr="10.0.0.1/24"),
        [("spec.ipv4VXLANTunnelAddr", "IPv4 address")],
    ),
    ("tunnel's MAC", node(vxlanTunnelMACAddrV6="x"), [("spec.vxlanTunnelMACAddrV6", "must be a MAC address")]),
    (
        "WireGuard",
        node(wireguard={"interfaceIPv4Address": "::1", "interfaceIPv6Address": "::1"}),
        [("spec.wireguard.interfaceIPv4Address", "must be a valid IPv4 address")],
    ),
    (
        "address of a name",
        node(addresses=[{"address": "n1", "type": "Hostname"}]),
        [("spec.addresses[0].address", "CIDR or address"), ("spec.addresses[0].type", "Unsupported value")],
    ),
    ("interface", node(interfaces=[{"addresses": ["x"]}]), [("spec.interfaces[0].addresses[0]", "CIDR or address")]),
    (
        "in a namespace",
        resource("Node", namespace="shop"),
        [("metadata.namespace", "Node is not a namespaced resource")],
    ),
)
def test_nodes(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def kubernetes_node(**fields: Any) -> Manifest:
    return resource("Node") | {"apiVersion": "v1"} | fields


@cases(
    ("nothing", kubernetes_node(), VALID),
    (
        "everything",
        kubernetes_node(
            spec={"podCIDR": "10.0.0.0/24", "podCIDRs": ["10.0.0.0/24", "fd00::/64"], "taints": []},
            status={"addresses": [{"type": "Hostname", "address": "n1"}], "capacity": {}},
        ),
        VALID,
    ),
    (
        "no networks",
        kubernetes_node(spec={"podCIDR": "x", "podCIDRs": ["10.0.0.0/24", "y"]}),
        [("spec.podCIDR", "must be a valid CIDR"), ("spec.podCIDRs[1]", "must be a valid CIDR")],
    ),
)
def test_kubernetes_nodes(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def endpoint_slice(*addresses: str, kind: str = "IPv4", ports: Any = ()) -> Manifest:
    fields = {"addressType": kind, "endpoints": [{"addresses": list(addresses)}], "ports": list(ports)}
    return resource("EndpointSlice", namespace="shop") | fields


FIRST = "endpoints[0].addresses"


@cases(
    ("IPv4", endpoint_slice("10.0.0.1", ports=[{"name": "http", "port": 80}, {"protocol": "UDP"}]), VALID),
    ("IPv6", endpoint_slice("fd00::1", "fd00::2", kind="IPv6"), VALID),
    ("names", endpoint_slice("db.example.com", kind="FQDN"), VALID),
    ("no endpoints", resource("EndpointSlice") | {"addressType": "IPv4"}, VALID),
    ("no addresses", endpoint_slice(), [(FIRST, "Too few: 0: must have at least 1 items")]),
    ("many addresses", endpoint_slice(*["10.0.0.1"] * 101), [(FIRST, "Too many: 101")]),
    ("the other version", endpoint_slice("10.0.0.1", "::1"), [(f"{FIRST}[1]", "must be a valid IPv4 address")]),
    ("an address as a name", endpoint_slice("a b", kind="FQDN"), [(f"{FIRST}[0]", "1123 subdomain")]),
    ("another type", endpoint_slice("10.0.0.1", kind="IP"), [("addressType", "Unsupported value")]),
    ("port 0", endpoint_slice("10.0.0.1", ports=[{"port": 0}]), [("ports[0].port", "between 1 and 65535")]),
    ("protocol", endpoint_slice("10.0.0.1", ports=[{"protocol": "tcp"}]), [("ports[0].protocol", "Unsupported value")]),
    ("ports of one name", endpoint_slice("10.0.0.1", ports=[{}, {}]), [("ports[1].name", "Duplicate value")]),
    ("port name", endpoint_slice("10.0.0.1", ports=[{"name": "A"}]), [("ports[0].name", "port name: a lowercase")]),
)
def test_endpoint_slices(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def endpoints(**subset: Any) -> Manifest:
    return resource("Endpoints", namespace="shop") | {"subsets": [subset]}


@cases(
    ("nothing", resource("Endpoints"), VALID),
    ("one port", endpoints(addresses=[{"ip": "10.0.0.1", "nodeName": "n"}], ports=[{"port": 80}]), VALID),
    ("not ready", endpoints(notReadyAddresses=[{"ip": "fd00::1"}], ports=[{"port": 80, "name": "a"}]), VALID),
    (
        "no address",
        endpoints(addresses=[{"ip": "web"}]),
        [("subsets[0].addresses[0].ip", "must be a valid IP address")],
    ),
    (
        "ports without name",
        endpoints(ports=[{"port": 80}, {"port": 81, "name": "a"}]),
        [("subsets[0].ports[0].name", "Required value")],
    ),
    ("port 65536", endpoints(ports=[{"port": 65536}]), [("subsets[0].ports[0].port", "between 1 and 65535")]),
)
def test_endpoints(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)
