select x.k, n_name from (select c_nationkey as k from customer where c_acctbal > 9000 union all select s_nationkey from supplier) x full join nation on x.k = n_nationkey
