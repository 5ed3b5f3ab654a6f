"""Files, directories and standard input."""

import io
import os
from pathlib import Path

import pytest

from percale.resources.files import read
from percale.resources.problems import InvalidInput, Place, Problem


def write(top: Path, **files: str) -> None:
    for name, content in files.items():
        path = top / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def problems(*paths: Path | str) -> list[Problem]:
    with pytest.raises(InvalidInput) as invalid:
        read([str(path) for path in paths], stdin=io.BytesIO(b"a: 1"))
    return list(invalid.value.problems)


def test_files_in_the_order_they_are_named(tmp_path: Path) -> None:
    write(tmp_path, b_yaml="a: 1", a_txt="a: 2\n---\na: 3", c_json='{"a": 4}')
    documents = read([str(tmp_path / name) for name in ("b.yaml", "a.txt", "c.json")])
    assert [document.data["a"] for document in documents] == [1, 2, 3, 4]
    assert documents[1].source == str(tmp_path / "a.txt")


def test_directories_in_the_order_of_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        b_yaml="a: 2",
        a__x_yml="a: 1",
        c_JSON='{"a": 3}',
        readme_md="- no",
        _hidden_yaml="- no",
        d__notes_yaml="# nothing",
    )
    write(tmp_path / ".git", config_yaml="- no")
    assert [document.data["a"] for document in read([str(tmp_path)])] == [1, 2, 3]


def test_standard_input() -> None:
    (document,) = read(["-"], stdin=io.BytesIO(b"\na: 1"))
    assert (document.data, document.place_of(("a",))) == ({"a": 1}, Place("<stdin>", 2, 1))


def test_standard_input_twice() -> None:
    assert problems("-", "-") == [Problem(Place("<stdin>"), "standard input is named twice", hint="name `-` once")]


def test_links_are_followed_but_never_in_circles(tmp_path: Path) -> None:
    write(tmp_path / "real", a_yaml="a: 1")
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "link").symlink_to(tmp_path / "real")
    (tmp_path / "top" / "again").symlink_to(tmp_path / "top")
    (tmp_path / "real" / "up").symlink_to(tmp_path / "top")
    (tmp_path / "top" / "file.yaml").symlink_to(tmp_path / "real" / "a.yaml")
    assert len(read([str(tmp_path / "top")])) == 2


def test_an_empty_list_is_an_answer(tmp_path: Path) -> None:
    write(tmp_path, a_yaml="kind: List\nitems: []")
    assert read([str(tmp_path / "a.yaml")]) == []


def test_a_pipe_is_read(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"a: 1")
    os.close(writer)
    assert len(read([f"/dev/fd/{reader}"])) == 1
    os.close(reader)
    os.mkfifo(tmp_path / "x.yaml")
    assert problems(tmp_path)[0].says == "holds no manifest"


def test_every_problem_of_every_path(tmp_path: Path) -> None:
    write(tmp_path, empty_yaml="", bad_yaml="a: 1\na: 2\n---\nb: [1", d__worse_yaml="- x")
    (tmp_path / "none").mkdir()
    (tmp_path / "d" / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    found = problems(
        tmp_path / "empty.yaml", tmp_path / "missing", tmp_path / "bad.yaml", tmp_path / "none", tmp_path / "d", "a\0b"
    )
    assert [
        (p.place.source.removeprefix(f"{tmp_path}/"), p.place.line, p.says.replace(f"{tmp_path}/", "")) for p in found
    ] == [
        ("empty.yaml", 0, "holds no resource"),
        ("missing", 0, "no such file or directory"),
        ("bad.yaml", 2, "the key `a` is written in lines 1 and 2"),
        ("bad.yaml", 4, "the `[` is not closed before the end of the file"),
        ("none", 0, "holds no manifest"),
        ("d/dangling.yaml", 0, "no such file or directory"),
        ("d/worse.yaml", 1, "a document must be a mapping, found a list"),
        ("a\\x00b", 0, "cannot be read: embedded null byte"),
    ]


def test_a_directory_of_comments(tmp_path: Path) -> None:
    write(tmp_path, a_yaml="# nothing")
    assert problems(tmp_path) == [Problem(Place(str(tmp_path)), "holds no resource")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    write(tmp_path, a_yaml="a: 1", d__b_yaml="a: 1")
    (tmp_path / "a.yaml").chmod(0)
    (tmp_path / "d").chmod(0)
    assert {p.says for p in problems(tmp_path)} == {"cannot be read: permission denied"}


def test_names_of_files_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "\x1b[31m.yaml").write_text("- x")
    assert problems(tmp_path)[0].place.source == f"{tmp_path}/\\x1b[31m.yaml"
