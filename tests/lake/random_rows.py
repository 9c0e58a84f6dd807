"""Random columns, values and row filters of the random tables (random_cases.py). A filter is a tree that is written as dvt reads it, as PyIceberg's expression, and evaluated here."""
import datetime
import decimal
import string
import uuid

import pyarrow
import pyiceberg.expressions as peer_expressions

DAY = datetime.date(2024, 2, 28)
UTC = datetime.timezone.utc
WORDS = ["", "a", "A", "zz", "näme", "Straße", "日本語", "it's", "a%b_c", 'q"uote', "tab\there", "🙂🙂", "e\u0301", "\U0010ffff" * 18, "prefix " * 9 + "one", "prefix " * 9 + "two", "x/y=z", "null", ".."]
FLOATS = [0.0, -0.0, 1.5, -2.25, float("inf"), float("-inf"), float("nan"), 1e-30]


class Kind:
    """A column's type and how its values are made. `make` gives no None."""

    def __init__(self, arrow, make, nested=False):
        self.arrow, self.make, self.nested = arrow, make, nested

    def value(self, chance, nulls=0.15):
        return None if chance.random() < nulls else self.make(chance)


def moment(chance):
    if chance.random() < 0.05:
        return chance.choice([datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30, 23, 59, 59, 999999), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)])
    return datetime.datetime(2023, 12, 30) + datetime.timedelta(microseconds=chance.randrange(90 * 86400 * 10**6))


def number(bits):
    top = 2 ** (bits - 1)
    return lambda chance: chance.choice([-top, top - 1, 0, -1]) if chance.random() < 0.1 else chance.randrange(-200, 200)


def fraction(precision, scale):
    def make(chance):
        digits = precision if chance.random() < 0.1 else min(precision, 4)
        with decimal.localcontext(decimal.Context(prec=60)):
            return decimal.Decimal(chance.randrange(-10**digits + 1, 10**digits)).scaleb(-scale)

    return Kind(pyarrow.decimal128(precision, scale), make)


def text(chance):
    return chance.choice(WORDS) if chance.random() < 0.5 else "".join(chance.choices(string.ascii_lowercase + "äß漢", k=chance.randrange(1, 6)))


def simple_kind(chance):
    precision = chance.choice([3, 9, 12, 18, 25, 38])
    return chance.choice([
        Kind(pyarrow.bool_(), lambda c: c.random() < 0.5),
        Kind(pyarrow.int32(), number(32)), Kind(pyarrow.int64(), number(64)),
        Kind(pyarrow.float32(), lambda c: c.choice([each for each in FLOATS if each != 1e-30])), Kind(pyarrow.float64(), lambda c: c.choice(FLOATS)),
        fraction(precision, chance.choice([0, 2, precision])),
        Kind(pyarrow.date32(), lambda c: c.choice([datetime.date(1, 1, 1), datetime.date(9999, 12, 31)]) if c.random() < 0.05 else DAY + datetime.timedelta(days=c.randrange(-60, 60))),
        Kind(pyarrow.time64("us"), lambda c: (datetime.datetime.min + datetime.timedelta(microseconds=c.randrange(86400 * 10**6))).time()),
        Kind(pyarrow.timestamp("us"), moment), Kind(pyarrow.timestamp("us", "UTC"), lambda c: moment(c).replace(tzinfo=UTC)),
        Kind(pyarrow.string(), text), Kind(pyarrow.string(), text),
        Kind(pyarrow.binary(), lambda c: c.choice([b"", b"\xff" * 20, c.randbytes(c.randrange(6))])),
        Kind(pyarrow.binary(5), lambda c: c.choice([b"\xff" * 5, c.randbytes(5)])),
        Kind(pyarrow.uuid(), lambda c: uuid.UUID(bytes=c.randbytes(16), version=4).bytes),
    ])


def struct_kind(chance, depth):
    members = {f"m{i}": kind_of(chance, depth - 1) for i in range(chance.randrange(1, 4))}
    return Kind(pyarrow.struct([(name, kind.arrow) for name, kind in members.items()]), lambda c: {name: member_value(c, kind) for name, kind in members.items()}, True)


def member_value(chance, kind):
    # PyIceberg reads null lists and maps of nested values as empty ones.
    return kind.make(chance) if never_null(kind.arrow) else kind.value(chance)


