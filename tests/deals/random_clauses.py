"""Random queries of what is said otherwise in each system: functions of texts and times, arithmetic, frames, groupings, sets, orders with
NULLs. In DuckDB's dialect; the rows do not depend on any order that they leave open."""
import re

from deals.random_data import TYPES
from deals.random_queries import Generator

# {int}, {text} …: a column of that kind; {n}: a small number, {m}: one that is not negative, {divisor}; {a|b|c}: one of them.
WHOLE = """
{int} % {divisor}; {int} // {divisor}; mod({int}, {divisor}); abs({int}); sign({int}); -{int}; ({int} & 7); ({int} | 3); ({bigint} << 2)
({bigint} >> 1); xor({int}, 5); least({int}, {n}, 3); greatest({int}, {n}); coalesce({int}, {n}); nullif({int}, {n}); length({text})
strpos({text}, 's'); position('e' in {text}); instr({text}, 'a'); ascii({text}); strlen({text}); bit_length({text}); unicode({text})
try_cast({text} as integer); try_cast(' ' || {text} || ' ' as bigint)
extract({year|month|day|dow|isodow|doy|week|quarter|isoyear|decade|century} from {date}); dayofweek({date}); weekofyear({date})
date_diff('{day|week|month|year|quarter}', {date}, date '2024-03-15'); date_sub('{day|week|month|year}', {date}, date '2024-03-15')
{date} - date '2024-02-28'; date_diff('{hour|minute|day|month}', {timestamp}, timestamp '2024-03-10 12:30:00')
extract({hour|minute|year|microsecond|millisecond} from {timestamp}); cast({money} as bigint); cast(round({money}) as bigint)
cast(floor({money}) as bigint); case when {int} > 3 then {int} when {int} < 0 then 0 end; cast({int} as bigint) * 3 - 7
cast({int} > 2 as integer); cast({int} * 0.5 as bigint); cast({int} % 100 as smallint) + 1
"""
MONEY = """
round({money}, {0|1|-1|2|3|-2}); round({money}); ceil({money}); floor({money}); trunc({money}); {money} % 7; {money} % -2.5; abs({money})
-{money}; cast({money} as decimal(12,1)); cast({money} as decimal(14,4)); {money} * 1.005; {money} + 0.005; {money} - 1; mod({money}, 3)
greatest({money}, 1.5); least({money}, 0); case when {int} > 1 then {money} else 0 end; case when {int} > 1 then {money} else {int} end
coalesce({money}, {int}); {money} + {int}; nullif({money}, 1.5); sign({money}); cast({int} as decimal(12,2)); {int} * 0.5
"""
FLOATING = """
{money} / 3; {int} / 2; {int} / nullif({int} % 3, 0); sqrt(abs({int})); {int} / 4.0; round({double}, 2); floor({double}); {double} * 2
power(2, {int} % 5); cast({int} as double) / 3; -{double}; {double} % 2; cast({money} as double); ceil({double}); trunc({double})
exp({int} % 3); ln(abs({int}) + 1); log10(abs({int}) + 1)
"""
TEXT = """
substr({text}, {n}, {m}); substr({text}, {n}); substring({text} from 2 for {m}); left({text}, {n}); right({text}, {n}); lpad({text}, {m}, '*')
substring({text}, {n}, {m}); rpad({text}, {m}, 'xy'); split_part({text}, '{e|s| |,}', {1|2|3|-1}); translate({text}, 'abs', 'xy')
replace({text}, '', 'x'); replace({text}, 's', 'ss'); replace({text}, 'a', ''); reverse({text}); repeat({text}, {n}); trim({text})
ltrim({text}); rtrim({text}); trim({text}, 'as'); ltrim({text}, 'b'); trim(leading 'a' from {text}); concat({text}, null, 'x')
concat({text}, {text}); concat_ws('-', {text}, null, {text}); {text} || {text}; {text} || null; {text} || {int}; concat({text}, {int})
cast({int} as varchar); cast({money} as varchar); cast({date} as varchar); cast({timestamp} as varchar)
strftime({timestamp}, '{%Y-%m-%d|%H:%M|%d.%m.%y|%j|%b %a|%I %p}'); strftime({date}, '%Y/%m'); regexp_replace({text}, 's+', '_')
regexp_replace({text}, '[a-z]', '.', 'g'); regexp_extract({text}, '[a-z]+'); coalesce({text}, 'none'); nullif({text}, '')
nullif({text}, 'a'); greatest({text}, 'b'); least({text}, {text}); md5({text}); cast({money} * 2 as varchar); cast({int} % 3 as varchar)
case {text} when 'a' then 'first' when 'b' then 'second' else {text} end; dayname({date}); monthname({date}); cast({timestamp} as varchar) || '!'
lpad(cast({int} as varchar), 4, '0'); chr(cast(abs({int} % 50) + 40 as integer))
"""
MOMENT = """
{date} + {n}; {date} - {m}; cast({date} + interval {m} month as date); {date} + interval '{m}' day; {date} - interval '1 month'
last_day({date}); cast(date_trunc('{week|month|quarter|year}', {date}) as date); cast({timestamp} as date); {timestamp} + interval '90 minutes'
{timestamp} - interval 1 year; date_trunc('{hour|day|minute|week|month|second}', {timestamp}); cast({date} as timestamp)
{timestamp} + interval '1 day 2 hours'; {date} + cast({int} % 40 as integer); coalesce({date}, date '2000-01-01')
greatest({date}, date '2024-01-01'); {zoned} + interval '1 hour'; cast({zoned} as date); date_trunc('day', {zoned})
{zoned} at time zone 'Europe/Berlin'; ({timestamp} at time zone 'America/New_York') at time zone 'UTC'; cast({zoned} as timestamp)
make_date(cast(extract(year from {date}) as integer), 1, 2); date_add({date}, interval 1 week)
"""
TRUTH = r"""
{text} like 'a\_%' escape '\'; {text} like '%!%%' escape '!'; {text} not like '_'; {text} like '%' || {text}; starts_with({text}, 's')
contains({text}, 's'); ends_with({text}, 'e'); suffix({text}, 's'); regexp_matches({text}, '^[a-z]'); {text} ~ 's.*'
{text} similar to '(a\|b).?'; {int} in (1, 2, null); {int} not in (1, 2, null); ({int} in (1, {n})) is not true; {int} is distinct from {n}
{text} is not distinct from {text}; not ({int} between {n} and 5); {money} = {int}; {int} < {money}; {int} = 2.0; {int} > 1.5
{money} > 1e0; {money} in (1, 1.50, 10); {text} < 'b'; {text} >= 'Z'; {text} <> ''; {text} = 'b '; {text} between 'A' and 'c'
{date} > '2024-01-01'; {date} = timestamp '2024-03-31 00:00:00'; {timestamp} < date '2024-03-31'; {timestamp} >= '2024-03-10 02:30:00'
{bool} is true; not {bool}; {bool} is not false; {bool} = false; {bool} = ({int} > 2); ({int} > 1) is null; ({int} > 1 or null)
case when {int} > 2 then true when {int} < 0 then null else false end; ({int} > 1 and null) is null; coalesce({int} > 2, true)
({int}, 1) = (2, 1); ({int}, {text}) in ((1, 'a'), (2, 'b'), (3, null)); {int} <> all (select 3)
"""
MEASURES = """
count(*); count(*) filter (where {truth}); sum({int}) filter (where {truth}); sum({money}); avg({money}); max({money}) filter (where {truth})
count(distinct {text}); min({text}); max({text}); max({whole}); count(distinct {int} % 3); bool_or({int} > 2); bool_and({int} > 2)
sum(case when {truth} then 1 else 0 end); bit_and({int}); bit_or({int}); avg({int}); stddev_samp(cast({int} % 100 as double))
var_pop({int} % 10); median({int} % 20); string_agg({text}, ',' order by {text}); min({int} % 9) * 2 + count(*)
sum(distinct {money}); count({int}) filter (where {int} > 0); sum({money} * 2) / nullif(count(*), 0); any_value({int}) is null
"""
RANKS = "row_number(); rank(); dense_rank(); percent_rank(); cume_dist(); ntile(3); lag({value}); lead({value}, 2); lag({value}, 1, null)"
FRAMED = "count({value}); min({value}); max({value}); first_value({value}); last_value({value}); nth_value({value}, 2); sum({value}); avg({value})"
FRAMES = """
rows between 1 preceding and current row; rows between unbounded preceding and 1 following; rows between 2 preceding and 1 preceding
rows between current row and unbounded following; range between unbounded preceding and current row
rows between unbounded preceding and unbounded following exclude current row; groups between 1 preceding and 1 following
"""
TESTS_OF_WINDOWS = """
rank() over (partition by {part} order by {order}) <= 2; row_number() over (partition by {part} order by {order}) = 1
count(*) over (partition by {part}) > 2; dense_rank() over (order by {order}) % 3 = 1
"""
SAME_KINDS = ("whole money", "whole floating", "text text", "moment moment", "whole whole", "money money")


