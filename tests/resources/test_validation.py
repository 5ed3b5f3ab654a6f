"""Validation as a whole: every kind is looked at, and every fault of a resource is reported."""

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given

from percale.resources.kinds import KINDS, Kind
from percale.resources.validation import CHECKS, findings
from percale.resources.validation.cautions import cautions
from percale.resources.whole_numbers import converted
from resources.validation_cases import check, found, global_policy, ingress, kubernetes_policy, policy, resource, to
from resources.validation_cases_damaged import damaged_documents


def test_every_kind_has_its_check() -> None:
    assert set(CHECKS) == {kind.type for kind in KINDS}


def test_a_policy_with_several_faults_reports_all_of_them() -> None:
    manifest = policy(
        tier="Security",
        selector="app = 'web'",
        types=["ingress"],
        ingress=[
            {"action": "allow", "protocol": "tcp", "source": {"nets": ["10.0.0.1"], "selector": "global()"}},
            {
                "action": "Allow",
                "protocol": "TCP",
                "destination": {"ports": ["80-90", 0], "services": {"name": "db"}, "domains": ["x y"]},
            },
        ],
        egress=[{"action": "Deny", "icmp": {"code": 300}, "http": {"methods": ["GET", "GET"]}}],
    )
    manifest["metadata"] |= {"name": "My.Web.Policy", "labels": {"a": "b c"}}
    check(
        manifest,
        [
            ("metadata.name", "name must consist of"),
            ("metadata.labels.a", "a valid label must be"),
            ("spec.tier", "tier name"),
            ("spec.selector", "at column 5"),
            ("spec.types[0]", "Unsupported value"),
            ("spec.ingress[0].action", "Unsupported value"),
            ("spec.ingress[0].protocol", "protocol name invalid"),
            ("spec.ingress[0].source.nets[0]", "invalid CIDR"),
            ("spec.ingress[0].source.selector", "global() can only be used"),
            ("spec.ingress[1].destination.ports[0]", "invalid name for named port"),
            ("spec.ingress[1].destination.ports[1]", "port range invalid"),
            ("spec.ingress[1].destination.domains[0]", "invalid domain name"),
            ("spec.ingress[1].destination.services", "not allowed in ingress rule destination"),
            ("spec.ingress[1].destination.services", "ports and notPorts cannot be specified"),
            ("spec.ingress[1].destination.domains", "domains can only be used"),
            ("spec.egress[0].icmp", "ICMP fields require"),
            ("spec.egress[0].icmp.code", "must be between 0 and 255"),
            ("spec.egress[0].icmp.code", "ICMP code specified without an ICMP type"),
            ("spec.egress[0].http.methods", "Invalid methods (duplicates)"),
            ("spec.egress[0].http", "not allowed in egress rule"),
            ("spec.egress[0].http", "HTTP match is only valid on Allow rules"),
        ],
    )


@given(damaged_documents())
def test_whatever_can_be_decoded_can_be_validated(damaged: tuple[Kind, dict[str, Any]]) -> None:
    kind, data = damaged
    try:
        resource = converted(data, kind.type)
    except msgspec.ValidationError:
        return
    assert all(fault.says for fault in findings(kind, resource))
    assert all(caution.says for caution in cautions(resource))


LARGE = 200_000


def _template(pattern: str, **fields: Any) -> dict[str, Any]:
    host_endpoint = {"templates": [{"interfacePattern": pattern} | fields]}
    return resource("KubeControllersConfiguration", {"controllers": {"node": {"hostEndpoint": host_endpoint}}})


@pytest.mark.parametrize(
    "manifest",
    [
        policy(selector="(" * LARGE),
        policy(tier="a" * LARGE + "!"),
        policy(types=["x" * LARGE]),
        global_policy() | {"metadata": {"name": "a-" * LARGE, "labels": {"k" * LARGE: "v" * LARGE}}},
        to(nets=["1" * LARGE]),
        to(domains=["a." * LARGE]),
        to(domains=["http://" + "[" * LARGE]),
        to(ports=["9" * LARGE, "9" * LARGE + ":1"]),
        ingress(protocol="9" * LARGE),
        ingress(http={"methods": ["GET"] * 2000, "paths": [{"exact": "?" * LARGE}]}),
        kubernetes_policy(ingress=[{"ports": [{"port": "-" * LARGE}]}]),
        resource("HostEndpoint", {"node": "a" * LARGE, "interfaceName": "e" * LARGE, "expectedIPs": ["1" * LARGE]}),
        resource("WorkloadEndpoint", {"mac": "e:" * LARGE, "containerID": "-" * LARGE, "pod": "a-" * LARGE}),
        resource("WorkloadEndpoint", {"node": "a" * LARGE, "qosControls": {"dscp": "9" * LARGE}}),
        resource("IPPool", {"cidr": "1" * LARGE, "nodeSelector": "(" * LARGE}),
        resource("FelixConfiguration", {"ipsetsRefreshInterval": "1" * LARGE, "logPrefix": '"' * LARGE}),
        resource("FelixConfiguration", {"ipsetsRefreshInterval": "1s" * LARGE + "x"}),
        _template("(" * LARGE, labels={"_" * LARGE: ""}),
        _template("(" * 999),
        _template("a{99999999999999999999}"),
        resource("ClusterNetworkPolicy", {"tier": "x" * LARGE, "priority": 10**300, "subject": {}}),
        resource(
            "AdminNetworkPolicy",
            {"priority": 1, "subject": {}, "egress": [{"action": "Allow", "to": [{"domainNames": ["a." * LARGE]}]}]},
        ),
        resource("EndpointSlice") | {"addressType": "FQDN", "endpoints": [{"addresses": ["a-" * LARGE]}]},
    ],
    ids=lambda manifest: f"{manifest['kind']} {list(manifest.get('spec', {}) or 'metadata')}",
)
def test_hostile_values_end_soon_in_short_messages(manifest: dict[str, Any]) -> None:
    start = time.process_time()
    faults = found(manifest)
    assert time.process_time() - start < 1
    assert faults
    assert all(len(fault.says) + len(fault.hint) < 400 for fault in faults)


@pytest.mark.parametrize("text", ["\x1b[31m", "a\nb", "\u202eb"], ids=repr)
def test_what_a_terminal_might_obey_is_escaped(text: str) -> None:
    manifest = policy(
        types=[text],
        egress=[
            {"action": text, "protocol": text, "destination": {"nets": [text], "ports": [text], "domains": [text]}}
        ],
    )
    faults = found(manifest)
    assert len(faults) == 6
    assert all(fault.says.isprintable() and fault.hint.isprintable() for fault in faults)
