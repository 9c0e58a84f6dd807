select nk from (select c_nationkey as nk from customer union select s_nationkey from supplier) u where nk > 20
