"""Cases of the suite `lake` against a double of a catalog: tokens of every kind, lent credentials, ETags, and a catalog that refuses."""
import json
import pathlib

import pyarrow.parquet
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestEntry, ManifestEntryStatus, write_manifest, write_manifest_list
from pyiceberg.typedef import Record

from cases import equal, everything, plain
from catalog_double import TOKEN_EXCHANGE, CatalogDouble, expiring
from cloud_cases import double_over


def stored_table(lake, double, name):
    """A table of PyIceberg's making whose files lie in the double's bucket."""
    rows = everything(40).select(["id", "name", "price"])
    full = lake.fresh(f"double_{name}_{double.http.port}")
    table = lake.peer_catalog.create_table(full, schema=rows.schema)
    folder = lake.scratch / f"double_{name}"
    folder.mkdir(exist_ok=True)
    ids = [pyarrow.field(field.name, field.type, metadata={"PARQUET:field_id": str(i + 1)}) for i, field in enumerate(rows.schema)]
    pyarrow.parquet.write_table(rows.cast(pyarrow.schema(ids)), folder / "a.parquet")
    place = f"s3://bucket/{name}"
    file = DataFile.from_args(content=DataFileContent.DATA, file_path=f"{place}/data/a.parquet", file_format=FileFormat.PARQUET, partition=Record(),
                              record_count=40, file_size_in_bytes=(folder / "a.parquet").stat().st_size)
    with write_manifest(2, table.spec(), table.schema(), table.io.new_output(str(folder / "m.avro")), 5, "deflate") as writer:
        writer.add_entry(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=5, data_file=file))
    manifest = writer.to_manifest_file()
    manifest._data[0] = f"{place}/metadata/m.avro"
    with write_manifest_list(2, table.io.new_output(str(folder / "list.avro")), 5, None, 1, "deflate") as out:
        out.add_manifests([manifest])
    metadata = json.loads(pathlib.Path(lake.path(table.metadata_location)).read_text())
    metadata.update({"location": place, "last-sequence-number": 1, "current-snapshot-id": 5, "refs": {"main": {"snapshot-id": 5, "type": "branch"}}, "snapshots": [
        {"snapshot-id": 5, "sequence-number": 1, "timestamp-ms": metadata["last-updated-ms"], "manifest-list": f"{place}/metadata/list.avro", "summary": {"operation": "append"}}]})
    for local, key in (("a.parquet", "data/a.parquet"), ("m.avro", "metadata/m.avro"), ("list.avro", "metadata/list.avro")):
        double.objects[f"bucket/{name}/{key}"] = (folder / local).read_bytes()
    double.tables[name] = {"metadata-location": f"{place}/metadata/v1.metadata.json", "metadata": metadata,
                           "config": {"s3.endpoint": double.address, "s3.region": "us-east-1", "s3.path-style-access": "true"}}
    return rows


def lent(prefix, key, expires=3600, **more):
    return {"prefix": prefix, "config": {"s3.access-key-id": key, "s3.secret-access-key": "x" * 20, "s3.session-token": "session-" + key,
                                         "s3.session-token-expires-at-ms": expiring(expires), **more}}


class Client:
    """dvt with the double as its catalog."""

    def __init__(self, lake, double, **settings):
        self.lake, self.double = lake, double
        self.environment = {"DVT_LAKE_URI": double.uri, "DVT_LAKE_WAREHOUSE": double.catalog, "DVT_LAKE_CREDENTIAL": f"{double.client}:{double.secret}",
                            "AWS_EC2_METADATA_DISABLED": "true", **settings}

    def __call__(self, *arguments, properties=(), fails=None):
        self.double.requests.clear()
        extra = [text for each in ("retry.attempts=2", "retry.first-wait-s=0", "retry.jitter-s=0", *properties) for text in ("--property", each)]
        return self.lake.dvt(*arguments, *extra, environment=self.environment, fails=fails)

    def scan(self, table, *arguments, **options):
        path = self.lake.scratch / "double.arrow"
        self("scan", f"db.{table}", "--file", path, *arguments, **options)
        with pyarrow.ipc.open_stream(path) as reader:
            return reader.read_all()


