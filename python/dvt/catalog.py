"""Catalogs: namespaces, tables and views by name."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow

from . import _core
from ._rows import Rows, stream_of
from .table import Table


class Catalog:
    """A connection to an Iceberg REST catalog such as Polaris. Thread-safe.

    Names are texts, ``"gold.metrics"`` for a namespace and ``"gold.metrics.daily"`` for a table; a level that holds a dot is written in double
    quotes. Authentication is by `credential` (``"client id:client secret"``, OAuth2 client credentials, renewed before the token expires)
    or by `token`. Further properties have the names that Iceberg's other clients use: ``{"s3.endpoint": …, "oauth2-server-uri": …}``;
    retries are set by ``retry.attempts`` (1–10), ``retry.first-wait-s``, ``retry.max-wait-s`` and ``retry.jitter-s``.
    """

    def __init__(self, uri: str, *, warehouse: str = "", credential: str = "", token: str = "", scope: str = "",
                 properties: Mapping[str, str] | None = None) -> None:
        given = {"uri": uri, "warehouse": warehouse, "credential": credential, "token": token, "scope": scope}
        self._uri = uri
        self._core = _core.connect({**(properties or {}), **{key: value for key, value in given.items() if value}})

    @property
    def properties(self) -> dict[str, str]:
        """The settings with the catalog's defaults and overrides, without secrets."""
        return self._core.properties

    def __repr__(self) -> str:
        return f"Catalog({self._uri!r})"

    def list_namespaces(self, parent: str = "") -> list[str]:
        """The namespaces directly below one; without, the topmost."""
        return self._core.list_namespaces(parent)

    def create_namespace(self, name: str, properties: Mapping[str, str] | None = None, *, if_missing: bool = False) -> bool:
        """Returns False if it was there already, which `if_missing` allows. Levels above must exist."""
        return self._core.create_namespace(name, dict(properties or {}), if_missing)

    def load_namespace(self, name: str) -> dict[str, str]:
        """A namespace's properties."""
        return self._core.load_namespace(name)

    def namespace_exists(self, name: str) -> bool:
        return self._core.namespace_exists(name)

    def update_namespace(self, name: str, updates: Mapping[str, str] | None = None, removals: Sequence[str] = ()) -> None:
        self._core.update_namespace(name, dict(updates or {}), list(removals))

    def drop_namespace(self, name: str) -> None:
        """Only an empty one can be dropped."""
        self._core.drop_namespace(name)

    def list_tables(self, namespace: str) -> list[str]:
        return self._core.list_tables(namespace)

    def create_table(self, name: str, schema: pyarrow.Schema | Rows, *, partition_by: str = "", sort_by: str = "", keys: Sequence[str] = (), location: str = "",
                     properties: Mapping[str, str] | None = None, if_missing: bool = False) -> Table:
        """A new table with the columns of a schema, or of rows, none of which are written.

        `partition_by` is a list such as ``"day(at), bucket(16, customer), region"``, `sort_by` one such as ``"region, at desc"``, `keys`
        are the columns of the rows' key (identifier columns; never null), by which `upsert` finds rows. With `if_missing`
        a table that is there is loaded as it is.
        """
        rows = pyarrow.RecordBatchReader.from_batches(schema, iter(())) if isinstance(schema, pyarrow.Schema) else schema
        with stream_of(rows) as stream:
            return Table(_core.create_table(self._core, name, stream, partition_by, sort_by, list(keys), location, dict(properties or {}), if_missing))

    def load_table(self, name: str) -> Table:
        return Table(_core.load_table(self._core, name))

    def table_exists(self, name: str) -> bool:
        return self._core.table_exists(name)

    def drop_table(self, name: str, *, purge: bool = False) -> None:
        """Takes the table out of the catalog; `purge` asks the catalog to remove its files too."""
        self._core.drop_table(name, purge)

    def rename_table(self, name: str, new_name: str) -> None:
        self._core.rename_table(name, new_name)

    def register_table(self, name: str, metadata_location: str) -> Table:
        """Takes in a table that has its metadata file at a location."""
        return Table(_core.register_table(self._core, name, metadata_location))

    def list_views(self, namespace: str) -> list[str]:
        return self._core.list_views(namespace)

    def view_exists(self, name: str) -> bool:
        return self._core.view_exists(name)

    def load_view(self, name: str) -> dict[str, Any]:
        """A view's metadata, as the catalog tells it."""
        return self._core.load_view(name)

    def drop_view(self, name: str) -> None:
        self._core.drop_view(name)

    def rename_view(self, name: str, new_name: str) -> None:
        self._core.rename_view(name, new_name)
