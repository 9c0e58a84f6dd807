"""Cases of the suite `lake` with files in emulated clouds: Azurite (Azure's blobs), fake-gcs-server (Google's store) and versitygw (S3). The catalog is
the double of Polaris with Iceberg's own behind it; it lends what each store knows: a token for a container, a bearer token, keys of a user."""
import base64
import contextlib
import datetime
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import time
import urllib.parse

import pyarrow
import pyarrow.fs
from pyiceberg.catalog import load_catalog

from cases import equal, everything, plain
from catalog_double import Behind, CatalogDouble, expiring
from peer_cases import Missing
from recording_proxy import RecordingProxy

UTC = datetime.timezone.utc


@contextlib.contextmanager
def emulated(lake, name):
    """The settings of a store of this machine (tools/dev/store_servers.sh), started for the case unless it runs already."""
    top = lake.context.top
    was_running = (top / ".servers-stores" / f"{name}.env").exists()
    started = subprocess.run(["./dev", "servers", "start", "stores", name], cwd=top, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if started.returncode != 0:
        last = (started.stdout.strip().splitlines() or [""])[-1]
        if "did not start" in last:
            raise AssertionError(started.stdout[-2000:])
        raise Missing(f"{name} is not to be had on this machine: {last}")
    settings = {}
    for line in (top / ".servers-stores" / f"{name}.env").read_text().splitlines():
        key, _, value = line.removeprefix("export ").partition("=")
        settings[key] = value
    try:
        yield settings
    finally:
        if not was_running and not lake.context.arguments.keep:
            subprocess.run(["./dev", "servers", "stop", "stores", name], cwd=top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Cloud:
    """A namespace of the double whose tables lie at `place`."""

    def __init__(self, lake, double, place, secrets):
        self.lake, self.double, self.place, self.secrets = lake, double, place, secrets
        self.environment = {"DVT_LAKE_URI": double.uri, "DVT_LAKE_WAREHOUSE": double.catalog, "DVT_LAKE_CREDENTIAL": f"{double.client}:{double.secret}", "AWS_EC2_METADATA_DISABLED": "true"}
        self.space = f"cloud_{os.getpid()}_{double.http.port}"
        double.base_location = place
        self.dvt("namespace", "create", self.space)

    def dvt(self, *arguments, own=None, fails=None, **changed):
        """With the properties `own` the user's credentials are used; without, those that the catalog lends."""
        given = {**(own or {}), **({"access-delegation": "none"} if own else {}), **{name.replace("_", "-"): value for name, value in changed.items()}}
        output = self.lake.dvt(*arguments, *(text for name, value in given.items() for text in ("--property", f"{name}={value}")), environment=self.environment, fails=fails)
        for secret in self.secrets:
            equal(secret in output, False, f"a secret is told: {output}")
        return output

    def scan(self, table, *arguments, **options):
        path = self.lake.scratch / "cloud.arrow"
        self.dvt("scan", table, "--file", path, *arguments, **options)
        with pyarrow.ipc.open_stream(path) as reader:
            return reader.read_all()

    def peer(self, **properties):
        return load_catalog("cloud", type="rest", uri=self.double.uri, warehouse=self.double.catalog, credential=f"{self.double.client}:{self.double.secret}", scope="PRINCIPAL_ROLE:ALL",
                            **{"header.X-Iceberg-Access-Delegation": "", **properties})

    def life(self, table, own=None, peer=None):
        """A table from its making to its end, by dvt and, with its properties, by PyIceberg."""
        rows = everything(400)
        name = f"{self.space}.{table}"
        self.dvt("append", name, self.lake.write(rows), "--create", "--partition-by", "bucket(3, id), month(at)", own=own)
        expected = {row["id"]: row for row in plain(rows)}
        equal(plain(self.scan(name, own=own)), list(expected.values()))
        equal(self.double.behind_location(name).startswith(self.place), True, self.double.behind_location(name))
        self.dvt("delete", name, "--where", "id >= 60", own=own)
        fresh = everything(70, 3).slice(50)
        self.dvt("upsert", name, self.lake.write(fresh), "--key", "id", own=own)
        expected = {key: row for key, row in expected.items() if key < 60}
        expected.update({row["id"]: row for row in plain(fresh)})
        wide = rows.slice(0, 30).select(["id"]).append_column("noise", pyarrow.array([os.urandom(500_000) for _ in range(30)], pyarrow.binary()))
        self.dvt("append", f"{name}_wide", self.lake.write(wide), "--create", own=own)
        equal(plain(self.scan(f"{name}_wide", own=own)), plain(wide))  # above the size of one part of an upload
        if peer is not None:
            theirs = self.peer(**peer).load_table(name)
            equal(plain(theirs.scan().to_arrow()), [expected[key] for key in sorted(expected)], "as PyIceberg reads it")
            theirs.append(everything(73, 5).slice(70).cast(theirs.schema().as_arrow()))
            expected.update({row["id"]: row for row in plain(everything(73, 5).slice(70))})
        self.dvt("compact", name, own=own)
        self.dvt("expire", name, "--older-than", "2100-01-01", own=own)
        equal(plain(self.scan(name, own=own)), [expected[key] for key in sorted(expected)])
        equal(sorted(self.scan(name, "--where", "id < 3 OR id > 68", "--columns", "id", own=own)["id"].to_pylist()), sorted(key for key in expected if key < 3 or key > 68))
        # What lies there is what the table is made of: listing and removing work.
        future = "2100-01-01"
        gone = json.loads(self.dvt("orphans", name, "--older-than", future, "--dry-run", "--output", "json", own=own))["files"]
        equal([file for file in gone if not file.endswith(".metadata.json")], [])
        self.dvt("table", "drop", f"{name}_wide")
        return name

    def wrong(self, name, bucket, own, other_key, nowhere, remove):
        """A key that is not the right one, a store that is not there, a bucket that is gone: each has one line that names the place."""
        self.double.table_config, self.double.lends = {}, lambda location: []
        for changed in filter(None, (other_key, nowhere)):
            began = time.time()
            self.one_line(self.dvt("scan", name, own={**own, **changed}, fails=self.place.partition("@")[0]))
            equal(time.time() - began < 60, True, f"{changed}: an end within a minute")
        remove()
        output = self.dvt("scan", name, own=own, fails=bucket)
        self.one_line(output)
        self.one_line(self.dvt("append", name, self.lake.write(everything(3)), own=own, fails=bucket))

    @staticmethod
    def one_line(output):
        lines = output.strip().splitlines()
        equal(len(lines) <= 2 and all(len(line) < 900 for line in lines), True, f"the message is not short:\n{output}")


@contextlib.contextmanager
def double_over(lake):
    double = CatalogDouble()
    double.behind = Behind(lake.uri, lake.credential)
    double.behind_location = lambda name: lake.peer(name).location()
    try:
        yield double
    finally:
        double.close()


def azure_sas(account, key, container, permissions="racwdl", seconds=3600):
    """A token for one container (a service SAS of version 2018-11-09)."""
    until = (datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = [permissions, "", until, f"/blob/{account}/{container}", "", "", "http,https", "2018-11-09", "c", "", "", "", "", "", ""]
    signature = base64.b64encode(hmac.new(base64.b64decode(key), "\n".join(fields).encode(), hashlib.sha256).digest()).decode()
    return urllib.parse.urlencode({"sv": "2018-11-09", "sr": "c", "sp": permissions, "se": until, "spr": "http,https", "sig": signature})


def lent(prefix, **config):
    return {"prefix": prefix, "config": {name.replace("__", ".").replace("_", "-"): value for name, value in config.items()}}


def azure(lake):
    # Through a proxy, for Azurite ends some answers late, and the client then waits for seconds.
    with emulated(lake, "azurite") as at, double_over(lake) as double, RecordingProxy(at["DVT_AZURE_ENDPOINT"]) as proxy:
        account, key, host = at["DVT_AZURE_ACCOUNT"], at["DVT_AZURE_KEY"], proxy.address.removeprefix("http://")
        container = f"lake{os.getpid()}"
        pyarrow.fs.AzureFileSystem(account, account_key=key, blob_storage_authority=host, blob_storage_scheme="http", dfs_storage_authority=host, dfs_storage_scheme="http").create_dir(container)
        where = {"adls.blob-storage-authority": host, "adls.blob-storage-scheme": "http", "adls.dfs-storage-authority": host, "adls.dfs-storage-scheme": "http"}
        place = f"abfss://{container}@{account}.dfs.core.windows.net"
        tokens = {name: azure_sas(account, key, container, **more) for name, more in (("good", {}), ("old", {"seconds": -60}), ("reader", {"permissions": "rl"}))}
        cloud = Cloud(lake, double, place, [key, *(token.rpartition("sig=")[2] for token in tokens.values())])
        own = {**where, "adls.account-key": key}
        # PyIceberg's Arrow files know only places without an account.
        named = {**own, "adls.account-name": account}
        double.base_location = cloud.place = f"abfss://{container}"
        cloud.life("by_name", named, named)
        double.base_location = cloud.place = place
        name = cloud.life("by_key", own)
        cloud.scan(name, own={**where, "adls.connection-string": f"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};BlobEndpoint=http://{host}/{account};"})
        # Lent tokens are named after the host; they are for one container, and for so long.
        double.table_config = where
        token_name = f"adls.sas-token.{account}.dfs.core.windows.net"
        double.lends = lambda location: [{"prefix": place, "config": {token_name: tokens["good"]}}]
        cloud.life("by_token")
        double.lends = lambda location: [{"prefix": place, "config": {token_name: tokens["old"], f"adls.sas-token-expires-at-ms.{account}.dfs.core.windows.net": expiring(-60)}}]
        double.requests.clear()
        cloud.dvt("scan", name, fails=place)
        equal([call["path"].rpartition("/")[2] for call in double.requests].count("credentials") > 0, True, "an expired token is asked for again")
        double.lends = lambda location: [{"prefix": place, "config": {token_name: tokens["reader"]}}]
        equal(cloud.scan(name, "--limit", "1").num_rows, 1)
        cloud.dvt("append", name, lake.write(everything(3)), fails="403 Forbidden")
        cloud.wrong(name, container, own, {"adls.account-key": base64.b64encode(b"another key of some length......").decode()}, {"adls.blob-storage-authority": "127.0.0.1:9", "adls.dfs-storage-authority": "127.0.0.1:9"},
                    lambda: pyarrow.fs.AzureFileSystem(account, account_key=key, blob_storage_authority=host, blob_storage_scheme="http", dfs_storage_authority=host, dfs_storage_scheme="http").delete_dir(container))


def google(lake):
    with emulated(lake, "fake-gcs") as at, double_over(lake) as double, RecordingProxy(at["DVT_GCS_ENDPOINT"]) as proxy:
        host = proxy.address
        bucket = f"lake{os.getpid()}"
        store = pyarrow.fs.GcsFileSystem(anonymous=True, scheme="http", endpoint_override=host.removeprefix("http://"), project_id="lake")
        store.create_dir(bucket)
        proxy.requests.clear()
        cloud = Cloud(lake, double, f"gs://{bucket}", ["lent-token-8"])
        own = {"gcs.service.host": host, "gcs.no-auth": "true", "gcs.project-id": "lake"}
        name = cloud.life("anonymous", own)
        equal({headers.get("authorization") for _, _, headers in proxy.requests}, {None})
        # The emulator takes any token: which one was sent is seen on the way.
        double.table_config = {"gcs.service.host": host, "gcs.project-id": "lake"}
        double.lends = lambda location: [lent(f"gs://{bucket}", gcs__oauth2__token="lent-token-8", gcs__oauth2__token_expires_at=expiring(3600))]
        proxy.requests.clear()
        cloud.life("by_token")
        signs = [headers for method, path, headers in proxy.requests if (method, path) == ("HEAD", "/")]  # of life: anybody may ask for them
        equal({headers.get("authorization") for _, path, headers in proxy.requests if path != "/"}, {"Bearer lent-token-8"})
        equal([headers.get("authorization") for headers in signs], [None] * len(signs))
        cloud.wrong(name, bucket, own, None, {"gcs.service.host": "http://127.0.0.1:9"}, lambda: shutil.rmtree(lake.context.top / ".servers-stores" / "fake-gcs" / bucket))


def s3(lake):
    with emulated(lake, "versitygw") as at, double_over(lake) as double:
        key, secret, host = at["DVT_S3_ACCESS_KEY"], at["DVT_S3_SECRET_KEY"], at["DVT_S3_ENDPOINT"]
        bucket = f"lake{os.getpid()}"
        where = {"s3.endpoint": host, "s3.region": "us-east-1", "s3.path-style-access": "true"}
        store = pyarrow.fs.S3FileSystem(access_key=key, secret_key=secret, region="us-east-1", endpoint_override=host, allow_bucket_creation=True)
        store.create_dir(bucket)
        cloud = Cloud(lake, double, f"s3://{bucket}", [secret, "secret-of-the-user-5"])
        own = {**where, "s3.access-key-id": key, "s3.secret-access-key": secret}
        name = cloud.life("by_keys", own, own)
        # A user of the gateway, to whom the bucket is given: his keys are what the catalog lends.
        admin = [lake.context.top / ".deps" / "bin" / "versitygw", "admin", "--endpoint-url", host]
        environment = {**os.environ, "ADMIN_ACCESS_KEY": key, "ADMIN_SECRET_KEY": secret}
        user = f"user{os.getpid()}"
        for verb in (["create-user", "--access", user, "--secret", "secret-of-the-user-5", "--role", "user"], ["change-bucket-owner", "--bucket", bucket, "--owner", user]):
            subprocess.run([*admin, *verb], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=60)
        double.table_config = where
        double.lends = lambda location: [lent(f"s3://{bucket}/", s3__access_key_id=user, s3__secret_access_key="secret-of-the-user-5")]
        cloud.life("by_lent_keys")
        cloud.wrong(name, bucket, own, {"s3.secret-access-key": "another-secret-3"}, {"s3.endpoint": "http://127.0.0.1:9"}, lambda: shutil.rmtree(lake.context.top / ".servers-stores" / "versitygw" / "buckets" / bucket))


CASES = [("files in Azure's store", azure), ("files in Google's store", google), ("files in an S3 with users", s3)]
