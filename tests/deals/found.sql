-- Queries that once differed, or were refused, over some deal; one a line, run in every deal of clauses.
select what, value, g from people unpivot (value for what in (id, k))
select * from people unpivot (value for what in (columns('^(id|k)$')))
select u.what, sum(u.value) as value from (select * from people unpivot (value for what in (id, k))) as u join codes c on c.g = u.g group by u.what
select u.* from people unpivot (value for what in (id, k)) as u join visits v on v.vid = u.value
select "true" as t from people pivot (sum(k) for ok in (true, false))
select count(*) as n from (select g, k, ok, d from people) pivot (sum(k) for ok in (true, false))
select count(*) as n from codes where f = 'nan'::double or f < 'infinity'::double
select k, f from codes where f < 'inf'::float and k > '3'::int
select k, cast(ok as varchar) as a, cast(ok as int) as b from days
select d.k, cast(d.ok as varchar) as a, d.ok as b from days d join visits v on v.k = d.k
select d.k from days d where d.ok = 'true'
select d.k, d.ok || 'x' as t from days d
select k from events where k > '2.5'
select amt from events where amt >= '1.495'
select k from days where d < '2024-3-1'
select k from days where d <= '2024-02-29 10:00:00'
select v.vid from visits v join codes c on c.k = v.k where v.came >= '2024-03-10' and v.price > '1.495' and c.f > '0.1'
select e.k, e.amt from events e join days d on d.k = e.k where e.amt >= '1.495' and d.d < '2024-3-1' and e.d <= '2024-02-29 10:00:00'
select e.k, e.amt from events e join days d on d.k = e.k where d.ok = 'true' and e.k in ('1', '2.6', '3')
select p.id from people p join codes c on c.g = p.g where p.ok = 't' and c.k between '0.5' and '7.4'
select e.k, e.d from events e join visits v on e.k = v.k where e.d >= '2024-02-29 10:00:00' or e.d in ('2024-03-31 05:00:00')
select v.vid from visits v join codes c on c.k = v.k where v.price in ('1.495', '2') or v.price between '0.994' and '2.505'
select r.x, y from (select 1 as x) as r, (select id as y from people)
select min(columns(* exclude (ok))) from people
select p.id, max(columns(v.* exclude (note))) from people p join visits v on v.person = p.id group by p.id order by all limit 20
select columns(c -> c like '%k' and c <> 'ok') % 1000 + 1 as "\0_1" from people as p join days as d using (k)
select * like 'a%' from people as p join events as e using (d)
select * exclude (p.k, note) from people p join visits v on v.person = p.id where columns('^k$') is not null
with recursive r(k, depth) as (select distinct k, 0 from codes where k between 0 and 9 union select distinct (o.k + 1) % 10, r.depth + 1 from r join events as o on o.k = r.k where r.depth < 3 and o.k between 0 and 100) select r.k, r.depth, count(*) as n from r left join visits as v on v.k = r.k group by all
with recursive r as (select id, k, 1 as depth from people where id < 20 union all select p.id, p.k, depth + 1 from visits v join r on v.person = r.id join people p on p.k = v.k where depth < 3) select depth, count(*) as n from r group by depth
select k, max(ok) over (partition by k) as m from days
select max(columns('ok|d')), min(ok) as least from days
select v.k, max(p.ok) as a, min(p.ok) as b from visits v join people p on p.id = v.person group by v.k
select d, bit_or(k) as o, bit_xor(k) as x, bit_and(k) as a from events group by d
select ok, count(*) as n, max(k) as m from people where ok = true or not ok group by ok
