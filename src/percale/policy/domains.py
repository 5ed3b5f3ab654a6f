"""Domain names in rules, as Calico Enterprise documents them."""


def covers(pattern: str, name: str) -> bool:
    """`*.example.com` covers every name below, not `example.com` itself; case and a final dot do not count."""
    wanted, asked = pattern.lower().rstrip("."), name.lower().rstrip(".")
    if wanted.startswith("*."):
        return asked.endswith(wanted[1:])
    return wanted == asked
