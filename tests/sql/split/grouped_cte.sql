with line as (select l_orderkey, count(*) as n, sum(l_quantity) as q, min(l_shipdate) as first_ship from lineitem group by l_orderkey)
select o_orderkey, n, q, first_ship from orders join line on l_orderkey = o_orderkey where o_orderdate < date '1992-03-01' and q > 100