def lent_credentials(lake):
    double = CatalogDouble()
    try:
        rows = stored_table(lake, double, "t")
        client = Client(lake, double)
        # The longest prefix decides, whatever the order.
        double.tables["t"]["storage-credentials"] = [lent("s3://bucket/t/", "AKMETA"), lent("s3://bucket/t/data/", "AKDATA"), lent("s3://bucket/", "AKALL"), lent("s3://bucket/t/data/z", "AKOTHER")]
        equal(plain(client.scan("t")), plain(rows))
        equal(double.keys_used(), {"bucket/t/metadata/list.avro": {"AKMETA"}, "bucket/t/metadata/m.avro": {"AKMETA"}, "bucket/t/data/a.parquet": {"AKDATA"}})
        loads = [call for call in double.requests if call["path"].endswith("/tables/t")]
        equal([call["headers"]["x-iceberg-access-delegation"] for call in loads], ["vended-credentials"])
        equal([call["headers"]["x-amz-security-token"] for call in double.requests if call["path"].endswith("a.parquet")][0], "session-AKDATA")
        # About to expire: the catalog is asked for others first.
        double.tables["t"]["storage-credentials"] = [lent("s3://bucket/", "AKOLD", expires=20)]
        double.fresh_credentials = [lent("s3://bucket/", "AKNEW")]
        equal(plain(client.scan("t")), plain(rows))
        equal(set().union(*double.keys_used().values()), {"AKNEW"})
        equal([call["path"] for call in double.requests].count("/api/catalog/v1/shop/namespaces/db/tables/t/credentials"), 1)
        # Where the catalog lends nothing, the user's own are sent and no header.
        own = ["access-delegation=none", "s3.access-key-id=AKOWN", "s3.secret-access-key=" + "y" * 20]
        equal(plain(client.scan("t", properties=own)), plain(rows))
        equal(set().union(*double.keys_used().values()), {"AKOWN"})
        equal([call for call in double.requests if "x-iceberg-access-delegation" in call["headers"]], [])
        # It lends nothing at all: asked once, then the user's own are used.
        double.sts = "unavailable"
        double.tables["t"]["storage-credentials"] = [lent("s3://bucket/", "AKALL")]
        equal(plain(client.scan("t", properties=own[1:])), plain(rows))
        equal(set().union(*double.keys_used().values()), {"AKOWN"})
        equal(["x-iceberg-access-delegation" in call["headers"] for call in double.requests if "/tables/t" in call["path"]], [True, False])
        client("compact", "db.t", properties=own[1:])
        asked = ["x-iceberg-access-delegation" in call["headers"] for call in double.requests if "/tables/t" in call["path"]]
        equal((asked[:1], set(asked[1:])), ([True], {False}), asked)
        double.sts = "down"
        output = client("scan", "db.t", fails="Failed to get subscoped credentials")
        equal("x" * 20 in output or double.secret in output, False, output)
        double.sts = "up"
        # What a table was loaded as is not loaded again.
        double.tables["t"]["storage-credentials"] = [lent("s3://bucket/", "AKALL")]
        client("compact", "db.t")
        equal([call["headers"].get("if-none-match") for call in double.requests if call["path"].endswith("/tables/t") and call["method"] == "GET"], [None, 'W/"t-1"'])
        del double.objects["bucket/t/data/a.parquet"]
        client("scan", "db.t", fails="a.parquet")
    finally:
        double.close()


