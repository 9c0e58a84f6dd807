select d.o_custkey, c_name from (select distinct o_custkey, o_orderpriority from orders) d join customer on c_custkey = d.o_custkey
where d.o_orderpriority = '1-URGENT' and d.o_custkey < 100
