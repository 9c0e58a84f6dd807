select c_nationkey as k from customer join orders on o_custkey = c_custkey where o_totalprice > 1000 union select s_nationkey from supplier join nation on s_nationkey = n_nationkey
