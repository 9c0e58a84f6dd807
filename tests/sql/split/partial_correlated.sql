select p_brand, count(*) as n, sum(l_extendedprice) as s from lineitem join part on p_partkey = l_partkey
where l_quantity < (select 0.4 * avg(x.l_quantity) from lineitem x where x.l_partkey = p_partkey) and p_size < 20 group by p_brand
