select o_orderkey from (select o_orderkey, o_totalprice * 2 as dbl, o_custkey from orders) o join customer on c_custkey = o_custkey
where dbl > 600000 and o_orderkey % 2 = 0
