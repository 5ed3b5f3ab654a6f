"""What one input may cost: input is hostile, and every limit ends in a problem that names it."""

#: Larger inputs are refused before they are decoded.
MAX_BYTES = 64 << 20
#: Mappings and lists within each other; Kubernetes' own objects need about fifteen.
MAX_DEPTH = 100
#: Values that the aliases of one input may stand for altogether.
ALIAS_BUDGET = 200_000
#: Syntax errors in one input after which the documents that follow are not tried.
MOST_BROKEN = 20
#: A hostile file can be wrong in millions of places; nobody reads more than these.
MOST_PROBLEMS = 100
