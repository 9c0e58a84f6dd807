select s_name, (select count(*) from partsupp join part on p_partkey = ps_partkey where ps_suppkey = s_suppkey and p_size < 25) as n,
  (select sum(l_quantity) from lineitem join orders on o_orderkey = l_orderkey where l_suppkey = s_suppkey and o_orderstatus = 'O') as q from supplier where s_nationkey = 3
