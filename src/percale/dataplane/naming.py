"""Names of what Percale puts into the kernel, and of what they stand for: written here, read back here.

nft takes neither a leading digit nor its own keywords as a name, so every name has a prefix.
"""

from hashlib import blake2s

TABLE = "percale"

EGRESS_OF = "egress_of"
INGRESS_OF = "ingress_of"
LOCAL = "local"
WORKLOAD_INTERFACES = "workload_interfaces"
SOURCES = "sources"

TO_POD = "to-pod"
OK = "ok"
STRAY = "stray"
STAGED_ONWARD = "staged-host-onward"


def staged_map(direction: str) -> str:
    return f"staged_{direction}_of"


#: nft cuts comments at 128 bytes, terminator included.
_LONGEST_COMMENT = 120


def digest(*parts: object) -> str:
    """Eight bytes of hex that stand for the parts: the same in every process."""
    text = "\0".join(map(str, parts)).encode()
    return blake2s(text, digest_size=8).hexdigest()


def comment(text: str) -> str:
    """Fit to stand between nft's double quotes, which know no escape."""
    plain = "".join(letter if letter.isprintable() and letter not in '"\\' else "?" for letter in text)
    encoded = plain.encode()
    return plain if len(encoded) <= _LONGEST_COMMENT else encoded[:_LONGEST_COMMENT].decode(errors="ignore")
