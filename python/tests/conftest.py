"""The tests need an Iceberg REST catalog: DVT_LAKE_URI and DVT_LAKE_CREDENTIAL (./dev servers start lake). Each test has a namespace of its own."""
import json
import logging
import os
import pickle
import urllib.request
import uuid

import dvt
import pytest

SECRETS = ("wrong-secret-9", "no-such-token-7", "userinfo-secret-5")


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


@pytest.fixture
def fails(caplog):
    """fails(class or classes, text, call): the call raises exactly that class, with one line that holds the text; returns the exception and what was logged."""
    caplog.set_level(logging.DEBUG, "dvt")

    def check(kind, text, call):
        caplog.clear()
        with pytest.raises(dvt.LakeError) as raised:
            call()
        error = raised.value
        assert type(error) in (kind if isinstance(kind, list) else [kind]), repr(error)
        assert text in str(error) and "\n" not in str(error) and len(str(error)) < 700
        logged = [json.loads(record.getMessage().partition(" ")[2]) for record in caplog.records if record.getMessage().startswith("lake_error ")]
        assert logged and logged[-1]["error"] == type(error).__name__ and logged[-1]["message"] == error.message and logged[-1]["code"] == error.code
        assert not any(secret in caplog.text or secret in repr(error) for secret in SECRETS)
        same = pickle.loads(pickle.dumps(error))
        assert (type(same), str(same), same.vendor_code) == (type(error), str(error), error.vendor_code)
        return error, logged[-1]

    return check
