"""Dagster on Iceberg tables: `IcebergIOManager` keeps assets in tables of a catalog, `PolarisResource` is the catalog."""
from .asset_tables import IcebergIOManager, WriteMode
from .resource import PolarisResource, Retry

__all__ = ["IcebergIOManager", "PolarisResource", "Retry", "WriteMode"]
