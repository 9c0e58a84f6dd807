select r_name, count(*) as n, sum(n_nationkey) as a, sum(s_acctbal) as c, avg(s_acctbal) as d from nation, region, supplier where n_nationkey > 20 group by r_name
