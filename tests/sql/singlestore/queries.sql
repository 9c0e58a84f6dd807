select date_trunc('month', created), approx_count_distinct(customer_id) from `orders` group by 1

select median(amount) from sales where region = "north" limit 5, 10

select json_extract_string(payload, 'a', 'b') from events
