select a.c_custkey, b.o_orderkey from customer a left join orders b on lower(a.c_name) = 'customer#' || lpad(cast(b.o_custkey as text), 9, '0') and b.o_totalprice > 100000
