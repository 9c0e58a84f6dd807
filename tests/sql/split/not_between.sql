select count(*) as n, sum(l_extendedprice) as s from lineitem join part on p_partkey = l_partkey
where l_quantity not between 2 and 49 and not (l_discount >= 0.02 and l_tax = 0.03) and p_size <> 7
