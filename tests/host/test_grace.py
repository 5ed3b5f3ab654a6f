"""Waiting until packets are through."""

import platform
import time

import pytest

from percale.host.grace import wait_for_packets


def test_it_comes_back() -> None:
    wait_for_packets()


def test_a_machine_that_nobody_knows_waits_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(platform, "machine", lambda: "unheard-of")
    monkeypatch.setattr(time, "sleep", slept.append)
    wait_for_packets()
    assert slept == [0.05]
