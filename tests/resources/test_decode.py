"""Documents into resources: names under which policies are stored, whole numbers, and words of caution."""

from typing import Any

import msgspec
import pytest

from percale.resources.calico_policy import NetworkPolicy
from percale.resources.decode import STORED_METADATA, Manifests, decode
from percale.resources.documents import documents_in
from percale.resources.faults import faults, written
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.kinds import CALICO_STORAGE, KINDS
from percale.resources.problems import InvalidInput
from percale.resources.staged_policy import StagedGlobalNetworkPolicy
from percale.resources.whole_numbers import converted
from resources.validation_cases import Manifest, felix, policy, resource


def decoded(manifest: Manifest) -> Manifests:
    return decode(documents_in(msgspec.json.encode(manifest), "input.json"))


def stored(kind: str, name: str, *, tier: str = "", real_name: str = "") -> Manifest:
    kept = {STORED_METADATA: msgspec.json.encode({"name": real_name}).decode()} if real_name else {}
    spec = {"tier": tier} if tier else {}
    return resource(kind, spec, name=name, annotations=kept) | {"apiVersion": CALICO_STORAGE}


POLICIES = ["NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy"]


@pytest.mark.parametrize("kind", POLICIES)
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": "default.web"}, "web"),
        ({"name": "default.web", "tier": "default"}, "web"),
        ({"name": "default.web", "tier": "security"}, "default.web"),
        ({"name": "security.web", "tier": "security"}, "security.web"),
        ({"name": "web"}, "web"),
        ({"name": "default.default.web"}, "default.web"),
        ({"name": "default.web", "real_name": "default.web"}, "default.web"),
        ({"name": "security.web", "tier": "security", "real_name": "web"}, "web"),
    ],
    ids=str,
)
def test_a_stored_policy_has_its_real_name(kind: str, fields: dict[str, Any], name: str) -> None:
    (found,) = decoded(stored(kind, **fields)).resources
    assert found.metadata.name == name


def test_names_of_other_stored_kinds_stay() -> None:
    manifest = resource("GlobalNetworkSet", {}, name="default.web") | {"apiVersion": CALICO_STORAGE}
    (found,) = decoded(manifest).resources
    assert found.metadata.name == "default.web"


def test_a_stored_policy_is_of_the_kind_it_names() -> None:
    (found,) = decoded(stored("StagedGlobalNetworkPolicy", "web")).resources
    assert isinstance(found, StagedGlobalNetworkPolicy)


CALICO_KINDS = sorted(kind.name for kind in KINDS if kind.api_version == "projectcalico.org/v3")


#: What a kind cannot do without.
LEAST = {
    "IPPool": {"cidr": "10.0.0.0/16"},
    "HostEndpoint": {"node": "n", "interfaceName": "*"},
    "WorkloadEndpoint": {"node": "n", "orchestrator": "o", "workload": "w", "endpoint": "e", "interfaceName": "c"},
}


@pytest.mark.parametrize("kind", CALICO_KINDS)
def test_every_kind_of_calico_is_read_in_its_storage_form(kind: str) -> None:
    name = "n-o-w-e" if kind == "WorkloadEndpoint" else "default"
    manifest = resource(kind, LEAST.get(kind, {}), name=name) | {"apiVersion": CALICO_STORAGE}
    assert len(list(decoded(manifest).resources)) == 1


