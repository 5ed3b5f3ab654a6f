"""The number goes up with each transaction, whoever makes it."""

from contextlib import closing

import pytest

from kernel_support import require_namespaces
from percale.host.netns import NetNs
from percale.host.nftables_generation import Generation

pytestmark = pytest.mark.kernel


def test_every_transaction_is_counted() -> None:
    require_namespaces()
    with NetNs.create() as namespace:
        with namespace.entered():
            generation = Generation()
        with closing(generation):
            before = generation()
            assert generation() == before
            namespace.run(("nft", "add", "table", "ip", "theirs"))
            between = generation()
            namespace.run(("nft", "flush", "ruleset"))
            assert before < between < generation()
