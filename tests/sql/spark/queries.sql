select explode(items) as item from t lateral view outer posexplode(xs) p as i, x

select date_format(d, 'yyyy-MM-dd'), to_date(s, 'dd/MM/yyyy') from t

select transform(xs, x -> x + 1), map('a', 1) from t

select /*+ broadcast(b) */ * from a join b on a.id = b.id

create table t (a int, b string) using parquet partitioned by (b)

insert overwrite table t select a from s
