"""A job applies its resources, prunes what it no longer wants, and takes all of it away again, and nothing else."""

import pytest

from cli.calling import Calls, Ended
from percale.cli.exits import Exit


def sets(*names: str, owner: str = "") -> bytes:
    note = f", annotations: {{percale.dev/owner: {owner}}}" if owner else ""
    return "---\n".join(
        f"apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {{name: {name}{note}}}\n"
        for name in names
    ).encode()


def there(percale: Calls) -> list[str]:
    return [line.partition("/")[2] for line in percale("get", "gns", "-o", "name").out.split()]


def apply(percale: Calls, *names: str, owner: str = "", prune: bool = False) -> Ended:
    flags = [*(["--owner", owner] if owner else []), *(["--prune"] if prune else [])]
    return percale("apply", *flags, "-f", "-", stdin=sets(*names))


@pytest.fixture(autouse=True)
def content(percale: Calls) -> None:
    apply(percale, "nobodys")
    apply(percale, "other", owner="them")
    apply(percale, "a", "b", owner="job")


def test_pruning_takes_what_the_owner_left_out(percale: Calls) -> None:
    assert apply(percale, "b", "c", owner="job", prune=True) == Ended(
        Exit.YES,
        out="Successfully applied 2 'GlobalNetworkSet' resource(s)\n"
        "Successfully deleted 1 'GlobalNetworkSet' resource(s)\n",
    )
    assert there(percale) == ["b", "c", "nobodys", "other"]


def test_without_prune_nothing_goes(percale: Calls) -> None:
    apply(percale, "c", owner="job")
    assert there(percale) == ["a", "b", "c", "nobodys", "other"]


def test_a_dry_run_shows_what_would_be_pruned(percale: Calls) -> None:
    ended = percale("apply", "--owner", "job", "--prune", "--dry-run", "-f", "-", stdin=sets("b"))
    assert ended.out.splitlines()[:2] == ["keep GlobalNetworkSet(b)", "delete GlobalNetworkSet(a)"]
    assert there(percale) == ["a", "b", "nobodys", "other"]


def test_what_another_owner_has_is_a_conflict_and_nothing_is_applied_or_pruned(percale: Calls) -> None:
    ended = apply(percale, "c", "other", owner="job", prune=True)
    assert (ended.status, ended.out) == (Exit.NO, "")
    assert "update conflict: GlobalNetworkSet(other): it is owned by `them`, not by `job`" in ended.err
    assert there(percale) == ["a", "b", "nobodys", "other"]


def test_applying_without_an_owner_leaves_the_owner(percale: Calls) -> None:
    apply(percale, "a")
    percale("delete", "--owner", "job")
    assert there(percale) == ["nobodys", "other"]


def test_an_owner_takes_over_what_nobody_owns(percale: Calls) -> None:
    apply(percale, "nobodys", owner="job")
    percale("delete", "--owner", "job")
    assert there(percale) == ["other"]


def test_an_owner_stated_in_the_file_counts_as_well(percale: Calls) -> None:
    assert percale("apply", "-f", "-", stdin=sets("other", owner="me")).status == Exit.NO
    percale("apply", "-f", "-", stdin=sets("mine", owner="job"))
    assert percale("delete", "--owner", "job").out == "Successfully deleted 3 'GlobalNetworkSet' resource(s)\n"


def test_an_owner_of_nothing_is_no_success_unless_asked(percale: Calls) -> None:
    percale("delete", "--owner", "job")
    again = percale("delete", "--owner", "job")
    assert (again.status, again.out) == (Exit.NO, "")
    assert "nothing in the datastore is owned by `job`" in again.err
    assert percale("delete", "--owner", "job", "--skip-not-exists").status == Exit.YES