def never_null(arrow):
    if pyarrow.types.is_list(arrow):
        return pyarrow.types.is_nested(arrow.value_type)
    return pyarrow.types.is_map(arrow) and pyarrow.types.is_nested(arrow.item_type)


def kind_of(chance, depth=2):
    if depth == 0 or chance.random() < 0.7:
        return simple_kind(chance)
    shape = chance.random()
    if shape < 0.4:
        return struct_kind(chance, depth)
    inner = kind_of(chance, depth - 1)
    if shape < 0.75:
        return Kind(pyarrow.list_(inner.arrow), lambda c: [member_value(c, inner) for _ in range(c.randrange(4))], True)
    return Kind(pyarrow.map_(pyarrow.string(), inner.arrow), lambda c: [(f"k{i}", member_value(c, inner)) for i in range(c.randrange(3))], True)


def column(chance, kind, rows):
    nulls = 0 if never_null(kind.arrow) else chance.choice([0, 0.15, 0.15, 1])
    values = [kind.value(chance, nulls) for _ in range(rows)]
    storage = pyarrow.array(values, stored(kind.arrow))
    return pyarrow.chunked_array([wrapped(storage, kind.arrow)])


def stored(arrow):
    """The type without uuids, which pyarrow does not make arrays of from values."""
    if arrow == pyarrow.uuid():
        return pyarrow.binary(16)
    if pyarrow.types.is_struct(arrow):
        return pyarrow.struct([(field.name, stored(field.type)) for field in arrow])
    if pyarrow.types.is_list(arrow):
        return pyarrow.list_(stored(arrow.value_type))
    if pyarrow.types.is_map(arrow):
        return pyarrow.map_(arrow.key_type, stored(arrow.item_type))
    return arrow


def wrapped(array, arrow):
    if array.type == arrow:
        return array
    if arrow == pyarrow.uuid():
        return pyarrow.ExtensionArray.from_storage(arrow, array)
    if pyarrow.types.is_struct(arrow):
        return pyarrow.StructArray.from_arrays([wrapped(array.field(i), field.type) for i, field in enumerate(arrow)], fields=list(arrow), mask=array.is_null())
    if pyarrow.types.is_map(arrow):
        return pyarrow.Array.from_buffers(arrow, len(array), array.buffers()[:2], null_count=array.null_count, offset=array.offset,
                                          children=[pyarrow.StructArray.from_arrays([array.keys, wrapped(array.items, arrow.item_type)], fields=[arrow.key_field, arrow.item_field])])
    return pyarrow.ListArray.from_arrays(array.offsets, wrapped(array.values, arrow.value_type), mask=array.is_null())


def dressed(chance, table):
    """The same rows in other forms that a writer may bring: dictionaries, views, other units and zones."""
    columns, names = [], []
    for name in chance.sample(table.column_names, table.num_columns):
        values = table[name]
        if chance.random() < 0.4:
            kind = values.type
            if kind == pyarrow.string():
                values = chance.choice([lambda v: v.dictionary_encode(), lambda v: v.cast(pyarrow.large_string()), lambda v: v.cast(pyarrow.string_view())])(values)
            elif kind == pyarrow.binary():
                values = values.cast(pyarrow.large_binary())
            elif pyarrow.types.is_timestamp(kind) and kind.tz:
                values = values.cast(pyarrow.timestamp("us", chance.choice(["Europe/Berlin", "+05:30", "UTC"])))
            elif pyarrow.types.is_timestamp(kind):
                values = other_unit(values)
        columns.append(values)
        names.append(name)
    return pyarrow.table(columns, names)


def other_unit(values):
    for unit in ("s", "ms", "ns"):
        try:
            return values.cast(pyarrow.timestamp(unit))
        except pyarrow.ArrowInvalid:
            continue
    return values


# Filters: (op, children) of and, or, not; (op, column, values) of a test.
TESTS = {"=": (peer_expressions.EqualTo, lambda a, b: a == b), "!=": (peer_expressions.NotEqualTo, lambda a, b: a != b), "<": (peer_expressions.LessThan, lambda a, b: a < b),
         "<=": (peer_expressions.LessThanOrEqual, lambda a, b: a <= b), ">": (peer_expressions.GreaterThan, lambda a, b: a > b), ">=": (peer_expressions.GreaterThanOrEqual, lambda a, b: a >= b)}


def quoted_name(path):
    return ".".join(f'"{name}"' if not name.isidentifier() or not name.isascii() else name for name in path)


