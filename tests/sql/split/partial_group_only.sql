select o_orderpriority, c_mktsegment, max(o_totalprice) as m, count(distinct c_nationkey) as k from orders join customer on c_custkey = o_custkey group by 1, 2
