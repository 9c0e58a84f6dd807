select n_name, big.total from nation left join (select c_nationkey, sum(c_acctbal) as total from customer where c_acctbal > 0 group by c_nationkey) big
on big.c_nationkey = n_nationkey and big.total > 100000 where n_nationkey < 12
