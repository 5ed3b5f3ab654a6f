import pytest
from hypothesis import given
from hypothesis import strategies as st

from percale.analysis.symbolic.bits import each
from percale.analysis.symbolic.cells import Cells, Point, cuts_of
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic

_GRE = 47
_ports = st.sampled_from([0, 1, 53, 80, 81, 443, 32768, 65534, 65535])
_types = st.sampled_from([0, 1, 3, 8, 13, 128, 254, 255])


def _intervals(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Intervals]:
    spans = st.tuples(numbers, numbers).map(lambda pair: (min(pair), max(pair)))
    return st.lists(spans, max_size=3).map(Intervals.of)


def _regions(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Region]:
    return st.builds(lambda a, b: a | b, *([st.builds(Region.product, _intervals(numbers), _intervals(numbers))] * 2))


_one_point = st.sampled_from([Region(), Region.product(Intervals.single(0), Intervals.single(0))])
traffics = st.builds(
    lambda tcp, udp, icmp, gre, rest: Traffic.of({TCP: tcp, UDP: udp, ICMP: icmp, _GRE: gre}, rest=rest),
    _regions(_ports),
    _regions(_ports),
    _regions(_types),
    _one_point,
    st.booleans(),
)
points = st.one_of(
    st.builds(Point, st.sampled_from([TCP, UDP, SCTP]), _ports, _ports),
    st.builds(Point, st.just(ICMP), _types, _types),
    st.builds(Point, st.sampled_from([ICMPV6, _GRE, 0, 255]), st.just(0), st.just(0)),
)


def _cells(*traffic: Traffic) -> Cells:
    return Cells.of(4, (cut for one in traffic for cut in cuts_of(one)))


@given(traffics, traffics)
def test_traffic_comes_back_from_its_mask(one: Traffic, other: Traffic) -> None:
    cells = _cells(one, other)
    assert cells.traffic(cells.mask_of(one)) == one
    assert cells.traffic(cells.mask_of(one) & cells.mask_of(other)) == one & other
    assert cells.traffic(cells.mask_of(one) | cells.mask_of(other)) == one | other


@given(traffics, st.lists(points, min_size=1))
def test_a_point_is_in_a_mask_exactly_if_it_is_in_the_traffic(traffic: Traffic, asked: list[Point]) -> None:
    cells = _cells(traffic)
    mask = cells.mask_of(traffic)
    for point in asked:
        held = (point.x, point.y) in traffic.region(point.protocol)
        assert bool(mask >> cells.cell_of(point) & 1) == held


@given(traffics)
def test_an_example_is_of_its_set(traffic: Traffic) -> None:
    cells = _cells(traffic)
    for cell in each(cells.everything):
        assert cells.cell_of(cells.example(1 << cell)) == cell


@given(traffics, traffics)
def test_the_mask_of_traffic_with_other_edges_covers_it_with_no_cell_too_many(one: Traffic, other: Traffic) -> None:
    cells = _cells(one)
    mask = cells.mask_of(other)
    assert other <= cells.traffic(mask)
    for cell in each(mask):
        assert cells.traffic(1 << cell) & other


@pytest.mark.parametrize(
    ("version", "protocol", "types"),
    [(4, ICMP, (8, 13, 15, 17)), (6, ICMPV6, (128, 130, 131, 133, 139, 143, 151, 152))],
)
def test_what_opens_a_flow_is_told_by_type(version: int, protocol: int, types: tuple[int, ...]) -> None:
    opens = Traffic.of({protocol: Region.product(Intervals.of((one, one) for one in types), ANY_ICMP)})
    cells = Cells.of(version, cuts_of(opens))
    assert all(cells.opening >> cells.cell_of(Point(protocol, one, 0)) & 1 for one in types)
    answers = Traffic.of({protocol: Region.product(Intervals.single(0), ANY_ICMP)})
    assert not cells.opening >> cells.cell_of(Point(protocol, 0, 0)) & 1
    assert cells.opened(cells.opening & cells.mask_of(Traffic.everything())) == Traffic.everything()
    assert not answers & cells.traffic(cells.opening)


def test_icmp_inside_the_other_ip_version_has_no_types() -> None:
    echo = Traffic.of({ICMP: Region.product(Intervals.single(8), ANY_ICMP)})
    assert Cells.of(6, cuts_of(echo)).grids[ICMP].size == 1


def test_an_example_comes_from_where_clients_send() -> None:
    web = Traffic.of({TCP: Region.product(ANY_PORT, Intervals.single(443))})
    cells = _cells(web)
    assert cells.example(cells.mask_of(web)) == Point(TCP, 32768, 443)
    assert cells.example(cells.everything).protocol == TCP
