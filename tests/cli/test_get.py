"""`percale get`: calicoctl's tables to the blank, and forms that can be read again."""

import json
from pathlib import Path

import pytest

from cli.calling import Calls, Ended, started
from percale.cli.exits import Exit

MANIFESTS = """
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: security.deny, labels: {team: red, "on": "yes"}}
spec: {tier: security, order: 1000000, selector: "app == 'web'"}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: open, labels: {team: blue}}
spec: {order: 0.5, egress: [{action: Allow}]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: last}
spec: {}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec: {order: 20}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: b}
spec: {order: 20}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: nets}
spec: {nets: [10.0.0.0/8, 11.0.0.0/8, 12.0.0.0/8, 13.0.0.0/8, 14.0.0.0/8, 15.0.0.0/8, 16.0.0.0/8, 17.0.0.0/8]}
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: h}
spec: {node: n1, interfaceName: eth0, expectedIPs: [10.0.0.1, 10.0.0.2], profiles: [p, q]}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pool}
spec: {cidr: 10.1.0.0/16, natOutgoing: true}
---
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: n1}
spec: {bgp: {ipv4Address: 10.0.0.1/24}}
---
apiVersion: projectcalico.org/v3
kind: Profile
metadata: {name: p}
spec: {labelsToApply: {b: "2", a: "1"}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: k, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}, matchExpressions: [{key: x, operator: In, values: [u, w]}]}}
"""


def _at(datastore: Path) -> dict[str, str]:
    return {"PERCALE_SQLITE_PATH": str(datastore)}


@pytest.fixture(autouse=True)
def content(percale: Calls) -> None:
    ended = percale("apply", "-q", "-f", "-", stdin=MANIFESTS.encode())
    assert ended.status == Exit.YES, ended.err


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (
            "gnp",
            """NAME            TIER       |
last            default    |
open            default    |
security.deny   security   |

""",
        ),
        (
            "gnp -o wide",
            """NAME            TIER       ORDER   SELECTOR       |
last            default    <nil>                  |
open            default    0.5                    |
security.deny   security   1e+06   app == 'web'   |

""",
        ),
        (
            "gnp last open",
            """NAME   TIER      |
last   default   |

NAME   TIER      |
open   default   |

""",
        ),
        (
            "tiers",
            """NAME            ORDER   |
default         1e+06   |
kube-admin      1000    |
kube-baseline   1e+07   |
security        100     |

""",
        ),
        (
            "np",
            """NAME   TIER      |
b      default   |

""",
        ),
        (
            "policy -n shop -o wide",
            """NAMESPACE   NAME   TIER      ORDER   SELECTOR   |
shop        a      default   20                 |

""",
        ),
        (
            "NetworkPolicies -A",
            """NAMESPACE   NAME   TIER      |
default     b      default   |
shop        a      default   |

""",
        ),
        (
            "gns -o wide",
            """NAME   NETS                                                                               |
nets   10.0.0.0/8,11.0.0.0/8,12.0.0.0/8,13.0.0.0/8,14.0.0.0/8,15.0.0.0/8,16.0.0.0/8,...   |

""",
        ),
        (
            "hep -o wide",
            """NAME   NODE   INTERFACE   IPS                 PROFILES   |
h      n1     eth0        10.0.0.1,10.0.0.2   p,q        |

""",
        ),
        (
            "pools -o wide",
            """NAME   CIDR          NAT    IPIPMODE   VXLANMODE   DISABLED   DISABLEBGPEXPORT   SELECTOR   %   |
pool   10.1.0.0/16   true   Never      Never       false      false              all()      Automatic        |

""".replace("%", "ASSIGNMENTMODE"),
        ),
        (
            "nodes -o wide",
            """NAME   ASN       IPV4          IPV6   |
n1     (64512)   10.0.0.1/24          |

""",
        ),
        (
            "profile -o wide",
            """NAME   LABELS    |
p      a=1,b=2   |

""",
        ),
        (
            "netpol -n shop -o wide",
            """NAMESPACE   NAME   PODSELECTOR                  |
shop        k      {map[app:web] [{x In [u w]}]}   |

""".replace("PODSELECTOR                  |", "PODSELECTOR                     |"),
        ),
        (
            "gnp -o custom-columns=ORDER,NAME -l team",
            """ORDER   NAME            |
0.5     open            |
1e+06   security.deny   |

""",
        ),
        ("gns nothing", ""),
        ("wep", "WORKLOAD   NODE   NETWORKS   INTERFACE   |\n\n"),
    ],
    ids=lambda part: part if part[:1].islower() else "",
)
def test_49_tables_are_calicoctls_to_the_last_blank(percale: Calls, argv: str, shown: str) -> None:
    """The bar at the end of a line stands for the end of its trailing blanks."""
    assert percale("get", *argv.split()).out == shown.replace("|\n", "\n")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ("team=red", ["security.deny"]),
        ("team==red", ["security.deny"]),
        ("team!=red", ["last", "open"]),
        ("team", ["open", "security.deny"]),
        ("!team", ["last"]),
        ("team in (red, blue),on", ["security.deny"]),
        ("team notin (red)", ["last", "open"]),
        ("team in {'red'} || !has(team)", ["last", "security.deny"]),
        ("has(on)", ["security.deny"]),
    ],
)
def test_labels_choose(percale: Calls, labels: str, names: list[str]) -> None:
    found = percale("get", "gnp", "-l", labels, "-o", "name").out.split()
    assert found == [f"globalnetworkpolicy.projectcalico.org/{name}" for name in names]


