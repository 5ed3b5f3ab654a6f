"""What follows from a selector by its form, whatever labels there are."""

from percale.selector import All, And, Equals, Has, In, Not, Selector


def implies(narrow: Selector, wide: Selector) -> bool:
    """Whether each part of the wide one follows from a part of the narrow one; False where that cannot be seen."""
    return all(any(_follows(part, given) for given in _parts(narrow)) for part in _parts(wide))


def _parts(selector: Selector) -> tuple[Selector, ...]:
    return selector.terms if isinstance(selector, And) else (selector,)


def _follows(wanted: Selector, given: Selector) -> bool:
    if wanted == given or isinstance(wanted, All):
        return True
    values = _values(given)
    match wanted:
        case Has(key=key):
            return values is not None and key == values[0]
        case In(key=key, values=allowed):
            return values is not None and key == values[0] and values[1] <= set(allowed)
        case _:
            return False


def _values(selector: Selector) -> tuple[str, set[str]] | None:
    match selector:
        case Equals(key=key, value=value):
            return key, {value}
        case In(key=key, values=values):
            return key, set(values)
        case _:
            return None


def contradictory(selector: Selector) -> str:
    """Why no labels can fulfil it, or nothing where none of its parts excludes another."""
    left: dict[str, set[str]] = {}
    absent = {part.term.key for part in _parts(selector) if isinstance(part, Not) and isinstance(part.term, Has)}
    for part in _parts(selector):
        if found := _values(part):
            key, values = found
            left[key] = left[key] & values if key in left else values
            if not left[key]:
                return f"`{key}` cannot have two values"
    present = left.keys() | {part.key for part in _parts(selector) if isinstance(part, Has)}
    both = sorted(absent & present)
    return f"`{both[0]}` cannot be there and not" if both else ""
