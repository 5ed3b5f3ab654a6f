import pytest

from resources.validation_cases import (
    VALID,
    Expected,
    Manifest,
    cases,
    check,
    egress,
    found,
    global_policy,
    ingress,
    many,
    policy,
)

RULE = "spec.ingress[0]"


@cases(
    ("Allow", ingress(action="Allow"), VALID),
    ("Deny", ingress(action="Deny"), VALID),
    ("Log", ingress(action="Log"), VALID),
    ("Pass", ingress(action="Pass"), VALID),
    ("lower case", ingress(action="allow"), [(f"{RULE}.action", 'Unsupported value: "allow"')]),
    ("empty", ingress(action=""), [(f"{RULE}.action", 'supported values: "Allow", "Deny", "Log", "Pass"')]),
    ("Drop", ingress(action="Drop"), [(f"{RULE}.action", 'Unsupported value: "Drop"')]),
    ("in the second rule", policy(ingress=[{"action": "Log"}, {"action": "x"}]), [("spec.ingress[1].action", "x")]),
    ("in egress", egress(action="x"), [("spec.egress[0].action", "Unsupported value")]),
)
def test_actions(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("4", ingress(ipVersion=4), VALID),
    ("6", ingress(ipVersion=6), VALID),
    ("5", ingress(ipVersion=5), [(f"{RULE}.ipVersion", 'Unsupported value: "5": supported values: "4", "6"')]),
    ("0", ingress(ipVersion=0), [(f"{RULE}.ipVersion", "Unsupported value")]),
    ("ICMP over 4", ingress(ipVersion=4, protocol="ICMP"), VALID),
    ("ICMPv6 over 6", ingress(ipVersion=6, protocol="ICMPv6"), VALID),
    (
        "ICMP over 6",
        ingress(ipVersion=6, protocol="ICMP"),
        [(f"{RULE}.protocol", "protocol ICMP requires ipVersion 4")],
    ),
    ("1 over 6", ingress(ipVersion=6, protocol=1), [(f"{RULE}.protocol", "protocol ICMP requires ipVersion 4")]),
    ("1 in quotes over 6", ingress(ipVersion=6, protocol="1"), VALID),
    (
        "ICMPv6 over 4",
        ingress(ipVersion=4, protocol="ICMPv6"),
        [(f"{RULE}.protocol", "protocol ICMPv6 requires ipVersion 6")],
    ),
    ("58 over 4", ingress(ipVersion=4, protocol=58), [(f"{RULE}.protocol", "protocol ICMPv6 requires ipVersion 6")]),
    (
        "not ICMP over 6",
        ingress(ipVersion=6, notProtocol="ICMP"),
        [(f"{RULE}.notProtocol", "protocol ICMP requires ipVersion 4")],
    ),
    (
        "not 58 over 4",
        ingress(ipVersion=4, notProtocol=58),
        [(f"{RULE}.notProtocol", "protocol ICMPv6 requires ipVersion 6")],
    ),
    ("version wrong in itself", ingress(ipVersion=5, protocol="ICMP"), [(f"{RULE}.ipVersion", "Unsupported value")]),
)
def test_ip_versions(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("name", ingress(protocol="UDPLite"), VALID),
    ("number", ingress(protocol=47), VALID),
    ("number in quotes", ingress(protocol="47"), VALID),
    ("both fields", ingress(protocol="TCP", notProtocol="UDP"), VALID),
    ("lower case", ingress(protocol="tcp"), [(f"{RULE}.protocol", "protocol name invalid")]),
    ("unknown", ingress(notProtocol="FOO"), [(f"{RULE}.notProtocol", "protocol name invalid")]),
    ("0", ingress(protocol=0), [(f"{RULE}.protocol", "protocol number invalid")]),
    ("256", ingress(protocol=256), [(f"{RULE}.protocol", "protocol number invalid")]),
)
def test_protocols(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


ICMP_ONLY = "ICMP fields require protocol to be ICMP or ICMPv6"


@cases(
    ("type", ingress(protocol="ICMP", icmp={"type": 8}), VALID),
    ("type and code", ingress(protocol="ICMPv6", icmp={"type": 0, "code": 255}), VALID),
    ("protocol by number", ingress(protocol=1, icmp={"type": 254}), VALID),
    ("nothing", ingress(protocol=58, icmp={}), VALID),
    ("notICMP without protocol", ingress(notICMP={"type": 8}), VALID),
    ("notICMP with TCP", ingress(protocol="TCP", notICMP={"type": 8}), VALID),
    ("without protocol", ingress(icmp={"type": 8}), [(f"{RULE}.icmp", ICMP_ONLY)]),
    ("with TCP", ingress(protocol="TCP", icmp={"type": 8}), [(f"{RULE}.icmp", ICMP_ONLY)]),
    ("with 1 in quotes", ingress(protocol="1", icmp={"type": 8}), [(f"{RULE}.icmp", ICMP_ONLY)]),
    ("with icmp", ingress(protocol="icmp", icmp={"type": 8}), [(f"{RULE}.protocol", "protocol name invalid")]),
    ("type 255", ingress(protocol="ICMP", icmp={"type": 255}), [(f"{RULE}.icmp.type", "between 0 and 254")]),
    ("type -1", ingress(protocol="ICMP", icmp={"type": -1}), [(f"{RULE}.icmp.type", "Invalid value: -1")]),
    ("code 256", ingress(protocol="ICMP", icmp={"type": 1, "code": 256}), [(f"{RULE}.icmp.code", "0 and 255")]),
    ("notICMP type 255", ingress(notICMP={"type": 255}), [(f"{RULE}.notICMP.type", "between 0 and 254")]),
    (
        "code alone",
        ingress(protocol="ICMP", icmp={"code": 1}),
        [(f"{RULE}.icmp.code", "ICMP code specified without an ICMP type")],
    ),
    (
        "notICMP code alone",
        ingress(notICMP={"code": 1}),
        [(f"{RULE}.notICMP.code", "ICMP code specified without an ICMP type")],
    ),
)
def test_icmp(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


HTTP = f"{RULE}.http"
BAD_PATH = "must start with `/`"


@cases(
    ("nothing", ingress(http={}), VALID),
    ("methods", ingress(http={"methods": ["GET", "*"]}), VALID),
    ("paths", ingress(http={"paths": [{"exact": "/a"}, {"prefix": "/b"}]}), VALID),
    ("TCP", ingress(protocol="TCP", http={}), VALID),
    ("6", ingress(protocol=6, http={}), VALID),
    ("UDP", ingress(protocol="UDP", http={}), [(HTTP, "rules with HTTP match must have protocol TCP or unset")]),
    ("Deny", ingress(action="Deny", http={}), [(HTTP, "HTTP match is only valid on Allow rules")]),
    ("egress", egress(http={}), [("spec.egress[0].http", "not allowed in egress rule")]),
    (
        "egress of a global policy",
        global_policy(egress=[{"action": "Allow", "http": {}}]),
        [("spec.egress[0].http", "not allowed in egress rules")],
    ),
    ("20 methods", ingress(http={"methods": many("M{}", 20)}), VALID),
    ("21 methods", ingress(http={"methods": many("M{}", 21)}), [(f"{HTTP}.methods", "at most 20 items")]),
    (
        "a method twice",
        ingress(http={"methods": ["GET", "PUT", "GET"]}),
        [(f"{HTTP}.methods", "Invalid methods (duplicates): GET")],
    ),
    ("21 paths", ingress(http={"paths": [{"exact": "/"}] * 21}), [(f"{HTTP}.paths", "at most 20 items")]),
    (
        "both kinds of path",
        ingress(http={"paths": [{"exact": "/a", "prefix": "/b"}]}),
        [(f"{HTTP}.paths[0]", "Both 'exact' and 'prefix' are set")],
    ),
    (
        "no kind of path",
        ingress(http={"paths": [{"exact": "/a"}, {}]}),
        [(f"{HTTP}.paths[1]", "Either 'exact' or 'prefix' must be set")],
    ),
    ("no slash", ingress(http={"paths": [{"exact": "a"}]}), [(f"{HTTP}.paths[0].exact", BAD_PATH)]),
    ("query", ingress(http={"paths": [{"prefix": "/a?b"}]}), [(f"{HTTP}.paths[0].prefix", BAD_PATH)]),
    ("fragment", ingress(http={"paths": [{"prefix": "/a#b"}]}), [(f"{HTTP}.paths[0].prefix", BAD_PATH)]),
    ("blank", ingress(http={"paths": [{"prefix": "/a b"}]}), [(f"{HTTP}.paths[0].prefix", BAD_PATH)]),
    ("1024 characters", ingress(http={"paths": [{"exact": "/" * 1024}]}), VALID),
    (
        "1025 characters",
        ingress(http={"paths": [{"exact": "/" * 1025}]}),
        [(f"{HTTP}.paths[0].exact", "Too long: 1025 characters: may not be more than 1024")],
    ),
)
def test_http(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("annotations", ingress(metadata={"annotations": {"a": "any thing"}}), VALID),
    (
        "blank in the key of an annotation",
        ingress(metadata={"annotations": {"a b": "x"}}),
        [(f"{RULE}.metadata.annotations.a b", "annotation key")],
    ),
)
def test_rule_metadata(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (ingress(action="deny"), "did you mean `Deny`?"),
        (ingress(protocol="udp"), "did you mean `UDP`?"),
        (ingress(icmp={"type": 8}), "add `protocol: ICMP`"),
        (ingress(ipVersion=6, protocol="ICMP"), "ICMP over IPv6 is `ICMPv6`"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
