"""What is left of a document that is not its kind: data that is, so that the rest of it can be checked as well."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import inspect

from percale.resources.faults import Fault, Path, has_shape, is_scalar, shape

#: What JSON can hold.
Data = Any


@dataclass(frozen=True, slots=True)
class Mended:
    """`in_doubt` are the parts left out or made up, and those that an unknown field beside them may stand for."""

    data: Data
    in_doubt: frozenset[Path]

    def accounts_for(self, fault: Fault) -> bool:
        """Whether the fault may only follow from what is in doubt."""
        grounds = (fault.path, *fault.rests_on)
        return any(
            part[:-1] == fault.path or any(_is_within(part, ground) or _is_within(ground, part) for ground in grounds)
            for part in self.in_doubt
        )

    def keeps(self, path: Path) -> bool:
        return not any(_is_within(part, path) or _is_within(path, part) for part in self.in_doubt)


def _is_within(part: Path, whole: Path) -> bool:
    return part[: len(whole)] == whole


def mended(kind: type[msgspec.Struct], data: Data) -> Mended:
    """Optional fields at fault are left out; required ones and items of lists become empty, so that paths stay."""
    mending = _Mending()
    return Mended(mending.fitting(shape(kind), data, ()), frozenset(mending.in_doubt))


@dataclass(frozen=True, slots=True)
class _Mending:
    in_doubt: set[Path] = field(default_factory=set)

    def fitting(self, wanted: inspect.Type, data: Data, path: Path) -> Data:
        match wanted:
            case inspect.AnyType():
                return data
            case inspect.StructType() if isinstance(data, dict):
                return self._struct(wanted, data, path)
            case inspect.VarTupleType() if isinstance(data, list):
                return [self.fitting(wanted.item_type, item, (*path, index)) for index, item in enumerate(data)]
            case inspect.DictType() if isinstance(data, dict):
                named = {key: item for key, item in data.items() if isinstance(key, str)}
                self.in_doubt.update([path] if len(named) < len(data) else [])
                return {key: self.fitting(wanted.value_type, item, (*path, key)) for key, item in named.items()}
            case inspect.UnionType():
                return self._union(wanted, data, path)
            case _:
                return data if is_scalar(wanted, data) else self._empty(wanted, path)

    def _union(self, wanted: inspect.UnionType, data: Data, path: Path) -> Data:
        if shaped := next((one for one in wanted.types if has_shape(one, data)), None):
            return self.fitting(shaped, data, path)
        return data if any(is_scalar(one, data) for one in wanted.types) else self._empty(wanted, path)

    def _struct(self, wanted: inspect.StructType, data: dict[Any, Data], path: Path) -> Data:
        fields = {field.encode_name: field for field in wanted.fields}
        kept = {key: self.fitting(fields[key].type, item, (*path, key)) for key, item in data.items() if key in fields}
        for name, one in fields.items():
            if one.required and name not in kept:
                kept[name] = self._empty(one.type, (*path, name))
            elif not one.required and (*path, name) in self.in_doubt:
                kept.pop(name, None)
        is_closed = wanted.cls.__struct_config__.forbid_unknown_fields
        if any(is_closed or not isinstance(key, str) for key in data.keys() - fields.keys()):
            self.in_doubt.update((*path, name) for name in fields.keys() - data.keys())
        return kept

    def _empty(self, wanted: inspect.Type, path: Path) -> Data:
        self.in_doubt.add(path)
        match wanted:
            case inspect.StructType():
                return {one.encode_name: self._empty(one.type, path) for one in wanted.fields if one.required}
            case inspect.DictType():
                return {}
            case inspect.VarTupleType():
                return []
            case inspect.UnionType():
                return self._empty(wanted.types[0], path)
            case inspect.StrType():
                return ""
            case inspect.BoolType():
                return False
            case inspect.IntType() | inspect.FloatType():
                return 0
            case _:
                return None
