select dateadd(day, 1, d), listagg(x, ',') within group (order by x), nvl(a, b) from t

create table t (a int, b varchar(max)) distkey(a) sortkey(b)

select a || b, c::date from t where d ilike 'x%'
