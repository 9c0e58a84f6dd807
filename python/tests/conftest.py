"""The tests need an Iceberg REST catalog: DVT_LAKE_URI and DVT_LAKE_CREDENTIAL (./dev servers start lake). Each test has a namespace of its own."""
import os
import urllib.request
import uuid

import dvt
import pytest


@pytest.fixture(scope="session")
def address():
    uri = os.environ.get("DVT_LAKE_URI")
    if not uri:
        pytest.skip("DVT_LAKE_URI is not set: ./dev servers start lake")
    return {"uri": uri, "credential": os.environ["DVT_LAKE_CREDENTIAL"]}


@pytest.fixture(scope="session")
def catalog(address):
    return dvt.Catalog(address["uri"], credential=address["credential"])


@pytest.fixture
def space(catalog):
    name = f"python_{uuid.uuid4().hex[:12]}"
    catalog.create_namespace(name)
    yield name
    for table in catalog.list_tables(name):
        catalog.drop_table(table, purge=True)
    catalog.drop_namespace(name)


class Faults:
    """Makes the catalog answer badly (the launcher's POST /faults)."""

    def __init__(self, uri):
        self.uri = uri

    def set(self, query):
        urllib.request.urlopen(urllib.request.Request(f"{self.uri}/faults?{query}", method="POST"), timeout=10).read()

    def clear(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.uri}/faults", method="DELETE"), timeout=10).read()


@pytest.fixture
def faults(address):
    made = Faults(address["uri"])
    yield made
    made.clear()
