select "a", [b], `c` from main.t

select a || b, a is b, a is not null, a == b, a <> b, a glob 'x*' from t

select ifnull(a, 1), iif(a, b, c), substr(a, 1, 2), instr(a, 'x') from t

select date('now'), strftime('%Y', d), julianday(a) - julianday(b) from t

select * from t order by a desc nulls first limit 10 offset 2

select count(*) filter (where a > 1), group_concat(a, ',') from t group by b

with recursive c(x) as (select 1 union all select x + 1 from c limit 5) select x from c

select cast(a as integer), -a, ~a, a & b | c << 2 from t

select * from a left join b using (id) where a.x notnull and b.y isnull

select sum(a) over (order by b rows between 1 preceding and 1 following) from t

insert into t (a) values (1) on conflict do nothing

select x'01ff', 1e3, .5, 0x1f
