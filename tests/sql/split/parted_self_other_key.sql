with o as (select o_orderkey as id, o_custkey as boss, o_totalprice as price from orders) select a.id, a.price, b.id as above, b.price as more from o a left join o b on a.boss = b.id
