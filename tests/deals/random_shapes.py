"""Random queries in the shapes that random_clauses leaves out: pivots, joins by nearness and by position, quantified comparisons, columns by
patterns, texts beside values of other types, conversions, zones."""
from deals.random_clauses import Clauses, Missing, forms
from deals.random_data import TABLES

WHOLE = """
try_cast({text} as integer); try_cast({int} as tinyint); try_cast({money} as smallint); cast({money} as bigint); cast({bool} as integer); {int} // {divisor} + {int} % {divisor}
-(({int} % 100) // {divisor}); length({text} || {text}); date_diff('{day|week|month|year}', {date}, date '2024-03-31'); cast(strftime({timestamp}, '%H') as integer)
date_part('{isodow|doy|week|quarter|isoyear}', {date}); extract({hour|minute|second|day} from {timestamp}); cast(extract(hour from {zoned}) as integer)
bit_length({text}); cast(round({money} / 3) as bigint); sign({int}); greatest({int}, {long}, 3); {int} & 7; ({int} % 100) ** 2; abs({int} % 1000) << 2; {long} % {divisor}
strpos({text}, '{s|ß|é|日|%}'); len(string_split({text}, 's')); levenshtein({text}, 'straße'); ascii({text}); unicode({text}); cast({text} < 'm' as integer)
"""
MONEY = """
{money} / 3; {money} % 2; round({money}, 1); trunc({money}); ceil({money}); -{money}; {money} * 0.5; abs({money}); cast({int} % 1000 as decimal(9,3)); {money} - {int}
cast({money} as decimal(14,1)); nullif({money}, 1.5); cast('{1.25|-3.5|10}' as decimal(5,2)) + {money}; round({money}, -1); greatest({money}, {int}); {money} // 1
"""
TEXT = r"""
cast({bool} as varchar); cast({int} as varchar); cast({money} as varchar); cast({date} as varchar); cast({timestamp} as varchar); left({text}, 2); right({text}, 2)
reverse({text}); substr({text}, 2, 2); substring({text} from 1 for 3); split_part({text}, 's', 1); lpad({text}, 5, '日'); rpad({text}, 2, 'x'); trim({text}) || '|'; ltrim({text}, 'a ')
replace({text}, 'ss', 'ß'); translate({text}, 'sS', 'zZ'); concat({text}, {int}, {text}); concat_ws('/', {text}, {date}, {int}); {bool} || {text}; {int} || ':' || {money}
regexp_replace({text}, '[aeiou]', '_'); regexp_replace({text}, 's', '', 'g'); regexp_extract({text}, '[a-z]+'); strftime({date}, '%d.%m.%y'); strftime({timestamp}, '%H:%M:%S')
upper({text}); lower({text}); md5({text}); hex({text}); format('{}-{}', {int}, {text}); printf('%05d', {int}); coalesce({text}, cast({int} as varchar), '?'); repeat({text}, 2)
""".replace("{}-{}", "{{a}}")
MOMENT = """
{timestamp} at time zone 'Europe/Berlin'; ({zoned} at time zone 'America/New_York') + interval '1 hour'; {zoned} + interval '{1 day|1 month|36 hours}'; {timestamp} - interval {m} hour
date_trunc('{day|hour|month}', {zoned}); cast({timestamp} as time); time_bucket(interval '15 minutes', {timestamp}); strptime('2024-03-31 02:30', '%Y-%m-%d %H:%M')
try_cast({text} as date); cast({date} as timestamp) + interval '{m} minutes'; make_date(2024, 1 + cast(abs({int} % 12) as integer), 1); greatest({timestamp}, timestamp '2024-03-10 02:30:00')
least({date}, date '2024-02-29'); date_add({date}, interval {m} month); {date} - interval {m} week; cast(date_trunc('week', {timestamp}) as date); {timestamp} + ({int} % 100) * interval 1 minute
"""
TRUTH = r"""
{int} > '{2|2.5|-1|7.4}'; {money} >= '{1.5|1.495|-0.014|10}'; {date} < '{2024-3-1|2024-02-29|2024-02-29 10:00:00|2024-03-31}'; {timestamp} >= '{2024-03-10|2024-03-31 02:30:00|2024-10-27T01:30:00}'
{bool} = '{true|false|t|f}'; {int} in ('1', '2', '7'); {double} > '{0.1|-1.5|1e3|inf}'; {money} between '0.994' and '{1.505|99.995}'; {double} = 'nan'::double; {double} < 'infinity'::double
{text} like '%{s|ß|%|_|é}%'; {text} ilike '{straße|STRASSE|ä%|%SS|É}'; {text} not ilike 'a%'; {text} similar to '(a|ä|b)%'; {text} like 'a!%' escape '!'; {text} glob '[a-s]*'
regexp_matches({text}, '{^s|ß$|[0-9]|^$}'); regexp_full_match({text}, '[a-zß]+'); {text} = any (select code from codes); {int} > all (select k from days where n > 3); {int} <> all (select k from days where k is not null)
{int} = any (select k from codes where code = {text}); {int} not in (select k from events where amt > {money}); ({int}, {text}) in (select k, g from codes); {text} not in (select code from codes)
{date} in (select d from days where k > {int}); {money} > (select avg(amt) from events where k = {int}); exists (select 1 from visits as v where v.k = {int} and v.note = {text})
not exists (select 1 from codes as c where c.g = {text} and c.k is not distinct from {int}); {text} collate nocase = 'STRASSE'; {text} < {text} || 'a'; {date} - date '2024-01-01' > 30; cast({text} as varchar(2)) = 'ss'
{text} between 'Z' and 'ä'; {text} in ('A', 'ss', 'É', ''); {text} is distinct from 'STRASSE'; cast({int} as double) / 2 = 1.5; {int} / 2 = 1.5; try_cast({text} as date) is not null; {bool} is distinct from ({int} = 1)
"""
MEASURES = """
string_agg({text}, '|' order by {text} desc nulls first); list({int} order by {int}) filter (where {truth}); count(distinct {bool}); sum({int}) filter (where {truth}); max({timestamp}); min({zoned})
avg({money}) filter (where {truth}); sum(cast({bool} as integer)); count({text}) filter (where {truth}); max(case when {truth} then {date} end); min({money} / 3); bit_xor({int}); sum({long} % 1000)
quantile_disc({int}, 0.5); arg_max({int}, {text} || cast({int} as varchar)); count(*) - count({text}); max(length({text})); bool_and({bool}); sum(distinct {int} % 4); mad({int} % 50); entropy({bool})
"""
FORMS_OF_SHAPES = {"whole": forms(WHOLE), "money": forms(MONEY), "text": forms(TEXT), "moment": forms(MOMENT), "truth": forms(TRUTH), "measure": forms(MEASURES)}
FRAMES = """
range between interval 30 days preceding and current row; range between interval 1 month preceding and interval 1 month following; range between unbounded preceding and interval 10 days preceding
"""
WINDOWS = """
sum({value}) over (partition by {part} order by {order} rows between 2 preceding and 1 following exclude ties); count(*) filter (where {truth}) over (partition by {part})
lag({value}, 1 ignore nulls) over (partition by {part} order by {order}); last_value({value} ignore nulls) over (partition by {part} order by {order}); max({value}) over (order by {order} groups 1 preceding)
ntile(4) over (partition by {part} order by {order}); first_value({value}) over w; nth_value({value}, 2) over w; count({value}) over w; avg({value}) over (partition by {part}); sum({value}) over w - {value}
"""
KEYED = ("people", "visits", "sums")  # with a key


