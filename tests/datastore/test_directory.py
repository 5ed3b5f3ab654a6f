"""Manifests under version control: what is good is taken over, and what is not changes nothing."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from percale.datastore.directory import Directory
from percale.datastore.errors import Forbidden, StoreUnavailable
from percale.datastore.interface import Bookmark, Create, Delete, Event, Put
from percale.datastore.keys import EVERYTHING, key_of
from percale.errors import PercaleError
from percale.resources.problems import InvalidInput

_SET = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {{name: {}}}\nspec: {{nets: [{}]}}\n"


def write(path: Path, name: str, nets: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_SET.format(name, nets), encoding="utf-8")


def names(store: Directory) -> list[str]:
    return [one["metadata"]["name"] for one in store.list(EVERYTHING).resources]


def told(events: Sequence[Event]) -> list[str]:
    return [f"{type(one).__name__} {one.key.name}" for one in events if not isinstance(one, Bookmark)]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    write(tmp_path / "top" / "a.yaml", "a")
    return tmp_path / "top"


def test_all_below_is_read_with_defaults_and_namespaces(top: Path) -> None:
    text = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {}\n"
    (top / "policies").mkdir()
    (top / "policies/p.yml").write_text(text, encoding="utf-8")
    (top / "README.md").write_text("not read", encoding="utf-8")
    policy, _ = sorted(Directory(top).list(EVERYTHING).resources, key=lambda one: one["kind"], reverse=True)
    assert policy["metadata"]["namespace"] == "default"
    assert policy["spec"] == {"tier": "default", "types": ["Ingress"]}


def test_a_stored_form_is_the_resource_it_stands_for(top: Path) -> None:
    text = "apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkPolicy\nmetadata: {name: default.p}\nspec: {}\n"
    (top / "p.yaml").write_text(text, encoding="utf-8")
    found = next(one for one in Directory(top).list(EVERYTHING).resources if one["kind"] == "GlobalNetworkPolicy")
    assert (found["apiVersion"], found["metadata"]["name"]) == ("projectcalico.org/v3", "p")


def test_a_start_with_nothing_good_fails(top: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="is no directory"):
        Directory(tmp_path / "nowhere")
    (top / "a.yaml").write_text("kind: [", encoding="utf-8")
    with pytest.raises(InvalidInput):
        Directory(top)


def test_what_is_invalid_keeps_the_last_good_state_and_is_reported_once(top: Path) -> None:
    reports: list[PercaleError] = []
    store = Directory(top, report=reports.append)
    start = store.list(EVERYTHING).revision
    write(top / "b.yaml", "b", "not-a-net")
    (top / "a.yaml").unlink()
    assert names(store) == names(store) == ["a"]
    (problem,) = reports
    assert isinstance(problem, InvalidInput)
    assert problem.problems[0].place.source.endswith("b.yaml")
    write(top / "b.yaml", "b")
    assert names(store) == ["b"]
    with store.watch(EVERYTHING, start) as watch:
        assert told(watch.poll(5)) == ["Deleted a", "Put b"]


def test_a_directory_that_is_empty_or_gone_is_no_deletion(top: Path) -> None:
    reports: list[PercaleError] = []
    store = Directory(top, report=reports.append)
    (top / "a.yaml").rename(top / "a.txt")
    assert names(store) == ["a"]
    top.rename(top.with_name("elsewhere"))
    assert names(store) == ["a"]
    assert [type(one) for one in reports] == [InvalidInput, StoreUnavailable]


def test_a_watch_hears_of_files_at_any_depth_and_of_directories_that_come(top: Path) -> None:
    store = Directory(top)
    with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
        write(top / "new/deep/b.yaml", "b")
        assert told(watch.poll(10)) == ["Put b"]
        write(top / "new/deep/b.yaml", "b", "10.0.0.0/8")
        (event,) = watch.poll(10)
        assert isinstance(event, Put)
        assert event.manifest["spec"] == {"nets": ["10.0.0.0/8"]}
        (top / "new/deep").rename(top / "new/.hidden")
        assert told(watch.poll(10)) == ["Deleted b"]


def test_a_checkout_by_a_link_that_is_swapped_is_followed(tmp_path: Path) -> None:
    """As a ConfigMap is mounted, and as git-sync works."""
    write(tmp_path / "one/a.yaml", "a")
    write(tmp_path / "two/b.yaml", "b")
    current = tmp_path / "current"
    current.symlink_to("one")
    store = Directory(current)
    with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").rename(current)
        assert told(watch.poll(10)) == ["Deleted a", "Put b"]


def test_a_file_that_is_a_link_is_followed(top: Path, tmp_path: Path) -> None:
    write(tmp_path / "apart/b.yaml", "b")
    (top / "b.yaml").symlink_to(tmp_path / "apart/b.yaml")
    store = Directory(top)
    with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
        write(tmp_path / "apart/b.yaml", "b", "10.0.0.0/8")
        assert told(watch.poll(10)) == ["Put b"]


def test_links_in_circles_end(top: Path) -> None:
    (top / "again").symlink_to(top)
    assert names(Directory(top)) == ["a"]


def test_it_is_not_written(top: Path) -> None:
    store = Directory(top)
    (found,) = store.list(EVERYTHING).resources
    for change in (Create(found), Delete(key_of(found))):
        with pytest.raises(Forbidden, match="a directory is read only"):
            store.write([change])
