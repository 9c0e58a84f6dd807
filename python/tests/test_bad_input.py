"""What users and the world get wrong: the class of the hierarchy, a message of one line, the detail in the log, and no secret anywhere."""
import http.server
import json
import logging
import pathlib
import re

import dvt
import pyarrow
import pytest
from local_server import LocalServer

ROWS = pyarrow.table({"id": pyarrow.array([1, 2], pyarrow.int64()), "name": ["a", "b"]})
QUICK = {"retry.attempts": "1"}


class Answering(LocalServer):
    """A server that answers every request in one way."""

    def __init__(self, status, body, kind="application/json"):
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(0 if self.command == "HEAD" else len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = answer

        super().__init__(Handler)


@pytest.fixture
def table(catalog, space):
    made = catalog.create_table(f"{space}.rows", ROWS.schema)
    made.append(ROWS)
    return made


def path(location):
    return pathlib.Path(re.sub("^file:/+", "/", location))


def test_wrong_credentials(fails, address):
    for how in ({"credential": "dvt:wrong-secret-9"}, {"token": "no-such-token-7"}, {"credential": address["credential"], "scope": "catalog"}):
        error, logged = fails(dvt.CatalogAuthenticationError, "the catalog refused the credentials", lambda: dvt.Catalog(address["uri"], properties=QUICK, **how))
        assert "check the client id, the secret, the scope and the token" in str(error) and logged["vendor_code"].startswith("40")


def test_a_token_expires(fails, table, faults, catalog):
    """A token that is refused is renewed once; when the new one is refused too, that is told."""
    faults.set("what=load&status=401&count=1")
    assert catalog.load_table(table.name).scan().count() == 2
    faults.set("what=load&status=401&count=9")
    fails(dvt.CatalogAuthenticationError, "the catalog refused the credentials for the table", lambda: catalog.load_table(table.name))


def test_no_such_things(fails, catalog, space, table):
    error, logged = fails(dvt.TableNotFoundError, f"the table {space}.nothing", lambda: catalog.load_table(f"{space}.nothing"))
    assert logged["vendor_code"] == "404 NoSuchTableException" and error.code == "not_found"
    fails(dvt.NamespaceNotFoundError, f"the namespace {space}_none does not exist", lambda: catalog.list_tables(f"{space}_none"))
    fails(dvt.AlreadyExistsError, "exists already", lambda: catalog.create_table(table.name, ROWS))
    fails(dvt.AlreadyExistsError, "exists already", lambda: catalog.create_namespace(space))
    unknown = json.dumps({"error": {"message": "Unable to find warehouse nowhere", "type": "NotFoundException", "code": 404}}).encode()
    with Answering(404, unknown) as server:
        fails(dvt.CatalogConnectionError, "does not know the warehouse 'nowhere'", lambda: dvt.Catalog(server.uri, warehouse="nowhere", properties=QUICK))


def test_the_catalog_is_down(fails):
    fails(dvt.CatalogConnectionError, "127.0.0.1:9", lambda: dvt.Catalog("http://127.0.0.1:9", credential="dvt:wrong-secret-9", properties=QUICK))
    with Answering(503, b"") as server:
        fails(dvt.CatalogConnectionError, "503", lambda: dvt.Catalog(server.uri, properties=QUICK))
    with Answering(200, b"<html>not a catalog</html>") as server:
        fails(dvt.CatalogConnectionError, "no JSON", lambda: dvt.Catalog(server.uri, properties=QUICK))
    for uri, text in (("", "the catalog has no 'uri'"), ("ftp://x", "no http or https address")):
        fails(dvt.CatalogConnectionError, text, lambda: dvt.Catalog(uri))


def test_arguments_that_cannot_be_used(fails, catalog, space, table):
    fails(dvt.InvalidInputError, "there is no transform 'weekly'", lambda: catalog.create_table(f"{space}.t", ROWS, partition_by="weekly(id)"))
    fails(dvt.InvalidInputError, "cannot take the column 'name'", lambda: catalog.create_table(f"{space}.t", ROWS, partition_by="day(name)"))
    fails(dvt.InvalidInputError, "Did you mean 'name'", lambda: catalog.create_table(f"{space}.t", ROWS, partition_by="nme"))
    fails(dvt.InvalidInputError, "the table has no column 'nme'", lambda: table.scan(where="nme = 1").to_arrow())
    fails(dvt.InvalidInputError, "where a value was expected", lambda: table.scan(where="id =").to_arrow())
    fails(dvt.InvalidInputError, "'x' is no value of type long", lambda: table.scan(where="id = 'x'").to_arrow())
    fails(dvt.InvalidInputError, "Did you mean 'name'", lambda: table.scan(["nme"]).to_arrow())
    fails(dvt.InvalidInputError, "has no snapshot 5", lambda: table.scan(snapshot_id=5).to_arrow())
    fails(dvt.InvalidInputError, "has no branch or tag 'none'", lambda: table.scan(ref="none").to_arrow())
    fails(dvt.InvalidInputError, "is not in the history", lambda: table.rollback(5))
    fails(dvt.InvalidInputError, "names no namespace", lambda: catalog.load_table("alone"))
    assert issubclass(dvt.InvalidInputError, ValueError) and issubclass(dvt.NamespaceNotFoundError, dvt.TableNotFoundError)


def test_types_that_do_not_fit(fails, table):
    fails(dvt.SchemaEvolutionError, "the column 'id' is long in the table and string in the data", lambda: table.append(pyarrow.table({"id": ["x"]})))
    fails(dvt.SchemaEvolutionError, "the table has no column 'other'", lambda: table.append(pyarrow.table({"other": [1]}), evolve_schema=False))
    fails(dvt.InvalidInputError, "a key more than once", lambda: table.upsert(pyarrow.concat_tables([ROWS, ROWS]), ["id"]))
    assert table.refresh().scan().count() == 2


def test_each_repetition_is_told(catalog, table, faults, caplog):
    """One warning for each request that is asked again, as it happens."""
    caplog.set_level(logging.WARNING, "dvt")
    faults.set("what=load&status=503&count=2")
    assert catalog.load_table(table.name).scan().count() == table.scan().count()
    told = [record for record in caplog.records if record.getMessage().startswith("iceberg.retry ")]
    assert [record.levelname for record in told] == ["WARNING", "WARNING"]
    assert "attempt 2 in" in told[0].getMessage() and "attempt 3 in" in told[1].getMessage() and "503" in told[0].getMessage()
    caplog.clear()
    with pytest.raises(dvt.CatalogConnectionError):
        dvt.Catalog("http://127.0.0.1:9", credential="a:very-secret-11", properties={"retry.attempts": "2", "retry.first-wait-s": "0", "retry.jitter-s": "0"})
    assert caplog.text.count("iceberg.retry ") == 1 and "cannot be reached" in caplog.text and "very-secret-11" not in caplog.text


@pytest.mark.parametrize("change", ["append", "upsert", "set_properties"])
def test_each_conflict_is_told(table, faults, caplog, change):
    """A commit that somebody else was faster than is told like a request that is asked again, with the same fields."""
    caplog.set_level(logging.WARNING, "dvt")
    table.set_properties({"commit.retry.min-wait-ms": "10"})
    faults.set("what=commit&status=409&count=2")
    {"append": lambda: table.append(ROWS), "upsert": lambda: table.upsert(ROWS, ["id"]), "set_properties": lambda: table.set_properties({"a": "b"})}[change]()
    told = [json.loads(record.getMessage().partition(" ")[2]) for record in caplog.records if record.getMessage().startswith("iceberg.retry ")]
    assert [(each["operation"], each["table"], each["code"], each["attempt"]) for each in told] == [("iceberg.commit", table.name, "deadlock", 2), ("iceberg.commit", table.name, "deadlock", 3)]
    assert all(each["vendor_code"].startswith("409") and "somebody else changed" in each["message"] and each["wait_s"] < 1 for each in told)


def test_somebody_is_always_faster(fails, table, faults):
    table.set_properties({"commit.retry.num-retries": "2", "commit.retry.min-wait-ms": "10"})
    faults.set("what=commit&status=409&count=99")
    error, logged = fails(dvt.ConcurrencyConflictError, "at the same time", lambda: table.append(ROWS))
    assert "try again later" in logged["hint"] and "409" in logged["vendor_code"]
    faults.clear()
    assert table.refresh().scan().count() == 2


def test_damaged_and_missing_files(fails, table):
    data = path(table.scan().plan().files[0].path)
    content = data.read_bytes()
    data.write_bytes(b"PAR1 what is this")
    fails(dvt.StorageError, "cannot be read as Parquet", lambda: table.scan().to_arrow())
    data.unlink()
    fails(dvt.StorageError, "No such file", lambda: table.scan().to_arrow())
    with pytest.raises(dvt.StorageError, match=data.name):
        list(table.scan())
    data.write_bytes(content)
    manifest = next(file for file in data.parents[1].joinpath("metadata").glob("*.avro") if not file.name.startswith("snap-"))
    manifest.write_bytes(manifest.read_bytes()[:-20])
    fails(dvt.StorageError, "damaged", lambda: table.scan().plan())
    manifest.unlink()
    fails(dvt.StorageError, "No such file", lambda: table.scan().count())


def test_a_bucket_is_gone(fails, table, tmp_path):
    gone = b'<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>'
    metadata = json.loads(path(table.metadata_location).read_text())
    metadata["snapshots"][0]["manifest-list"] = "s3://gone/metadata/snap-1.avro"
    file = tmp_path / "v1.metadata.json"
    file.write_text(json.dumps(metadata))
    with Answering(404, gone, "application/xml") as server:
        settings = {"s3.endpoint": server.uri, "s3.access-key-id": "key", "s3.secret-access-key": "wrong-secret-9", "s3.region": "us-east-1"}
        fails(dvt.StorageError, "s3://gone/metadata/snap-1.avro", lambda: dvt.Table.from_metadata(str(file), settings).scan().to_arrow())
