select distinct n_name, o_orderpriority from orders join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey where o_orderdate > date '1997-06-01'
