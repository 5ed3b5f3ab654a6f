"""Waiting for what the kernel is in the middle of."""

import ctypes
import platform
import time

_GLOBAL = 1
_SYSTEM_CALL = {"x86_64": 324, "aarch64": 283, "riscv64": 283, "ppc64le": 365, "s390x": 356}
#: Where the kernel does not tell: no packet is on its way through the rules for that long.
_LONG_ENOUGH_S = 0.05

_libc = ctypes.CDLL(None, use_errno=True)


def wait_for_packets() -> None:
    """Until every packet is through that some CPU was passing through the rules, however late that CPU is."""
    number = _SYSTEM_CALL.get(platform.machine())
    if number is None or _libc.syscall(number, _GLOBAL, 0, 0) != 0:
        time.sleep(_LONG_ENOUGH_S)
