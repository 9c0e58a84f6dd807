select distinct n_name, c_mktsegment from customer join nation on c_nationkey = n_nationkey where n_regionkey between 1 and 2