def test_a_selector_that_cannot_be_read_is_shown(percale: Calls) -> None:
    ended = percale("get", "gnp", "-l", "team = (")
    assert (ended.status, ended.out) == (Exit.USAGE, "")


def test_one_resource_is_the_object_and_a_list_is_a_list(percale: Calls) -> None:
    one = json.loads(percale("get", "gnp", "open", "-o", "json").out)
    assert list(one) == ["kind", "apiVersion", "metadata", "spec"]
    assert one["spec"] == {"egress": [{"action": "Allow"}], "order": 0.5, "tier": "default", "types": ["Egress"]}
    several = json.loads(percale("get", "gnp", "open", "last", "-o", "json").out)
    assert [item["metadata"]["name"] for item in several] == ["open", "last"]
    listed = json.loads(percale("get", "gnp", "-o", "json").out)
    assert (listed["kind"], listed["apiVersion"]) == ("GlobalNetworkPolicyList", "projectcalico.org/v3")
    assert listed["items"][1] == one


def test_what_is_found_is_shown_before_what_is_not(percale: Calls) -> None:
    ended = percale("get", "gnp", "nothing", "open", "-o", "name")
    assert ended == Ended(
        Exit.NO,
        out="globalnetworkpolicy.projectcalico.org/open\n",
        err="resource does not exist: GlobalNetworkPolicy(nothing) with error: not found\n",
    )
    assert percale("get", "gnp", "nothing", "-o", "json").out == "[]\n"


def test_yaml_is_read_again_as_what_it_was(percale: Calls, tmp_path: Path) -> None:
    text = percale("get", "gnp", "security.deny", "-o", "yaml").out
    assert '    "on": "yes"\n' in text
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    ended = percale("apply", "--dry-run", "-f", str(tmp_path / "a.yaml"))
    assert ended.out.startswith("keep GlobalNetworkPolicy(security.deny)\n")


def test_an_export_of_named_resources_has_nothing_of_this_datastore(percale: Calls) -> None:
    found = json.loads(percale("get", "np", "a", "-n", "shop", "--export", "-o", "json").out)
    assert found["metadata"] == {"name": "a", "labels": {"projectcalico.org/tier": "default"}}


def test_files_name_what_is_shown(percale: Calls) -> None:
    text = b"apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: security}\n"
    assert percale("get", "-f", "-", "-o", "name", stdin=text).out == "tier.projectcalico.org/security\n"


def test_an_unknown_column_is_told_the_known_ones(percale: Calls) -> None:
    ended = percale("get", "tiers", "-o", "custom-columns=NAME,SIZE")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert "unknown heading SIZE, valid values are: NAME, ORDER" in ended.err


def test_changes_are_shown_as_they_are_committed(percale: Calls, own_datastore: Path) -> None:
    with started("get", "gnp", "-w", "-l", "team", environment=_at(own_datastore)) as process:
        assert process.stdout is not None
        read = process.stdout.readline
        assert [read() for _ in range(3)] == [
            "EVENT   NAME            TIER       \n",
            "ADDED   open            default    \n",
            "ADDED   security.deny   security   \n",
        ]
        percale("label", "gnp", "last", "team=new")
        assert read().split() == ["ADDED", "last", "default"]
        percale("patch", "gnp", "last", "-p", '{"spec": {"order": 7}}')
        assert read().split() == ["MODIFIED", "last", "default"]
        percale("label", "gnp", "last", "team", "--remove")
        assert read().split() == ["DELETED", "last", "default"]
        percale("delete", "gnp", "open")
        assert read().split() == ["DELETED", "open", "default"]
        process.kill()


def test_nobody_reads_on(own_datastore: Path, percale: Calls) -> None:
    with started("get", "tiers", "-w", "-o", "json", environment=_at(own_datastore)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        percale("delete", "gnp", "security.deny")
        percale("patch", "tier", "security", "-p", '{"spec": {"order": 7}}')
        assert process.wait(20) == Exit.YES
