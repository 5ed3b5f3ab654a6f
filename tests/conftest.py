"""What holds for a whole run: long tests on request only, shared servers ended, programs that can be interrupted."""

import signal
import sys

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tally"]


def pytest_configure() -> None:
    # A shell starts what runs in the background with SIGINT ignored, and so would be whatever a test starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # How long an example takes tells of the machine, not of the code.
    settings.register_profile("untimed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-long", action="store_true", help="also the long form of randomised tests")
    parser.addoption("--rewrite-golden", action="store_true", help="write tests/golden anew, to be reviewed as code")


def pytest_unconfigure() -> None:
    if servers := sys.modules.get("etcd_servers"):
        servers.stop_shared()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--run-long"):
        return
    # Deselected, not skipped: nothing was found missing, it was not asked for.
    long = [item for item in items if "long" in item.keywords]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]
