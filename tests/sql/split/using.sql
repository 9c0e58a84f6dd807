select k, a, b from (select c_custkey as k, c_name as a from customer) x join (select o_custkey as k, max(o_totalprice) as b from orders group by o_custkey) y
using (k) where k < 50
