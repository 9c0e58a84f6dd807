"""Iceberg tables of REST catalogs: a C++ core that reads and writes them, spoken to by Arrow's PyCapsule interface.

>>> catalog = dvt.Catalog("https://catalog.example/api/catalog", warehouse="main", credential="id:secret")
>>> orders = catalog.load_table("sales.orders")
>>> orders.append(pyarrow_table)                                   # anything with __arrow_c_stream__
>>> orders.scan(columns=["id"], where="at >= '2024-01-01'").to_polars()
"""
import atexit as _atexit

from . import _libraries

_libraries.load()

from . import _core  # noqa: E402
from .catalog import Catalog  # noqa: E402
from .errors import (  # noqa: E402
    AlreadyExistsError,
    CatalogAuthenticationError,
    CatalogConnectionError,
    CommitStateUnknownError,
    ConcurrencyConflictError,
    InvalidInputError,
    LakeError,
    NamespaceNotFoundError,
    SchemaEvolutionError,
    StorageError,
    TableNotFoundError,
    UnsupportedError,
)
from .table import Cleaned, DataFile, PartitionField, Plan, Ref, RewrittenManifests, Scan, Snapshot, SortField, Table, Written  # noqa: E402

def _end() -> None:
    """The object stores' clients have threads that must end before the program does; spans that wait are sent."""
    _core.close_storage()
    _core.hand_on_spans()
    _core.flush()


_atexit.register(_end)

__all__ = [
    "AlreadyExistsError", "Catalog", "CatalogAuthenticationError", "CatalogConnectionError", "Cleaned", "CommitStateUnknownError",
    "ConcurrencyConflictError", "DataFile", "InvalidInputError", "LakeError", "NamespaceNotFoundError", "PartitionField", "Plan", "Ref",
    "RewrittenManifests", "Scan", "SchemaEvolutionError", "Snapshot", "SortField", "StorageError", "Table", "TableNotFoundError", "UnsupportedError", "Written",
]
