"""What becomes of writes: what a server refuses, and what it leaves unanswered."""

from pathlib import Path

import pytest

from api_server import Answer, Request, status
from builders import Manifest
from datastore.kubernetes.clusters import GNP, SHORT, STORAGE, V3, cluster, kind, only
from percale.datastore.errors import (
    AlreadyExists,
    Conflict,
    DatastoreError,
    Forbidden,
    NotAccepted,
    NotFound,
    NotPermitted,
    StoreUnavailable,
)
from percale.datastore.interface import Create, Delete, Update
from percale.datastore.keys import Key
from percale.datastore.plans import applying, carry_out, creating

_PLURAL = "globalnetworkpolicies"
_CUT = Answer(pieces=())
_KEY = Key(GNP, "p")


def policy(name: str = "p", **spec: object) -> Manifest:
    return {"apiVersion": V3, "kind": "GlobalNetworkPolicy", "metadata": {"name": name}, "spec": {"order": 1, **spec}}


def kubernetes_policy() -> Manifest:
    metadata = {"name": "allow-diagnostics", "namespace": "a"}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": {}}


def test_a_server_that_refuses_a_field_is_quoted() -> None:
    body = (Path(__file__).parent / "recorded" / "422-icmp.json").read_bytes()
    with cluster() as made:
        made.server.once(Answer(422, body), verb="create")
        with pytest.raises(NotAccepted) as refused:
            made.store.create(kubernetes_policy())
    assert refused.value.says == (
        "NetworkPolicy(a/allow-diagnostics) is not accepted by the server: spec.egress[1].ports[0].protocol: "
        'Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"'
    )


def test_a_server_is_asked_to_refuse_unknown_fields() -> None:
    with cluster() as made:
        made.store.update(made.store.create(policy()))
        asked = [one.query for one in made.server.requests if one.verb in ("create", "update")]
    assert asked == [{"fieldValidation": "Strict"}] * 2


@pytest.mark.parametrize("calico", [V3, STORAGE])
def test_a_write_that_was_made_and_not_answered_is_found_to_be_made(calico: str) -> None:
    """The server does what it is asked, and is cut before it says so."""
    with cluster(calico) as made:
        made.server.once(_CUT, verb="create")
        lost = made.server.faults.pop()

        def done_and_lost(request: Request) -> Answer | None:
            answer = lost(request)
            if answer and request.verb == "create":
                made.server.faults.clear()
                twin.create(policy())
            return answer

        twin = type(made.store)(made.store._server.access)
        made.server.faults.append(done_and_lost)
        created = made.store.create(policy())
        assert created == made.store.get(_KEY)
        assert [one.verb for one in made.server.requests].count("create") == 2
        twin.close()


@pytest.mark.parametrize("calico", [V3, STORAGE])
def test_a_write_that_was_not_made_and_not_answered_is_made(calico: str) -> None:
    with cluster(calico) as made:
        made.server.once(_CUT, verb="create")
        created = made.store.create(policy())
        made.server.once(_CUT, verb="update")
        changed = made.store.update({**created, "spec": {**created["spec"], "order": 2}})
        assert changed["spec"]["order"] == 2
        made.server.once(_CUT, verb="delete")
        made.store.delete(_KEY)
        with pytest.raises(NotFound):
            made.store.get(_KEY)


def test_a_create_that_somebody_else_was_quicker_with_is_no_success() -> None:
    with cluster() as made:
        made.server.once(_CUT, verb="create")
        lost = made.server.faults.pop()

        def another(request: Request) -> Answer | None:
            if (answer := lost(request)) is not None:
                made.server.put(_PLURAL, policy(order=99))
            return answer

        made.server.faults.append(another)
        with pytest.raises(AlreadyExists):
            made.store.create(policy())


@pytest.mark.parametrize(
    "answer", [status(500, "InternalError", "etcdserver: leader changed"), status(503, "x", "y")], ids=["500", "503"]
)
def test_a_server_in_trouble_is_asked_again(answer: Answer) -> None:
    with cluster() as made:
        for verb in ("create", "update", "delete"):
            made.server.once(answer, verb=verb)
        created = made.store.create(policy())
        made.store.update({**created, "spec": {**created["spec"], "order": 2}})
        made.store.delete(_KEY)


