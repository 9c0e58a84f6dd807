select count(*) as n, sum(n_nationkey) as a, sum(r_regionkey) as b, sum(s_acctbal) as c from nation, region, supplier where n_nationkey > 20 and r_regionkey > 7
