select (select count(*) from orders) as a, (select count(*) from customer) as b
