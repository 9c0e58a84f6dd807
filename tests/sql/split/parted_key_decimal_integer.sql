select c_custkey, ps_partkey, ps_supplycost from customer join partsupp on ps_supplycost = c_custkey
