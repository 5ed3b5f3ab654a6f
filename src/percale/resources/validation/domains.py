"""Domain names in rules and network sets, as Calico Enterprise documents them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from percale.resources.faults import Fault, Path
from percale.resources.validation.names import is_host_name
from percale.selector.errors import shortened


def domain_findings(domains: tuple[str, ...], path: Path) -> Iterator[Fault]:
    for index, domain in enumerate(domains):
        if not _is_domain(domain):
            says = f"invalid domain name `{shortened(domain)}`: neither a host name nor `*.` before one"
            yield Fault((*path, index), says, _meant(domain))


def _is_domain(text: str) -> bool:
    return is_host_name(text.removeprefix("*."))


def _meant(domain: str) -> str:
    if "://" in domain or "/" in domain:
        host = _host(domain)
        return f"write the host name alone: `{host}`" if _is_domain(host) else ""
    if domain.replace(".", "").isdigit() or ":" in domain:
        return "addresses belong in `nets`"
    if domain.startswith(".") and _is_domain(f"*{domain}"):
        return f"did you mean `*{domain}`?"
    if domain.endswith(".") and _is_domain(domain[:-1]):
        return f"did you mean `{domain[:-1]}`?"
    return "a wildcard is the whole first part, and the only one" if "*" in domain else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
