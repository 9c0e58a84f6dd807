"""Sets of models over the same tables of several databases: each gives the rows of DuckDB alone, whether one read feeds all models of a run
or each reads by itself."""
import collections
import json

from deals.check import MOST_ROWS, in_dialect
from deals.deal import Deal, difference
from deals.random_data import NOT_IN, TABLES
from deals.random_queries import Generator


class ModelSet:
    """Two to four queries over the same two or three tables, in DuckDB's dialect, and where the tables are."""

    def __init__(self, seed):
        self.generator = Generator(seed)
        self.chance = self.generator.chance
        while True:
            tables = self.chance.sample(list(TABLES), self.chance.choice([2, 2, 3]))
            self.joins = self.joined(tables)
            if self.joins:
                break
        self.tables = tables
        self.places = self.dealt(tables)
        self.queries = {f"m{n}": self.query() for n in range(self.chance.randint(2, 4))}

    def dealt(self, tables):
        """At least two databases."""
        while True:
            places = {t: self.chance.choice([p for p in ("pg", "pg", "my", "my", "lite", "lite", "duck") if p not in NOT_IN.get(t, ())]) for t in tables}
            if len(set(places.values())) > 1:
                return places

    def joined(self, tables):
        """[(table, alias, condition)], or nothing if they do not join."""
        sources, found = {}, []
        for number, table in enumerate(tables):
            alias = f"t{number}"
            condition = self.generator.join_condition(sources, alias, TABLES[table]) if sources else ""
            if condition is None:
                return None
            found.append((table, alias, condition))
            sources[alias] = TABLES[table]
        return found

    def query(self):
        """Other columns and other filters of the same join each time."""
        sources, text = {}, ""
        for table, alias, condition in self.joins:
            kind = self.chance.choice(["join", "join", "left join"])
            piece = self.piece(table, alias)
            text += f" {kind} {piece} on {condition}" if sources else piece
            sources[alias] = TABLES[table]
        self.generator.last_from = text
        where = self.generator.where(sources, 0)
        if self.chance.random() < 0.3:
            return self.generator.grouped(sources, text, where)[0]
        names = [f"{alias}.{column}" for alias, columns in sources.items() for column in columns]
        chosen = self.chance.sample(names, self.chance.randint(1, min(5, len(names))))
        items = [f"{name} as c{number}" for number, name in enumerate(chosen)]
        return f"select {', '.join(items)} from {text}{where}"

    def piece(self, table, alias):
        if self.chance.random() < 0.6:
            return f"{table} as {alias}"
        inner = {"x": TABLES[table]}
        return f"(select * from {table} as x where {self.generator.predicate(inner, 0)}) as {alias}"


def check_sets(report, context, data, number, count, plans=False, used=None):
    """Returns how many models were equal and wrong, and how many reads were shared. `used` (Used) is told of the runs."""
    tally = collections.Counter(equal=0, refused=0, wrong=0, shared=0)
    for place in range(count):
        check_set(report, context, data, number * 1000 + place, tally, plans, used)
    return dict(tally)


def check_set(report, context, data, seed, tally, plans, used):
    target = "postgres" if seed % 4 == 3 else "duckdb"
    case = f"shared reads {seed} {target}"
    found = ModelSet(seed)
    expected = {}
    for name, text in found.queries.items():
        rows = rows_alone(data, text)
        if rows is not None:
            expected[name] = rows
    said = in_dialect(context, data, {name: found.queries[name] for name in expected}, target)
    problems, shared = [], 0
    for shares in (True, False):
        deal = Deal(context, data, found.places, target, transfer={"shared_extracts": shares, "join_filter_rows": 1_000_000 if seed % 3 else 0})
        outcome = deal.run({name: data.model(text) for name, text in said.items()})
        if used is not None:
            used.add(deal, with_plans=False)
        done = [name for name in said if deal.results.get(name, {}).get("status") == "success"]
        rows = deal.rows(done)
        moved = [t for r in deal.results.values() for t in r["adapter_response"].get("dvt_transfers", [])]
        shared += sum(1 for t in moved if t.get("shared_by"))
        if not shares and any(t["role"] == "shared" for t in moved):
            problems.append("reads were shared although they were not to be")
        for name in said:
            if name not in rows:
                tally["refused"] += 1
                problems.append(f"{name}: {deal.results.get(name, {}).get('message') or outcome.output[-2000:]}")
                continue
            why = difference(expected[name], rows[name])
            tally["wrong" if why else "equal"] += 1
            if why:
                problems.append(f"{name}, shared_extracts: {json.dumps(shares)}: {why}\n{said[name]}\n{deal.plan(name) if plans else ''}")
    tally["shared"] += shared
    if problems:
        report.failed("deals", case, "\n".join(problems) + f"\ntables: {found.places}")
    else:
        report.passed("deals", case, f"{len(said)} models, {shared} shared reads")


def rows_alone(data, text):
    """None: too many for a test."""
    rows = data.alone.execute(f"select * from ({text}) limit {MOST_ROWS + 1}").fetchall()
    return rows if len(rows) <= MOST_ROWS else None
