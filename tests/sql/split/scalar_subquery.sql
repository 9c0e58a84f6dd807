select o_orderkey, (select c_name from customer where c_custkey = o_custkey) as name,
  (select count(*) from lineitem where l_orderkey = o_orderkey and l_quantity > 40) as big_lines
from orders where o_orderkey < 200
