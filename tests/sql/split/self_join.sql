select a.n_name as a, b.n_name as b from nation a join nation b on a.n_regionkey = b.n_regionkey and a.n_nationkey < b.n_nationkey
join region on r_regionkey = a.n_regionkey where a.n_nationkey in (1, 2, 3) and b.n_nationkey >= 10
