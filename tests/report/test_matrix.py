"""The lab's table: predicted against observed, and what it says below."""

from dataclasses import replace

from builders import allow, namespace, pod, policy, world
from percale.lab.layout import LabPod, ListenPort
from percale.lab.probes import Party, Result, planned, predictions
from percale.lab.published import Backend, Masquerade, PublishedPort
from percale.lab.published_probes import through_published
from percale.policy.world import World
from percale.report.matrix import disagreements_text, matrix_text, summary_text
from percale.traffic.addresses import address
from percale.traffic.protocols import SCTP, TCP, UDP

WEB, DB = "shop/web", "shop/database"
_OUTSIDE = (address("192.0.2.2"), address("2001:db8::2"))


def _world() -> World:
    """The database takes TCP 5432 from the web alone, DNS by IPv6 from anybody, and nothing else."""
    rules = [
        allow(protocol="TCP", source={"selector": "app == 'web'"}, destination={"ports": [5432]}),
        allow(protocol="UDP", ipVersion=6, destination={"ports": [53]}),
    ]
    return world(
        namespace("shop"),
        pod(WEB, {"app": "web"}, at=["10.0.0.1", "fd00::1"]),
        pod(DB, {"app": "db"}, at=["10.0.0.2", "fd00::2"]),
        policy("shop/db", selector="app == 'db'", ingress=rules),
    )


def _predicted() -> list[Result]:
    here = _world()
    ports = {WEB: (), DB: (ListenPort(TCP, 5432), ListenPort(UDP, 53), ListenPort(SCTP, 3868))}
    pods = [LabPod(str(one), one.addresses, ports[str(one)]) for one in here.workloads]
    return predictions(planned(here, pods, _OUTSIDE))


def _observed() -> list[Result]:
    return [replace(result, observed=result.probe.predicted.allowed) for result in _predicted()]


_TABLE = """\
to outside     443*  echo
shop/web       +     +
shop/database  +     +

to shop/database  5432  53/udp  3868/sctp  9*  echo
shop/web          +     6       .          .   .
outside           .     6       .          .   .

to shop/web    9*  echo
shop/database  +   +
outside        +   +
"""


def test_what_would_happen() -> None:
    assert matrix_text(_predicted()) == (
        f"{_TABLE}\n+ would get through    . would be denied    4 or 6: in that IP version only"
    )
    assert disagreements_text(_predicted()) == ""
    assert summary_text(_predicted()) == "36 flows predicted, none observed"


def test_what_happened_as_predicted() -> None:
    legend = (
        "+ gets through    . is denied    both as predicted\n"
        "! predicted and observed differ (listed below)    4 or 6: gets through in that IP version only"
    )
    assert matrix_text(_observed()) == f"{_TABLE}\n{legend}"
    assert disagreements_text(_observed()) == ""
    assert summary_text(_observed()) == "36 probes, 20 got through, 0 disagreements"


def test_what_happened_otherwise_is_marked_and_listed() -> None:
    results = _observed()
    wrong = next(
        index
        for index, result in enumerate(results)
        if (result.probe.source, result.probe.target.port) == (WEB, ListenPort(TCP, 5432))
    )
    results[wrong] = replace(results[wrong], observed=False)
    assert matrix_text(results).replace("shop/web          !  ", "shop/web          +  ") == matrix_text(_observed())
    assert disagreements_text(results).startswith(
        "shop/web 10.0.0.1 -> shop/database 10.0.0.2 5432: predicted gets through, observed is denied (egress: "
    )
    assert "ingress: NetworkPolicy shop/db ingress[0] (Allow) in tier default" in disagreements_text(results)
    assert summary_text(results) == "36 probes, 19 got through, 1 disagreement"


def test_more_columns_than_fit_go_on_below() -> None:
    pods = [
        LabPod(WEB, (address("10.0.0.1"),)),
        LabPod(DB, (address("10.0.0.2"),), tuple(ListenPort(TCP, 1000 + n) for n in range(30))),
    ]
    text = matrix_text(predictions(planned(_world(), pods, _OUTSIDE[:1])))
    heads = [line.split()[2:] for line in text.splitlines() if line.startswith(f"to {DB} ")]
    assert [len(columns) for columns in heads] == [24, 8]
    assert [column for columns in heads for column in columns] == [*(str(1000 + n) for n in range(30)), "9*", "echo"]


def test_names_are_made_plain() -> None:
    results = _predicted()
    probe = replace(results[0].probe, source="shop/\x1b[31mweb")
    assert "\x1b" not in matrix_text([replace(results[0], probe=probe)])


_NODE_PORT = tuple(
    PublishedPort(node, TCP, 30432, (Backend(DB, database, 5432), Backend(WEB, web, 5432)), Masquerade.ALWAYS)
    for node, database, web in (
        (address("192.0.2.1"), address("10.0.0.2"), address("10.0.0.1")),
        (address("2001:db8::1"), address("fd00::2"), address("fd00::1")),
    )
)


def _through_node_port() -> list[Result]:
    parties = [Party(WEB, (address("10.0.0.1"), address("fd00::1"))), Party("outside", _OUTSIDE)]
    return predictions(through_published(_world(), parties, _NODE_PORT, way=lambda *_: None))


def test_a_published_port_has_a_part_of_its_own_after_the_others() -> None:
    """A backend is not asked to reach itself, so that its cell stays empty."""
    text = matrix_text([*_predicted(), *_through_node_port()])
    assert text.startswith(_TABLE)
    assert text.removeprefix(_TABLE).startswith(
        """
to node:30432  -> shop/database:5432  -> shop/web:5432
shop/web       +
outside        .                      +
"""
    )


def test_a_disagreement_at_a_published_port_names_the_whole_way() -> None:
    wrong = [replace(result, observed=not result.probe.predicted.allowed) for result in _through_node_port()]
    said = disagreements_text(wrong).splitlines()[0]
    assert said.startswith(
        "shop/web 10.0.0.1 -> node:30432 -> shop/database:5432: predicted gets through, observed is "
    )
