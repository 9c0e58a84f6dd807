select count(*) as n, min(l_orderkey) as k from orders join lineitem on cast(o_orderdate as timestamp) + interval '30 days' = l_shipdate and o_orderkey = l_orderkey
