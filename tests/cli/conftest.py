"""`percale` and `calico_validate`: the two programs, run in this process."""

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cli.calling import Calls, Ended
from percale.cli import calico_validate as validator
from percale.cli.main import guarded, main


@pytest.fixture(autouse=True)
def own_datastore(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the datastore of each test is: not there yet."""
    path = tmp_path_factory.mktemp("datastore") / "percale.sqlite"
    monkeypatch.setenv("PERCALE_SQLITE_PATH", str(path))
    return path


def _calls(
    program: str,
    command: Callable[[Sequence[str]], int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Calls:
    def call(*argv: str, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "argv", [program, *argv])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            guarded(command)
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def percale(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Calls:
    return _calls("percale", main, capsys, monkeypatch)


@pytest.fixture
def kubectl_percale(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Calls:
    """As kubectl finds it: a program of this name on the path."""
    return _calls("/usr/local/bin/kubectl-percale", main, capsys, monkeypatch)


@pytest.fixture
def calico_validate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Calls:
    return _calls("calico-validate", validator.main, capsys, monkeypatch)
