select p_partkey from part join partsupp on ps_partkey = p_partkey where p_name like '%azure%' and p_type not like '%TIN' and ps_availqty > 9000
