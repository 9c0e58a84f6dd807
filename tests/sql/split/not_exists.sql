select c_custkey from customer where not exists (select 1 from orders where o_custkey = c_custkey and o_orderdate >= date '1995-01-01')
and c_acctbal < 0
