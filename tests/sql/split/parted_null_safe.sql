select count(*) as n, count(c.k) as c, count(o.k) as o, min(o_orderkey) as m from (select c_custkey, nullif(c_custkey % 50, 7) as k from customer) c
join (select o_orderkey, nullif(o_custkey % 50, 7) as k from orders where o_totalprice > 300000) o on c.k is not distinct from o.k
