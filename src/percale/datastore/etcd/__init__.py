"""The distributed store: an etcd cluster, in the layout of Calico's own client."""

import os

# Read when grpc is loaded: its own talk would stand between ours, and nothing is called in forked processes.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
