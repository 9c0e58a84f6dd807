select o_orderkey, l_linenumber from orders join lineitem on cast(o_orderkey as varchar(20)) = cast(l_orderkey as varchar(20)) where l_quantity = 50
