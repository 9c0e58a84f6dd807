select o_custkey, count(*) as n from orders join customer on c_custkey = o_custkey group by o_custkey having count(*) > 25 and o_custkey < 1000
