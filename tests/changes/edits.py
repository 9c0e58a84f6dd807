"""A table that is edited at random, beside what it should hold. Keys of several kinds; each edit is one that groups of rows may get
wrong: nothing, a few rows, rows outside of all keys so far, a stretch of neighbours, most rows, none left, all new."""
import random

KINDS = {
    "pg": ["bigint", "bigint apart", "text", "numeric(12,2)", "two"],
    "my": ["bigint", "bigint apart", "bigint unsigned", "varchar(30)", "decimal(12,2)", "two"],
    "duck": ["bigint", "bigint apart", "varchar", "decimal(12,2)", "two"],
    "lite": ["bigint", "text", "two"],
}
ROWS = 3000
EDITS = ["nothing", "few", "outside", "stretch", "few", "many", "few", "all gone", "all new", "few"]


class Table:
    """Rows of (key, value); a key is a tuple of the texts as which it is written in SQL and in CSV."""

    def __init__(self, kind, seed):
        self.kind, self.dice, self.rows, self.used = kind, random.Random(seed), {}, 0

    def key(self, number):
        if self.kind == "bigint apart":
            return (str(number * 3_000_000_019_937 - 2**62),)
        if self.kind in ("bigint", "bigint unsigned"):
            return (str(number - (0 if "unsigned" in self.kind else 700)),)
        if self.kind == "two":
            return (str(number % 50), f"k'{number}|~")
        if "(12,2)" in self.kind:
            return (f"{number}.25",)
        return (f"Kéy {number * 7919 % 100_003}",)

    def definition(self):
        if self.kind == "two":
            return "a int not null, k varchar(30) not null, v varchar(40), primary key (a, k)"
        return f"k {self.kind.replace(' apart', '')} not null primary key, v varchar(40)"

    def columns(self):
        return ["a", "k"] if self.kind == "two" else ["k"]

    @staticmethod
    def literal(text):
        return text if text.lstrip("-").replace(".", "", 1).isdigit() else "'" + text.replace("'", "''") + "'"

    def where(self, keys):
        if self.kind == "two":
            return " or ".join(f"(a = {key[0]} and k = {self.literal(key[1])})" for key in keys)
        return "k in (" + ", ".join(self.literal(key[0]) for key in keys) + ")"

    def insert(self, numbers):
        added = {self.key(number): f"v{self.dice.randint(0, 9**9)}" for number in numbers}
        added = {key: value for key, value in added.items() if key not in self.rows}
        self.rows.update(added)
        values = ", ".join("(" + ", ".join(map(self.literal, key)) + f", '{value}')" for key, value in added.items())
        return [f"insert into edited values {values};"] if added else []

    def update(self, keys):
        mark = f"u{self.dice.randint(0, 9**9)}"
        self.rows.update({key: mark for key in keys})
        return [f"update edited set v = '{mark}' where {self.where(keys[n:n + 200])};" for n in range(0, len(keys), 200)]

    def delete(self, keys):
        for key in keys:
            del self.rows[key]
        return [f"delete from edited where {self.where(keys[n:n + 200])};" for n in range(0, len(keys), 200)]

    def edit(self, kind):
        """The statements that do it; `rows` are then what the table holds."""
        keys = list(self.rows)
        some = lambda most: self.dice.sample(keys, min(len(keys), self.dice.randint(1, most)))  # noqa: E731
        if kind == "few":
            changed = some(6)
            gone = [key for key in some(3) if key not in changed]
            return self.update(changed) + self.delete(gone) + self.insert(self.dice.randint(0, 9000) for _ in range(3))
        if kind == "outside":
            return self.insert([9_500, 20_000, 90_000] + ([] if "unsigned" in self.kind or "(12" in self.kind else [-5]))
        if kind == "stretch":
            start = self.dice.randint(0, len(keys) - 300)
            return self.update(keys[start:start + 150]) + self.delete(keys[start + 150:start + 300])
        if kind == "many":
            return self.update(self.dice.sample(keys, len(keys) * 2 // 3))
        if kind == "all gone":
            return self.delete(keys)
        return self.insert(range(1, ROWS)) if kind == "all new" else []
