select payload:a.b::int from t

select date_diff(day, a, b), try_divide(x, y) from t

create table t (id bigint generated always as identity) using delta
