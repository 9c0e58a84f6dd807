select * except (a) replace (b + 1 as b) from `my-project.shop.orders`

select struct(1 as a, 'x' as b), [1, 2, 3], array<int64>[1, 2]

select x from unnest([1, 2, 3]) as x with offset as pos

select date_add(d, interval 1 week), timestamp_trunc(ts, month) from t

select safe_cast(a as int64), r'\d+' from t

select count(*) from t for system_time as of timestamp_sub(current_timestamp(), interval 1 hour)

create table shop.t (a int64, b struct<c string, d array<float64>>) partition by date(ts)
