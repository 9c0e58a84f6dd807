select kind, key, name from (
  select 'c' as kind, c_custkey as key, c_name as name, c_nationkey as nk from customer
  union all select 's', s_suppkey, s_name, s_nationkey from supplier) u join nation on nk = n_nationkey where n_nationkey = 6
