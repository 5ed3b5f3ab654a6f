"""`percale test`: every form of its answer, and every exit code."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from cli.calling import EXAMPLES, Calls
from expectation_worlds import yaml
from percale.cli.exits import Exit

_XSD = Path(__file__).parents[1] / "report/junit-10.xsd"

PASSING = ("october", "customer-isolation", "gardener-demo")


@pytest.fixture
def october(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to change, called as a user calls it."""
    shutil.copytree(EXAMPLES / "october", tmp_path / "october")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "october"


def _expect(directory: Path, text: str, name: str = "more") -> None:
    head = f"apiVersion: percale.dev/v1alpha1\nkind: PolicyTest\nmetadata: {{name: {name}, namespace: october}}\n"
    (directory / f"{name}.percale.yaml").write_text(f"{head}spec:\n  expect:\n{text}", encoding="utf-8")


@pytest.mark.parametrize("name", PASSING)
def test_what_the_examples_expect_holds(percale: Calls, name: str) -> None:
    ended = percale("test", "-q", "-f", str(EXAMPLES / name))
    assert (ended.status, ended.err) == (Exit.YES, "")
    assert ended.out.splitlines()[-1].endswith(" expectations hold")
    assert all(line.startswith("ok    ") for line in ended.out.splitlines()[:-1])


def test_a_failure_shows_a_packet_and_who_decided_about_it(percale: Calls, october: Path) -> None:
    takes = october / "policies/redis-allow-from-api-worker.yaml"
    takes.write_text(takes.read_text(encoding="utf-8").replace("6379", "6380"), encoding="utf-8")
    ended = percale("test", "-f", "october", "-k", "allow api, worker -> redis")
    assert ended.status == Exit.NO
    assert ended.out == yaml("""
        FAIL  october: allow api, worker -> redis on 6379/tcp
              october/october.percale.yaml:11:7: october/api (10.0.0.1) -> october/redis (10.0.0.2) TCP 6379 does not get through
                egress of october/api allows: KubernetesNetworkPolicy october/api-allow-egress-redis egress[0].to[0] (Allow) in tier default at october/policies/api-allow-egress-redis.yaml:14:11
                ingress of october/redis denies: tier default denies what no rule of it matches
                  isolated by KubernetesNetworkPolicy october/default-deny-all (october/policies/default-deny-all.yaml:1:1)
                  isolated by KubernetesNetworkPolicy october/redis-allow-from-api-worker (october/policies/redis-allow-from-api-worker.yaml:2:1)
                  nearest rule: KubernetesNetworkPolicy october/redis-allow-from-api-worker ingress[0].from[0], but port 6379 is not 6380
                the egress side allows and the ingress side does not: both must. Look at the ingress policies of october/redis.
                and likewise october/worker -> october/redis
        1 expectation, 1 fails
    """)  # noqa: E501  as it is printed


def test_a_denial_that_does_not_hold_names_the_rules_that_let_through(percale: Calls, october: Path) -> None:
    _expect(october, "    - deny: {from: worker, to: redis}\n")
    ended = percale("test", "-f", "october", "-k", "more:")
    assert ended.status == Exit.NO
    assert "october/worker (10.0.0.1) -> october/redis (10.0.0.2) TCP 6379 gets through\n" in ended.out
    assert " at october/policies/worker-allow-egress-redis.yaml:14:11\n" in ended.out
    assert " at october/policies/redis-allow-from-api-worker.yaml:18:11\n" in ended.out


def test_what_selects_nothing_fails_and_says_so(percale: Calls, october: Path) -> None:
    _expect(october, "    - deny: {from: {namespace: octobre}, to: redis}\n")
    ended = percale("test", "-f", "october", "-k", "more:")
    assert ended.status == Exit.NO
    assert ended.out == yaml("""
        FAIL  more: deny namespace octobre -> redis
              october/more.percale.yaml:6:7: nothing was checked: no workload is selected by namespace `octobre`
                hint: there are workloads in `ingress-nginx`, `kube-system`, `october`
        1 expectation, 1 fails
    """)


def test_who_is_not_isolated_is_named(percale: Calls, october: Path) -> None:
    _expect(october, "    - isolated: {workloads: any, directions: [egress]}\n")
    ended = percale("test", "-f", "october", "-k", "more:")
    assert ended.status == Exit.NO
    assert (
        "not isolated: ingress-nginx/ingress-nginx-controller on egress, kube-system/kube-dns on egress\n" in ended.out
    )
    assert "  no policy selects it on egress\n" in ended.out


