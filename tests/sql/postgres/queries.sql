select 1

select a, b as c, t.* from s.t as t where a > 1 and not (b = 2 or c is not null)

select distinct on (a) a, b from t order by a, b desc nulls last limit 10 offset 5

with recursive r(n) as (values (1) union all select n + 1 from r where n < 10) select * from r

select a::int, b::numeric(10, 2), cast(c as text) from t

select * from a left join b using (id) cross join c natural join d full outer join e on e.x = a.x

select count(*) filter (where a > 0), sum(distinct b), string_agg(c, ',' order by c) from t group by d having count(*) > 1

select rank() over (partition by a order by b desc rows between unbounded preceding and current row) from t

select extract(year from d), date_trunc('month', d), d + interval '3 months', date '2024-01-01' from t

select case when a = 1 then 'x' when a = 2 then 'y' else 'z' end, case a when 1 then 2 end from t

select * from t where a in (1, 2, 3) and b not in (select b from u) and exists (select 1 from v where v.a = t.a)

select * from t where a between 1 and 2 and b like 'x%' escape '!' and c ilike '%y' and d similar to 'a|b' and e ~ '^x'

select a from t union all select a from u except select a from v order by 1

(select a from t limit 1) union (select a from u limit 1)

select array[1, 2, 3], a[1], b -> 'x' ->> 'y', c #>> '{a,b}', d @> '{}' from t

select * from generate_series(1, 10) as g(n), lateral (select n * 2 as m) as x

select a is distinct from b, a is null, a is true, -a, - -a, not a, a || b, a % b, a ^ b from t

select * from (values (1, 'a'), (2, 'b')) as v(id, name)

select grouping(a), a, b from t group by rollup (a, b), cube (c), grouping sets ((a), (), (a, b))

select "Mixed Case", "select", U from "Weird""Name" where x = 'it''s' and y = E'a\nb'

select substring(a from 1 for 2), position('x' in a), trim(both ' ' from a), overlay(a placing 'b' from 1), a at time zone 'UTC' from t

insert into t (a, b) values (1, 2), (3, default) on conflict (a) do update set b = excluded.b returning a

update t set a = 1, b = c + 1 from u where u.id = t.id

delete from t using u where u.id = t.id returning *
