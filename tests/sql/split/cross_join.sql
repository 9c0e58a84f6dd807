select count(*) as n from nation cross join region where n_regionkey <> r_regionkey and r_name >= 'B'
