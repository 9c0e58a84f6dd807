with recent as (select o_custkey as k, o_orderkey from orders where o_orderdate > date '1998-01-01')
select c_custkey, c_acctbal from customer where c_custkey in (select k from recent where o_orderkey > c_nationkey) and c_custkey is not null
