select a from t distribute by a sort by b

select from_unixtime(x, 'yyyy-MM-dd'), datediff(a, b) from t

create external table t (a int) stored as orc location 's3://bucket/x'
