with ranked as (
  select o_custkey, o_orderstatus, o_orderkey, o_totalprice,
    row_number() over w as rn, sum(o_totalprice) over (partition by o_custkey, o_orderstatus) as total
  from orders window w as (partition by o_custkey order by o_totalprice, o_orderkey))
select c_name, rn, o_orderkey, total from ranked join customer on c_custkey = o_custkey
where o_custkey < 200 and o_orderstatus = 'F' and rn <= 3
