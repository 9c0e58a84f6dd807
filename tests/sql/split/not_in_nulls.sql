select s_suppkey from supplier where s_nationkey not in (select nullif(c_nationkey, 7) from customer where c_acctbal > 9900)
