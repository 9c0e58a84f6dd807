select ps_partkey, ps_suppkey, l_quantity from partsupp join lineitem on l_partkey = ps_partkey and l_suppkey = ps_suppkey
where ps_availqty < 100 and l_shipdate > date '1998-01-01'