def forms(text):
    return [form.strip() for line in text.strip("\n").split("\n") for form in line.split("; ")]


FORMS = {"whole": forms(WHOLE), "money": forms(MONEY), "floating": forms(FLOATING), "text": forms(TEXT), "moment": forms(MOMENT), "truth": forms(TRUTH),
         "measure": forms(MEASURES)}
HOLE = re.compile(r"\{((?:\\\||[^{}])*)\}")


class Missing(Exception):
    """No table has a column of a kind."""


class Clauses(Generator):
    """One query of a seed."""

    def query(self):
        shapes = [self.plain] * 4 + [self.top] * 2 + [self.grouped_sets, self.framed, self.qualified, self.distinct_on, self.sets, self.lateral,
                                                      self.recursive, self.joined_by_name, self.correlated]
        while True:
            try:
                return self.chance.choice(shapes)()
            except Missing:
                pass

    # Expressions.

    def is_kind(self, what):
        return what in TYPES

    def filled(self, form, sources, **given):
        """The form with columns, numbers and choices in its holes."""
        def fill(hole):
            what = hole.group(1)
            if what in given:
                return given[what]
            if what in ("whole", "truth"):
                return self.expressed(what, sources)
            if self.is_kind(what):
                found = self.column(sources, (what,))
                if found is None:
                    raise Missing
                return found[0]
            drawn = {"n": lambda: self.chance.randint(-4, 6), "m": lambda: self.chance.randint(0, 6), "divisor": lambda: self.chance.choice([2, 3, -3, 7, -2])}
            return str(drawn[what]()) if what in drawn else self.chance.choice(what.split("|"))
        return HOLE.sub(fill, form).replace("\\|", "|")

    def expressed(self, what, sources):
        for _ in range(30):
            try:
                return self.filled(self.chance.choice(FORMS[what]), sources)
            except Missing:
                pass
        raise Missing

    def any_of(self, sources, exact=False):
        while True:
            try:
                return self.expressed(self.chance.choice(["whole", "whole", "money", "text", "text", "text", "moment"] + ([] if exact else ["floating", "truth"])), sources)
            except Missing:
                pass

    def key(self, sources):
        found = self.column(sources, ("int", "text", "bool", "date", "money")) or self.column(sources)
        return found[0]

    def rows(self, most=2):
        """{alias: columns}, and the text of FROM with a WHERE."""
        sources, _ = self.sources(self.chance.choice([1, 1, 1, most]))
        text, terms, self.pending = self.last_from, list(self.pending), []
        terms += [self.expressed("truth", sources) for _ in range(self.chance.choice([0, 0, 1, 1, 2]))]
        return sources, text + (" where " + " and ".join(terms) if terms else "")

    @staticmethod
    def named(items):
        return ", ".join(f"{item} as c{number}" for number, item in enumerate(items))

    def ordered(self, keys):
        return ", ".join(f"{key}{self.chance.choice(['', ' asc', ' desc'])}{self.chance.choice(['', '', ' nulls first', ' nulls last'])}" for key in keys)

    # Shapes.

    def plain(self):
        sources, rows = self.rows()
        return f"select {self.named([self.any_of(sources) for _ in range(self.chance.randint(2, 6))])} from {rows}"

    def grouped_sets(self):
        sources, rows = self.rows()
        keys = {self.key(sources) if self.maybe(0.6) else self.any_of(sources, exact=True): None for _ in range(self.chance.choice([1, 2, 2, 3]))}
        listed, first = ", ".join(keys), next(iter(keys))
        group = self.chance.choice([listed, listed, f"rollup ({listed})", f"cube ({listed})", f"grouping sets (({listed}), ())", f"grouping sets (({first}), ({listed}))"])
        measures = [self.expressed("measure", sources) for _ in range(self.chance.randint(1, 3))]
        having = self.chance.choice(["", "", f" having count(*) > {self.chance.randint(0, 3)}", f" having {self.expressed('measure', sources)} is not null"])
        return f"select {self.named([*keys, *measures])} from {rows} group by {group}{having}"

    def framed(self):
        sources, rows = self.rows()
        value = self.column(sources, ("int", "money"))
        if value is None:
            raise Missing
        value, part, key = value[0], self.key(sources), self.key(sources)
        over = f"partition by {part} order by {self.ordered([key, value])}"
        call, rank = (self.filled(self.chance.choice(forms(text)), sources, value=value) for text in (FRAMED, RANKS))
        frame = self.chance.choice(["", ""] + forms(FRAMES))
        return f"select {part} as c0, {key} as c1, {value} as c2, {call} over ({over} {frame}) as c3, {rank} over ({over}) as c4 from {rows}"

    def qualified(self):
        sources, rows = self.rows()
        part, key = self.key(sources), self.key(sources)
        test = self.filled(self.chance.choice(forms(TESTS_OF_WINDOWS)), sources, part=part, order=self.ordered([key]))
        return f"select {part} as c0, {key} as c1 from {rows} qualify {test}"

    def distinct_on(self):
        sources, rows = self.rows()
        keys = [self.key(sources) for _ in range(self.chance.randint(2, 3))]
        return f"select distinct on ({keys[0]}) {self.named(keys)} from {rows} order by {self.ordered(keys)}"

    def top(self):
        sources, rows = self.rows()
        items = [self.any_of(sources, exact=True) for _ in range(self.chance.randint(1, 3))]
        offset = self.chance.choice(["", "", f" offset {self.chance.randint(0, 4)}"])
        order = self.ordered([f"c{number}" for number in range(len(items))])
        return f"select {'distinct ' if self.maybe(0.25) else ''}{self.named(items)} from {rows} order by {order} limit {self.chance.choice([1, 3, 10, 25])}{offset}"

    def sets(self):
        kinds = [self.chance.choice(SAME_KINDS).split() for _ in range(self.chance.randint(1, 2))]
        sides = []
        for side in (0, 1):
            sources, rows = self.rows(1)
            sides.append(f"select {self.named([self.expressed(pair[side], sources) for pair in kinds])} from {rows}")
        op = self.chance.choice(["union all", "union", "except", "intersect", "except all", "intersect all"])
        return f" {'union all' if any('floating' in pair for pair in kinds) else op} ".join(sides)

    def lateral(self):
        sources, _ = self.sources(1)
        text, item, key = self.last_from, self.any_of(sources), self.key(sources)
        return self.chance.choice([f"select {key} as c0, l.v as c1 from {text}, lateral (select {item} as v) as l",
                                   f"select {key} as c0, l.v as c1 from {text} cross join lateral (select {item} as v union all select {item}) as l",
                                   f"select {key} as c0, v.n as c1 from {text}, (values (1), (2), (null)) as v(n) where {self.expressed('truth', sources)}"])

    def recursive(self):
        sources, rows = self.rows(1)
        start = (self.column(sources, ("int", "bigint", "long")) or ("1",))[0]
        return (f"with recursive steps(n, v) as (select 1, cast(max({start}) as bigint) from {rows} union all select n + 1, v // 2 from steps where n < 6 and v > 1) "
                "select n, v, v % 3 as m from steps")

    def joined_by_name(self):
        left, right = self.chance.sample(list(self.tables), 2)
        shared = [name for name, kind in self.tables[left].items() if self.tables[right].get(name) == kind and kind not in ("double", "bool")]
        if not shared:
            raise Missing
        kind, names = self.chance.choice(["join", "left join", "right join", "full join"]), self.chance.sample(shared, self.chance.randint(1, len(shared)))
        using = f"from {left} as a {kind} {right} as b using ({', '.join(names)})"
        items = [self.any_of({"a": self.tables[left]}), self.any_of({"b": self.tables[right]}), *names]
        whole = set(names) == {name for name in self.tables[left] if name in self.tables[right]}  # no name comes twice
        return f"select * {using}" if whole and self.maybe(0.5) else f"select {self.named(items)} {using}"

    def correlated(self):
        sources, rows = self.rows(1)
        kept = self.last_from
        inner, _ = self.sources(1)
        inside, (alias, columns) = self.last_from, next(iter(inner.items()))
        self.last_from = kept
        condition, test = self.join_condition(sources, alias, columns) or "true", self.expressed("truth", inner)
        value = self.chance.choice([f"(select {self.expressed('measure', inner)} from {inside} where {condition})", f"exists (select 1 from {inside} where {condition} and {test})",
                                    f"(select count(*) from {inside} where {condition} and {test})"])
        return f"select {self.key(sources)} as c0, {value} as c1 from {rows}"


def random_clauses(seed):
    return Clauses(seed).query()
