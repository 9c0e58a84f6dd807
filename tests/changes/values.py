"""Random rows with the values that systems spell differently."""
import datetime
import decimal
import math
import struct
import uuid

COLUMNS = ("id bigint primary key, b bool, i2 smallint, i4 int, i8 bigint, d0 numeric(15,0), d2 numeric(9,2), d15 numeric(15,15), "
           "f8 double precision, f4 real, s text, v varchar(40), c char(12), y bytea, dt date, ti time, ts timestamp, t3 timestamp(3), "
           "tz timestamptz, u uuid, j json")
CHARACTERS = list("ab~|N'\"\\,;%_ \t\n-0") + ["é", "☂", "漢", "😀", "\u200b", "ß", "İ", "\x01", "\x7f"]
JSON = ["null", "[]", '{"a":  1}', '"~|N"', "1.50", '{"k": "é☂"}']
DOUBLES = [0.0, -0.0, 5e-324, 1e23, 1e22, 1e15, 1e-4, -1e-5, 999999999999999.9, 2.0**60, 2.0**-1022, 1.7976931348623157e308]


def text(dice, length):
    return "".join(dice.choice(CHARACTERS) for _ in range(dice.randint(0, length)))


def double(dice):
    kind = dice.randint(0, 4)
    if kind == 0:
        value = struct.unpack("d", struct.pack("Q", dice.getrandbits(64)))[0]
        return value if math.isfinite(value) else 1.5
    if kind == 1:
        return round(dice.uniform(-1e6, 1e6), dice.randint(0, 8))
    if kind == 2:
        return float(dice.randint(-2**53, 2**53))
    return dice.choice(DOUBLES) if kind == 3 else dice.uniform(-1, 1) * 10.0**dice.randint(-10, 20)


def single(dice):
    value = dice.choice([dice.uniform(-1e5, 1e5), dice.uniform(-1, 1) * 10.0**dice.randint(-30, 30), 0.1, 16777216.0])
    return struct.unpack("f", struct.pack("f", value))[0]


def number(dice, precision, scale):
    return decimal.Decimal(dice.randint(0, 10**dice.randint(0, precision) - 1) * dice.choice([1, -1])).scaleb(-scale)


def day(dice):
    ends = [1, datetime.date.max.toordinal()]
    return datetime.date.fromordinal(dice.choice(ends + [dice.randint(1, ends[1]), dice.randint(710000, 740000)]))


def clock(dice):
    return datetime.time(dice.randint(0, 23), dice.randint(0, 59), dice.randint(0, 59), dice.choice([0, 500000, 1, 999999, dice.randint(0, 999999)]))


def stamp(dice):
    return datetime.datetime.combine(day(dice), clock(dice))


def row(dice, key):
    zoned = max(stamp(dice), datetime.datetime(2, 1, 1)).replace(tzinfo=datetime.timezone.utc)
    values = [dice.random() < 0.5, dice.randint(-2**15, 2**15 - 1), dice.choice([0, -2**31, 2**31 - 1, dice.randint(-1000, 1000)]),
              dice.choice([0, -2**63, 2**63 - 1, dice.randint(-2**63, 2**63 - 1)]), number(dice, 15, 0), number(dice, 9, 2), number(dice, 15, 15),
              double(dice), single(dice), text(dice, 30), text(dice, 20), text(dice, 10), dice.randbytes(dice.randint(0, 20)), day(dice), clock(dice),
              stamp(dice), stamp(dice).replace(microsecond=dice.choice([0, 500000, 1000, 999000])), zoned,
              str(uuid.UUID(int=dice.getrandbits(128), version=4)), dice.choice(JSON)]
    return [key] + [None if dice.random() < 0.08 else value for value in values]


TEXTS = ["'it''s'", "'~|N'", "'é😀 %_'", "'b\\\\'"]
LATIN = ["'it''s'", "'~|N'", "'é'", "'x'"]
DAYS = ["'2024-02-29'", "'0001-01-01'", "'9999-12-31'", "'1969-12-31'"]
STAMPS = ["'2024-02-29 13:04:05.5'", "'1971-01-01 00:00:00'", "'2037-12-31 23:59:59.999999'", "'1999-12-31 00:00:00.000001'"]
TIMES = ["'01:02:03'", "'23:59:59.9'", "'00:00:00'", "'12:00:00'"]
UUIDS = [f"'{first}ba7b810-9dad-41d1-80b4-00c04fd430c8'" for first in "6789"]
MONEY = ["1.50", "-0.01", "0", "5"]
HEX = ["x'00ff'", "x''", "x'27'", "x'5c78'"]
BYTEA = ["'\\x00ff'", "'\\x'", "'\\x27'", "'\\x5c78'"]
BIG = ["1", "-9223372036854775808", "0", "9223372036854775807"]
# Columns that can be keys, with four values of each.
KEYS = {
    "pg": {"text": TEXTS, "char(10)": TEXTS, "uuid": UUIDS, "date": DAYS, "timestamp": STAMPS, "timestamptz": STAMPS, "time": TIMES, "bytea": BYTEA,
           "numeric": ["1.50", "-0.001", "0", "123456789012345678.5"], "numeric(10,2)": MONEY, "bigint": BIG,
           "inet": ["'10.0.0.1'", "'::1'", "'10.0.0.0/8'", "'1.2.3.4'"]},
    "my": {"varchar(20)": TEXTS, "varchar(20) character set latin1": LATIN, "char(10)": LATIN, "uuid": UUIDS, "date": DAYS, "datetime(6)": STAMPS,
           "timestamp(6)": STAMPS, "time(6)": TIMES, "binary(4)": HEX, "varbinary(4)": HEX, "decimal(10,2)": MONEY, "bigint": BIG,
           "bigint unsigned": ["1", "5", "0", "18446744073709551615"], "enum('a','b|','c','d')": ["'a'", "'b|'", "'c'", "'d'"]},
    "lite": {"text": TEXTS, "integer": BIG, "decimal(10,2)": MONEY, "date": DAYS, "uuid": UUIDS, "blob": HEX, "timestamp": STAMPS},
    "duck": {"varchar": TEXTS, "bigint": BIG, "hugeint": BIG, "decimal(10,2)": MONEY, "date": DAYS, "timestamp": STAMPS, "uuid": UUIDS,
             "boolean": ["true", "false"]},
}
