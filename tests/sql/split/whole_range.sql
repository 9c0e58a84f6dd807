select count(*) as n, sum(s_suppkey) as s from supplier join nation on s_nationkey between n_nationkey - 1 and n_nationkey full join region on r_regionkey < n_regionkey
