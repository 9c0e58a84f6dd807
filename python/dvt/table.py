"""Tables and what is read of them."""
from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow

from . import _core
from ._rows import Rows, stream_of
from .errors import wrong_input

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True)
class Written:
    """What a write did. `snapshot_id` is None if there was nothing to commit."""

    rows: int
    rows_removed: int
    files: int
    bytes: int
    snapshot_id: int | None


@dataclass(frozen=True)
class Cleaned:
    """What maintenance removed, or would remove."""

    snapshots: int
    files: list[str]


@dataclass(frozen=True)
class RewrittenManifests:
    """How many manifests were made, taken away and left, and how many files those taken away tell of. `snapshot_id` is None if nothing was committed."""

    created: int
    replaced: int
    kept: int
    entries: int
    snapshot_id: int | None


@dataclass(frozen=True)
class Snapshot:
    """The table's content as of one commit."""

    snapshot_id: int
    parent_id: int | None
    at: datetime.datetime
    operation: str
    summary: dict[str, str]


@dataclass(frozen=True)
class Ref:
    """A branch or a tag."""

    name: str
    snapshot_id: int
    is_branch: bool


@dataclass(frozen=True)
class PartitionField:
    """One value by which rows are dealt to files; `transform` as the table spec writes it (``day``, ``bucket[16]``)."""

    name: str
    column: str
    transform: str


@dataclass(frozen=True)
class SortField:
    """One value by which rows are ordered."""

    column: str
    transform: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class DataFile:
    """A file that a scan reads."""

    path: str
    partition: str
    rows: int
    bytes: int
    delete_files: int


@dataclass(frozen=True)
class Plan:
    """The files of a scan, and how many were passed over."""

    files: list[DataFile]
    files_skipped: int
    manifests: int
    manifests_skipped: int
    snapshot_id: int | None


def _milliseconds(moment: datetime.datetime) -> int:
    if moment.tzinfo is None:
        raise wrong_input(f"the moment {moment} has no time zone")
    return int(moment.timestamp() * 1000)


