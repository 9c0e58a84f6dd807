select n_name, count(*) as n from nation join customer c on c.c_nationkey = n_nationkey where not exists (select * from orders o where o.o_custkey = c.c_custkey and o.o_orderstatus = 'O')
group by n_name
