"""The IO manager."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Union

import pyarrow
from dagster import (
    ConfigurableIOManager,
    DagsterInvariantViolationError,
    InputContext,
    MetadataValue,
    OutputContext,
    TableColumn,
    TableColumnConstraints,
    TableSchema,
)
from pydantic import Field

import dvt
from dvt.observability import log, span

from .partitions import Slice, dimensions_of
from .resource import PolarisResource
from .rows import Watched, rows_as

_ASSET = "dagster.asset-key"


class WriteMode(str, Enum):
    """What becomes of the rows that a table without partitions has already."""

    APPEND = "append"
    OVERWRITE = "overwrite"
    UPSERT = "upsert"


def _plain(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value.value if isinstance(value, MetadataValue) else value for key, value in (metadata or {}).items()}


def _given(read: Callable[[], Any]) -> Any:
    """What a context made by hand may not have been given."""
    try:
        return read()
    except DagsterInvariantViolationError:
        return None


def _names(value: Any, setting: str) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Sequence) and all(isinstance(each, str) for each in value):
        return list(value)
    raise dvt.InvalidInputError(f"the metadata '{setting}' must be a list of columns, not {value!r}", code="invalid_argument")


def _type_text(kind: Any) -> str:
    if isinstance(kind, str):
        return kind
    if kind["type"] == "list":
        return f"list<{_type_text(kind['element'])}>"
    if kind["type"] == "map":
        return f"map<{_type_text(kind['key'])}, {_type_text(kind['value'])}>"
    return "struct<" + ", ".join(f"{field['name']}: {_type_text(field['type'])}" for field in kind["fields"]) + ">"


def _columns(table: dvt.Table) -> TableSchema:
    metadata = table.metadata
    schema = next(schema for schema in metadata["schemas"] if schema["schema-id"] == metadata["current-schema-id"])
    return TableSchema(columns=[TableColumn(name=field["name"], type=_type_text(field["type"]), description=field.get("doc"),
                                            constraints=TableColumnConstraints(nullable=not field["required"])) for field in schema["fields"]])


class IcebergIOManager(ConfigurableIOManager):
    """Keeps each asset in an Iceberg table.

    The asset key ``["customers"]`` is the table ``customers`` of `default_namespace`, ``["bronze", "raw_events"]`` is ``bronze.raw_events``, and
    ``["gold", "metrics", "daily"]`` is ``gold.metrics_daily``. Outputs are anything with ``__arrow_c_stream__`` (pyarrow tables and readers, polars
    frames, a scan), pandas frames or iterators of record batches, written as they come; None writes nothing.

    A partitioned asset's rows replace those of the partitions that are written, in one snapshot, so that a run can be repeated. Tables without
    partitions are written by `write_mode`. An asset's metadata say more: ``partition_expr`` (the column of its partitions; of several
    dimensions, a mapping), ``write_mode``, ``keys`` (of upsert), ``table``, ``partition_by``, ``sort_by``, ``table_properties``. An input's
    metadata: ``columns``, ``where``, ``limit``, ``snapshot_id``, ``ref``.
    """

    catalog: PolarisResource = Field(description="The catalog that holds the tables")
    default_namespace: str = Field(default="public", description="Namespace of assets whose key has one part")
    write_mode: WriteMode = Field(default=WriteMode.APPEND, description="How assets without partitions are written")
    schema_evolution_enabled: bool = Field(default=True, description="New columns are added to the table, types widened")
    column_projection_enabled: bool = Field(default=True, description="An input's metadata 'columns' choose what is read; off: all columns always")
    create_namespaces: bool = Field(default=True, description="Namespaces that are missing are made")

    def table_name(self, context: Union[InputContext, OutputContext]) -> str:
        """The table of an asset."""
        if not context.has_asset_key:
            raise dvt.InvalidInputError("only assets are kept in tables; this output belongs to none", hint="use another IO manager for it", code="invalid_argument")
        named = self._metadata_of_asset(context).get("table")
        if named:
            return str(named)
        # A level that holds dots or quotes is one level still.
        parts = ['"' + part.replace('"', '""') + '"' if "." in part or '"' in part else part for part in (context.asset_key.path[0], "_".join(context.asset_key.path[1:]))]
        return f"{parts[0]}.{parts[1]}" if parts[1] else f"{self.default_namespace}.{parts[0]}"

    @staticmethod
    def _metadata_of_asset(context: Union[InputContext, OutputContext]) -> dict[str, Any]:
        if isinstance(context, OutputContext):
            return _plain(context.definition_metadata)
        return _plain(context.upstream_output.definition_metadata) if context.upstream_output is not None else {}

    # Writing

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        if obj is None:
            context.log.info("the output is None: nothing is written")
            return
        name = self.table_name(context)
        with span("dagster.handle_output", **{"dagster.asset_key": context.asset_key.to_user_string(), "iceberg.table": name}):
            self._put(context, name, obj)

    def _put(self, context: OutputContext, name: str, obj: Any) -> None:
        metadata = self._metadata_of_asset(context)
        table, rows = self._table(name), Watched(obj)
        part = self._slice(context, metadata, table, rows.schema)
        rows.check = part.check if part is not None else None
        if table is None:
            table = self._create(context, name, metadata, part, rows.schema)
        self._is_of(context, table)
        try:
            written = self._write(context, table, metadata, part, rows)
        except dvt.LakeError:
            if rows.error is not None:
                raise rows.error from None
            raise
        context.add_output_metadata(self._told(table, written, part))
        for key, count in (part.counts if part is not None else {}).items():
            self._tell_partition(context, key, {"dagster/partition_row_count": count})

    @staticmethod
    def _tell_partition(context: OutputContext, key: str, metadata: dict[str, Any]) -> None:
        """Adds to what Dagster keeps of one of the partitions that a step writes."""
        step = _given(lambda: context.step_context)
        if step is not None:
            step.add_asset_metadata(metadata, asset_key=context.asset_key, partition_key=key)

    def _table(self, name: str) -> dvt.Table | None:
        catalog = self.catalog.get_catalog()
        return catalog.load_table(name) if catalog.table_exists(name) else None

    def _slice(self, context: Union[InputContext, OutputContext], metadata: dict[str, Any], table: dvt.Table | None, schema: pyarrow.Schema) -> Slice | None:
        if not context.has_asset_partitions:
            return None
        fields = table.partition_fields if table is not None else []
        return Slice(dimensions_of(context.asset_partitions_def, metadata.get("partition_expr"), fields, schema.names), list(context.asset_partition_keys))

    def _create(self, context: OutputContext, name: str, metadata: dict[str, Any], part: Slice | None, schema: pyarrow.Schema) -> dvt.Table:
        catalog = self.catalog.get_catalog()
        levels = name.rpartition(".")[0].split(".") if '"' not in name else []
        if self.create_namespaces:
            for depth in range(1, len(levels) + 1):
                catalog.create_namespace(".".join(levels[:depth]), if_missing=True)
        fields = [part.partition_by(schema)] if part is not None else []
        fields += [metadata["partition_by"]] if metadata.get("partition_by") else []
        properties = {str(key): str(value) for key, value in (metadata.get("table_properties") or {}).items()}
        return catalog.create_table(name, schema, partition_by=", ".join(fields), sort_by=metadata.get("sort_by", ""), if_missing=True,
                                    properties={**properties, _ASSET: context.asset_key.to_user_string()})

    def _is_of(self, context: OutputContext, table: dvt.Table) -> None:
        """Two keys can mean one table (["a", "b", "c"], ["a", "b_c"]); the second does not write over the first."""
        owner = table.properties.get(_ASSET)
        if owner not in (None, context.asset_key.to_user_string()):
            raise dvt.InvalidInputError(f"the table {table.name} belongs to the asset {owner}, not to {context.asset_key.to_user_string()}",
                                        hint="give one of them another table by its metadata 'table'", code="already_exists")

    def _write(self, context: OutputContext, table: dvt.Table, metadata: dict[str, Any], part: Slice | None, rows: Watched) -> dvt.Written:
        run = {"dagster.run-id": _given(lambda: context.run_id) or "", "dagster.step-key": _given(lambda: context.step_key) or ""}
        how: dict[str, Any] = {"evolve_schema": self.schema_evolution_enabled, "summary": run}
        if part is not None:
            known = pyarrow.unify_schemas([table.schema.remove_metadata(), *[pyarrow.schema([field]) for field in rows.schema if field.name not in table.schema.names]])
            return table.overwrite(rows.reader(), where=part.where(known), **how)
        try:
            mode = WriteMode(metadata.get("write_mode", self.write_mode))
        except ValueError:
            raise dvt.InvalidInputError(f"the metadata 'write_mode' is {metadata['write_mode']!r}", hint="it is append, overwrite or upsert", code="invalid_argument") from None
        if mode == WriteMode.OVERWRITE:
            return table.overwrite(rows.reader(), **how)
        if mode == WriteMode.UPSERT:
            return table.upsert(rows.reader(), _names(metadata.get("keys", []), "keys"), **how)
        done = self._done_before(table, run)
        return done if done is not None else table.append(rows.reader(), **how)

    @staticmethod
    def _done_before(table: dvt.Table, run: dict[str, str]) -> dvt.Written | None:
        """What an earlier try of the same step appended: a step that is tried again after a lost answer must not append twice."""
        for snapshot in table.snapshots if all(run.values()) else []:
            if all(snapshot.summary.get(key) == value for key, value in run.items()):
                log().info("append_was_done", table=table.name, snapshot_id=snapshot.snapshot_id)
                count = {key: int(snapshot.summary.get(key, 0)) for key in ("added-records", "added-data-files", "added-files-size")}
                return dvt.Written(count["added-records"], 0, count["added-data-files"], count["added-files-size"], snapshot.snapshot_id)
        return None

    def _told(self, table: dvt.Table, written: dvt.Written, part: Slice | None) -> dict[str, Any]:
        """The output's metadata; those of the namespace "dagster" are Dagster's own."""
        snapshot = table.current_snapshot
        told: dict[str, Any] = {"table": table.name, "num_rows": written.rows, "dagster/table_name": table.name, "dagster/column_schema": _columns(table),
                                "location": MetadataValue.path(table.location)}
        current = written.snapshot_id if written.snapshot_id is not None else snapshot.snapshot_id if snapshot is not None else None
        if current is not None:
            told["snapshot_id"] = MetadataValue.text(str(current))  # wider than what JSON's readers keep exactly
        if part is not None and not part.counts:
            told["dagster/partition_row_count"] = written.rows
        if snapshot is not None and snapshot.summary.get("total-delete-files", "0") == "0" and "total-records" in snapshot.summary:
            told["dagster/row_count"] = int(snapshot.summary["total-records"])
        return told

    # Reading

    def load_input(self, context: InputContext) -> Any:
        name = self.table_name(context)
        with span("dagster.load_input", **{"dagster.asset_key": context.asset_key.to_user_string(), "iceberg.table": name}):
            return self._get(context, name)

    def _get(self, context: InputContext, name: str) -> Any:
        metadata = _plain(context.definition_metadata)
        table = self.catalog.get_catalog().load_table(name)
        part = self._slice(context, self._metadata_of_asset(context), table, table.schema)
        conditions = [f"({metadata['where']})"] if metadata.get("where") else []
        limit = metadata.get("limit")
        if part is not None and part.keys:
            conditions.append(f"({part.where(table.schema)})")
        elif part is not None:
            limit = 0  # none of the partitions is wanted
        columns = _names(metadata["columns"], "columns") if metadata.get("columns") and self.column_projection_enabled else None
        scan = table.scan(columns, " AND ".join(conditions), limit=limit, snapshot_id=metadata.get("snapshot_id"), ref=metadata.get("ref", ""))
        return rows_as(scan, table, _given(lambda: context.dagster_type.typing_type if context.dagster_type is not None else None))