def value_at(row, path):
    for name in path:
        row = None if row is None else row[name]
    return row


def comparable(kind):
    return not (pyarrow.types.is_nested(kind) or kind == pyarrow.uuid() or pyarrow.types.is_binary(kind) or pyarrow.types.is_fixed_size_binary(kind))


def paths(schema, above=()):
    """Columns that can be filtered by, members of structs too."""
    found = []
    for field in schema:
        found.append(((*above, field.name), field.type))
        if pyarrow.types.is_struct(field.type):
            found += paths(field.type, (*above, field.name))
    return found


def random_filter(chance, schema, rows, depth=2):
    if depth and chance.random() < 0.5:
        op = chance.choice(["and", "or", "not"])
        return (op, [random_filter(chance, schema, rows, depth - 1) for _ in range(1 if op == "not" else 2)])
    path, kind = chance.choice(paths(schema))
    values = [value for row in rows if (value := value_at(row, path)) is not None and fit_to_compare(value, kind)]
    if not comparable(kind) or not values or chance.random() < 0.15:
        return (chance.choice(["is null", "is not null"]), path, [])
    if kind == pyarrow.string() and chance.random() < 0.4:
        prefix = chance.choice(values)[:chance.randrange(1, 12)]
        if not set(prefix) & set("%_\\"):
            return (chance.choice(["like", "not like"]), path, [prefix])
    if chance.random() < 0.25:
        return (chance.choice(["in", "not in"]), path, [chance.choice(values) for _ in range(chance.randrange(1, 4))])
    return (chance.choice(list(TESTS)), path, [chance.choice(values)])


def fit_to_compare(value, kind):
    return not pyarrow.types.is_floating(kind) or value not in ("nan", float("inf"), float("-inf"))


def literal(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value) if "e" not in repr(value) else f"'{value!r}'"
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    told = value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value
    return "'" + told.replace("'", "''") + "'"


def as_sql(tree):
    op = tree[0]
    if op in ("and", "or"):
        return "(" + f" {op} ".join(as_sql(child) for child in tree[1]) + ")"
    if op == "not":
        return f"not ({as_sql(tree[1][0])})"
    name = quoted_name(tree[1])
    if op in ("is null", "is not null"):
        return f"{name} {op}"
    if op in ("in", "not in"):
        return f"{name} {op} ({', '.join(literal(value) for value in tree[2])})"
    if op in ("like", "not like"):
        return f"{name} {op} {literal(tree[2][0] + '%')}"
    return f"{name} {op} {literal(tree[2][0])}"


def peer_literal(value):
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, decimal.Decimal) else value


def as_peer(tree):
    op = tree[0]
    if op in ("and", "or", "not"):
        return {"and": peer_expressions.And, "or": peer_expressions.Or, "not": peer_expressions.Not}[op](*[as_peer(child) for child in tree[1]])
    name, values = ".".join(tree[1]), [peer_literal(value) for value in tree[2]]
    if op in ("is null", "is not null"):
        return (peer_expressions.IsNull if op == "is null" else peer_expressions.NotNull)(name)
    if op in ("in", "not in"):
        return (peer_expressions.In if op == "in" else peer_expressions.NotIn)(name, values)
    if op in ("like", "not like"):
        return (peer_expressions.StartsWith if op == "like" else peer_expressions.NotStartsWith)(name, values[0])
    return TESTS[op][0](name, values[0])


def passes(tree, row):
    """True, False or None, as SQL has it."""
    op = tree[0]
    if op == "not":
        inner = passes(tree[1][0], row)
        return None if inner is None else not inner
    if op in ("and", "or"):
        found = [passes(child, row) for child in tree[1]]
        ends = op == "or"
        return ends if ends in found else None if None in found else not ends
    value = value_at(row, tree[1])
    value = float("nan") if value == "nan" and isinstance(next(iter(tree[2]), None), float) else value
    if op in ("is null", "is not null"):
        return (value is None) == (op == "is null")
    if value is None:
        return None
    if op in ("in", "not in"):
        return (value in tree[2]) == (op == "in")
    if op in ("like", "not like"):
        return value.startswith(tree[2][0]) == (op == "like")
    if value != value and op not in ("=", "!="):
        return None  # NaN is neither smaller nor greater, below NOT neither
    return TESTS[op][1](value, tree[2][0])
