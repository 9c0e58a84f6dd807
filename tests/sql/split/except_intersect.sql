select n_nationkey from nation where n_nationkey < 20 except select s_nationkey from supplier where s_acctbal > 9000
intersect select c_nationkey from customer where c_acctbal > 0
