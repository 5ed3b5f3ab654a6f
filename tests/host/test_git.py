"""Files out of revisions, from a real repository."""

import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from percale.host.git import NoRepository, NotInRepository, files_at


def _git(*words: str) -> str:
    given = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    return subprocess.run(("git", *given, *words), check=True, capture_output=True, encoding="utf-8").stdout.strip()  # noqa: S603, S607


def _write(name: str, content: bytes) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`main` is one commit ahead of where `topic`, which is checked out, left it."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    _git("init")
    _write("k8s/b.yaml", b"first\r\n\xff")
    _write("k8s/a/z.yaml", "naïve".encode())
    _write("k8s/a b.yaml", b"blank")
    _write("k8s/notes.txt", b"no manifest")
    _write(".gitattributes", b"*.yaml export-ignore\n")
    Path("k8s/link.yaml").symlink_to("b.yaml")
    _git("add", ".")
    _git("commit", "-m", "one")
    _git("checkout", "-b", "topic")
    _git("checkout", "main")
    _write("k8s/b.yaml", b"second")
    _git("commit", "-am", "two")
    _git("checkout", "topic")
    return tmp_path


def _is_yaml(path: PurePosixPath) -> bool:
    return path.suffix == ".yaml"


def _at(revision: str, path: str) -> dict[str, bytes]:
    return dict(files_at(revision, path, _is_yaml))


@pytest.mark.usefixtures("repository")
def test_a_directory_is_read_as_it_was_byte_for_byte() -> None:
    assert list(files_at("topic", "k8s/", _is_yaml)) == [
        ("k8s/a/z.yaml", "naïve".encode()),
        ("k8s/a b.yaml", b"blank"),
        ("k8s/b.yaml", b"first\r\n\xff"),
        ("k8s/link.yaml", b"first\r\n\xff"),
    ]


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("path", ["", ".", "./"])
def test_without_a_path_it_is_the_whole_tree(path: str) -> None:
    assert len(_at("topic", path)) == 4


@pytest.mark.usefixtures("repository")
def test_a_file_that_is_named_may_be_called_anything() -> None:
    assert _at("main", "k8s/notes.txt") == {"k8s/notes.txt": b"no manifest"}


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("revision", "content"),
    [
        ("main", b"second"),
        ("main~1", b"first\r\n\xff"),
        ("HEAD", b"first\r\n\xff"),
        ("main...", b"first\r\n\xff"),
        ("main...topic", b"first\r\n\xff"),
        ("...main", b"first\r\n\xff"),
    ],
)
def test_revisions(revision: str, content: bytes) -> None:
    assert _at(revision, "k8s/b.yaml") == {"k8s/b.yaml": content}


def test_nothing_is_checked_out_and_below_the_top_paths_still_begin_there(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "k8s")
    _write("b.yaml", b"not committed")
    assert _at("main", "k8s/b.yaml") == {"k8s/b.yaml": b"second"}
    assert Path("b.yaml").read_bytes() == b"not committed"


def test_a_bare_repository_will_do(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _git("clone", "--bare", ".", "bare.git")
    monkeypatch.chdir(repository / "bare.git")
    assert _at("main", "k8s/b.yaml") == {"k8s/b.yaml": b"second"}


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("revision", "path", "says"),
    [
        ("nowhere", "k8s", "no revision is called `nowhere`"),
        ("--all", "k8s", "no revision is called `--all`"),
        ("main...nowhere", "k8s", "no revision is called `nowhere`"),
        ("main", "k9s/", "revision `main` has no `k9s`"),
        ("main", "/k8s", "`/k8s` is no path inside a repository"),
        ("main", "../k8s", "`../k8s` is no path inside a repository"),
    ],
)
def test_what_is_not_there(revision: str, path: str, says: str) -> None:
    with pytest.raises(NotInRepository) as raised:
        _at(revision, path)
    assert raised.value.says == says


@pytest.mark.usefixtures("repository")
def test_histories_that_never_met() -> None:
    _git("checkout", "--orphan", "other")
    _git("commit", "-m", "apart")
    with pytest.raises(NotInRepository, match="have no commit in common"):
        _at("main...other", "")


@pytest.mark.usefixtures("repository")
def test_a_link_that_leads_out_of_the_tree() -> None:
    Path("k8s/out.yaml").symlink_to("/etc/hostname")
    _git("add", ".")
    _git("commit", "-m", "link")
    with pytest.raises(NotInRepository, match=r"`k8s/out.yaml` is a link that leads to no file of its revision"):
        _at("HEAD", "k8s")


def test_outside_of_any_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NoRepository, match="not a git repository"):
        _at("main", "")
