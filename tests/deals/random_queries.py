"""Random queries over the tables of random_data, in DuckDB's dialect, whose rows do not depend on any order that they leave open."""
import random

from deals.random_data import TABLES, TYPES, Values

NUMBERS = ("bigint", "int", "long", "money", "huge", "double")
EXACT = ("bigint", "int", "long", "money")
FAMILY = {"bigint": "whole", "int": "whole", "long": "whole", "money": "money", "huge": "huge", "double": "double"}


def literal(kind, value):
    if kind in NUMBERS:
        return f"({value})" if str(value).startswith("-") else str(value)
    if kind == "bool":
        return "true" if value else "false"
    text = "'" + str(value).replace("'", "''") + "'"
    return {"date": "date " + text, "timestamp": "timestamp " + text, "zoned": f"cast({text} as timestamptz)"}.get(kind, text)


class Generator:
    """One query of a seed."""
    tables = TABLES

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.values = Values(self.chance)
        self.aliases = 0
        self.ctes = {}
        self.pending = []  # conditions of comma joins, for the WHERE that follows

    def maybe(self, part):
        return self.chance.random() < part

    def query(self):
        with_part = ""
        if self.maybe(0.3):
            names = []
            for number in range(self.chance.randint(1, 2)):
                text, columns = self.select(2)
                name = f"cte{number}"
                names.append(f"{name} as ({text})")
                self.ctes[name] = columns
            with_part = "with " + ", ".join(names) + " "
        text, columns = self.combined() if self.maybe(0.2) else self.select(3)
        if self.maybe(0.25):
            text = f"select * from ({text}) as top order by {', '.join(str(i + 1) for i in range(len(columns)))} limit {self.chance.choice([1, 3, 10, 50])}"
            if any(kind == "double" for kind in columns.values()):
                text = text[:text.rindex(" order by")]
        return with_part + text

    def combined(self):
        left, columns = self.select(2)
        kinds = list(columns.values())
        branch = self.branch(kinds)
        op = self.chance.choice(["union all", "union all", "union", "except", "intersect"])
        return f"{left} {op} {branch}", columns

    def branch(self, kinds):
        """A SELECT with columns of these kinds."""
        sources, _ = self.sources(1)
        items = []
        for kind in kinds:
            same = [f"{alias}.{name}" for alias, columns in sources.items() for name, have in columns.items() if have == kind]
            items.append(self.chance.choice(same) if same and self.maybe(0.8) else f"cast({self.literal(kind, self.values.of(kind))} as {self.type_of(kind)})")
        where = self.where(sources, 1)
        return f"select {', '.join(items)} from {self.last_from}{where}"

    def type_of(self, kind):
        return TYPES[kind]

    def literal(self, kind, value):
        return literal(kind, value)

    def joins(self, x, y):
        """Whether columns of these kinds are keys of each other."""
        return (x == y or {x, y} <= {"bigint", "int", "long"}) and x not in ("double", "bool")

    def sources(self, most, depth=0):
        """FROM: {alias: columns}; its text in last_from."""
        count = self.chance.choice([1, 1, 2, 2, 3][:2 + most])
        sources, text, optional, pending, commas = {}, "", False, [], self.maybe(0.2)
        for number in range(min(count, most)):
            self.aliases += 1
            alias = f"t{self.aliases}"
            piece, columns = self.piece(depth)
            if number == 0:
                text = f"{piece} as {alias}"
            else:
                join = self.chance.choice(["join", "join", "join", "left join", "left join", "right join", "full join", "cross join"])
                on = self.join_condition(sources, alias, columns)
                if commas:
                    text += f", {piece} as {alias}"
                    pending += [on] if on else []
                elif on is None or join == "cross join":
                    text += f" cross join {piece} as {alias}"
                else:
                    text += f" {join} {piece} as {alias} on {on}"
                    optional = optional or join != "join"
            sources[alias] = columns
        self.last_from, self.pending = text, pending
        return sources, optional

    def piece(self, depth):
        if self.ctes and self.maybe(0.4):
            name = self.chance.choice(list(self.ctes))
            return name, self.ctes[name]
        if depth > 1 and self.maybe(0.25):
            kept = getattr(self, "last_from", "")
            text, columns = self.select(depth - 1)
            self.last_from = kept
            return f"({text})", columns
        name = self.chance.choice(list(self.tables))
        return name, self.tables[name]

    def join_condition(self, sources, alias, columns):
        pairs = [(f"{other}.{a}", f"{alias}.{b}") for other, theirs in sources.items() for a, x in theirs.items() for b, y in columns.items()
                 if self.joins(x, y)]
        if not pairs:
            return None
        likely = [p for p in pairs if p[0].split(".")[1] in ("id", "person", "k", "d", "g", "vid")] or pairs
        chosen = self.chance.sample(likely, min(len(likely), self.chance.choice([1, 1, 1, 2])))
        terms = [self.equality(a, b) for a, b in chosen]
        if self.maybe(0.3):
            terms.append(self.predicate({alias: columns} if self.maybe(0.6) else {**sources, alias: columns}, 0))
        return " and ".join(terms)

    def equality(self, a, b):
        """Keys are columns, at times expressions of one."""
        if self.maybe(0.85):
            return f"{a} = {b}"
        a = self.chance.choice([f"nullif({a}, {a})", f"coalesce({a}, {a})", f"case when {a} is not null then {a} end"])
        return f"{a} = {b}" if self.maybe(0.8) else f"{b} is not distinct from {a}"

    def where(self, sources, depth):
        terms, self.pending = self.pending, []
        if not self.maybe(0.25):
            terms = terms + [self.predicate(sources, depth) for _ in range(self.chance.choice([1, 1, 2, 3]))]
        return " where " + " and ".join(terms) if terms else ""

    def column(self, sources, kinds=None):
        found = [(f"{alias}.{name}", kind) for alias, columns in sources.items() for name, kind in columns.items() if kinds is None or kind in kinds]
        return self.chance.choice(found) if found else None

    def predicate(self, sources, depth):
        roll = self.chance.random()
        if roll < 0.12:
            return f"({self.predicate(sources, 0)} or {self.predicate(sources, 0)})"
        if roll < 0.17:
            return f"not ({self.predicate(sources, 0)})"
        if roll < 0.30 and depth > 0:
            return self.subquery_test(sources)
        name, kind = self.column(sources)
        if roll < 0.38:
            return f"{name} is {self.chance.choice(['', 'not '])}null"
        if kind == "text" and roll < 0.48:
            pattern = self.chance.choice(["a%", "%s%", "%", "_", "b_", "50\\%", "日%", "%ss", "", "I%"]).replace("\\", "")
            return f"{name} {self.chance.choice(['', 'not '])}like '{pattern}'"
        if roll < 0.58:
            values = ", ".join(self.literal(kind, self.values.of(kind)) for _ in range(self.chance.randint(1, 4)))
            return f"{name} {self.chance.choice(['', '', 'not '])}in ({values})"
        if roll < 0.66 and kind not in ("bool", "text"):
            return f"{name} between {self.literal(kind, self.values.of(kind))} and {self.literal(kind, self.values.of(kind))}"
        if roll < 0.74:
            other = self.column(sources, [kind])
            return f"{name} {self.chance.choice(['=', '<>', '<', '>='])} {other[0]}"
        if roll < 0.80 and kind in EXACT:
            return f"coalesce({name}, 0) {self.chance.choice(['<', '>', '='])} {self.literal(kind, self.values.of(kind))}"
        if kind == "bool" and roll < 0.9:
            return self.chance.choice([name, f"not {name}"])
        return f"{name} {self.chance.choice(['=', '=', '<>', '<', '<=', '>', '>='])} {self.literal(kind, self.values.of(kind))}"

    def subquery_test(self, sources):
        kept = self.last_from
        inner, _ = self.sources(1)
        (alias, columns), inside = next(iter(inner.items())), self.last_from
        condition = self.join_condition(sources, alias, columns)
        extra = self.predicate(inner, 0)
        self.last_from = kept
        roll = self.chance.random()
        if condition is None or roll < 0.3:
            name, kind = self.column(sources)
            own = self.column(inner, [kind])
            if own is not None and kind not in ("double",):
                negated = self.chance.choice(["", "", "not "])
                return f"{name} {negated}in (select {own[0]} from {inside} where {extra})"
            return f"exists (select 1 from {inside} where {extra})"
        if roll < 0.8:
            return f"{self.chance.choice(['', 'not '])}exists (select 1 from {inside} where {condition} and {extra})"
        own = self.column(inner, EXACT)
        name = self.column(sources, EXACT)
        if own is None or name is None:
            return f"exists (select * from {inside} where {condition})"
        function = self.chance.choice(["max", "min", "count", "sum"])
        return f"{name[0]} {self.chance.choice(['<', '>=', '='])} (select {function}({own[0]}) from {inside} where {condition})"

    def select(self, depth):
        sources, _ = self.sources(3 if depth > 1 else 2, depth)
        text_from = self.last_from
        where = self.where(sources, depth - 1)
        roll = self.chance.random()
        if roll < 0.35:
            return self.grouped(sources, text_from, where)
        if roll < 0.45:
            return self.windowed(sources, text_from, where)
        columns, items = {}, []
        for number in range(self.chance.randint(1, 4)):
            value, kind = self.expression(sources)
            items.append(f"{value} as c{number}")
            columns[f"c{number}"] = kind
        distinct = "distinct " if self.maybe(0.2) and "double" not in columns.values() else ""
        return f"select {distinct}{', '.join(items)} from {text_from}{where}", columns

    def expression(self, sources):
        name, kind = self.column(sources)
        roll = self.chance.random()
        if roll < 0.65:
            return name, kind
        if kind == "text":
            return self.chance.choice([(f"upper({name})", "text") if self.maybe(0.1) else (f"coalesce({name}, 'none')", "text"),
                                       (f"length({name})", "int"), (f"{name} || '|'", "text")])
        if kind == "date":
            return self.chance.choice([(f"extract(year from {name})", "long"), (f"{name}", "date"), (f"coalesce({name}, date '2024-01-01')", "date")])
        if kind in ("int", "money"):
            return self.chance.choice([(f"case when {name} > 2 then {name} else 0 end", kind), (f"coalesce({name}, 0)", kind), (f"nullif({name}, 1)", kind)])
        return name, kind

    def aggregate(self, sources):
        roll = self.chance.random()
        if roll < 0.25:
            return "count(*)", "long"
        name, kind = self.column(sources)
        if roll < 0.4:
            return f"count({self.chance.choice(['', 'distinct '])}{self.argument(sources, name, kind)})", "long"
        number = self.column(sources, ("bigint", "int", "money"))
        if roll < 0.65 and number is not None:
            return f"sum({self.argument(sources, *number)})", "huge"
        if roll < 0.75 and number is not None:
            return f"avg({self.argument(sources, *number)})", "double"
        if kind in ("bool",):
            return f"count({name})", "long"
        return f"{self.chance.choice(['min', 'max'])}({self.argument(sources, name, kind)})", kind

    def argument(self, sources, name, kind):
        """Of an aggregate: a column, at times a product, or a CASE that chooses by columns of the same table or of others."""
        roll = self.chance.random()
        if roll < 0.5:
            return name
        if kind == "money" and roll < 0.6:
            return self.chance.choice([f"{name} * (1 - 0.25)", f"{name} * 2 + 0.5", f"-{name}", f"{name} * 0.125"])
        same = {alias: columns for alias, columns in sources.items() if name.startswith(alias + ".")}
        tests = [self.predicate(same if self.maybe(0.4) else sources, 0) for _ in range(self.chance.choice([1, 1, 2]))]
        values = [name] + [self.value(sources, kind) for _ in tests[1:]]
        cases = " ".join(f"when {test} then {value}" for test, value in zip(tests, values))
        otherwise = self.chance.choice(["", " else null", f" else {self.value(sources, kind)}"] + ([" else 0", " else 0"] if kind in EXACT else []))
        return f"case {cases}{otherwise} end"

    def value(self, sources, kind):
        found = self.column(sources, (kind,))
        return found[0] if found and self.maybe(0.4) else self.literal(kind, self.values.of(kind))

    def grouped(self, sources, text_from, where):
        keys, items, columns = [], [], {}
        for _ in range(self.chance.choice([0, 1, 1, 1, 2])):
            name, kind = self.column(sources)
            if kind != "double" and name not in keys:
                keys.append(name)
                items.append(f"{name} as c{len(items)}")
                columns[f"c{len(columns)}"] = kind
        aggregates = []
        for _ in range(self.chance.randint(1, 3)):
            value, kind = self.aggregate(sources)
            aggregates.append((value, kind))
            items.append(f"{value} as c{len(items)}")
            columns[f"c{len(columns)}"] = "double" if kind == "huge" and value.startswith("sum") else kind
        having = ""
        if keys and self.maybe(0.3):
            having = f" having count(*) {self.chance.choice(['>', '=', '<'])} {self.chance.randint(1, 3)}"
        group = f" group by {', '.join(keys)}" if keys else ""
        return f"select {', '.join(items)} from {text_from}{where}{group}{having}", columns

    def windowed(self, sources, text_from, where):
        name, kind = self.column(sources)
        if kind == "double":
            return f"select {name} as c0 from {text_from}{where}", {"c0": kind}
        part, part_kind = self.column(sources)
        number = self.column(sources, ("int", "bigint", "money"))
        window = self.chance.choice([f"rank() over (partition by {part} order by {name})", f"count(*) over (partition by {part})",
                                     f"dense_rank() over (order by {name})"]
                                    + ([f"sum({number[0]}) over (partition by {part})", f"max({number[0]}) over (partition by {part} order by {name})"] if number else []))
        return f"select {name} as c0, {part} as c1, {window} as c2 from {text_from}{where}", {"c0": kind, "c1": part_kind, "c2": "double"}


def random_query(seed):
    return Generator(seed).query()
