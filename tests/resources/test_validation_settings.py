"""FelixConfiguration and KubeControllersConfiguration."""

from typing import Any

import pytest

from resources.validation_cases import VALID, Expected, Manifest, cases, check, felix, found, resource


def failsafe(**port: Any) -> Manifest:
    return felix(failsafeInboundHostPorts=[{"port": 22} | port])


NO_SELECTOR = "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration"
FAILSAFE = "spec.failsafeInboundHostPorts[0]"


@cases(
    ("nothing", resource("FelixConfiguration", name="default"), VALID),
    ("fields that Percale does not know", felix(wireguardMTU=1440, bpfLogLevel="Off", debugPort=1), VALID),
    ("for one node", felix("node.n1", logSeverityScreen="Debug"), VALID),
    ("for some nodes", felix("edge", nodeSelector="has(edge)"), VALID),
    ("selector on default", felix(nodeSelector="all()"), [("spec.nodeSelector", NO_SELECTOR)]),
    ("selector on a node's", felix("node.n1", nodeSelector="all()"), [("spec.nodeSelector", NO_SELECTOR)]),
    ("selector that is none", felix("edge", nodeSelector="edge"), [("spec.nodeSelector", "at column")]),
    ("choices", felix(chainInsertMode="Append", defaultEndpointToHostAction="Accept", nftablesMode="Auto"), VALID),
    ("choices in any case", felix(chainInsertMode="append", iptablesFilterDenyAction="REJECT"), VALID),
    ("choices left empty", felix(chainInsertMode="", logSeverityScreen=""), VALID),
    ("another mode", felix(chainInsertMode="Prepend"), [("spec.chainInsertMode", 'values: "Insert", "Append"')]),
    (
        "another action",
        felix(defaultEndpointToHostAction="Allow", nftablesFilterAllowAction="Drop"),
        [("spec.defaultEndpointToHostAction", "Unsupported value"), ("spec.nftablesFilterAllowAction", "Unsupported")],
    ),
    ("exact choice in lower case", felix(iptablesBackend="nft"), [("spec.iptablesBackend", "Unsupported value")]),
    ("nftables as a boolean would be", felix(nftablesMode="True"), [("spec.nftablesMode", "Unsupported value")]),
    ("flow evaluation", felix(flowLogsPolicyEvaluationMode="None"), VALID),
    ("log prefix", felix(logPrefix="calico %t/%p: "), VALID),
    ("log prefix with a quote", felix(logPrefix='a"b'), [("spec.logPrefix", "must be letters, digits")]),
    ("log rate", felix(logActionRateLimit="9999/hour", logActionRateLimitBurst=0), VALID),
    (
        "log rate in short",
        felix(logActionRateLimit="10/s"),
        [("spec.logActionRateLimit", "a rate such as `10/second`")],
    ),
    ("log rate 0", felix(logActionRateLimit="0/second"), [("spec.logActionRateLimit", "must be a rate")]),
    ("log burst", felix(logActionRateLimitBurst=10000), [("spec.logActionRateLimitBurst", "between 0 and 9999")]),
    ("mark", felix(iptablesMarkMask=0xFFFF0000), VALID),
    ("mark too wide", felix(nftablesMarkMask=1 << 32), [("spec.nftablesMarkMask", "between 0 and 4294967295")]),
    (
        "durations",
        felix(iptablesRefreshInterval="90s", flowLogsFlushInterval="1m30s", ipsetsRefreshInterval="0"),
        VALID,
    ),
    (
        "duration without unit",
        felix(ipsetsRefreshInterval="90"),
        [("spec.ipsetsRefreshInterval", "a duration such as")],
    ),
    ("failsafe", failsafe(protocol="UDP", net="10.0.0.0/8"), VALID),
    ("failsafe without protocol", failsafe(), VALID),
    ("failsafe in lower case", failsafe(protocol="tcp"), VALID),
    ("no failsafe", felix(failsafeInboundHostPorts=[], failsafeOutboundHostPorts=[]), VALID),
    ("failsafe ICMP", failsafe(protocol="ICMP"), [(f"{FAILSAFE}.protocol", "must be 'TCP' or 'UDP' or 'SCTP'.")]),
    ("failsafe port", failsafe(port=65536), [(f"{FAILSAFE}.port", "between 0 and 65535")]),
    ("failsafe net", failsafe(net="web"), [(f"{FAILSAFE}.net", "invalid CIDR")]),
    ("node ports", felix(kubeNodePortRanges=["30000:32767", 8080]), VALID),
    (
        "eight node ports",
        felix(kubeNodePortRanges=[80] * 8),
        [("spec.kubeNodePortRanges", "node port ranges list is too long (max 7)")],
    ),
    (
        "named node port",
        felix(kubeNodePortRanges=["http"]),
        [("spec.kubeNodePortRanges[0]", "node port ranges should not contain named ports")],
    ),
    ("node ports with a hyphen", felix(kubeNodePortRanges=["1-2"]), [("spec.kubeNodePortRanges[0]", "invalid name")]),
    ("route tables", felix(routeTableRanges=[{"min": 1, "max": 250}, {"min": 1000, "max": 2000}]), VALID),
    (
        "route tables twice",
        felix(routeTableRange={"min": 1, "max": 250}, routeTableRanges=[]),
        [("spec.routeTableRange", "routeTableRange and routeTableRanges cannot both be set")],
    ),
    (
        "route tables of the old form",
        felix(routeTableRange={"min": 1, "max": 251}),
        [("spec.routeTableRange", "must be a range of route table indices within 1..250")],
    ),
    (
        "route tables backwards",
        felix(routeTableRanges=[{"min": 0, "max": -1}]),
        [("spec.routeTableRanges[0].min", "min must be >= 1"), ("spec.routeTableRanges[0].max", "min must not be")],
    ),
    (
        "many route tables",
        felix(routeTableRanges=[{"min": 1, "max": 65536}]),
        [("spec.routeTableRanges", "targets too many tables")],
    ),
)
def test_felix(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def controllers(**spec: Any) -> Manifest:
    return resource("KubeControllersConfiguration", {"controllers": spec}, name="default")


def template(**fields: Any) -> Manifest:
    return controllers(node={"hostEndpoint": {"autoCreate": "Enabled", "templates": [fields]}})


NODE = "spec.controllers.node"
TEMPLATE = f"{NODE}.hostEndpoint.templates[0]"


@cases(
    ("nothing", resource("KubeControllersConfiguration", name="default"), VALID),
    (
        "everything",
        controllers(
            node={"reconcilerPeriod": "5m", "syncLabels": "Disabled", "leakGracePeriod": "15m0s"},
            policy={},
            loadBalancer={"assignIPs": "RequestedServicesOnly"},
            policyMigration={"enabled": "Enabled"},
        ),
        VALID,
    ),
    (
        "another name",
        resource("KubeControllersConfiguration", name="other"),
        [
            (
                "metadata.name",
                'Cannot create a Kube Controllers Configuration resource with a name other than "default"',
            )
        ],
    ),
    (
        "period",
        controllers(policy={"reconcilerPeriod": "5"}),
        [("spec.controllers.policy.reconcilerPeriod", "duration")],
    ),
    (
        "period of the accounts",
        controllers(serviceAccount={"reconcilerPeriod": "soon"}),
        [("spec.controllers.serviceAccount.reconcilerPeriod", "must be a duration")],
    ),
    ("labels", controllers(node={"syncLabels": "yes"}), [(f"{NODE}.syncLabels", 'values: "Enabled", "Disabled"')]),
    (
        "automatic endpoints",
        controllers(node={"hostEndpoint": {"autoCreate": "enabled", "createDefaultHostEndpoint": "No"}}),
        [
            (f"{NODE}.hostEndpoint.autoCreate", "Unsupported value"),
            (f"{NODE}.hostEndpoint.createDefaultHostEndpoint", "Unsupported value"),
        ],
    ),
    ("template by networks", template(generateName="in", interfaceCIDRs=["10.0.0.0/8"], labels={"a": "b"}), VALID),
    ("template by pattern", template(interfacePattern="eth[0-9]+", nodeSelector="has(a)"), VALID),
    ("template in Go's own dialect", template(interfacePattern=r"^\Qeth\E[[:digit:]]\z"), VALID),
    ("template by nothing", template(generateName="in"), [(TEMPLATE, "at least one of interfaceCIDRs or")]),
    (
        "template with faults",
        template(
            generateName="In",
            interfaceCIDRs=["10.0.0.0/8", "x", "x"],
            interfacePattern="*eth",
            labels={"_": "b"},
            annotations={"a b": ""},
            nodeSelector="a",
        ),
        [
            (f"{TEMPLATE}.generateName", "name: a lowercase RFC 1123 subdomain"),
            (f"{TEMPLATE}.interfaceCIDRs[2]", "Duplicate value"),
            (f"{TEMPLATE}.interfaceCIDRs[1]", "invalid CIDR"),
            (f"{TEMPLATE}.interfaceCIDRs[2]", "invalid CIDR"),
            (f"{TEMPLATE}.interfacePattern", "is not a regular expression"),
            (f"{TEMPLATE}.labels._", "label key"),
            (f"{TEMPLATE}.annotations.a b", "annotation key"),
            (f"{TEMPLATE}.nodeSelector", "at column"),
        ],
    ),
    (
        "outside the controllers",
        resource(
            "KubeControllersConfiguration",
            {
                "logSeverityScreen": "Trace",
                "healthChecks": "On",
                "prometheusMetricsPort": -1,
                "debugProfilePort": 65536,
            },
            name="default",
        ),
        [
            ("spec.logSeverityScreen", "Unsupported value"),
            ("spec.healthChecks", "Unsupported value"),
            ("spec.prometheusMetricsPort", "between 0 and 65535"),
            ("spec.debugProfilePort", "between 0 and 65535"),
        ],
    ),
    (
        "choices of controllers",
        controllers(loadBalancer={"assignIPs": "All"}, policyMigration={"enabled": "on"}),
        [
            ("spec.controllers.loadBalancer.assignIPs", "Unsupported value"),
            ("spec.controllers.policyMigration.enabled", "Unsupported value"),
        ],
    ),
)
def test_kube_controllers(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (felix(ipsetsRefreshInterval="90"), "write `90s` for seconds"),
        (felix(kubeNodePortRanges=["30000-32767"]), 'a range is written with a colon: "30000:32767"'),
        (felix(iptablesBackend="nft"), "did you mean `NFT`?"),
        (resource("KubeControllersConfiguration", name="a"), "write `name: default`"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
