"""Cases of the suite `lake`: random tables under random changes by dvt, PyIceberg and DuckDB. After each change all three read the rows and types that a model in memory has,
and dvt's scans of some columns, rows and snapshots are the model's. A usual run takes `SECONDS`; `./dev test lake -k random --tables N` makes N tables, from `--first-table` on."""
import datetime
import json
import os
import random
import time
import uuid

import pyarrow
import pyiceberg.exceptions
import pyiceberg.transforms as transforms
import pyiceberg.types

import random_rows
from cases import UTC, equal
from peer_cases import Missing, duckdb_on, named

SECONDS = 40
STEPS = 9
NAMES = ["flag", "Upper", "näme", "with space", "x1", "order", "q", "größe", "_u", "day", "price", "tail"]
# What dvt must refuse in a random change; nothing may have changed then.
REFUSED = ("has files of an older partitioning",)


def told(kind):
    """A type's text, without what is no part of the table's types: sizes of offsets, names of elements, zones."""
    if isinstance(kind, pyarrow.BaseExtensionType):
        return kind.extension_name
    if pyarrow.types.is_struct(kind):
        return "struct<" + ", ".join(f"{field.name}: {told(field.type)}" for field in kind) + ">"
    if pyarrow.types.is_map(kind):
        return f"map<{told(kind.key_type)}, {told(kind.item_type)}>"
    if pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind):
        return f"list<{told(kind.value_type)}>"
    if pyarrow.types.is_timestamp(kind):
        return f"timestamp[{kind.unit}{', UTC' if kind.tz else ''}]"
    return str(kind).removeprefix("large_")


def told_by_duckdb(kind):
    """The same of what DuckDB makes of a type: it has no fixed length, and gives uuids as texts."""
    if kind == pyarrow.uuid():
        return "string"
    if pyarrow.types.is_fixed_size_binary(kind):
        return "binary"
    if pyarrow.types.is_struct(kind):
        return "struct<" + ", ".join(f"{field.name}: {told_by_duckdb(field.type)}" for field in kind) + ">"
    if pyarrow.types.is_map(kind):
        return f"map<{told_by_duckdb(kind.key_type)}, {told_by_duckdb(kind.item_type)}>"
    return f"list<{told_by_duckdb(kind.value_type)}>" if pyarrow.types.is_list(kind) else told(kind)


def fitted(value, kind):
    """A value as one of a type that may have got members since, in a form that compares."""
    if value is None:
        return None
    if pyarrow.types.is_struct(kind):
        return {field.name: fitted(value.get(field.name), field.type) for field in kind}
    if pyarrow.types.is_map(kind):
        return [(key, fitted(item, kind.item_type)) for key, item in value]
    if pyarrow.types.is_list(kind):
        return [fitted(item, kind.value_type) for item in value]
    if kind == pyarrow.uuid() and not isinstance(value, bytes):
        return uuid.UUID(str(value)).bytes
    return "nan" if value != value else value


class Column:
    def __init__(self, number, name, kind):
        self.number, self.name, self.kind = number, name, kind