def test_where_it_depends_on_addresses_it_says_on_which(percale: Calls, october: Path) -> None:
    net = {"action": "Deny", "source": {"nets": ["10.9.0.0/16"]}}
    spec = {"selector": "app == 'redis'", "types": ["Ingress"], "ingress": [net], "order": 1}
    policy = {"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "spec": spec}
    policy["metadata"] = {"name": "net", "namespace": "october"}
    (october / "net.yaml").write_text(json.dumps(policy), encoding="utf-8")
    ended = percale("test", "-f", "october", "-k", "allow api")
    assert ended.status == Exit.NO
    assert "so it is where october/api gets an address in 10.9.0.0/16\n" in ended.out
    assert percale("test", "-f", "october", "-k", "allow api", "--pod-network", "10.8.0.0/16").status == Exit.YES


def test_the_first_failure_may_be_the_last(percale: Calls, october: Path) -> None:
    _expect(october, "    - deny: {from: worker, to: redis}\n    - allow: {from: any, to: any}\n", "a")
    assert percale("test", "-f", "october", "--fail-fast").out.endswith("\n1 expectation, 1 fails\n")
    assert percale("test", "-f", "october").out.endswith("\n13 expectations, 2 fail\n")


def test_expectations_may_stand_elsewhere(percale: Calls, october: Path, tmp_path: Path) -> None:
    (october / "october.percale.yaml").rename(tmp_path / "moved.percale.yaml")
    assert percale("test", "-f", "october", "-t", "moved.percale.yaml").status == Exit.YES
    assert percale("test", "-f", "october", "-t", "moved.yaml").status == Exit.USAGE


def test_staged_policies_count_when_asked(percale: Calls, october: Path) -> None:
    text = (october / "policies/default-deny-all.yaml").read_text(encoding="utf-8")
    staged = text.replace("networking.k8s.io/v1", "projectcalico.org/v3").replace("kind: ", "kind: StagedKubernetes")
    (october / "policies/default-deny-all.yaml").write_text(staged, encoding="utf-8")
    assert percale("test", "-q", "-f", "october", "-k", "nobody reaches the worker").status == Exit.NO
    assert percale("test", "-q", "-f", "october", "--staged").status == Exit.YES


@pytest.mark.parametrize(
    ("arguments", "says"),
    [((), "no expectation was found, so nothing was checked"), (("-k", "x"), "no expectation was found")],
)
def test_without_an_expectation_nothing_was_checked(
    percale: Calls, october: Path, arguments: tuple[str, ...], says: str
) -> None:
    (october / "october.percale.yaml").unlink()
    ended = percale("test", "-f", "october", *arguments)
    assert (ended.status, ended.out) == (Exit.CANNOT_TELL, "")
    assert says in ended.err


def test_a_filter_that_leaves_none_checked_nothing(percale: Calls, october: Path) -> None:
    ended = percale("test", "-f", str(october), "-k", "no such thing")
    assert (ended.status, ended.out) == (Exit.CANNOT_TELL, "")
    assert ended.err == "no expectation is called `no such thing`, so nothing was checked\n"


def test_faulty_expectations_are_invalid_input(percale: Calls, october: Path) -> None:
    _expect(october, "    - allow: {from: api, to: redis, prots: [6379]}\n")
    ended = percale("test", "-f", "october")
    assert (ended.status, ended.out) == (Exit.INVALID_INPUT, "")
    assert ended.err == yaml("""
        october/more.percale.yaml:6:37: PolicyTest october/more: spec.expect[0].allow.prots: unknown field `prots`
          hint: did you mean `ports`?
        1 problem
    """)


@pytest.mark.parametrize("command", ["validate", "reach"])
def test_other_commands_pass_expectations_over_in_silence(percale: Calls, october: Path, command: str) -> None:
    _expect(october, "    - allow: {from: api, to: redis, prots: [6379]}\n")
    asked = ("october/api", "october/redis", "-p", "6379") if command == "reach" else ()
    ended = percale(command, "-f", "october", *asked)
    assert (ended.status, ended.err) == (Exit.YES, "")


# For programs.


def test_json(percale: Calls, october: Path) -> None:
    _expect(october, "    - deny: {from: worker, to: redis}\n    - deny: {from: x, to: redis}\n")
    told = json.loads(percale("test", "-f", "october", "-k", "deny", "-o", "json").out)
    assert (told["schemaVersion"], told["holds"], told["expectations"], told["failing"]) == (1, False, 2, 2)
    first, second = told["results"]
    assert (first["outcome"], first["file"], first["line"]) == ("fails", "october/more.percale.yaml", 6)
    (violation,) = first["violations"]
    assert (violation["verdict"], violation["packet"]["destinationPort"]) == ("allow", 6379)
    assert violation["egress"]["at"] == "october/policies/worker-allow-egress-redis.yaml:14:11"
    assert (second["outcome"], second["says"]) == ("selects nothing", "no workload is called `x`")


def test_junit_is_what_its_schema_says(percale: Calls, october: Path) -> None:
    _expect(october, "    - {name: '<&\"\\e[2J', deny: {from: worker, to: redis}}\n    - deny: {from: x, to: redis}\n")
    shown = percale("test", "-f", "october", "-o", "junit").out
    xmlschema.XMLSchema(str(_XSD)).validate(shown)
    root = ET.fromstring(shown)  # noqa: S314  our own
    assert root.attrib == {"name": "percale test", "tests": "13", "failures": "1", "errors": "1"}
    suites = {suite.attrib["name"]: suite.findall("testcase") for suite in root}
    assert {name: len(cases) for name, cases in suites.items()} == {"more": 2, "october": 11}
    failure, error = (case[0] for case in suites["more"])
    assert (failure.tag, failure.attrib["type"]) == ("failure", "does not hold")
    assert "worker-allow-egress-redis.yaml:14:11" in (failure.text or "")
    assert (error.tag, error.attrib["message"]) == ("error", "nothing was checked: no workload is called `x`")


def test_tap(percale: Calls, october: Path) -> None:
    _expect(october, '    - {name: "one # two", deny: {from: worker, to: redis}}\n')
    lines = percale("test", "-f", "october", "-o", "tap").out.splitlines()
    assert lines[:3] == ["TAP version 14", "1..12", "not ok 1 - more: one \\# two"]
    assert lines[3] == "  ---"
    assert lines[lines.index("  ...") + 1].startswith("ok 2 - october: ")
    assert sum(line.startswith("ok ") for line in lines) == 11


# Mutation.


def test_a_good_suite_notices_every_edit(percale: Calls) -> None:
    ended = percale("test", "-f", str(EXAMPLES / "october"), "--mutate", "--min-killed", "100")
    assert ended.status == Exit.YES
    assert ended.out == "47 of 47 edits of the policies are noticed (100 %); 7 more change no packet's verdict\n"


@pytest.mark.usefixtures("october")
def test_what_would_go_unnoticed_has_its_place_and_a_packet(percale: Calls) -> None:
    asked = ("test", "-f", "october", "-k", "nobody reaches the worker", "--mutate")
    ended = percale(*asked)
    assert ended.status == Exit.YES
    drop = "drop a rule: KubernetesNetworkPolicy october/api-allow-egress-redis egress[0]"
    assert f"survived  october/policies/api-allow-egress-redis.yaml:13:7: {drop}\n" in ended.out
    flow = "october/api (10.0.0.1) -> october/redis (10.0.0.2) TCP 6379 no longer gets through"
    assert f"          {flow}, and no expectation fails\n" in ended.out
    assert percale(*asked, "--min-killed", "50").status == Exit.NO
    told = json.loads(percale(*asked, "-o", "json").out)
    survivor = next(one for one in told["mutants"] if one["fate"] == "survived")
    assert survivor["flow"]["verdict"] in ("allow", "deny")
    killed = next(one for one in told["mutants"] if one["fate"] == "killed")
    assert killed["noticedBy"] == ["october: nobody reaches the worker"]


def test_a_suite_that_fails_is_not_mutated(percale: Calls, october: Path) -> None:
    _expect(october, "    - deny: {from: worker, to: redis}\n")
    ended = percale("test", "-f", "october", "--mutate")
    assert ended.status == Exit.NO
    assert "noticed" not in ended.out


@pytest.mark.parametrize("options", [("-o", "junit"), ("--min-killed", "101"), ("--min-killed", "x")])
def test_wrong_use_of_mutation(percale: Calls, options: tuple[str, ...]) -> None:
    assert percale("test", "-f", str(EXAMPLES / "october"), "--mutate", *options).status == Exit.USAGE
