"""Traffic in words and as JSON."""

from typing import Any

import pytest

from percale.report.traffic import traffic_json, traffic_words
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, SCTP, TCP, UDP
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic

WEB = Traffic.of({TCP: Region.product(ANY_PORT, Intervals.of([(80, 80), (443, 443)]))})
DNS = Traffic.to_port(UDP, 53)
ALL = Traffic.everything()


@pytest.mark.parametrize(
    ("traffic", "words", "json"),
    [
        (ALL, "everything", [{"protocol": "any"}]),
        (Traffic(), "nothing", []),
        (WEB, "TCP to 80,443", [{"protocol": "TCP", "ports": "80,443"}]),
        (
            WEB | DNS,
            "TCP to 80,443, UDP to 53",
            [{"protocol": "TCP", "ports": "80,443"}, {"protocol": "UDP", "ports": "53"}],
        ),
        (Traffic.to_port(TCP, 8000, 8100), "TCP to 8000-8100", [{"protocol": "TCP", "ports": "8000-8100"}]),
        (Traffic.protocols(SCTP), "SCTP", [{"protocol": "SCTP", "ports": "any"}]),
        (Traffic.protocols(47), "47", [{"protocol": "47"}]),
        (
            Traffic.of({TCP: Region.product(Intervals.single(53), ANY_PORT)}),
            "TCP from 53",
            [{"protocol": "TCP", "ports": "any", "sourcePorts": "53"}],
        ),
        (
            Traffic.of({ICMP: Region.product(Intervals.single(8), ANY_ICMP)}),
            "ICMP type 8",
            [{"protocol": "ICMP", "types": "8", "codes": "any"}],
        ),
        (ALL - Traffic.protocols(TCP), "every protocol but TCP", [{"protocol": "any", "except": ["TCP"]}]),
        (
            ALL - Traffic.to_port(TCP, 25),
            "TCP to 0-24,26-65535, every protocol but TCP",
            [{"protocol": "TCP", "ports": "0-24,26-65535"}, {"protocol": "any", "except": ["TCP"]}],
        ),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_traffic_is_told_in_words_and_as_json(traffic: Traffic, words: str, json: list[dict[str, Any]]) -> None:
    assert traffic_words(traffic) == words
    assert traffic_json(traffic) == json
