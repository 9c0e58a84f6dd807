create type mood as enum ('sad', 'o|k');
create domain posint as int check (value > 0);
create table special (id int primary key, f float8, r real, n numeric, a inet, ci cidr, m money, e mood, p posint, x xml, jb jsonb, nm name,
  "we""ird|~" text, ch "char", o oid, dt date, ts timestamp, tz timestamptz, t0 time(0), n0 numeric(5,-2), vb bit varying(8), mac macaddr,
  ttz timetz, rg int4range);
insert into special values
(1, 'NaN', 'NaN', 0.000000000000000001, '10.0.0.1', '10.0.0.0/8', '-1234.50', 'o|k', 5, '<a>|</a>', '{"b":1, "a":[1,2]}', 'name', 'x|~', 'c', 42,
 '0044-03-15 BC', '0044-03-15 01:02:03.5 BC', '0044-03-15 01:02:03 BC', '01:02:03', 12345, B'101', '08:00:2b:01:02:03', '10:00:00+02', '[1,5)'),
(2, 'Infinity', '-Infinity', 12345678901234567890.123, '::1/128', '2001:db8::/32', '0', null, null, null, null, null, null, null, null,
 '10000-01-01', '10000-01-01 00:00:00', '10000-01-01 00:00:00+00', '24:00:00', -900, null, null, null, null),
(3, '-Infinity', 'Infinity', -0.50, '192.168.0.1/24', '192.168.0.0/24', '99999999999999.99', 'sad', 1, null, 'null', '', '', 'x', 0,
 '5874897-12-31', '294246-12-31 00:00:00', '294246-12-31 00:00:00+00', '00:00:00', 0, B'', '08:00:2b:01:02:04', '10:00:00-02', 'empty');
