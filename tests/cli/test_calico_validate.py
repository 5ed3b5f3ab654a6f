"""`calico-validate POD_A POD_B NAMESPACE`, as the runbooks call it."""

import pytest

from cli.calling import SHOP, Calls
from percale.cli.exits import Exit


@pytest.mark.parametrize(
    ("pods", "options", "head", "status"),
    [
        (("web", "db"), ("-p", "5432"), "PASS", Exit.YES),
        (("web", "db"), ("-p", "5433"), "FAIL", Exit.NO),
        (("web", "db"), ("-p", "5432", "-p", "5433"), "FAIL", Exit.NO),
        (("web", "db"), ("-p", "9187", "-p", "5433"), "FAIL", Exit.NO),
        (("web", "db"), ("-p", "9187"), "UNKNOWN", Exit.CANNOT_TELL),
        (("web", "db"), ("-p", "9187", "-p", "5432"), "UNKNOWN", Exit.CANNOT_TELL),
        (("dev/cache", "web"), (), "PASS", Exit.YES),
    ],
    ids=str,
)
def test_the_verdict_comes_first(
    calico_validate: Calls, pods: tuple[str, str], options: tuple[str, ...], head: str, status: Exit
) -> None:
    ended = calico_validate(*pods, "shop", "-f", SHOP, *options)
    assert (ended.out.partition("\n")[0], ended.status, ended.err) == (head, status, "")


def test_the_reason_follows(calico_validate: Calls, percale: Calls) -> None:
    said = calico_validate("web", "db", "shop", "-f", SHOP, "-p", "5433").out
    assert said == "FAIL\n" + percale("reach", "shop/web", "shop/db", "-f", SHOP, "-p", "5433").out
    assert "but port 5433 is not 5432" in said


def test_a_pod_that_is_not_there_is_no_fail(calico_validate: Calls) -> None:
    ended = calico_validate("web", "dp", "shop", "-f", SHOP, "-p", "5432")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert ended.err.startswith("error: no workload is called `dp`\n  hint: there is `shop/db`")


def test_without_manifests_it_asks_the_datastore(calico_validate: Calls, percale: Calls) -> None:
    percale("apply", "-f", SHOP)
    assert calico_validate("web", "db", "shop", "-p", "5432") == calico_validate(
        "-f", SHOP, "web", "db", "shop", "-p", "5432"
    )


def test_a_service_is_said_to_stand_for_its_endpoints(calico_validate: Calls) -> None:
    service = b"""
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: shop}
        spec: {selector: {app: db}, ports: [{port: 80, targetPort: pg}]}
    """
    ended = calico_validate("web", "service/db", "shop", "-p", "80", "-f", SHOP, "-f", "-", stdin=service)
    assert (ended.out.partition("\n")[0], ended.status) == ("PASS", Exit.YES)
    assert ended.err == "service shop/db leads to TCP 5432 of shop/db\n"
