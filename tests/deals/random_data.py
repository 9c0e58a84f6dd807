"""Small tables of what bites: NULLs, duplicates, letters of every kind, days when clocks change, decimals at their limits."""
import random

import duckdb

TEXTS = ("", " ", "a", "A", "ä", "Ä", "ß", "ss", "é", "e\u0301", "straße", "STRASSE", "b ", "b", "日本", "日本語", "😀", "o'clock", "50%", "under_score",
         "null", "NULL", "Zz", "zz", "ı", "I", "i", "001", "1", "-1", "1.0", "\t", "line\nbreak", "\"quoted\"", "comma,", "ﬁ", "fi")
DAYS = ("2024-03-31", "2024-10-27", "2024-03-10", "2024-11-03", "2024-02-29", "2023-12-31", "2024-01-01", "1970-01-01", "1969-12-31", "1999-12-31",
        "2000-02-29", "2038-01-19", "1900-03-01", "2024-06-15", "2024-06-16")
CLOCKS = ("00:00:00", "01:59:59.999999", "02:30:00", "03:00:00", "12:34:56.789", "23:59:59.999999", "01:30:00", "00:00:00.000001")
INTEGERS = (0, 1, 2, 3, 4, 5, 7, 10, 100, -1, -2, -7, 32767, -32768, 2147483647, -2147483648)
LONGS = INTEGERS + (9007199254740993, -9007199254740993, 9223372036854775807, -9223372036854775807)
MONEY = ("0", "0.01", "-0.01", "1", "1.5", "2.25", "10", "99.99", "-99.99", "1234.56", "9999999999.99", "-9999999999.99")
HUGE = ("0", "0.000001", "-0.000001", "99999999999999999999999999.999999", "-99999999999999999999999999.999999", "12345678901234567890.123456", "1",
        "1.000000", "-5.5", "0.333333")
DOUBLES = (0.0, 1.5, -1.5, 0.1, 0.2, 0.3, 1e10, -1e10, 123.456, 1e-5, 7.0)

# Table → columns and kinds; then where a table cannot live: SQLite has neither exact large decimals nor zones.
TABLES = {
    "people": {"id": "bigint", "k": "int", "g": "text", "amt": "money", "d": "date", "ok": "bool"},
    "visits": {"vid": "int", "person": "bigint", "k": "int", "note": "text", "price": "money", "came": "timestamp"},
    "codes": {"code": "text", "g": "text", "k": "int", "f": "double"},
    "events": {"k": "int", "person": "bigint", "d": "date", "s": "text", "amt": "money"},
    "days": {"d": "date", "k": "int", "n": "long", "ok": "bool"},
    "sums": {"id": "bigint", "k": "int", "big": "huge", "z": "zoned"},
}
KEYS = {"people": "id", "visits": "vid", "codes": "", "events": "", "days": "", "sums": "id"}
NOT_IN = {"sums": {"lite"}}
ROWS = {"people": 60, "visits": 150, "codes": 30, "events": 120, "days": 25, "sums": 40}
TYPES = {"bigint": "BIGINT", "int": "INTEGER", "long": "BIGINT", "text": "VARCHAR", "money": "DECIMAL(12,2)", "date": "DATE", "bool": "BOOLEAN",
         "timestamp": "TIMESTAMP", "double": "DOUBLE", "huge": "DECIMAL(38,6)", "zoned": "TIMESTAMP WITH TIME ZONE"}


class Values:
    def __init__(self, chance):
        self.chance = chance

    def of(self, kind):
        chance = self.chance
        if kind == "bigint":
            return chance.randint(1, 60)
        if kind in ("int", "long"):
            return chance.choice(INTEGERS if kind == "int" else LONGS) if chance.random() < 0.5 else chance.randint(0, 9)
        if kind == "bool":
            return chance.random() < 0.5
        if kind == "timestamp":
            return f"{chance.choice(DAYS)} {chance.choice(CLOCKS)}"
        if kind == "zoned":  # what MariaDB holds too
            return f"{chance.choice([d for d in DAYS if '1970-01-01' < d < '2038'])} {chance.choice(CLOCKS)}+00"
        return chance.choice({"text": TEXTS, "money": MONEY, "date": DAYS, "double": DOUBLES, "huge": HUGE}[kind])


def make_random(_top, folder, scale):
    """A whole number as scale is a seed: other rows."""
    values = Values(random.Random(int(scale) if str(scale).isdigit() else 1))
    connection = duckdb.connect(str(folder / "data.duckdb"))
    connection.execute("set TimeZone = 'UTC'")
    for table, columns in TABLES.items():
        connection.execute(f"create table {table} ({', '.join(f'{name} {TYPES[kind]}' for name, kind in columns.items())}"
                           + (f", primary key ({KEYS[table]})" if KEYS[table] else "") + ")")
        rows = []
        for number in range(ROWS[table]):
            row = [number + 1 if name == KEYS[table] else None if values.chance.random() < 0.15 else values.of(kind) for name, kind in columns.items()]
            rows.append(row)
            if not KEYS[table] and values.chance.random() < 0.2:
                rows.append(list(row))
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(columns))})", rows)
    connection.close()
    return KEYS
