select n_name, count(*) as n, sum(l_quantity) as q, min(c_name) as c from nation, customer, lineitem, orders
where n_nationkey = c_nationkey and o_custkey = c_custkey and l_orderkey = o_orderkey and l_quantity > 30 and (c_acctbal > 0 or n_regionkey = 2)
and l_shipdate > o_orderdate + interval '60 days' group by n_name
