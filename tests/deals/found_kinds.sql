-- Queries over columns of the systems' own types that once differed, or were refused; one a line, run in every deal of kinds.
select k, c from words where c = 'a '
select k, c from chars where c <> 'a ' and c not in ('b ', 'B')
select k, c || '|' as t, concat(c, '|', w) as u, c like '% ' as p, c like 'a' as q from chars
select distinct c from words where c like 'a' order by c
select w from words where w not in (select c from chars where c is not null)
select count(case when w.c in (select c from words where k > 2) then 1 end) as n from words as w join moods as m on w.k = m.k
select w.k, avg(case when exists (select 1 from chars as c where c.k = m.k) then m.b end) as a, count(case when m.b > (select sum(u.b) from moods as u where u.k = w.k) then 1 end) as n from words as w join moods as m on w.k = m.k group by all
select c.w, count(*) as n from chars as c group by c.w
select distinct w from words where w = 'A' or w < 'b'
select c.k, w.k as j from chars as c join words as w on c.w = w.w
select min(w) as a, max(t) as b, count(distinct w) as n from chars
select k, r from wides where r > 0.1 or r = 16777217
select k, r from odds where r in (0.1, 1.5) and r <= 0.1
select sum(r) as s, min(r) as a from wides
select id, y from times where y = 24 or y > 99
select k, id from times where id > '80000000-0000-0000-0000-000000000000'
select * from (select distinct id as c0, k as c1 from times) as q order by c0, c1 limit 5
select k from moods where e in ('LOW', 'ok') or e like 'h%'
select k, trim(e, 'ok') as t, e || '!' as x from words where e <> 'mid'
select max(e) as a, min(e) as b from moods
select b + u as s, u - 1 as d from moods where u > 0
select c from wides union select w from words
select c.c, w.c as d from chars as c join words as w using (k) where c.c in (select t from chars)
