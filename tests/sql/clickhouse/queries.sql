select countIf(a > 1), quantile(0.9)(x), toStartOfMonth(d) from t final prewhere b = 1

select a from t limit 2 by g limit 10 settings max_threads = 4

create table t (a UInt32, b Nullable(String)) engine = MergeTree order by a
