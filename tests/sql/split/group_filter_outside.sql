select * from (select o_custkey, o_orderpriority, sum(o_totalprice) as s from orders group by o_custkey, o_orderpriority) g
join customer on c_custkey = g.o_custkey where g.o_custkey between 10 and 60 and g.s > 100000
