select * from (
  select o_custkey, o_orderkey, row_number() over (partition by o_custkey order by o_orderdate, o_orderkey) as rn from orders) w
join customer on c_custkey = w.o_custkey where rn = 1 and o_orderkey > 30000 and c_nationkey = 1
