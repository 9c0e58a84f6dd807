with k as (select o_custkey, o_orderpriority from orders where o_orderdate > date '1995-01-01')
select c_nationkey, count(*) as n from customer where c_custkey in (select o_custkey from k where o_orderpriority = '1-URGENT')
and c_custkey in (select o_custkey from k where o_orderpriority = '5-LOW') group by c_nationkey
