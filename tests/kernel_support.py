"""What tests of the kernel need, and what becomes of them where it is not to be had."""

import os
import sys

import pytest

from percale.host.privileges import may_make_namespaces
from percale.lab.topology import Lab
from percale.traffic.addresses import Address

_REASON = "NOT TESTED: this user may not make network namespaces; run as root or below `unshare -rn`"


def require_namespaces() -> None:
    """Skips the test, and in CI fails it: there, nobody reads about skipped tests."""
    if may_make_namespaces():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(_REASON)
    sys.stderr.write(f"\n{_REASON}\n")
    pytest.skip(_REASON)


def address_of(lab: Lab, name: str, version: int) -> Address:
    """The first of a pod, of `node` or of `outside`."""
    return next(address for address in lab.addresses_of(name) if address.version == version)


def load_rules(lab: Lab, hook: str, rules: str) -> None:
    """Rules by hand, in the table `inet by_hand` of the lab's node."""
    hooked = f"type filter hook {hook} priority -5; policy accept;"
    lab.node.run(("nft", "-f", "-"), stdin=f"table inet by_hand {{\nchain c {{\n{hooked}\n{rules}\n}}\n}}\n")
