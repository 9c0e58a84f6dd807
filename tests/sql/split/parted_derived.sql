select d.k, d.total, r_name from (select c.nk as k, sum(o.price) as total from (select c_custkey as ck, c_nationkey as nk from customer where c_acctbal > 0) c
 join (select o_custkey as ck, o_totalprice as price from orders) o on o.ck = c.ck group by c.nk) d, region where r_regionkey < 2
