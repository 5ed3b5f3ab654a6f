"""How an agent is doing, as one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InvalidObject:
    name: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Latency:
    """From the moment when a change was known here until the kernel had it."""

    last_s: float = 0
    worst_s: float = 0

    def with_one(self, seconds: float) -> "Latency":
        return Latency(seconds, max(seconds, self.worst_s))


@dataclass(frozen=True, slots=True)
class Status:
    node: str
    mode: str
    version: str
    #: Seconds since the epoch.
    started_at: float
    store: str = ""
    #: Why the store is out of reach; empty while it is not.
    store_error: str = ""
    #: Why the kernel does not have what it should; empty while it has.
    kernel_error: str = ""
    #: Whether the kernel has had anything from the store since the agent started.
    enforcing: bool = False
    #: Of the store, as the kernel has it.
    revision: str = ""
    latency: Latency = Latency()
    endpoints: int = 0
    policies: int = 0
    #: Addresses of local endpoints that no interface is known for.
    unattached: tuple[str, ...] = ()
    invalid: tuple[InvalidObject, ...] = ()
    #: Rules that the kernel cannot be asked for, which narrows what is let through.
    left_out: tuple[str, ...] = ()
    #: Live connections that are cut.
    cut_flows: int = 0
    batches: int = 0
    #: Loads that changed the kernel.
    loads: int = 0
    #: Loads, or what leads to one, that failed.
    failures: int = 0
    #: Times that somebody else had changed our tables.
    repairs: int = 0
    #: Times that the store was lost.
    store_losses: int = 0

    @property
    def in_sync(self) -> bool:
        return self.enforcing and not self.store_error and not self.kernel_error
