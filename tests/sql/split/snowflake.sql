select r_name, count(*) as n, sum(s_acctbal) as bal from supplier join nation on s_nationkey = n_nationkey join region on n_regionkey = r_regionkey
where r_name in ('ASIA', 'EUROPE') group by r_name