class Shapes(Clauses):
    """One query of a seed."""

    def query(self):
        shapes = [self.plain] * 3 + [self.filtered] * 5 + [self.top, self.measured, self.measured, self.turned, self.unturned, self.nearest, self.beside, self.windows, self.windows,
                                                           self.ranged, self.by_pattern, self.sets_in_groups, self.steps, self.last_rows, self.each_best, self.nested]
        while True:
            try:
                return self.chance.choice(shapes)()
            except Missing:
                pass

    def expressed(self, what, sources):
        if what not in FORMS_OF_SHAPES or self.maybe(0.3):
            return super().expressed(what, sources)
        for _ in range(30):
            try:
                return self.filled(self.chance.choice(FORMS_OF_SHAPES[what]), sources).replace("{{a}}", "{}-{}")
            except Missing:
                pass
        raise Missing

    def ordered_by_all(self, sources):
        """Columns that order rows of keyed tables without ties."""
        keys = [f"{alias}.{KEY}" for alias, columns in sources.items() for KEY in ("id", "vid") if KEY in columns]
        if len(keys) < len(sources):
            raise Missing
        return ", ".join(f"{key}{self.chance.choice(['', ' desc'])}" for key in keys)

    def filtered(self):
        sources, _ = self.sources(3)
        text, terms, self.pending = self.last_from, list(self.pending), []
        terms += [self.expressed("truth", sources) for _ in range(self.chance.choice([1, 1, 2]))]
        return f"select {self.named([self.key(sources) for _ in range(2)])} from {text} where {' and '.join(terms)}"

    def measured(self):
        sources, rows = self.rows(3)
        key = self.key(sources)
        measures = [self.expressed("measure", sources) for _ in range(self.chance.randint(1, 3))]
        return f"select {self.named([key, *measures])} from {rows} group by all" if self.maybe(0.5) else f"select {self.named(measures)} from {rows}"

    def turned(self):
        sources, rows = self.rows(2)
        number, flag = self.column(sources, ("int", "money")), self.column(sources, ("bool",))
        if number is None or flag is None:
            raise Missing
        call = self.chance.choice(["sum", "count", "max"])
        group = self.chance.choice(["", " group by g0"])
        return (f"select * from (select {self.key(sources)} as g0, {self.key(sources)} as g1, {number[0]} as v, {flag[0]} as b from {rows}) "
                f"pivot ({call}(v) as x for b in (true, false){group})")

    def unturned(self):
        name = self.chance.choice(["people", "events", "visits"])
        first, second = {"people": ("id", "k"), "events": ("person", "k"), "visits": ("vid", "k")}[name]
        nulls = self.chance.choice(["", " include nulls"])
        shape = f"{name} unpivot{nulls} (val for what in ({first}, {second}))"
        kept = [column for column in TABLES[name] if column not in (first, second)]
        other, same = self.chance.choice([("codes", "k"), ("days", "k"), ("visits", "person"), ("people", "id")])
        return self.chance.choice([f"select * from {shape}", f"select what, {self.chance.choice(kept)} as c, count(*) as n, sum(val) as s from {shape} group by all",
                                   f"select u.what, u.{self.chance.choice(kept)} as c, o.{same} as k from {shape} as u join {other} as o on o.{same} = u.val"])

    def nearest(self):
        kind, left = self.chance.choice(["asof join", "asof left join"]), self.chance.choice(["came", "cast(came as date)"])
        with_key = self.maybe(0.5)
        right = self.chance.choice(["days", "events", "people"])
        inner = f"(select d, {'k, ' if with_key else ''}count(*) as n, max(d) as m from {right} where d is not null group by all)"
        return (f"select a.vid, a.came, b.d, b.n from (select vid, k, came, {left} as at from visits where came is not null) as a {kind} {inner} as b "
                f"on {'a.k = b.k and ' if with_key else ''}a.at {self.chance.choice(['>=', '>'])} b.d")

    def beside(self):
        left, right = self.chance.sample(KEYED, 2)
        keys = {"people": "id", "visits": "vid", "sums": "id"}
        return (f"select a.*, b.* from (select {keys[left]} as x, k as xk from {left} order by 1 limit 30) as a positional join "
                f"(select {keys[right]} as y, k as yk from {right} order by 1 desc) as b")

    def windows(self):
        self.last_from = None
        name = self.chance.choice(KEYED)
        other = self.chance.choice(["codes", "days", None])
        sources, text = {"a": TABLES[name]}, f"{name} as a"
        if other is not None:
            text += f" {self.chance.choice(['join', 'left join'])} (select k, count(*) as n from {other} group by k) as o on o.k = a.k"
        order = self.ordered_by_all(sources)
        value, part = self.column(sources, ("int", "bigint", "money")) or ("a.id", ""), self.key(sources)
        calls = [self.filled(self.chance.choice(forms(WINDOWS)), sources, value=value[0], part=part, order=order) for _ in range(2)]
        return f"select {self.named([order.split(' ')[0].split(',')[0], part, *calls])} from {text} window w as (partition by {part} order by {order})"

    def ranged(self):
        sources, rows = self.rows(2)
        moment, value = self.column(sources, ("date", "timestamp")), self.column(sources, ("int", "money"))
        if moment is None or value is None:
            raise Missing
        call = self.chance.choice(["count", "sum", "max"])
        return f"select {moment[0]} as c0, {value[0]} as c1, {call}({value[0]}) over (order by {moment[0]} {self.chance.choice(forms(FRAMES))}) as c2 from {rows}"

    def by_pattern(self):
        left, right = self.chance.sample(list(TABLES), 2)
        item = self.chance.choice(["columns('^k$')", "max(columns('k|d'))", "columns(a.*)", "count(columns(* exclude (k)))", "* like '%k%'", "columns(c -> c in ('k', 'd'))",
                                   "min(columns(c -> not c like '%z%'))", "a.* exclude (k), columns(['k'])", "coalesce(*columns('^k$')) as x"])
        return f"select {item} from {left} as a join {right} as b on a.k = b.k where columns('^k$') < {self.chance.choice([5, 100])}"

    def sets_in_groups(self):
        sides = []
        for _ in range(3):
            sources, rows = self.rows(2)
            sides.append(f"(select {self.expressed('whole', sources)} as a, {self.expressed('text', sources)} as b from {rows})")
        ops = [self.chance.choice(["union all", "union", "except", "intersect", "except all", "intersect all"]) for _ in range(2)]
        return f"select a, b, count(*) as n from ({sides[0]} {ops[0]} {sides[1]} {ops[1]} {sides[2]}) as u group by {self.chance.choice(['a, b', 'rollup (a, b)', 'cube (b, a)', 'all'])}"

    def steps(self):
        name, other = self.chance.sample(["people", "visits", "events", "codes", "days"], 2)
        return (f"with recursive r(k, depth) as (select distinct k, 0 from {name} where k between 0 and 9 {self.chance.choice(['union', 'union all'])} "
                f"select distinct (o.k + 1) % 10, r.depth + 1 from r join {other} as o on o.k = r.k where r.depth < 3 and o.k between 0 and 100) "
                f"select r.k, r.depth, count(*) as n from r left join {self.chance.choice(['visits', 'codes'])} as v on v.k = r.k group by all")

    def last_rows(self):
        sources, _ = self.sources(2)
        text, self.pending = self.last_from, []
        items = [self.key(sources) for _ in range(3)]
        order = self.ordered([f"c{number}" for number in range(3)])
        return (f"select * from (select distinct {self.named(items)} from {text}) as q order by {order} limit {self.chance.choice([2, 7, 20])} offset {self.chance.choice([0, 1, 5])}")

    def each_best(self):
        sources, _ = self.sources(2)
        text, self.pending = self.last_from, []
        part, items = self.key(sources), [self.key(sources) for _ in range(2)]
        return (f"select distinct on ({part}) {self.named([part, *items])} from {text} order by {part}, {self.ordered([*items])}")

    def nested(self):
        sources, rows = self.rows(2)
        inner = f"select {self.key(sources)} as a, {self.expressed('whole', sources)} as b, {self.expressed('text', sources)} as c from {rows}"
        return self.chance.choice([f"with w as ({inner}) select x.a, y.b, count(*) as n from w as x join w as y on x.a = y.a and x.c is not distinct from y.c group by all",
                                   f"with w as ({inner}) select * from w where b > (select avg(b) from w) or c in (select g from people)",
                                   f"select a, (select count(*) from codes where codes.g = q.c or codes.k = q.b) as n from ({inner}) as q",
                                   f"select q.*, l.n from ({inner}) as q, lateral (select count(*) as n from events as e where e.k = q.b) as l"])


def random_shapes(seed):
    return Shapes(seed).query()
