"""Columns of every system's own types: padded texts, collations that ignore case, enumerations, unsigned and narrow numbers, NaN and infinities,
times, spans. The reference holds the values as they arrive; each place declares its own types for them."""
import random
import re

import duckdb

from deals.random_clauses import Clauses, Missing, forms
from deals.random_shapes import Shapes
from deals.tables import load_own_types

WORDS = ("", "a", "A", "ä", "Ä", "ß", "ss", "SS", "é", "e\u0301", "b", "B", "日本", "😀", "a b", "50%", "1", "01", "-1", "_", "a_", "ab")
ENDED = WORDS + ("a ", " a", "b  ", " ", "A ")  # blanks at the end, which CHAR does not keep
MOODS = ("low", "Mid", "high", "ok", "")
SPECIAL = ("nan", "inf", "-inf", "0", "-0.0", "1.5", "-1.5", "1e308", "5e-324", "2")
REALS = ("0", "-0.0", "0.1", "1.5", "-1.5", "16777216", "0.33333334", "1e10", "2", "3")
UNSIGNED = ("0", "1", "2", "3", "255", "9223372036854775807", "9223372036854775808", "18446744073709551615")
CLOCKS = ("00:00:00", "23:59:59.999999", "12:34:56", "12:34:56.5", "01:02:03.000004", "02:30:00")
STAMPS = ("2024-03-31 02:30:00", "2024-03-31 00:00:00", "1969-12-31 23:59:59", "2024-10-27 01:30:00", "2000-02-29 12:00:00", "1900-03-01 00:00:00")
FOREVER = ("infinity", "-infinity", "2024-03-31", "0001-01-01", "1970-01-01", "2024-02-29", "9999-12-31")
SPANS = ("1 month", "30 days", "1 day", "24 hours", "-1 day", "0 days", "1 month 1 day", "12 months", "360 days", "90 minutes", "1 hour 30 minutes")
UUIDS = ("00000000-0000-0000-0000-000000000000", "123e4567-e89b-12d3-a456-426614174000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
         "80000000-0000-0000-0000-000000000001")
EXACT = ("0", "1", "1.5", "-1.5", "0.0001", "12345678901234.5678", "-99999999999999.9999", "1.50", "2", "3")

# Kind → values, and its type in the reference, PostgreSQL, MariaDB, SQLite, DuckDB.
OWN = {
    "int": (None, "INTEGER", "integer", "int", "INTEGER", "INTEGER"),
    "bool": (("true", "false"), "BOOLEAN", "boolean", "boolean", "BOOLEAN", "BOOLEAN"),
    "char": (WORDS, "VARCHAR", "char(8)", "char(8) collate utf8mb4_general_ci", "CHAR(8)", "VARCHAR"),
    "folded": (ENDED, "VARCHAR", "varchar(20)", "varchar(20) collate utf8mb4_unicode_ci", "VARCHAR(20) COLLATE NOCASE", "VARCHAR"),
    "trimmed": (ENDED, "VARCHAR", "text collate \"C\"", "text collate utf8mb4_bin", "TEXT COLLATE RTRIM", "VARCHAR"),
    "mood": (MOODS, "VARCHAR", "mood", "enum('ok', 'low', 'Mid', 'high', '')", "TEXT", "VARCHAR"),
    "special": (SPECIAL, "DOUBLE", "double precision", "", "", "DOUBLE"),
    "real": (REALS, "FLOAT", "real", "float", "", "FLOAT"),
    "tiny": (("0", "1", "2", "-1", "127", "-128"), "TINYINT", "smallint", "tinyint", "TINYINT", "TINYINT"),
    "utiny": (("0", "1", "2", "255", "128"), "UTINYINT", "smallint", "tinyint unsigned", "INTEGER", "UTINYINT"),
    "ulong": (UNSIGNED, "UBIGINT", "numeric(20,0)", "bigint unsigned", "", "UBIGINT"),
    "year": (("1901", "1970", "2024", "2155", "1999"), "SMALLINT", "smallint", "year", "SMALLINT", "SMALLINT"),
    "clock": (CLOCKS, "TIME", "time", "time(6)", "TIME", "TIME"),
    "stamp": (STAMPS, "TIMESTAMP", "timestamp(0)", "datetime", "DATETIME", "TIMESTAMP_S"),
    "milli": (STAMPS + ("2024-03-31 02:30:00.125",), "TIMESTAMP", "timestamp(3)", "datetime(3)", "TIMESTAMP", "TIMESTAMP_MS"),
    "forever": (FOREVER, "DATE", "date", "", "", "DATE"),
    "always": (FOREVER, "TIMESTAMP", "timestamp", "", "", "TIMESTAMP"),
    "span": (SPANS, "INTERVAL", "interval", "", "", "INTERVAL"),
    "uuid": (UUIDS, "UUID", "uuid", "uuid", "UUID", "UUID"),
    "exact": (EXACT, "DECIMAL(20,4)", "numeric(20,4)", "decimal(20,4)", "", "DECIMAL(20,4)"),
}
KIND_TABLES = {
    "chars": {"k": "int", "c": "char", "w": "folded", "t": "trimmed", "ok": "bool"},
    "words": {"k": "int", "c": "char", "w": "folded", "e": "mood", "y": "year"},
    "moods": {"k": "int", "e": "mood", "t": "trimmed", "b": "tiny", "u": "utiny"},
    "times": {"k": "int", "h": "clock", "s": "stamp", "m": "milli", "y": "year", "id": "uuid"},
    "wides": {"k": "int", "n": "ulong", "r": "real", "x": "exact", "u": "utiny", "c": "char"},
    "odds": {"k": "int", "f": "special", "d": "forever", "p": "span", "r": "real"},
    "limits": {"k": "int", "f": "special", "a": "always", "d": "forever", "p": "span", "c": "char"},
}
KIND_NOT_IN = {"wides": {"lite"}, "odds": {"lite", "my"}, "limits": {"lite", "my"}}
ROWS = 45
# Where a form asks for a kind, a column of any of these will do.
ALIKE = {"text": ("char", "folded", "trimmed", "mood"), "double": ("special", "real"), "int": ("int", "tiny", "utiny", "year"), "bigint": ("int", "ulong"),
         "long": ("int", "ulong"), "date": ("forever",), "timestamp": ("stamp", "milli", "always"), "money": ("exact",)}

