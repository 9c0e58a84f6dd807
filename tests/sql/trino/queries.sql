select approx_distinct(x), date_parse(s, '%Y-%m-%d') from t

select * from t cross join unnest(xs, ys) with ordinality as u (x, y, n)

select json_extract_scalar(j, '$.a.b'), cast(x as varchar) from t
