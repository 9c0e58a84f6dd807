"""What Dagster's partitions are in a table: the transforms of a new table's partition fields, and the rows that some partitions hold."""
from __future__ import annotations

import bisect
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow
import pyarrow.compute
from dagster import MultiPartitionKey, MultiPartitionsDefinition, PartitionsDefinition, TimeWindowPartitionsDefinition

import dvt

# Weeks and windows of other lengths are made of days.
_TRANSFORMS = {"HOURLY": "hour", "DAILY": "day", "WEEKLY": "day", "MONTHLY": "month"}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _plain(kind: pyarrow.DataType) -> pyarrow.DataType:
    return kind.value_type if pyarrow.types.is_dictionary(kind) else kind


def _is_text(kind: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind) or pyarrow.types.is_string_view(kind))


@dataclass(frozen=True)
class Dimension:
    """One kind of partition and the column that holds it."""

    name: str
    column: str
    definition: PartitionsDefinition

    @property
    def is_time(self) -> bool:
        return isinstance(self.definition, TimeWindowPartitionsDefinition)

    def field(self, kind: pyarrow.DataType) -> str:
        """The partition field of a new table. A column of texts holds the keys themselves."""
        if not isinstance(self.definition, TimeWindowPartitionsDefinition) or _is_text(_plain(kind)):
            return _quoted(self.column)
        transform = _TRANSFORMS.get(getattr(self.definition.schedule_type, "name", ""), "day")
        return f"{transform}({_quoted(self.column)})"

    def _windows(self, keys: Sequence[str]) -> list[tuple[datetime.datetime, datetime.datetime]]:
        """The spans of time of the keys, neighbours joined."""
        assert isinstance(self.definition, TimeWindowPartitionsDefinition)
        joined: list[tuple[datetime.datetime, datetime.datetime]] = []
        for window in sorted(self.definition.time_window_for_partition_key(key) for key in keys):
            if joined and joined[-1][1] >= window.start:
                joined[-1] = (joined[-1][0], max(joined[-1][1], window.end))
            else:
                joined.append((window.start, window.end))
        return joined

    def _bound(self, moment: datetime.datetime, kind: pyarrow.DataType) -> datetime.date:
        """A window's edge as a value of the column: without a time zone, the clock of the partitions' own zone."""
        if pyarrow.types.is_date(kind):
            return moment.date()
        if pyarrow.types.is_timestamp(kind):
            return moment.astimezone(datetime.timezone.utc) if kind.tz else moment.replace(tzinfo=None)
        raise dvt.InvalidInputError(f"the column '{self.column}' of type {kind} cannot hold partitions of time",
                                    hint="partition by a column of dates, timestamps, or texts that are the partitions' keys", code="type")

    def where(self, keys: Sequence[str], kind: pyarrow.DataType) -> str:
        """The SQL condition for the rows of some keys."""
        column, kind = _quoted(self.column), _plain(kind)
        if not self.is_time or _is_text(kind):
            return f"{column} IN ({', '.join(_text(key) for key in sorted(keys))})"
        spans = [(self._bound(start, kind), self._bound(end, kind)) for start, end in self._windows(keys)]
        told = [f"{column} >= {_text(start.isoformat())} AND {column} < {_text(end.isoformat())}" for start, end in spans]
        return " OR ".join(f"({each})" for each in told)

    def holds(self, keys: Sequence[str], values: pyarrow.Array) -> pyarrow.Array:
        """True for the values that belong to some keys."""
        kind = _plain(values.type)
        values = values.cast(kind)
        if not self.is_time or _is_text(kind):
            return pyarrow.compute.is_in(values, pyarrow.array(sorted(keys)).cast(kind))
        found = pyarrow.scalar(False)
        for start, end in self._windows(keys):
            first, last = (pyarrow.scalar(self._bound(edge, kind), kind) for edge in (start, end))
            found = pyarrow.compute.or_(found, pyarrow.compute.and_(pyarrow.compute.greater_equal(values, first), pyarrow.compute.less(values, last)))
        return found

    def keys_of(self, keys: Sequence[str], values: pyarrow.Array) -> pyarrow.Array:
        """To which of some keys each value belongs, as texts. All values must belong to one."""
        kind = _plain(values.type)
        values = values.cast(kind)
        if not isinstance(self.definition, TimeWindowPartitionsDefinition) or _is_text(kind):
            return values.cast(pyarrow.string())
        starts = sorted((self._bound(self.definition.time_window_for_partition_key(key).start, kind), key) for key in keys)
        if pyarrow.types.is_timestamp(kind):  # few distinct values: windows begin at whole hours, or at minutes
            whole = all(isinstance(start, datetime.datetime) and start.minute == 0 for start, _ in starts)
            values = pyarrow.compute.floor_temporal(values, unit="hour" if whole else "minute").cast(pyarrow.timestamp("us", kind.tz))
        coded = values.dictionary_encode()
        found = [starts[bisect.bisect_right(starts, value, key=lambda each: each[0]) - 1][1] for value in coded.dictionary.to_pylist()]
        return pyarrow.array(found, pyarrow.string()).take(coded.indices)


