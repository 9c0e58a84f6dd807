select c_name from customer where c_custkey in (select o_custkey from orders where o_totalprice > 400000) and c_nationkey not in (1, 2)
