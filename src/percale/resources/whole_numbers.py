"""Documents into types. Go writes a whole float without its point, so `80.0` reaches the API server as 80."""

from typing import Any, TypeGuard, TypeVar

import msgspec

Kind = TypeVar("Kind")

#: Beyond it a number no longer fits the API's integers.
_LARGEST = float(1 << 63)


def converted(data: object, kind: type[Kind]) -> Kind:
    """The data as a value of the type; raises msgspec.ValidationError with one thing that is wrong."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError:
        # Such floats are rare: only what is refused is looked through for them.
        return msgspec.convert(_without_points(data), kind)


def is_whole(data: object) -> TypeGuard[float]:
    return isinstance(data, float) and data.is_integer() and -_LARGEST <= data < _LARGEST


def _without_points(data: Any) -> Any:  # noqa: ANN401  what JSON can hold
    if isinstance(data, dict):
        return {key: _without_points(item) for key, item in data.items()}
    if isinstance(data, list):
        return [_without_points(item) for item in data]
    return int(data) if is_whole(data) else data