@pytest.mark.parametrize("kind", ["BGPConfiguration", "BGPPeer", "BGPFilter", "IPReservation", "ClusterInformation"])
def test_kinds_without_meaning_for_policy_are_passed_over(kind: str) -> None:
    manifest = {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": "x"}, "spec": {"any": 1}}
    assert decoded(manifest).passed_over == {f"{kind} (projectcalico.org/v3)": 1}


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (policy() | {"metadata": {"name": "knp.default.web", "namespace": "shop"}}, "`knp.default.` begins the name"),
        (policy() | {"metadata": {"name": "ossg.default.a", "namespace": "shop"}}, "an OpenStack security group"),
        (resource("GlobalNetworkPolicy", name="kcnp.web"), "a ClusterNetworkPolicy"),
        (felix("edge", bpfEnabled=True), "this object to none"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_valid_and_yet_cannot_be_meant_gets_a_word(manifest: Manifest, says: str) -> None:
    (warning,) = decoded(manifest).warnings
    assert warning.path == "metadata.name"
    assert says in warning.says


@pytest.mark.parametrize(
    "manifest",
    [
        policy(),
        resource("GlobalNetworkPolicy", name="web"),
        felix("default"),
        felix("node.a"),
        felix("a", nodeSelector="all()"),
    ],
    ids=lambda manifest: str(manifest["metadata"]["name"]),
)
def test_what_is_meant_gets_none(manifest: Manifest) -> None:
    assert decoded(manifest).warnings == ()


@pytest.mark.parametrize("written_as", ["80", "80.0", "80.", "8e1", "8_0.0", "!!float 80"])
def test_a_whole_number_may_have_a_point(written_as: str) -> None:
    text = f"""
        apiVersion: projectcalico.org/v3
        kind: HostEndpoint
        metadata: {{name: web}}
        spec: {{node: n1, interfaceName: "*", ports: [{{name: http, protocol: TCP, port: {written_as}}}]}}
    """
    (found,) = decode(documents_in(text.encode(), "input.yaml")).resources
    assert isinstance(found, HostEndpoint)
    assert found.spec.ports[0].port == 80


def test_a_number_that_is_not_whole_is_refused_and_shown_as_written() -> None:
    manifest = policy(egress=[{"action": "Allow", "ipVersion": 4.5, "destination": {"ports": [80.0, 80.5]}}])
    with pytest.raises(InvalidInput) as refusal:
        decoded(manifest)
    assert [(problem.path, problem.says) for problem in refusal.value.problems] == [
        ("spec.egress[0].ipVersion", "expected a whole number, found the number 4.5"),
        ("spec.egress[0].destination.ports[1]", "expected a whole number or a string, found the number 80.5"),
    ]


def test_a_number_in_place_of_a_text_is_shown_with_its_point() -> None:
    manifest = policy() | {"metadata": {"name": "web", "namespace": "shop", "labels": {"version": 1.0}}}
    with pytest.raises(InvalidInput) as refusal:
        decoded(manifest)
    (problem,) = refusal.value.problems
    assert (problem.says, problem.hint) == ("expected a string, found the number 1.0", 'put it in quotes: "1.0"')


@pytest.mark.parametrize("number", [float(1 << 63), -float(1 << 63) * 2, 1e300, float("inf"), float("nan"), 0.5])
def test_what_does_not_fit_an_integer_of_the_api_stays_a_float(number: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        converted(number, int)


@pytest.mark.parametrize(("number", "whole"), [(80.0, 80), (-0.0, 0), (-float(1 << 63), -(1 << 63)), (1e18, 10**18)])
def test_what_fits_becomes_one(number: float, whole: int) -> None:
    assert (converted(number, int), type(converted(number, int))) == (whole, int)


@pytest.mark.parametrize(
    ("spec", "places"),
    [
        ({"failsafeInboundHostPorts": []}, []),
        ({"failsafeInboundHostPorts": [{"port": "22"}, {"port": 22, "prot": "TCP"}]}, ["[0].port", "[1].prot"]),
        ({"failsafeInboundHostPorts": "none"}, [""]),
        ({"failsafeInboundHostPorts": {"port": 22}}, [""]),
    ],
    ids=str,
)
def test_a_list_that_may_be_left_out_is_looked_into(spec: Manifest, places: list[str]) -> None:
    found = faults(FelixConfiguration, {"apiVersion": "v", "kind": "k", "spec": spec})
    assert [written(fault.path) for fault in found] == [f"spec.failsafeInboundHostPorts{place}" for place in places]


def test_a_policy_in_the_usual_form_keeps_its_name() -> None:
    (found,) = decoded(policy() | {"metadata": {"name": "default.web", "namespace": "shop"}}).resources
    assert isinstance(found, NetworkPolicy)
    assert found.metadata.name == "default.web"
