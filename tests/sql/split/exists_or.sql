select c_custkey from customer where c_nationkey = 3 and (exists (select 1 from orders where o_custkey = c_custkey and o_totalprice > 300000) or c_acctbal < -900)
