"""Rows on their way in: whatever the caller has, as one Arrow stream."""
from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, Union, runtime_checkable

import pyarrow


@runtime_checkable
class ArrowStream(Protocol):
    """Arrow's PyCapsule interface: a pyarrow table or reader, a polars or pandas frame, a DuckDB relation, a Scan."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


Rows = Union[ArrowStream, "pyarrow.RecordBatch", Iterable["pyarrow.RecordBatch"]]


class _Watched:
    """An iterator of batches that keeps the exception it ended with: a C stream hands on its text alone."""

    def __init__(self, batches: Iterator[pyarrow.RecordBatch]) -> None:
        self._batches = batches
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        return self

    def __next__(self) -> pyarrow.RecordBatch:
        try:
            return next(self._batches)
        except StopIteration:
            raise
        except BaseException as error:
            self.error = error
            raise


def _is_frame(rows: Any, package: str) -> bool:
    return type(rows).__module__.partition(".")[0] == package


def reader_of(rows: Rows) -> Any:
    """Something with ``__arrow_c_stream__``; frames lose their index, lazy ones are computed. TypeError if there are no rows in it."""
    if _is_frame(rows, "pandas") and hasattr(rows, "columns"):
        return pyarrow.Table.from_pandas(rows, preserve_index=False)
    if _is_frame(rows, "polars") and hasattr(rows, "collect"):
        return rows.collect()
    if isinstance(rows, pyarrow.RecordBatch):
        return pyarrow.Table.from_batches([rows])
    if isinstance(rows, (pyarrow.Table, pyarrow.RecordBatchReader)) or hasattr(rows, "__arrow_c_stream__"):
        return rows
    if isinstance(rows, Iterable) and not isinstance(rows, (str, bytes, dict)):
        batches = iter(rows)
        first = next(batches, None)
        if isinstance(first, pyarrow.RecordBatch):
            return pyarrow.RecordBatchReader.from_batches(first.schema, itertools.chain([first], batches))
        if first is None:
            raise TypeError("an iterator without a batch has no columns: give a pyarrow.RecordBatchReader, which has a schema")
        raise TypeError(f"an iterator of rows must give pyarrow.RecordBatch, not {type(first).__name__}")
    raise TypeError(f"rows must be an Arrow stream, a pandas or polars frame or record batches, not {type(rows).__name__}")


@contextlib.contextmanager
def stream_of(rows: Rows) -> Iterator[object]:
    """The capsule of the rows. If they end in an exception of their own, this is raised instead of the core's, which follows from it."""
    watched: list[_Watched] = []
    if isinstance(rows, Iterator) and not hasattr(rows, "__arrow_c_stream__"):
        watched.append(_Watched(rows))
        rows = watched[0]
    try:
        yield reader_of(rows).__arrow_c_stream__()
    except Exception:
        if watched and watched[0].error is not None:
            raise watched[0].error from None
        raise
