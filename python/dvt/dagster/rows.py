"""An output's rows on their way into a table, and a table's rows in the form that an input asks for."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow

import dvt
from dvt._rows import reader_of


class Watched:
    """Rows as a streaming reader; each batch is looked at by `check`. `error` is the exception that they ended with, since a C stream hands on
    its text alone."""

    def __init__(self, rows: Any) -> None:
        source = reader_of(rows)
        self._source = source if isinstance(source, pyarrow.RecordBatchReader) else pyarrow.RecordBatchReader.from_stream(source)
        self.check: Callable[[pyarrow.RecordBatch], None] | None = None
        self.schema: pyarrow.Schema = self._source.schema
        self.error: Exception | None = None

    def reader(self) -> pyarrow.RecordBatchReader:
        return pyarrow.RecordBatchReader.from_batches(self.schema, self._batches())

    def _batches(self) -> Iterator[pyarrow.RecordBatch]:
        try:
            for batch in self._source:
                if self.check is not None and batch.num_rows > 0:
                    self.check(batch)
                yield batch
        except Exception as error:
            self.error = error
            raise


def rows_as(scan: dvt.Scan, table: dvt.Table, wanted: Any) -> Any:
    """What an input annotated with `wanted` gets; a pyarrow.Table if it is not annotated."""
    name = f"{getattr(wanted, '__module__', '')}.{getattr(wanted, '__qualname__', '')}" if isinstance(wanted, type) else ""
    package = name.partition(".")[0]
    if not isinstance(wanted, type) or wanted in (pyarrow.Table, object):
        return scan.to_arrow()
    if wanted is pyarrow.RecordBatchReader:
        return scan.to_reader()
    if wanted is dvt.Scan:
        return scan
    if wanted is dvt.Table:
        return table
    if package == "pandas" and wanted.__name__ == "DataFrame":
        return scan.to_pandas()
    if package == "polars" and wanted.__name__ in ("DataFrame", "LazyFrame"):
        return scan.to_polars() if wanted.__name__ == "DataFrame" else scan.to_polars().lazy()
    raise dvt.InvalidInputError(f"rows of a table cannot be loaded as {name}",
                                hint="annotate the input with pyarrow.Table, pyarrow.RecordBatchReader, pandas.DataFrame, polars.DataFrame, "
                                     "polars.LazyFrame, dvt.Scan or dvt.Table", code="invalid_argument")
