select p_name from part where p_size < 30 and exists (select 1 from lineitem where l_partkey = p_partkey and l_shipmode = 'AIR')
and p_partkey not in (select ps_partkey from partsupp where ps_availqty < 2000) and exists (select * from region where r_name = 'ASIA')
and p_brand in (select x.p_brand from part x, supplier where s_suppkey = x.p_partkey and s_acctbal > 0)