class RandomTable:
    """A table of the catalog and what it should hold: rows by id, their values by the numbers of the columns."""

    def __init__(self, lake, duck, seed, counts):
        self.lake, self.duck, self.chance, self.counts = lake, duck, random.Random(seed), counts
        self.name, self.log, self.rows, self.history, self.next_id = lake.fresh(f"random_{seed}"), [], {}, {}, 0
        self.columns = [Column(0, "id", random_rows.Kind(pyarrow.int64(), None))]
        for name in self.chance.sample(NAMES, self.chance.randrange(2, 8)):
            self.add_column(name)
        first = self.fresh_rows(self.chance.randrange(1, 60))
        layout = ["--partition-by", self.layout()] if self.chance.random() < 0.6 else []
        order = ["--sort-by", self.sort_order()] if self.chance.random() < 0.3 else []
        self.log.append(f"create {layout} {order} {self.schema()}")
        lake.append(self.name, random_rows.dressed(self.chance, first).select(first.column_names), "--create", *layout, *order)
        self.put(first)

    # The model.

    def add_column(self, name, kind=None):
        self.columns.append(Column(max((each.number for each in self.columns), default=-1) + 1, name, kind or random_rows.kind_of(self.chance)))

    def late_kind(self):
        """For a column that rows which are there already have no value of."""
        while random_rows.never_null((kind := random_rows.kind_of(self.chance)).arrow):
            pass
        return kind

    def schema(self, columns=None):
        return pyarrow.schema([(each.name, each.kind.arrow) for each in columns or self.columns])

    def fresh_rows(self, count, ids=None, columns=None):
        ids = ids if ids is not None else list(range(self.next_id, self.next_id + count))
        self.next_id = max([self.next_id, *[each + 1 for each in ids]])
        made = [pyarrow.chunked_array([pyarrow.array(ids, pyarrow.int64())]) if each.number == 0 else random_rows.column(self.chance, each.kind, len(ids)) for each in columns or self.columns]
        return pyarrow.table(made, schema=self.schema(columns))

    def put(self, table):
        by_name = {each.name: each for each in self.columns}
        for row in table.to_pylist():
            self.rows[row["id"]] = {by_name[name].number: fitted(value, by_name[name].kind.arrow) for name, value in row.items()}

    def wanted(self, state=None, columns=None):
        """The rows of a state as they are read: by name, in the order of id."""
        rows, known = state or (self.rows, self.columns)
        return [{each.name: fitted(rows[key].get(each.number), each.kind.arrow) for each in columns or known} for key in sorted(rows)]

    def kept(self, tree):
        wanted = self.wanted()
        return {row["id"] for row in wanted if random_rows.passes(tree, row) is not True}

    def keep(self, ids):
        self.rows = {key: row for key, row in self.rows.items() if key in ids}

    # Layouts.

    def simple(self):
        return [each for each in self.columns if not each.kind.nested]

    def transform_of(self, column):
        kind = column.kind.arrow
        ways = ["bucket"] if not (pyarrow.types.is_boolean(kind) or pyarrow.types.is_floating(kind)) else []
        if pyarrow.types.is_timestamp(kind):
            ways += ["year", "month", "day", "hour"]
        elif pyarrow.types.is_date(kind):
            ways += ["year", "month", "day", "identity"]
        elif kind == pyarrow.string() or kind == pyarrow.binary() or pyarrow.types.is_integer(kind) or pyarrow.types.is_decimal(kind):
            ways += ["truncate", "truncate"]
        if not pyarrow.types.is_floating(kind) and column.number:
            ways.append("identity")
        way = self.chance.choice(ways) if ways else None
        return way, self.chance.choice([2, 3, 5] if way == "bucket" else [1, 2, 10]) if way in ("bucket", "truncate") else None

    def layout(self):
        terms = []
        for each in self.chance.sample(self.simple(), min(len(self.simple()), self.chance.randrange(1, 3))):
            way, width = self.transform_of(each)
            if way:
                terms.append(f'"{each.name}"' if way == "identity" else f'{way}({f"{width}, " if width else ""}"{each.name}")')
        return ", ".join(terms)

    def sort_order(self):
        return ", ".join(f'"{each.name}" {self.chance.choice(["asc", "desc", "desc nulls first", "asc nulls last"])}' for each in self.chance.sample(self.simple(), min(2, len(self.simple()))))

    # Changes by dvt.

    def dvt(self, verb, *arguments):
        self.log.append(f"dvt {verb} {' '.join(str(each) for each in arguments if not str(each).endswith('.arrow'))}")
        try:
            self.lake.dvt(verb, self.name, *arguments)
        except AssertionError as error:
            if not any(text in str(error) for text in REFUSED):
                raise
            self.counts["refused"] += 1
            return False
        return True

    def given(self, table):
        return self.lake.write(random_rows.dressed(self.chance, table) if self.chance.random() < 0.5 else table)

    def append(self):
        if self.chance.random() < 0.25 and (free := [name for name in NAMES if name not in [each.name for each in self.columns]]):
            self.add_column(self.chance.choice(free), self.late_kind())
        elif self.chance.random() < 0.3:
            self.widen_one()
        columns = [each for each in self.columns if each.number == 0 or random_rows.never_null(each.kind.arrow) or self.chance.random() < 0.9]
        # A column that is new must come with the rows that make it.
        columns += [each for each in self.columns[-1:] if each not in columns]
        columns += [each for each in self.columns if each not in columns and getattr(each, "widened", False)]
        table = self.fresh_rows(self.chance.randrange(1, 40), columns=columns)
        if self.dvt("append", self.given(table)):
            self.put(table)

    def widen_one(self):
        column = self.chance.choice(self.columns)
        wider = {pyarrow.int32(): random_rows.Kind(pyarrow.int64(), random_rows.number(64)), pyarrow.float32(): random_rows.Kind(pyarrow.float64(), lambda c: c.choice(random_rows.FLOATS))}.get(column.kind.arrow)
        if pyarrow.types.is_decimal(column.kind.arrow) and column.kind.arrow.precision < 30:
            wider = random_rows.fraction(column.kind.arrow.precision + 8, column.kind.arrow.scale)
        if wider is not None and column.number:
            column.kind, column.widened = wider, True
            return column
        return None

    def overwrite_some(self):
        tree, table = self.filter(), self.fresh_rows(self.chance.randrange(1, 20))
        kept = self.kept(tree)
        if self.dvt("overwrite", self.given(table), "--where", random_rows.as_sql(tree)):
            self.keep(kept)
            self.put(table)

    def overwrite_all(self):
        table = self.fresh_rows(self.chance.randrange(1, 40))
        if self.dvt("overwrite", self.given(table)):
            self.rows = {}
            self.put(table)

    def overwrite_partitions(self):
        peer = self.lake.peer(self.name)
        if not peer.spec().fields:
            return
        table = self.fresh_rows(self.chance.randrange(1, 8))
        if not self.dvt("overwrite", self.given(table), "--partitions"):
            return
        old = dict(self.rows)
        self.rows = {}
        self.put(table)
        places = {self.partition(peer, row) for row in self.wanted()}
        fresh, self.rows = self.rows, old
        self.keep({row["id"] for row in self.wanted() if self.partition(peer, row) not in places})
        self.rows.update(fresh)

    @staticmethod
    def partition(peer, row):
        out = []
        for field in peer.spec().fields:
            column = peer.schema().find_field(field.source_id)
            value = row[column.name]
            if isinstance(column.field_type, pyiceberg.types.UUIDType) and value is not None:
                value = uuid.UUID(bytes=value)
            out.append(field.transform.transform(column.field_type)(value))
        return tuple(out)

    def delete(self):
        if self.chance.random() < 0.5:
            self.dvt_set({"write.delete.mode": self.chance.choice(["merge-on-read", "copy-on-write"])})
        tree = self.filter()
        kept = self.kept(tree)
        if self.dvt("delete", "--where", random_rows.as_sql(tree)):
            self.keep(kept)

    def upsert(self):
        ids = self.chance.sample(sorted(self.rows), min(len(self.rows), self.chance.randrange(0, 12))) + list(range(self.next_id, self.next_id + self.chance.randrange(1, 6)))
        table = self.fresh_rows(0, ids=self.chance.sample(ids, len(ids)))
        if self.dvt("upsert", self.given(table), "--key", "id"):
            self.put(table)

    def compact(self):
        self.dvt("compact")

    def rewrite_manifests(self):
        self.dvt("rewrite-manifests", *self.chance.choice(([], ["--target-size", "5000"])))

    def expire(self):
        self.dvt("expire", "--older-than", (datetime.datetime.now(UTC) + datetime.timedelta(days=1)).isoformat(), "--keep-last", str(self.chance.randrange(1, 4)))

    def roll_back(self):
        ancestors, snapshots = [], {each.snapshot_id: each for each in self.lake.peer(self.name).metadata.snapshots}
        at = self.lake.peer(self.name).current_snapshot().snapshot_id
        while at in snapshots:
            ancestors.append(at)
            at = snapshots[at].parent_snapshot_id
        chosen = self.chance.choice(ancestors)
        if chosen in self.history and self.dvt("rollback", "--snapshot", str(chosen)):
            self.rows = dict(self.history[chosen][0])

    def dvt_set(self, properties):
        self.log.append(f"set {properties}")
        self.lake.dvt("table", "set", self.name, *[word for key, value in properties.items() for word in ("--set", f"{key}={value}")])

    def settings(self):
        key, values = self.chance.choice([
            ("write.metadata.metrics.default", ["none", "counts", "truncate(2)", "truncate(16)", "full"]), ("write.parquet.compression-codec", ["zstd", "snappy", "gzip", "uncompressed"]),
            ("write.parquet.row-group-limit", ["7", "1000000"]), ("write.parquet.page-row-limit", ["5", "20000"]), ("write.avro.compression-codec", ["gzip", "zstd"]), ("write.parquet.dict-size-bytes", ["1", "1000000"]),
            ("commit.manifest.min-count-to-merge", ["2", "100"]), ("write.target-file-size-bytes", ["1000", "500000000"]), ("write.parquet.row-group-size-bytes", ["2000", "134217728"])])
        self.dvt_set({key: self.chance.choice(values)})

    # Changes by PyIceberg and DuckDB.

    def by_peer(self, what, change):
        """True if PyIceberg could do it."""
        self.log.append(f"PyIceberg {what}")
        try:
            change(self.lake.peer(self.name))
        except Exception as error:  # what PyIceberg cannot do is its own matter, counted; what it left behind is compared
            self.log.append(f"  failed: {type(error).__name__}: {str(error)[:200]}")
            self.counts["PyIceberg refused"] += 1
            return False
        return True

    def peer_append(self):
        table = self.fresh_rows(self.chance.randrange(1, 30))
        if self.by_peer("append", lambda peer: peer.append(table)):
            self.put(table)

    def peer_delete(self):
        tree = self.filter()
        kept = self.kept(tree)
        if self.has_nan(tree):
            return
        if self.by_peer(f"delete {random_rows.as_sql(tree)}", lambda peer: peer.delete(random_rows.as_peer(tree))):
            self.keep(kept)

    def peer_overwrite(self):
        ids = self.chance.sample(sorted(self.rows), min(len(self.rows), 5))
        table = self.fresh_rows(self.chance.randrange(1, 20))
        tree = ("in", ("id",), ids)
        if ids and self.by_peer("overwrite", lambda peer: peer.overwrite(table, overwrite_filter=random_rows.as_peer(tree))):
            self.keep(set(self.rows) - set(ids))
            self.put(table)

    def has_nan(self, tree):
        """PyIceberg takes NaN for a value in the tests of whole files."""
        return any(value == "nan" or isinstance(value, float) for row in self.wanted() for value in row.values())

    def sources(self, peer):
        return {field.source_id for spec in peer.specs().values() for field in spec.fields} | {field.source_id for order in peer.sort_orders().values() for field in order.fields}

    def peer_schema(self):
        way = self.chance.choice(["add", "rename", "drop", "move", "widen", "member"])
        column = self.chance.choice(self.columns[1:]) if len(self.columns) > 1 else None
        free = [name for name in NAMES if name not in [each.name for each in self.columns]]
        peer = self.lake.peer(self.name)
        if way == "add" and free:
            kind = random_rows.simple_kind(self.chance)
            if self.by_schema(f"add {free[0]} {kind.arrow}", lambda update: update.add_column(free[0], iceberg_type(kind.arrow))):
                self.add_column(free[0], kind)
        elif way == "rename" and free and column:
            if self.by_schema(f"rename {column.name} {free[0]}", lambda update: update.rename_column(column.name, free[0])):
                self.changed(column).name = free[0]
        elif way == "drop" and column and peer.schema().find_field(column.name).field_id not in self.sources(peer) and len(self.columns) > 2:
            if self.by_schema(f"drop {column.name}", lambda update: update.delete_column(column.name)):
                self.columns = [each for each in self.columns if each is not column]
        elif way == "move" and column:
            if self.by_schema(f"move {column.name} first", lambda update: update.move_first(column.name)):
                self.columns = [column, *[each for each in self.columns if each is not column]]
        elif way == "widen":
            before = [(each, each.kind) for each in self.columns]
            wide = self.widen_one()
            if wide is not None and not self.by_schema(f"widen {wide.name} to {wide.kind.arrow}", lambda update: update.update_column(wide.name, iceberg_type(wide.kind.arrow))):
                for each, kind in before:
                    each.kind = kind
        elif way == "member":
            structs = [each for each in self.columns if pyarrow.types.is_struct(each.kind.arrow)]
            if structs:
                self.add_member(self.chance.choice(structs))

    def add_member(self, column):
        kind, old = random_rows.simple_kind(self.chance), column.kind
        name = f"m{old.arrow.num_fields}"
        if self.by_schema(f"add {column.name}.{name} {kind.arrow}", lambda update: update.add_column((column.name, name), iceberg_type(kind.arrow))):
            wider = pyarrow.struct([*old.arrow, (name, kind.arrow)])
            self.changed(column).kind = random_rows.Kind(wider, lambda chance: old.make(chance) | {name: kind.value(chance)}, True)

    def changed(self, column):
        """A column of its own for what comes; snapshots keep theirs."""
        fresh = Column(column.number, column.name, column.kind)
        self.columns = [fresh if each is column else each for each in self.columns]
        return fresh

    def by_schema(self, what, change):
        def done(peer):
            with peer.update_schema() as update:
                change(update)

        return self.by_peer(what, done)

    def peer_spec(self):
        peer = self.lake.peer(self.name)
        fields = [field.name for field in peer.spec().fields]
        if fields and self.chance.random() < 0.5:
            gone = self.chance.choice(fields)

            def drop(table):
                with table.update_spec() as update:
                    update.remove_field(gone)

            self.by_peer(f"unpartition {gone}", drop)
            return
        column = self.chance.choice(self.simple())
        way, width = self.transform_of(column)
        if way is None:
            return
        transform = {"bucket": transforms.BucketTransform, "truncate": transforms.TruncateTransform}[way](width) if width else transforms.parse_transform(way)

        def add(table):
            with table.update_spec() as update:
                update.add_field(column.name, transform, f"p_{len(table.specs())}_{way}")

        self.by_peer(f"partition by {way} {width} of {column.name}", add)

    def peer_order(self):
        column = self.chance.choice(self.simple())

        def change(table):
            with table.update_sort_order() as update:
                update.desc(column.name, transforms.IdentityTransform())

        self.by_peer(f"order by {column.name}", change)

    def by_duck(self, what, *parameters):
        self.log.append(f"DuckDB {what}")
        try:
            self.duck.execute(what, *parameters)
        except Exception as error:
            self.log.append(f"  failed: {type(error).__name__}: {str(error)[:200]}")
            self.counts["DuckDB refused"] += 1
            return False
        return True

    def duck_insert(self):
        table = self.fresh_rows(self.chance.randrange(1, 20))
        self.duck.register("given", table)
        if self.by_duck(f"insert into {named(self.name)} select * from given"):
            self.put(table)
        self.duck.unregister("given")

    def duck_delete(self):
        ids = self.chance.sample(sorted(self.rows), min(len(self.rows), 4))
        if ids and self.by_duck(f"delete from {named(self.name)} where id in ({', '.join(map(str, ids))})"):
            self.keep(set(self.rows) - set(ids))

    # What is read.

    def filter(self):
        return random_rows.random_filter(self.chance, self.schema(), self.wanted())

    def check(self):
        peer = self.lake.peer(self.name)
        known = {each.snapshot_id for each in peer.metadata.snapshots}
        self.history = {key: state for key, state in self.history.items() if key in known}
        self.history[peer.current_snapshot().snapshot_id] = (dict(self.rows), [Column(each.number, each.name, each.kind) for each in self.columns])
        self.compare(self.lake.scan(self.name), "dvt", told)
        self.compare(peer.scan().to_arrow(), "PyIceberg", told)
        if self.duck is not None:
            self.compare_duckdb()
        self.random_scans(peer)
        self.counts["checks"] += 1

    def compare(self, table, who, text):
        equal([(field.name, text(field.type)) for field in table.schema], [(each.name, text(each.kind.arrow)) for each in self.columns], f"{who}: types")
        got = [{each.name: fitted(row[each.name], each.kind.arrow) for each in self.columns} for row in table.sort_by("id").to_pylist()]
        equal(got, self.wanted(), f"{who}: rows")

    def compare_duckdb(self):
        try:
            table = self.duck.execute(f"select * from {named(self.name)}").to_arrow_table()
        except Exception as error:
            if not any(text in str(error) for text in ("Not implemented", "not supported", "unknown codec")):  # it reads no manifests that are zstd
                raise
            self.counts["DuckDB cannot read"] += 1
            self.log.append(f"  DuckDB cannot read: {str(error)[:200]}")
            return
        self.compare(table, "DuckDB", told_by_duckdb)

    def random_scans(self, peer):
        tree = self.filter()
        where, wanted = random_rows.as_sql(tree), [row for row in self.wanted() if random_rows.passes(tree, row) is True]
        columns = [each for each in self.chance.sample(self.columns, self.chance.randrange(1, len(self.columns) + 1)) if each.number]
        names = ["id", *[each.name for each in columns]]
        got = self.lake.scan(self.name, "--where", where, "--columns", ",".join(names))
        equal(got.column_names, names, where)
        kinds = {each.name: each.kind.arrow for each in self.columns}
        rows = [{name: fitted(row[name], kinds[name]) for name in names} for row in got.sort_by("id").to_pylist()]
        equal(rows, [{name: row[name] for name in names} for row in wanted], f"rows where {where}")
        limit = self.chance.randrange(0, 10)
        some = self.lake.scan(self.name, "--where", where, "--columns", "id", "--limit", str(limit))["id"].to_pylist()
        equal((len(some), set(some) <= {row["id"] for row in wanted}), (min(limit, len(wanted)), True), f"{limit} rows where {where}")
        self.compare_plans(peer, tree, where)
        snapshot = self.chance.choice(sorted(self.history))
        state = self.history[snapshot]
        past = self.lake.scan(self.name, "--snapshot", str(snapshot))
        schema = peer.metadata.snapshot_by_id(snapshot).schema_id
        if schema == peer.metadata.current_schema_id or [field.name for field in past.schema] == [each.name for each in state[1]]:
            rows = [{each.name: fitted(row[each.name], each.kind.arrow) for each in state[1] if each.name in row} for row in past.sort_by("id").to_pylist()]
            if [field.name for field in past.schema] == [each.name for each in state[1]]:
                equal(rows, self.wanted(state), f"snapshot {snapshot}")

    def compare_plans(self, peer, tree, where):
        """The files that PyIceberg plans."""
        try:
            theirs = {task.file.file_path for task in peer.scan(row_filter=random_rows.as_peer(tree)).plan_files()}
        except Exception as error:
            self.counts["PyIceberg cannot plan"] += 1
            self.log.append(f"  PyIceberg cannot plan {where}: {type(error).__name__} {str(error)[:100]}")
            return
        ours = {file["path"] for file in self.lake.files(self.name, "--where", where)}
        if ours != theirs:
            raise AssertionError(f"{len(ours - theirs)} files that PyIceberg passes over, {len(theirs - ours)} of its {len(theirs)} files missing where {where}")
        self.counts["plans equal"] += 1

    def run(self, until):
        ways = [self.append] * 3 + [self.delete] * 3 + [self.overwrite_some, self.overwrite_all, self.overwrite_partitions, self.upsert, self.upsert, self.compact, self.rewrite_manifests, self.expire, self.roll_back, self.settings, self.settings,
                self.peer_append, self.peer_append, self.peer_delete, self.peer_overwrite, self.peer_schema, self.peer_schema, self.peer_schema, self.peer_spec, self.peer_spec, self.peer_order]
        ways += [self.duck_insert, self.duck_delete] if self.duck is not None else []
        self.check()
        for _ in range(STEPS):
            if until is not None and time.time() > until:
                return
            self.chance.choice(ways)()
            self.check()
        if not any("failed:" in line for line in self.log):  # others leave files behind
            self.lake.no_litter(self.name)


