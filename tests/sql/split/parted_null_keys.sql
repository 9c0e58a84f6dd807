select c_custkey, o_orderkey from (select c_custkey, nullif(c_custkey % 50, 7) as k from customer) c
full join (select o_orderkey, nullif(o_custkey % 1000, 7) as k from orders where o_totalprice > 200000) o on c.k = o.k