class Slice:
    """The rows of some of an asset's partitions. `counts` is how many of each were looked at by `check`, where there are several partitions."""

    def __init__(self, dimensions: Sequence[Dimension], keys: Sequence[str]) -> None:
        self.dimensions, self.keys = list(dimensions), list(keys)
        self._groups = self._grouped()
        self.counts: dict[str, int] = {str(key): 0 for key in self.keys} if len(self.keys) > 1 else {}

    def _grouped(self) -> list[list[set[str]]]:
        """Keys of several dimensions as products of sets, one set a dimension."""
        if len(self.dimensions) == 1:
            return [[set(self.keys)]]
        groups: dict[tuple[str, ...], set[str]] = {}
        for key in self.keys:
            # The text of a key has its dimensions in the order of their names.
            named = key.keys_by_dimension if isinstance(key, MultiPartitionKey) else dict(zip(sorted(each.name for each in self.dimensions), key.split("|")))
            values = [named[dimension.name] for dimension in self.dimensions]
            groups.setdefault(tuple(values[1:]), set()).add(values[0])
        joined: dict[frozenset[str], list[tuple[str, ...]]] = {}
        for rest, firsts in groups.items():
            joined.setdefault(frozenset(firsts), []).append(rest)
        out: list[list[set[str]]] = []
        for together, rests in joined.items():
            if len(self.dimensions) == 2:
                out.append([set(together), {rest[0] for rest in rests}])
            else:
                out.extend([set(together), *({part} for part in rest)] for rest in rests)
        return out

    def _kind(self, schema: pyarrow.Schema, dimension: Dimension) -> pyarrow.DataType:
        if dimension.column not in schema.names:
            raise dvt.InvalidInputError(f"the rows have no column '{dimension.column}', which the partitions are told apart by",
                                        hint=f"there are: {', '.join(schema.names)}", code="not_found")
        return schema.field(dimension.column).type

    def partition_by(self, schema: pyarrow.Schema) -> str:
        """The partition fields of a new table for such rows."""
        return ", ".join(dimension.field(self._kind(schema, dimension)) for dimension in self.dimensions)

    def where(self, schema: pyarrow.Schema) -> str:
        """The SQL condition for the slice in a table of this schema."""
        groups = [" AND ".join(f"({dimension.where(sorted(keys), self._kind(schema, dimension))})" for dimension, keys in zip(self.dimensions, group))
                  for group in self._groups]
        return " OR ".join(f"({group})" for group in groups)

    def check(self, batch: pyarrow.RecordBatch) -> None:
        """InvalidInputError if a row does not belong to the slice: it would be written again whenever the partition is."""
        inside = pyarrow.array([False] * batch.num_rows)
        for group in self._groups:
            held = pyarrow.array([True] * batch.num_rows)
            for dimension, keys in zip(self.dimensions, group):
                self._kind(batch.schema, dimension)
                held = pyarrow.compute.and_(held, dimension.holds(sorted(keys), batch.column(dimension.column)))
            inside = pyarrow.compute.or_(inside, held)
        outside = pyarrow.compute.index(pyarrow.compute.fill_null(inside, False), False).as_py()
        if outside >= 0:
            found = ", ".join(f"{dimension.column} = {batch.column(dimension.column)[outside]}" for dimension in self.dimensions)
            told = self.keys[0] if len(self.keys) == 1 else f"{self.keys[0]} … {self.keys[-1]}"
            raise dvt.InvalidInputError(f"a row with {found} does not belong to the partition {told}", hint="give only rows of the partition that is written",
                                        code="data")
        if self.counts:
            self._count(batch)

    def _count(self, batch: pyarrow.RecordBatch) -> None:
        ordered = sorted(range(len(self.dimensions)), key=lambda i: self.dimensions[i].name)
        known = [sorted(set().union(*(group[i] for group in self._groups))) for i in ordered]
        told = [self.dimensions[i].keys_of(keys, batch.column(self.dimensions[i].column)) for i, keys in zip(ordered, known)]
        whole = told[0] if len(told) == 1 else pyarrow.compute.binary_join_element_wise(*told, "|")
        for each in pyarrow.compute.value_counts(whole).to_pylist():
            self.counts[each["values"]] += each["counts"]


def _from_table(definition: PartitionsDefinition, fields: Sequence[dvt.PartitionField]) -> str | None:
    """The column by which a table is already partitioned in the way of a definition, if there is one alone."""
    time = isinstance(definition, TimeWindowPartitionsDefinition)
    wanted = ("hour", "day", "month", "identity") if time else ("identity",)
    columns = [field.column for field in fields if field.transform in wanted]
    return columns[0] if len(columns) == 1 else None


def dimensions_of(definition: PartitionsDefinition, expression: str | Mapping[str, str] | None, fields: Sequence[dvt.PartitionField], columns: Sequence[str]) -> list[Dimension]:
    """A definition's dimensions with their columns: by the asset's metadata ``partition_expr`` (a column; of several dimensions, a mapping from
    their names), else by the table's partition fields, else columns that are called as the dimensions are."""
    if isinstance(definition, MultiPartitionsDefinition):
        if isinstance(expression, str):
            raise dvt.InvalidInputError("'partition_expr' of an asset with several dimensions must map each to a column", code="invalid_argument")
        out = []
        for each in definition.partitions_defs:
            column = (expression or {}).get(each.name) or (each.name if each.name in columns else None) or _from_table(each.partitions_def, fields)
            if column is None:
                raise dvt.InvalidInputError(f"no column is known for the dimension '{each.name}' of the asset's partitions",
                                            hint="set the asset's metadata 'partition_expr', such as {'" + each.name + "': 'column'}", code="invalid_argument")
            out.append(Dimension(each.name, column, each.partitions_def))
        return out
    if expression is not None and not isinstance(expression, str):
        raise dvt.InvalidInputError("'partition_expr' of an asset with one dimension must be a column's name", code="invalid_argument")
    column = expression or _from_table(definition, fields)
    if column is None:
        raise dvt.InvalidInputError("no column is known for the asset's partitions", hint="set the asset's metadata 'partition_expr' to a column's name",
                                    code="invalid_argument")
    return [Dimension("", column, definition)]
