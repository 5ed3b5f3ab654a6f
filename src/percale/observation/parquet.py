"""Flows out of a Parquet file, batch by batch; addresses stay in dictionaries, so that none is read twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from percale.analysis.flows.columns import Coded, Flows
from percale.errors import PercaleError
from percale.traffic.addresses import Address, address

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as missing:
    raise PercaleError("reading Parquet needs pyarrow", hint="pip install 'percale[flows]'") from missing

_BATCH = 1 << 20


@dataclass(frozen=True, slots=True)
class FlowColumns:
    """What the columns are called; one whose name is empty is not there."""

    source: str = "source"
    destination: str = "destination"
    protocol: str = "protocol"
    destination_port: str = "destination_port"
    source_port: str = ""

    def names(self) -> list[str]:
        every = (self.source, self.destination, self.protocol, self.destination_port, self.source_port)
        return [name for name in every if name]


def flows_in(path: Path, version: int, columns: FlowColumns | None = None) -> Iterator[Flows]:
    """Those of one IP version: addresses are text, protocols and ports are numbers. What has no address is left out."""
    names = columns or FlowColumns()
    try:
        there = pq.read_schema(path).names
        if absent := [name for name in names.names() if name not in there]:
            raise PercaleError(f"`{path}` has no column `{absent[0]}`", hint=f"it has {', '.join(there)}")
        with pq.ParquetFile(path, read_dictionary=[names.source, names.destination]) as file:
            for batch in file.iter_batches(_BATCH, columns=names.names()):
                yield _flows(batch, names, version)
    except (OSError, pa.ArrowException) as failure:
        raise PercaleError(f"`{path}` cannot be read as Parquet: {failure}") from failure


def _flows(batch: pa.RecordBatch, names: FlowColumns, version: int) -> Flows:
    known = [_addresses(batch.column(name), version) for name in (names.source, names.destination)]
    kept = np.flatnonzero(np.logical_and(*(codes >= 0 for codes, _ in known)))
    sources, destinations = (Coded(codes[kept], distinct) for codes, distinct in known)
    ports = _numbers(batch, names.source_port, np.uint16)[kept] if names.source_port else None
    return Flows(
        sources,
        destinations,
        _numbers(batch, names.protocol, np.uint8)[kept],
        _numbers(batch, names.destination_port, np.uint16)[kept],
        ports,
    )


def _addresses(column: pa.DictionaryArray, version: int) -> tuple[npt.NDArray[np.int64], list[Address]]:
    """Numbers into the list, and -1 for what is no address of the IP version."""
    distinct: list[Address] = []
    code_of = np.full(len(column.dictionary) + 1, -1, np.int64)
    for number, text in enumerate(column.dictionary.to_pylist()):
        if (found := _address(text)) and found.version == version:
            code_of[number] = len(distinct)
            distinct.append(found)
    return code_of.take(column.indices.fill_null(len(column.dictionary)).to_numpy()), distinct


def _address(text: str | None) -> Address | None:
    try:
        return address(text) if text else None
    except ValueError as failure:
        raise PercaleError(f"`{text}` in a flow is no address") from failure


def _numbers(batch: pa.RecordBatch, name: str, kind: type[np.unsignedinteger]) -> npt.NDArray[np.unsignedinteger]:
    found: npt.NDArray[np.unsignedinteger] = batch.column(name).fill_null(0).to_numpy(zero_copy_only=False).astype(kind)
    return found
