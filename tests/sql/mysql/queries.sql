select `a`, "text", 'it\'s' from `db`.`t`

select a div 2, a mod 2, a / 2, a xor b, a <=> b, a || b, a && b from t

select group_concat(distinct a order by b desc separator '; ') from t group by c with rollup

select date_add(d, interval 1 day), d - interval 2 month, year(d) from t

select * from t limit 5, 10

select if(a > 1, 'x', 'y'), ifnull(a, b), concat(a, b) from t

select * from t where a regexp '^x' and b not like '%y%' and c in (1, 2)

select * from a straight_join b on a.id = b.id left join c using (id)

select cast(a as signed), cast(b as decimal(10, 2)), convert(c, char) from t

select j -> '$.a', j ->> '$.b', json_extract(j, '$.c') from t

select row_number() over (partition by a order by b) from t

insert into t (a, b) values (1, 2) on duplicate key update b = 3

select count(*) from t where d >= '1995-01-01' and d < '1995-01-01' + interval 1 year

with x as (select 1 as a) select * from x union all select 2