def iceberg_type(arrow):
    from pyiceberg.io.pyarrow import visit_pyarrow, _ConvertToIceberg

    if arrow == pyarrow.uuid():
        return pyiceberg.types.UUIDType()
    return visit_pyarrow(arrow, _ConvertToIceberg())


def random_tables(lake):
    arguments = lake.context.arguments
    try:
        duck = duckdb_on(lake)
        duck.execute("set timezone = 'UTC'")
    except Missing:
        duck = None
    counts = dict.fromkeys(("checks", "refused", "PyIceberg refused", "DuckDB refused", "DuckDB cannot read", "PyIceberg cannot plan", "plans equal"), 0)
    until = None if arguments.tables else time.time() + SECONDS
    seeds = range(arguments.first_table, arguments.first_table + (arguments.tables or 1000))
    tables, failures = 0, []
    for seed in seeds:
        if until is not None and time.time() > until:
            break
        table = None
        try:
            table = RandomTable.__new__(RandomTable)
            table.log = []
            table.__init__(lake, duck, seed, counts)
            table.run(until)
        except Exception as error:
            failures.append(f"--first-table {seed} --tables 1: {type(error).__name__}: {error}\n  " + "\n  ".join(table.log[-14:]))
            if len(failures) > 4:
                break
        tables += 1
    if failures:
        raise AssertionError(f"{len(failures)} of {tables} tables\n" + "\n".join(failures))
    return f"{tables} tables; " + ", ".join(f"{key} {value}" for key, value in counts.items())


CASES = [("random tables under random changes", random_tables)]
