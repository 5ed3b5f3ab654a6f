"""One end of an expectation as a single string: `any`, `outside`, a workload, an address, a service, a domain."""

import re

from percale.resources.policy_test import EndFields
from percale.traffic.addresses import network_text

ANY = "any"
OUTSIDE = "outside"

_DOMAIN = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_SERVICE = re.compile(r"(service|services|svc)/(.+)", re.IGNORECASE)
_WORKLOAD = re.compile(r"([A-Za-z]+/)?([a-z0-9][-a-z0-9]*/)?[a-z0-9][-a-z0-9.]*")


def fields_of(text: str) -> EndFields | None:
    """The string in the long form; None for `any`, `outside` and what is neither of them nor anything else."""
    if text in (ANY, OUTSIDE):
        return None
    if network_text(text):
        return EndFields(cidr=text)
    if service := _SERVICE.fullmatch(text):
        return EndFields(service=service[2])
    # A pod may have dots in its name, but hardly one that reads as a domain.
    if _DOMAIN.fullmatch(text):
        return EndFields(domain=text)
    return EndFields(workload=text) if is_workload_name(text) else None


def is_workload_name(text: str) -> bool:
    """`NAME`, `NAMESPACE/NAME` or `KIND/NAMESPACE/NAME`."""
    return bool(_WORKLOAD.fullmatch(text)) and text.count("/") <= 2


def is_domain(text: str) -> bool:
    return bool(_DOMAIN.fullmatch(text))
