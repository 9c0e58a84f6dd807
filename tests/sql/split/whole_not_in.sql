select p_partkey from part where p_partkey not in (select nullif(l_partkey, 12) from lineitem where l_quantity > 10 and l_partkey <> 12) and p_size > 5
