with o as (select o_orderkey, o_custkey, upper(o_orderstatus) as s from orders where o_totalprice > 1000), c as (select c_custkey as k, c_name as name from customer)
select o.o_orderkey, o.s || c.name as both_ from o join c on c.k = o.o_custkey where o.s <> 'F'
