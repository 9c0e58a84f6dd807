select count(*) as n from orders join lineitem on l_orderkey = o_orderkey
where (o_orderstatus = 'F' and l_quantity > 48) or (o_orderstatus = 'O' and l_quantity < 3)
