"""From a Parquet file to counts by rule, held against the judge of each flow."""

from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders import OUTSIDE, kubernetes_policy, pod, world
from percale.analysis.flows.judge import FlowJudge
from percale.analysis.symbolic.engine import Engine
from percale.errors import PercaleError
from percale.observation.aggregate import Aggregate, by_workload, distinct_rows
from percale.observation.parquet import FlowColumns, flows_in
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP, UDP

_ROWS = 3000


@pytest.fixture(scope="module")
def here() -> World:
    rule = {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 5432}]}
    pods = [
        pod(f"a/{app}{n}", {"app": app}, at=[f"10.0.{n}.{i}", f"fd00::{i}:{n}"])
        for n in range(3)
        for i, app in enumerate(("web", "db"))
    ]
    return world(*pods, kubernetes_policy("a/db", podSelector={"matchLabels": {"app": "db"}}, ingress=[rule]))


Row = tuple[str | None, str | None, int, int]


def _rows(here: World) -> list[Row]:
    random = Random(1)
    known = [str(at) for one in here.workloads for at in one.addresses]
    by_version = [[one for one in known if ("." in one) is v4] for v4 in (True, False)]
    by_version[0].append(OUTSIDE)
    rows: list[Row] = [(None, known[0], TCP, 80)]
    for _ in range(_ROWS):
        ends = random.choice(by_version)
        rows.append((random.choice(ends), random.choice(ends), random.choice((TCP, UDP)), random.choice((80, 5432))))
    return rows


def _written(rows: list[Row], path: Path) -> Path:
    names = ("src", "destination", "protocol", "destination_port")
    columns = {name: [row[number] for row in rows] for number, name in enumerate(names)}
    pq.write_table(pa.table(columns), path, row_group_size=500)
    return path


@pytest.mark.parametrize("version", [4, 6])
def test_counts_are_those_of_the_judge(here: World, version: int, tmp_path: Path) -> None:
    rows = _rows(here)
    aggregate = Aggregate(FlowJudge(Engine.of(here, version)))
    aggregate.add(flows_in(_written(rows, tmp_path / "flows.parquet"), version, FlowColumns(source="src")))
    expected: Counter[tuple[str, str, int, int, bool]] = Counter()
    for source, destination, protocol, port in rows:
        if source and destination and address(source).version == version:
            packet = Packet(address(source), address(destination), protocol, 40000, port)
            one, other = (by_workload(here.workload_at(end)) for end in (packet.source, packet.destination))
            expected[one, other, protocol, port, judge(here, packet).allowed] += 1
    found = list(aggregate.most(10_000))
    assert {(one.source, one.destination, one.protocol, one.port, one.allowed): one.flows for one in found} == expected
    assert [one.flows for one in found] == sorted((one.flows for one in found), reverse=True)
    assert all(one.ingress.because for one in found if not one.allowed)


def test_nothing_added_is_nothing_counted(here: World) -> None:
    assert list(Aggregate(FlowJudge(Engine.of(here, 4))).most(5)) == []


def test_a_column_that_is_not_there_is_named(here: World, tmp_path: Path) -> None:
    path = _written(_rows(here), tmp_path / "flows.parquet")
    with pytest.raises(PercaleError, match="has no column `source`"):
        list(flows_in(path, 4))


@pytest.mark.parametrize("content", [b"", b"PAR1 and more", b"source,destination\n"])
def test_what_is_no_parquet_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "flows.parquet"
    path.write_bytes(content)
    with pytest.raises(PercaleError, match="cannot be read as Parquet"):
        list(flows_in(path, 4))


def test_what_is_no_address_is_named(tmp_path: Path) -> None:
    path = _written([("10.0.0.1", "10.0.0.256", TCP, 80)], tmp_path / "flows.parquet")
    with pytest.raises(PercaleError, match=r"`10\.0\.0\.256` in a flow is no address"):
        list(flows_in(path, 4, FlowColumns(source="src")))


@pytest.mark.parametrize("distinct", [3, 3000])
def test_rows_are_counted_whether_or_not_they_fit_into_one_number(distinct: int) -> None:
    random = np.random.default_rng(1)
    columns = [random.integers(0, distinct, 4000) for _ in range(6)]
    rows, counts = distinct_rows([np.tile(one, 2) for one in columns])
    expected = Counter(zip(*(np.tile(one, 2).tolist() for one in columns), strict=True))
    assert {tuple(row): count for row, count in zip(rows.T.tolist(), counts.tolist(), strict=True)} == expected
