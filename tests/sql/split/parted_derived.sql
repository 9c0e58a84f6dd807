select d.k, d.total, r_name from (select o.status as k, sum(l.price) as total from (select o_orderkey as ok, o_orderstatus as status from orders) o
 full join (select l_orderkey as lk, l_extendedprice as price from lineitem) l on l.lk = o.ok group by o.status) d, region where r_regionkey < 2
