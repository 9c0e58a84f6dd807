select iff(a > 1, 'x', 'y'), nvl(b, 0), zeroifnull(c) from t

select src:customer.name::string, src:items[0].price from raw_events

select * from t qualify row_number() over (partition by a order by b desc) = 1

select dateadd(day, 7, d), datediff('month', d1, d2), date_trunc('week', d) from t

select f.value:id from t, lateral flatten(input => t.payload) f

create or replace table a.b (id number(38, 0) not null, v variant) cluster by (id)

select * from t sample bernoulli (10)

select listagg(name, ', ') within group (order by name) from t group by g

merge into t using s on t.id = s.id when matched then update set v = s.v when not matched then insert (id, v) values (s.id, s.v)

select try_cast(x as int), to_timestamp_ntz(y) from t