WHOLE = """
length({char}); length({folded}); {ulong} % 7; extract({hour|minute|second|microsecond} from {clock}); {tiny} + {utiny}; -{tiny}; abs({tiny}); {year} - 1900; {utiny} - 1
cast({mood} = 'low' as integer); octet_length({char}::blob); strpos({char} || '|', '|'); {ulong} - 1; cast({real} as integer); case when {special} > 1 then 1 else 0 end
"""
TEXT = """
{char} || '|'; {char} || {char}; concat({char}, '|', {folded}); lower({char}); {mood} || '!'; coalesce({char}, {mood}); replace({char}, ' ', '_'); rpad({char}, 4, '.'); left({char}, 3)
cast({mood} as varchar); cast({uuid} as varchar); cast({year} as varchar); cast({tiny} as varchar); cast({clock} as varchar); case when {truth} then {char} else {folded} end; reverse({char})
coalesce({folded}, {char}); nullif({char}, {folded}); nullif({folded}, 'a '); least({char}, {folded}); greatest({char}, {mood}); trim({folded}); cast({ulong} as varchar)
"""
TRUTH = """
{char} = 'a'; {char} = 'a '; {char} <> 'a '; {char} in ('a ', 'b', 'ä'); {char} not in ('a ', 'B '); {char} like 'a'; {char} like 'a%'; {char} like '% '; {char} not like '%a'; {char} = {folded}
{char} <> {trimmed}; {char} < {folded}; {char} between 'A' and 'b '; {char} is not distinct from {folded}; {char} > 'a '; {char} = ''; {char} <> ''; length({char}) = 1; {char} || '' = 'a '
{folded} = 'a'; {folded} = 'A'; {folded} <> 'a'; {folded} in ('a', 'ss', 'É'); {folded} not in ('A', 'ß'); {folded} like 'A%'; {folded} = 'a '; {folded} < 'b'; {folded} = {trimmed}; {folded} = {mood}
{trimmed} = 'a'; {trimmed} <> 'a '; {trimmed} in ('b  ', ' '); {trimmed} = {char}; {mood} = 'low'; {mood} <> 'mid'; {mood} > 'low'; {mood} in ('LOW', 'ok', ''); {mood} between 'a' and 'm'; {mood} is null
{special} = 'nan'; {special} > 1; {special} >= 'inf'::double; {special} < 'nan'::double; {special} = 0; {special} between -1 and 'inf'::double; {special} <> {special}; {special} in (0, 1.5, 'nan'::double)
not ({special} > 1e300); {special} = {special}; {special} < {real}; isnan({special}); isfinite({special}); {real} = 0.1; {real} > 0.1; {real} <= 0.1; {real} = 16777217; {real} in (0.1, 1.5); {real} = 0.1::float
{ulong} > 9223372036854775807; {ulong} = 18446744073709551615; {ulong} < -1; {ulong} in (0, 9223372036854775808); {tiny} > 200; {utiny} > -1; {utiny} = 255; {tiny} = {utiny}; {year} = 24; {year} > 99; {year} in (70, 1970)
{clock} > '12:34:56'; {clock} = time '12:34:56.5'; {clock} < '24:00:00'; {clock} between '01:00' and '12:34:56'; {stamp} = timestamp '2024-03-31 00:00:00'; {stamp} = date '2024-03-31'; {milli} > '2024-03-31 02:30:00'
{milli} <= timestamp '2024-03-31 02:30:00.1251'; {stamp} < timestamp '2024-03-31 02:30:00.5'; {stamp} = {milli}; {forever} > date '9999-01-01'; {forever} = 'infinity'; {forever} < '2024-01-01'; isinf({forever})
{forever} between date '0001-01-01' and date '9999-12-31'; {always} >= timestamp '2024-03-31'; {always} = 'infinity'; {always} > {forever}; {span} = interval '1 month'; {span} > interval '29 days'; {span} < interval '1 day'
{span} in (interval '30 days', interval '90 minutes'); {uuid} = '123E4567-e89b-12d3-a456-426614174000'; {uuid} > '80000000-0000-0000-0000-000000000000'; {uuid} in ('00000000-0000-0000-0000-000000000000')
{exact} = 1.5; {exact} > 12345678901234.56775; {exact} in (1.50000, 2); {exact} = {ulong}; {real} = {exact}; {exact} < {special}; {bool} = {bool}; {int} = {tiny}; {ulong} = {int}; {char} = {char}; {char} in (select w from words)
{char} in (select c from words where k > 2); {folded} not in (select c from chars where c is not null); exists (select 1 from words as w where w.c = {char}); {mood} in (select e from moods where b > 0)
{special} in (select f from odds); {special} > (select max(f) from limits where f < 'nan'::double); {span} in (select p from limits); {forever} in (select d from odds); {tiny} in (select u from moods)
not exists (select 1 from chars as c where c.w = {folded}); {char} = any (select t from chars); {special} >= all (select f from limits where f is not null); {ulong} in (select n from wides where r < 1)
"""
MEASURES = """
min({char}); max({char}); count(distinct {char}); min({folded}); max({folded}); count(distinct {folded}); min({mood}); max({mood}); count(distinct {mood}); min({special}); max({special})
count(distinct {special}); sum({tiny}); sum({utiny}); sum({ulong}); max({ulong}); min({clock}); max({clock}); max({stamp}); min({milli}); max({forever}); min({forever}); max({always}); min({always})
min({span}); max({span}); count(distinct {span}); max({year}); count(distinct {uuid}); sum({exact}); avg({exact}); avg({tiny}); sum(case when {truth} then {tiny} end); count(case when {truth} then 1 end)
max({real}); min({real}); count(distinct {real}); string_agg(distinct {mood}, ',' order by {mood}); bool_or({bool}); count({special}); sum({ulong} % 5); count(distinct {trimmed})
min(case when {truth} then {char} end); max(case when {truth} then {special} end); count(*); any_value({bool}) is null; max({year}) - min({year}); count(distinct {bool}); sum({exact} * 2)
"""
ELSEWHERE = re.compile(r" from (codes|days|events|visits|people)\b")  # tables of the other generators
FORMS = {"whole": forms(WHOLE), "text": forms(TEXT), "truth": forms(TRUTH), "measure": forms(MEASURES)}


