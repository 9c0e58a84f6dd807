from t

from t select a

select * exclude (a) from t

select * replace (a + 1 as a) from t

select a, count(*) from t group by all order by all

select a // b, a ** b, a::varchar, try_cast(b as int) from t

select [1, 2, 3], {'a': 1, 'b': 'x'}, list_transform(l, x -> x + 1) from t

select * from a asof join b on a.t >= b.t

select * from a semi join b using (id)

select * from a anti join b on a.id = b.id

select a, row_number() over (order by b) as r from t qualify r = 1

select date_trunc('month', d), d + interval 1 day, interval '3 days' from t

select unnest(l) from t

select * from read_csv('x.csv', header = true)

select count(*) filter (where a > 1), arg_max(a, b), string_agg(a, ',') from t

select a[1], a[1:2], s.f, (s).f from t

with x as materialized (select 1 as a) select * from x union by name select 2 as b
