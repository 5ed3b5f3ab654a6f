"""How much memory this process has, and how much it had at most since it was last asked to forget."""

from pathlib import Path

_MIB = 1024


def now_mib() -> float:
    return _status("VmRSS")


def peak_mib() -> float:
    return _status("VmHWM")


def forget_peak() -> None:
    # The value 5 is "reset the peak", proc_pid_clear_refs(5).
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(f"{field}:")).split()[1]) / _MIB