def test_a_server_that_stays_in_trouble_is_unavailable() -> None:
    with cluster(patience=SHORT) as made:
        made.server.once(status(503, "ServiceUnavailable", "not now"), verb="create", times=1000)
        with pytest.raises(StoreUnavailable, match="not now"):
            made.store.create(policy())


def test_a_version_that_the_server_knows_better_is_a_conflict() -> None:
    with cluster() as made:
        created = made.store.create(policy())
        made.server.once(status(409, "Conflict", "the object has been modified"), verb="update")
        with pytest.raises(Conflict, match="the object has been modified"):
            made.store.update({**created, "spec": {"order": 3}})


@pytest.mark.parametrize(
    ("verb", "write"),
    [
        ("create", Create(policy("new"))),
        ("delete", Delete(_KEY)),
    ],
    ids=["create", "delete"],
)
def test_a_right_that_is_missing_is_named_with_who_lacks_it(verb: str, write: Create | Delete) -> None:
    with cluster() as made:
        made.store.create(policy())
        made.server.forbidden = lambda request: request.verb == verb
        with pytest.raises(Forbidden) as refused:
            made.store.write([write])
    assert f'User "system:anonymous" cannot {verb} resource "{_PLURAL}" in API group "projectcalico.org"' in str(
        refused.value
    )
    assert f'{{apiGroups: ["projectcalico.org"], resources: ["{_PLURAL}"], verbs: ["{verb}"]}}' in refused.value.hint


@pytest.mark.parametrize("verb", ["get", "list"])
def test_a_reader_without_a_right_is_told_which(verb: str) -> None:
    with cluster() as made:
        made.server.forbidden = lambda request: request.verb == verb and not request.resource.startswith("/")
        with pytest.raises(NotPermitted, match=f'cannot {verb} resource "{_PLURAL}"'):
            made.store.get(_KEY) if verb == "get" else made.store.list(only(GNP))


def test_who_is_not_known_is_told_as_whom() -> None:
    with cluster() as made:
        made.server.users = {"Bearer right": "admin"}
        with pytest.raises(NotPermitted, match=r"Unauthorized \(as user `tester`\)"):
            made.store.get(_KEY)


def test_a_kind_that_is_not_installed_is_not_there_and_cannot_be_made() -> None:
    with cluster("") as made:
        with pytest.raises(NotFound):
            made.store.get(_KEY)
        with pytest.raises(NotFound):
            made.store.write([Update(policy())])
        with pytest.raises(Forbidden, match="deploy/crds"):
            made.store.create(policy())


@pytest.mark.parametrize("name", ["Node", "Profile", "WorkloadEndpoint"])
def test_what_calico_derives_is_not_written(name: str) -> None:
    with cluster() as made, pytest.raises(Forbidden, match="Calico derives it"):
        made.store.create({"apiVersion": V3, "kind": name, "metadata": {"name": "x", "namespace": "a"}})


def test_what_a_plan_could_do_is_done_and_the_rest_is_told() -> None:
    """The server makes one change at a time."""
    with cluster() as made:
        made.server.once(status(422, "Invalid", "no"), verb="create", resource=f"{_PLURAL}.projectcalico.org")
        result = carry_out(made.store, creating([policy("a"), policy("b"), policy("c")]))
        assert [str(one.key) for one in result.done] == ["GlobalNetworkPolicy(b)", "GlobalNetworkPolicy(c)"]
        assert [type(one) for one in result.errors] == [NotAccepted]
        assert result.total == 3


def test_a_race_is_run_again_for_the_loser_only() -> None:
    with cluster() as made:
        made.store.create(policy("a"))
        made.server.once(status(409, "Conflict", "modified"), verb="update", times=2)
        result = carry_out(made.store, applying([policy("a", order=5), policy("b")]))
        assert (len(result.done), result.errors) == (2, ())
        assert [one.verb for one in made.server.requests].count("create") == 2


def test_a_namespace_that_is_missing_is_said() -> None:
    with cluster() as made:
        made.server.once(status(404, "NotFound", 'namespaces "a" not found'), verb="create")
        with pytest.raises(DatastoreError, match='namespaces "a" not found'):
            made.store.create(kubernetes_policy())


def test_kinds_that_make_pods_are_written_and_read_by_name() -> None:
    deployment = kind("apps/v1", "Deployment")
    with cluster() as made:
        manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "a"}}
        made.store.create(manifest)
        assert made.store.get(Key(deployment, "d", "a"))
        assert made.store.get(Key(deployment, "d", "a"))["kind"] == "Deployment"
