"""TPC-DS by DuckDB's extension, which comes as a Python package beside duckdb itself."""
import importlib.util
import pathlib

import duckdb


def with_tpcds(database=":memory:"):
    """A connection that knows dsdgen and tpcds_queries()."""
    package = importlib.util.find_spec("duckdb_extension_tpcds")
    if package is None:
        raise RuntimeError("the Python package duckdb-extension-tpcds is not installed: run ./dev setup")
    files = sorted(pathlib.Path(package.submodule_search_locations[0]).glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension"))
    if not files:
        raise RuntimeError(f"duckdb-extension-tpcds has no extension for DuckDB {duckdb.__version__}")
    connection = duckdb.connect(database)
    connection.execute(f"load '{files[0]}'")
    return connection


def queries(connection):
    """The 99 queries by number."""
    return dict(connection.execute("select query_nr, query from tpcds_queries() order by 1").fetchall())
