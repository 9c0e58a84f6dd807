select v.k, n_name from (values (1), (5), (30)) as v(k) left join nation on n_nationkey = v.k