class Scan:
    """What will be read of a table. It is an Arrow stream for whoever speaks the PyCapsule interface (``polars.DataFrame(scan)``,
    ``pyarrow.table(scan)``, DuckDB); each use reads anew. Rows come in the order of the files, by several threads and with bounded memory."""

    def __init__(self, table: _core.Table, arguments: _core.ScanArguments) -> None:
        self._table, self._arguments = table, arguments

    def _open(self) -> _core.Rows:
        return self._table.scan(self._arguments)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._open().take_stream()

    def _batches(self, rows: _core.Rows, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
        try:
            while (batch := rows.next()) is not None:
                yield pyarrow.RecordBatch._import_from_c_capsule(schema.__arrow_c_schema__(), batch)
        finally:
            rows.close()

    def to_reader(self) -> pyarrow.RecordBatchReader:
        """A streaming reader. Its errors are those of this package."""
        rows = self._open()
        schema = pyarrow.Schema._import_from_c_capsule(rows.schema())
        return pyarrow.RecordBatchReader.from_batches(schema, self._batches(rows, schema))

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        return iter(self.to_reader())

    @property
    def schema(self) -> pyarrow.Schema:
        """The columns that come."""
        rows = self._open()
        try:
            return pyarrow.Schema._import_from_c_capsule(rows.schema())
        finally:
            rows.close()

    def to_arrow(self) -> pyarrow.Table:
        return self.to_reader().read_all()

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """`options` are those of pyarrow.Table.to_pandas."""
        return self.to_arrow().to_pandas(**options)

    def to_polars(self) -> polars.DataFrame:
        import polars

        frame = polars.from_arrow(self.to_arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def count(self) -> int:
        """How many rows come."""
        return sum(batch.num_rows for batch in self)

    def plan(self) -> Plan:
        """The files alone; none is opened."""
        told = self._table.files(self._arguments)
        return Plan(**{**told, "files": [DataFile(**file) for file in told["files"]]})


class Table:
    """A table as of when it was loaded, last refreshed or last written by this object. Calls from several threads wait for each other;
    writers of other objects and programs are met by Iceberg's optimistic commits."""

    def __init__(self, core: _core.Table) -> None:
        self._core = core
        self._name: str = self._metadata()["identifier"]

    @classmethod
    def from_metadata(cls, location: str, properties: Mapping[str, str] | None = None) -> Table:
        """A table that can only be read, from its metadata file, without a catalog."""
        return cls(_core.open_metadata(location, dict(properties or {})))

    def _metadata(self) -> dict[str, Any]:
        return self._core.metadata()

    def __repr__(self) -> str:
        return f"Table({self._name!r})"

    @property
    def name(self) -> str:
        """Namespace and name."""
        return self._name

    @property
    def metadata(self) -> dict[str, Any]:
        """The whole metadata, as Iceberg's table spec writes it."""
        return self._metadata()

    @property
    def location(self) -> str:
        return str(self._metadata()["location"])

    @property
    def metadata_location(self) -> str:
        return str(self._metadata()["metadata-location"])

    @property
    def properties(self) -> dict[str, str]:
        return dict(self._metadata().get("properties", {}))

    @property
    def schema(self) -> pyarrow.Schema:
        """The columns; the metadata of each field hold its id."""
        return pyarrow.Schema._import_from_c_capsule(self._core.schema())

    def _column(self, metadata: dict[str, Any], field_id: int) -> str:
        def find(fields: list[dict[str, Any]], above: str) -> str | None:
            for field in fields:
                if field["id"] == field_id:
                    return f"{above}{field['name']}"
                inner = field["type"]
                if isinstance(inner, dict) and inner.get("type") == "struct":
                    found = find(inner["fields"], above + field["name"] + ".")
                    if found is not None:
                        return found
            return None

        for schema in metadata["schemas"]:
            if schema["schema-id"] == metadata["current-schema-id"]:
                return find(schema["fields"], "") or f"(column {field_id})"
        return f"(column {field_id})"

    @property
    def partition_fields(self) -> list[PartitionField]:
        """How rows that are written now are dealt to files."""
        metadata = self._metadata()
        spec = next(spec for spec in metadata["partition-specs"] if spec["spec-id"] == metadata["default-spec-id"])
        return [PartitionField(field["name"], self._column(metadata, field["source-id"]), field["transform"]) for field in spec["fields"]]

    @property
    def sort_fields(self) -> list[SortField]:
        """The order that the table asks of its files' rows."""
        metadata = self._metadata()
        order = next(order for order in metadata["sort-orders"] if order["order-id"] == metadata["default-sort-order-id"])
        return [SortField(self._column(metadata, field["source-id"]), field["transform"], field["direction"] == "desc",
                          field["null-order"] == "nulls-last") for field in order["fields"]]

    @property
    def snapshots(self) -> list[Snapshot]:
        """Every snapshot that has not expired, in the order of their commits."""
        out = []
        for each in self._metadata().get("snapshots", []):
            summary = dict(each.get("summary", {}))
            at = datetime.datetime.fromtimestamp(each["timestamp-ms"] / 1000, datetime.timezone.utc)
            out.append(Snapshot(each["snapshot-id"], each.get("parent-snapshot-id"), at, summary.pop("operation", ""), summary))
        return out

    @property
    def current_snapshot(self) -> Snapshot | None:
        """The newest of the branch main; None before the first write."""
        current = self._metadata().get("current-snapshot-id")
        return next((snapshot for snapshot in self.snapshots if snapshot.snapshot_id == current), None)

    @property
    def refs(self) -> list[Ref]:
        return [Ref(name, ref["snapshot-id"], ref["type"] == "branch") for name, ref in self._metadata().get("refs", {}).items()]

    def refresh(self) -> Table:
        """Looks for what others wrote."""
        self._core.refresh()
        return self

    def scan(self, columns: Sequence[str] | None = None, where: str = "", *, snapshot_id: int | None = None,
             as_of: datetime.datetime | None = None, ref: str = "", limit: int | None = None, threads: int = 0,
             batch_rows: int = 65536) -> Scan:
        """What to read. `where` is an SQL condition: ``"amount > 5 AND region IN ('eu', 'us')"``; it prunes manifests, files and row groups.
        At most one of `snapshot_id`, `as_of` and `ref` (a branch or tag). `threads` 0: as many as there are processors."""
        if (snapshot_id is not None) + (as_of is not None) + bool(ref) > 1:
            raise wrong_input("give one of snapshot_id, as_of and ref")
        if columns is not None and not columns:
            raise wrong_input("a scan needs at least one column")
        if limit is not None and limit < 0:
            raise wrong_input(f"a scan's limit must be 0 or more, not {limit}")
        arguments = _core.ScanArguments()
        arguments.columns = list(columns or ())
        arguments.where, arguments.ref, arguments.threads, arguments.batch_rows = where, ref, threads, batch_rows
        arguments.snapshot_id = snapshot_id
        arguments.timestamp_ms = None if as_of is None else _milliseconds(as_of)
        arguments.limit = -1 if limit is None else limit
        return Scan(self._core, arguments)

    @staticmethod
    def _how(evolve_schema: bool, branch: str, create_branch: bool, summary: Mapping[str, str] | None) -> _core.WriteArguments:
        arguments = _core.WriteArguments()
        arguments.evolve_schema, arguments.branch, arguments.create_branch, arguments.summary = evolve_schema, branch, create_branch, dict(summary or {})
        return arguments

    def append(self, rows: Rows, *, evolve_schema: bool = True, branch: str = "main", create_branch: bool = False,
               summary: Mapping[str, str] | None = None) -> Written:
        """Adds rows in one snapshot, streaming. New columns are added to the table and types widened unless `evolve_schema` is off; `summary` is
        kept in the snapshot. A branch that is missing is an error unless `create_branch` is on: then it is made from main. Rows that end in an
        exception leave the table as it was."""
        with stream_of(rows) as stream:
            return Written(**self._core.append(stream, self._how(evolve_schema, branch, create_branch, summary)))

    def overwrite(self, rows: Rows, *, where: str = "", partitions: bool = False, evolve_schema: bool = True, branch: str = "main",
                  create_branch: bool = False, summary: Mapping[str, str] | None = None) -> Written:
        """Puts rows in the place of others in one snapshot: of all; with `where`, of those for which a condition is true; with
        `partitions`, of those in the partitions that the new rows fall into."""
        if where and partitions:
            raise wrong_input("give where or partitions, not both")
        what = _core.Replaces.FILTERED if where else _core.Replaces.PARTITIONS if partitions else _core.Replaces.WHOLE
        with stream_of(rows) as stream:
            return Written(**self._core.replace(stream, self._how(evolve_schema, branch, create_branch, summary), what, where, []))

    def upsert(self, rows: Rows, keys: Sequence[str] = (), *, evolve_schema: bool = True, branch: str = "main",
               create_branch: bool = False, summary: Mapping[str, str] | None = None) -> Written:
        """Puts rows in the place of those with the same keys, in one snapshot. Without `keys` they are the table's identifier columns."""
        with stream_of(rows) as stream:
            return Written(**self._core.replace(stream, self._how(evolve_schema, branch, create_branch, summary), _core.Replaces.KEYS, "", list(keys)))

    def delete(self, where: str, *, branch: str = "main", create_branch: bool = False, summary: Mapping[str, str] | None = None) -> Written:
        """Removes the rows for which a condition is true."""
        return Written(**self._core.delete(where, self._how(False, branch, create_branch, summary)))

    def _change(self, kind: _core.ColumnChangeKind, column: str, to: str = "", doc: str = "") -> None:
        self._core.change_columns([_core.ColumnChange(kind, column, to, doc)])

    def add_column(self, name: str, type: str, doc: str = "") -> None:
        """Adds a column that is null in all rows that there are; `type` as the table spec writes it: ``"long"``, ``"decimal(9, 2)"``, ``"timestamptz"``.
        Names with dots are members of structs."""
        self._change(_core.ColumnChangeKind.ADD, name, type, doc)

    def rename_column(self, name: str, new_name: str) -> None:
        """Gives a column another name; its values stay. `new_name` is without the struct that it is a member of."""
        self._change(_core.ColumnChangeKind.RENAME, name, new_name)

    def drop_column(self, name: str) -> None:
        """Removes a column. Older snapshots still have it."""
        self._change(_core.ColumnChangeKind.DROP, name)

    def alter_column(self, name: str, *, type: str | None = None, nullable: bool | None = None, doc: str | None = None) -> None:
        """Widens a column's type (int to long, float to double, decimals with more digits), lets it be null, describes it; all in one commit."""
        kinds, changes = _core.ColumnChangeKind, []
        if nullable is False:
            raise wrong_input(f"the column '{name}' cannot be made to never be null: rows that are there may be")
        if type is not None:
            changes.append(_core.ColumnChange(kinds.RETYPE, name, type))
        if nullable:
            changes.append(_core.ColumnChange(kinds.OPTIONAL, name))
        if doc is not None:
            changes.append(_core.ColumnChange(kinds.DESCRIBE, name, doc))
        self._core.change_columns(changes)

    def set_layout(self, *, partition_by: str | None = None, sort_by: str | None = None) -> None:
        """How rows that are written from now on are partitioned and sorted; files that there are stay as they are. An empty text ends it."""
        self._core.change_layout(partition_by, sort_by)

    def expire_snapshots(self, older_than: datetime.datetime, *, keep_last: int = 1) -> Cleaned:
        """Removes snapshots that were made before a moment and that no branch or tag needs, with the files that only they used."""
        return Cleaned(**self._core.expire_snapshots(_milliseconds(older_than), keep_last))

    def remove_orphans(self, older_than: datetime.datetime, *, dry_run: bool = False) -> Cleaned:
        """Removes files below the table's location that nothing refers to. Those younger than `older_than` may belong to a writer at work."""
        return Cleaned(**self._core.remove_orphans(_milliseconds(older_than), dry_run))

    def compact(self, *, branch: str = "main") -> Written:
        """Writes a branch's small files and files with deletes again as fewer larger ones."""
        return Written(**self._core.compact(branch))

    def rewrite_manifests(self, *, target_bytes: int | None = None, dry_run: bool = False, branch: str = "main") -> RewrittenManifests:
        """Writes a branch's manifests again as few ones of up to `target_bytes` (the table's ``commit.manifest.target-size-bytes``) in the order of the
        partitions, so that a filter on them reads fewer. No data file changes; nothing is committed where they are so already."""
        return RewrittenManifests(**self._core.rewrite_manifests(target_bytes, dry_run, branch))

    def rollback(self, snapshot_id: int) -> None:
        """Makes an older snapshot of main's history the current one."""
        self._core.rollback(snapshot_id)

    def _snapshot_or_current(self, snapshot_id: int | None) -> int:
        if snapshot_id is not None:
            return snapshot_id
        current = self.current_snapshot
        if current is None:
            raise wrong_input(f"{self._name} has no snapshot yet", code="not_found")
        return current.snapshot_id

    def set_branch(self, name: str, snapshot_id: int | None = None) -> None:
        """Makes or moves a branch; without a snapshot, to the current one."""
        self._core.set_ref(name, True, self._snapshot_or_current(snapshot_id))

    def set_tag(self, name: str, snapshot_id: int | None = None) -> None:
        """Makes or moves a tag; without a snapshot, to the current one."""
        self._core.set_ref(name, False, self._snapshot_or_current(snapshot_id))

    def remove_ref(self, name: str) -> None:
        self._core.remove_ref(name)

    def set_properties(self, updates: Mapping[str, str] | None = None, removals: Sequence[str] = ()) -> None:
        self._core.set_properties(dict(updates or {}), list(removals))
