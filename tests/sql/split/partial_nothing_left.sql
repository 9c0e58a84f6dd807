select count(*) as n, sum(o_totalprice) as s, avg(o_totalprice) as a, max(c_acctbal) as m, count(c_acctbal) as k from orders, customer
where o_custkey = c_custkey and o_orderkey < 0