def renewed_credentials(lake):
    """What is lent is asked for again ahead of its end, in each of the ways of a catalog, and not more often than it must be."""
    double = CatalogDouble()
    try:
        rows = stored_table(lake, double, "t")
        client = Client(lake, double)
        asked = lambda: [call["path"].rpartition("/")[2] for call in double.requests if "/tables/t" in call["path"]]
        keys = lambda: set().union(*double.keys_used().values())

        def then(key):
            """The next load of the table lends another key."""
            def fault(call):
                if call["path"].endswith("/tables/t"):
                    double.tables["t"]["storage-credentials"] = [lent("s3://bucket/", key, expires=3600)] if any(each["path"].endswith("/tables/t") for each in double.requests[:-1]) else [lent("s3://bucket/", "AKOLD", expires=20)]
                return None
            double.faults = [fault]

        # No endpoint for it, said by the catalog or found out: the table is loaded again.
        endpoints = ["GET /v1/{prefix}/namespaces", "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}"]
        for said, without, expected in ((endpoints, set(), ["t", "t"]), (None, {"credentials"}, ["t", "credentials", "t"])):
            double.endpoints, double.without = said, without
            then("AKAGAIN")
            equal(plain(client.scan("t")), plain(rows))
            equal((asked(), keys()), (expected, {"AKAGAIN"}))
        double.endpoints, double.without, double.faults = None, set(), []
        # What lasts for a short time only is used for half of it.
        double.tables["t"]["storage-credentials"] = [lent("s3://bucket/", "AKOLD", expires=20)]
        double.fresh_credentials = [lent("s3://bucket/", "AKSHORT", expires=30)]
        equal(plain(client.scan("t")), plain(rows))
        equal((asked(), keys()), (["t", "credentials"], {"AKSHORT"}))
        # A renewal that fails is no harm as long as the old ones last.
        busy = lambda call: (503, {}, b"") if call["path"].endswith("/credentials") else None
        double.faults = [busy] * 9
        equal(plain(client.scan("t")), plain(rows))
        equal((asked().count("credentials"), keys()), (2, {"AKOLD"}))  # two attempts
        double.faults = [busy] * 9
        double.tables["t"]["storage-credentials"] = [lent("s3://bucket/", "AKOLD", expires=-20)]
        client("scan", "db.t", fails="the storage credentials of db.t")
    finally:
        double.close()


def own_endpoint(lake):
    """The address that comes with credentials is the one that renews them, if it is the catalog's."""
    double, stranger = CatalogDouble(), CatalogDouble()
    try:
        rows = stored_table(lake, double, "t")
        client = Client(lake, double)
        path = "/api/catalog/v1/other/path/of/t"
        double.own_endpoints[path] = [lent("s3://bucket/", "AKOWN")]
        double.fresh_credentials = [lent("s3://bucket/", "AKUSUAL")]
        keys = lambda: set().union(*double.keys_used().values())
        old = lambda **more: [lent("s3://bucket/", "AKOLD", expires=20, **more)]
        name = "client.refresh-credentials-endpoint"
        config = double.tables["t"]["config"]
        # (with the credentials, with the table) → the key that is used, where it was asked for.
        usual = "/api/catalog/v1/shop/namespaces/db/tables/t/credentials"
        for of_credentials, of_table, key, asked in (({name: "v1/other/path/of/t"}, {}, "AKOWN", path), ({}, {name: "/v1/other/path/of/t"}, "AKOWN", path),
                                                     ({name: f"{double.address}{path}"}, {}, "AKOWN", path), ({}, {"gcs.oauth2.refresh-credentials-endpoint": "v1/other/path/of/t"}, "AKOWN", path),
                                                     ({name: f"{stranger.address}{path}"}, {}, "AKUSUAL", usual), ({name: "v1/other/path/of/t", "client.refresh-credentials-enabled": "false"}, {}, "AKOLD", None)):
            double.tables["t"]["storage-credentials"] = old(**of_credentials)
            double.tables["t"]["config"] = {**config, **of_table}
            equal(plain(client.scan("t")), plain(rows))
            there = [call["path"] for call in double.requests if call["path"] in (path, usual)]
            equal((keys(), there, stranger.requests), ({key}, [asked] if asked else [], []), f"{of_credentials} {of_table}")
        # It is gone: the table is loaded again.
        double.tables["t"]["storage-credentials"], double.tables["t"]["config"] = old(**{name: "v1/nothing/here"}), config
        client.scan("t")
        equal([call["path"].rpartition("/")[2] for call in double.requests if "nothing" in call["path"] or "/tables/t" in call["path"]][:3], ["t", "here", "t"])
    finally:
        double.close()
        stranger.close()


