"""Waiting for files: woken by what is asked for, by another thread, and by nothing else."""

import os
import threading
from pathlib import Path

import pytest

from percale.host.inotify import CannotWatch, Changed, Inotify


def test_what_is_asked_for_wakes_and_the_rest_does_not(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.touch()
    watch = Inotify()
    watch.add(file, Changed.ATTRIB)
    assert not watch.wait(0)
    file.write_text("x", encoding="utf-8")
    assert not watch.wait(0)
    os.utime(file)
    assert watch.wait(5)
    assert not watch.wait(0)


def test_another_thread_wakes_it() -> None:
    watch = Inotify()
    threading.Timer(0.05, watch.wake).start()
    assert watch.wait(10)
    assert not watch.wait(0)


def test_what_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(CannotWatch, match="cannot be watched") as error:
        Inotify().add(tmp_path / "nowhere", Changed.ATTRIB)
    assert error.value.is_gone
