with c as (select c_name as n, c_custkey % 100 as bucket from customer), o as (select o_orderkey as k, o_custkey % 100 as bucket from orders where o_orderdate > date '1998-06-01')
select c.n, o.k from o join c on c.bucket = o.bucket and o.k % 7 = 3