def pages(lake):
    """Lists come whole, however many pages a catalog makes of them."""
    with double_over(lake) as double:
        client = Client(lake, double)
        space = f"{lake.space}_pages"
        lake.dvt("namespace", "create", space)
        rows = lake.write(everything(3).select(["id"]))
        for number in range(5):
            lake.dvt("namespace", "create", f"{space}.n{number}")
            lake.dvt("table", "create", f"{space}.t{number}", "--like", rows)
        tables, namespaces = [f"{space}.t{number}" for number in range(5)], [f"{space}.n{number}" for number in range(5)]
        for size, requests in ((0, 1), (2, 3), (5, 1), (1, 5), (500, 1)):
            double.page = size
            equal(sorted(client("table", "list", space).split()), tables)
            asked = [call["query"] for call in double.requests if call["path"].endswith("/tables")]
            equal((len(asked), {query["pageSize"] for query in asked}, len({query.get("pageToken", "") for query in asked})), (requests, {"500"}, requests))
            equal(sorted(client("namespace", "list", space).split()), namespaces)
        # A catalog that gives the same page for ever is not asked for ever.
        double.faults = [lambda call: (200, {}, {"identifiers": [{"namespace": [space], "name": "t0"}], "next-page-token": "again"}) if call["path"].endswith("/tables") else None] * 50
        equal(client("table", "list", space).split(), [f"{space}.t0"] * 2)


def tokens(lake):
    double = CatalogDouble()
    try:
        stored_table(lake, double, "t")
        client = Client(lake, double)
        client("namespace", "list")
        equal(double.forms(), [{"grant_type": "client_credentials", "client_id": "root", "client_secret": double.secret, "scope": "PRINCIPAL_ROLE:ALL", "authorization": "",
                                "path": "/api/catalog/v1/oauth/tokens"}])
        client("namespace", "list", properties=["oauth2-basic-auth=true", f"oauth2-server-uri={double.address}/elsewhere/token", "audience=lake", "resource=shop", "scope=PRINCIPAL_ROLE:reader"])
        equal(double.forms(), [{"grant_type": "client_credentials", "scope": "PRINCIPAL_ROLE:reader", "audience": "lake", "resource": "shop", "authorization": "Basic", "path": "/elsewhere/token"}])
        # Renewed ahead of its end: by exchange, or by the credentials where the server exchanges nothing.
        double.token_life, double.pause = 1, 1.1
        for takes in (True, False):
            double.takes_exchange = takes
            client("table", "show", "db.t")
            kinds = [form["grant_type"] for form in double.forms()]
            equal(kinds[:2], ["client_credentials", TOKEN_EXCHANGE])
            equal("client_credentials" in kinds[2:], not takes)
        client("table", "show", "db.t", properties=["token-exchange-enabled=false"])
        equal({form["grant_type"] for form in double.forms()}, {"client_credentials"})
        # Refused once: another is asked for, and the call repeated.
        double.token_life, double.takes_exchange, double.pause = 3600, True, 0
        double.revoked = {f"Bearer token-{double.issued + 1}"}
        client("namespace", "list")
        equal([form["grant_type"] for form in double.forms()], ["client_credentials"] * 2)
        # Refused for ever, in each of the ways of a server.
        double.revoked = {f"Bearer token-{i}" for i in range(double.issued, double.issued + 9)}
        client("namespace", "list", fails="401")
        double.revoked = set()
        client("namespace", "list", properties=["scope=catalog"], fails="invalid_scope")
        client("namespace", "list", properties=["token=token-of-mine", "token-refresh-enabled=false"])
        bad = Client(lake, double, DVT_LAKE_CREDENTIAL="root:wrong-secret")
        output = bad("namespace", "list", fails="unauthorized_client")
        equal("wrong-secret" in output, False, output)
        nowhere = Client(lake, double, DVT_LAKE_WAREHOUSE="attic")
        nowhere("namespace", "list", fails="attic")
        client("scan", "db.none", fails="db.none")
    finally:
        double.close()


CASES = [("lists in pages", pages), ("lent credentials", lent_credentials), ("the address that renews credentials", own_endpoint), ("lent credentials are renewed", renewed_credentials), ("tokens of a catalog", tokens)]