def own_kind(kind):
    return kind if kind in OWN else ALIKE.get(kind, ("int",))[0]


def literal_of(kind, value):
    kind = own_kind(kind)
    if kind in ("int", "tiny", "utiny", "ulong", "year", "exact"):
        return f"({value})"
    if kind == "bool":
        return str(value)
    text = "'" + str(value).replace("'", "''") + "'"
    return text if OWN[kind][1] == "VARCHAR" else f"cast({text} as {OWN[kind][1]})"


class KindValues:
    def __init__(self, chance):
        self.chance = chance

    def of(self, kind):
        kind = own_kind(kind)
        return self.chance.choice([0, 1, 2, 3, 4, 5, 7, -1, 100, 2147483647]) if OWN[kind][0] is None else self.chance.choice(OWN[kind][0])


class Kinds(Shapes):
    """One query of a seed."""
    tables = KIND_TABLES

    def __init__(self, seed):
        super().__init__(seed)
        self.values = KindValues(self.chance)

    def query(self):
        shapes = [self.plain] * 3 + [self.filtered] * 6 + [self.measured] * 4 + [self.top, self.top, self.framed, self.qualified, self.distinct_on, self.sets, self.sets, self.grouped_sets, self.joined_by_name,
                                                                          self.joined_by_name, self.correlated, self.last_rows, self.each_best, self.nested, self.general, self.general, self.general]
        while True:
            try:
                return self.chance.choice(shapes)()
            except Missing:
                pass

    def general(self):
        self.ctes = {}
        text = super(Clauses, self).query()
        self.ctes, self.pending = {}, []
        return text

    def is_kind(self, what):
        return what in OWN or super().is_kind(what)

    def literal(self, kind, value):
        return literal_of(kind, value)

    def type_of(self, kind):
        return OWN[own_kind(kind)][1]

    def column(self, sources, kinds=None):
        if kinds is None:
            return super().column(sources)
        return super().column(sources, [own for kind in kinds for own in (ALIKE.get(kind, ()) + (kind,))])

    def joins(self, x, y):
        texts = ("char", "folded", "trimmed", "mood")
        numbers = ("int", "tiny", "utiny", "year", "ulong")
        return x == y or (x in texts and y in texts) or (x in numbers and y in numbers) or {x, y} in ({"stamp", "milli"}, {"special", "real"}, {"forever", "always"}, {"milli", "always"})

    def expressed(self, what, sources):
        if what not in FORMS or self.maybe(0.2):
            text = super().expressed(what, sources)
            if ELSEWHERE.search(text):
                raise Missing
            return text
        for _ in range(30):
            try:
                return self.filled(self.chance.choice(FORMS[what]), sources)
            except Missing:
                pass
        raise Missing

    def nested(self):
        sources, rows = self.rows(2)
        inner = f"select {self.key(sources)} as a, {self.expressed('whole', sources)} as b, {self.expressed('text', sources)} as c from {rows}"
        return self.chance.choice([f"with w as ({inner}) select x.a, y.b, count(*) as n from w as x join w as y on x.a = y.a and x.c is not distinct from y.c group by all",
                                   f"with w as ({inner}) select * from w where b > (select avg(b) from w) or c in (select c from words)",
                                   f"select a, (select count(*) from chars where chars.w = q.c or chars.k = q.b) as n from ({inner}) as q",
                                   f"select q.*, l.n from ({inner}) as q, lateral (select count(*) as n from moods as e where e.b = q.b) as l"])

    def key(self, sources):
        return self.column(sources)[0]


def random_kinds(seed):
    return Kinds(seed).query()


def make_kinds(_top, folder, scale):
    """A whole number as scale is a seed: other rows."""
    chance = random.Random(int(scale) if str(scale).isdigit() else 1)
    values = KindValues(chance)
    connection = duckdb.connect(str(folder / "data.duckdb"))
    for table, columns in KIND_TABLES.items():
        rows = []
        for _ in range(ROWS):
            rows.append([None if chance.random() < 0.12 else values.of(kind) for kind in columns.values()])
            if chance.random() < 0.2:
                rows.append(list(rows[-1]))
        connection.execute(f"create table {table} ({', '.join(f'{name} {OWN[kind][1]}' for name, kind in columns.items())})")
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(columns))})", rows)
    connection.close()
    return {table: "" for table in KIND_TABLES}


def load_kinds(databases, folder, name):
    tables = {table: [(column, *OWN[kind][2:]) for column, kind in columns.items()] for table, columns in KIND_TABLES.items()}
    load_own_types(databases, folder, name, tables, KIND_NOT_IN, {"pg": ["create type mood as enum ('ok', 'low', 'Mid', 'high', '')"]})
