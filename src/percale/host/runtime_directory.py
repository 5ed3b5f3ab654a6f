"""Where running processes leave what others find them by."""

import os
from pathlib import Path


def runtime_directory() -> Path:
    """Not by user id: inside a user namespace everybody is 0."""
    if chosen := os.environ.get("PERCALE_RUNTIME_DIRECTORY"):
        directory = Path(chosen)
    elif os.access("/run", os.W_OK):
        directory = Path("/run/percale")
    else:
        directory = Path(os.environ.get("XDG_RUNTIME_DIR") or Path.home() / ".cache", "percale")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory
