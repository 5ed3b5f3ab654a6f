import pytest

from percale.resources.ports import InvalidPort, NamedPort, NumericPorts, parse_port
from percale.resources.protocol import InvalidProtocol, parse_protocol
from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, to

OUT_OF_RANGE = "port range invalid, port number must be between 1 and 65535"


@pytest.mark.parametrize(
    ("value", "port"),
    [
        (80, NumericPorts(80, 80)),
        (65535, NumericPorts(65535, 65535)),
        ("8080", NumericPorts(8080, 8080)),
        ("0080", NumericPorts(80, 80)),
        ("1:52", NumericPorts(1, 52)),
        ("7:7", NumericPorts(7, 7)),
        ("0" * 10_000 + "80", NumericPorts(80, 80)),
        ("http", NamedPort("http")),
        ("a-1", NamedPort("a-1")),
        ("1a", NamedPort("1a")),
        ("fifteen-letters", NamedPort("fifteen-letters")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_ports_are_numbers_ranges_or_names(value: int | str, port: NumericPorts | NamedPort) -> None:
    assert parse_port(value) == port


@pytest.mark.parametrize(
    ("value", "says", "hint"),
    [
        (0, OUT_OF_RANGE, ""),
        ("0", OUT_OF_RANGE, ""),
        ("0:80", OUT_OF_RANGE, ""),
        ("0:0", OUT_OF_RANGE, ""),
        (-1, "invalid port format (-1)", "the last port is 65535"),
        (65536, "invalid port format (65536)", "the last port is 65535"),
        ("70000", "invalid port format (70000)", "the last port is 65535"),
        ("9" * 9999, "invalid port format (9", "the last port is 65535"),
        ("70000:80", "invalid minimum port number in range (70000:80)", "the last port is 65535"),
        ("80:70000", "invalid maximum port number in range (80:70000)", "the last port is 65535"),
        (
            "90:80",
            "minimum port number (90) is greater than maximum port number (80) in port range",
            'write "80:90"',
        ),
        ("80-90", "invalid name for named port (80-90)", 'a range is written with a colon: "80:90"'),
        ("80 - 90", "invalid name for named port (80 - 90)", 'a range is written with a colon: "80:90"'),
        ("HTTP", "invalid name for named port (HTTP)", "did you mean `http`?"),
        ("sixteen-letters-", "must be no more than 15 bytes", ""),
        ("my_port", "must contain only alpha-numeric characters", ""),
        ("a--b", "must not contain consecutive hyphens", ""),
        ("-a", "must not begin or end with a hyphen", ""),
        ("", "invalid name for named port ()", ""),
        ("80,90", "invalid name for named port (80,90)", ""),
        ("+80", "invalid name for named port (+80)", ""),
        (" 80", "invalid name for named port ( 80)", ""),
        ("80\n", "invalid name for named port (80\\n)", ""),
        ("٨٠", "invalid name for named port (٨٠)", ""),
        ("1:2:3", "invalid name for named port (1:2:3)", ""),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_port_is_refused(value: int | str, says: str, hint: str) -> None:
    with pytest.raises(InvalidPort) as refusal:
        parse_port(value)
    assert says in refusal.value.says
    assert refusal.value.hint == hint


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (1, 65536)])
def test_numeric_ports_cannot_hold_nonsense(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="does not run upwards"):
        NumericPorts(first, last)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("TCP", 6),
        ("UDP", 17),
        ("ICMP", 1),
        ("ICMPv6", 58),
        ("SCTP", 132),
        ("UDPLite", 136),
        (1, 1),
        (255, 255),
        ("6", 6),
        ("006", 6),
    ],
    ids=repr,
)
def test_protocols_are_names_or_numbers(value: int | str, number: int) -> None:
    assert parse_protocol(value) == number


@pytest.mark.parametrize(
    ("value", "says", "hint"),
    [
        (0, "protocol number invalid", "or a number from 1 to 255"),
        ("0", "protocol number invalid", "or a number from 1 to 255"),
        (256, "protocol number invalid", "or a number from 1 to 255"),
        ("9" * 9999, "protocol number invalid", "or a number from 1 to 255"),
        (-1, "protocol number invalid", "or a number from 1 to 255"),
        ("tcp", "protocol name invalid: `tcp`", "did you mean `TCP`?"),
        ("ICMPV6", "protocol name invalid: `ICMPV6`", "did you mean `ICMPv6`?"),
        ("any", "protocol name invalid", "leave the field out to match every protocol"),
        ("GRE", "protocol name invalid", "or a number from 1 to 255"),
        ("-6", "protocol name invalid", "or a number from 1 to 255"),
        ("", "protocol name invalid", "leave the field out to match every protocol"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_protocol_is_refused(value: int | str, says: str, hint: str) -> None:
    with pytest.raises(InvalidProtocol) as refusal:
        parse_protocol(value)
    assert says in refusal.value.says
    assert hint in refusal.value.hint


PORTS, NOT_PORTS = "spec.egress[0].destination.ports", "spec.egress[0].destination.notPorts"
NO_PORTS = "rules that specify ports must set protocol to TCP or UDP or SCTP"
NEEDS_PROTOCOL = "rules with numeric port or port range must set protocol to TCP or UDP or SCTP"


def ports(*values: int | str, protocol: int | str | None = "TCP", name: str = "ports") -> Manifest:
    manifest = to(**{name: list(values)})
    if protocol is not None:
        manifest["spec"]["egress"][0]["protocol"] = protocol
    return manifest


@cases(
    ("numbers, ranges, names", ports(80, "443", "1:52", "http"), VALID),
    ("50 ports", ports(*range(1, 51)), VALID),
    ("51 ports", ports(*range(1, 52)), [(PORTS, "Too many: 51: must have at most 50 items")]),
    ("51 notPorts", ports(*range(1, 52), name="notPorts"), [(NOT_PORTS, "Too many")]),
    ("the same port twice", ports(80, 80), VALID),
    ("port 0", ports(0), [(f"{PORTS}[0]", OUT_OF_RANGE)]),
    ("several wrong ones", ports(0, 80, "80-90"), [(f"{PORTS}[0]", OUT_OF_RANGE), (f"{PORTS}[2]", "(80-90)")]),
    ("notPorts", ports("90:80", name="notPorts"), [(f"{NOT_PORTS}[0]", "is greater than")]),
    ("UDP", ports(53, protocol="UDP"), VALID),
    ("SCTP", ports(53, protocol="SCTP"), VALID),
    ("protocol by number", ports(53, protocol=17), VALID),
    ("protocol by number in quotes", ports(53, protocol="132"), VALID),
    ("named without protocol", ports("http", protocol=None), VALID),
    ("notPorts named without protocol", ports("http", protocol=None, name="notPorts"), VALID),
    ("numeric without protocol", ports(80, protocol=None), [(PORTS, NEEDS_PROTOCOL)]),
    ("range without protocol", ports("1:2", protocol=None), [(PORTS, NEEDS_PROTOCOL)]),
    ("mixed without protocol", ports("http", 80, protocol=None), [(PORTS, NEEDS_PROTOCOL)]),
    ("notPorts without protocol", ports(80, protocol=None, name="notPorts"), [(NOT_PORTS, NEEDS_PROTOCOL)]),
    ("ICMP", ports(80, protocol="ICMP"), [(PORTS, NO_PORTS)]),
    ("UDPLite", ports(80, protocol="UDPLite"), [(PORTS, NO_PORTS)]),
    ("another number", ports(80, protocol=47), [(PORTS, NO_PORTS)]),
    ("named with ICMP", ports("http", protocol="ICMP"), [(PORTS, NO_PORTS)]),
    (
        "only the protocol is wrong",
        ports(80, protocol="tcp"),
        [("spec.egress[0].protocol", "protocol name invalid")],
    ),
)
def test_ports_in_rules(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def test_a_protocol_is_offered_for_ports() -> None:
    (fault,) = found(ports(80, protocol=None))
    assert fault.hint == "add `protocol: TCP` beside `action`"
