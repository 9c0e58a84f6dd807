create table special (id int primary key, t1 tinyint(1), ub bigint unsigned, us smallint unsigned, b1 bit(1), b9 bit(9), en enum('a', 'ü|~'),
  st set('x', 'y'), yr year, ts timestamp(6) null, t0 timestamp null, dtm datetime, d3 datetime(3), tm time, t6 time(6), d date, f float, f7 float(7,2),
  db double(10,3), de decimal(38,20), d65 decimal(65,30), du decimal(10,2) unsigned, l1 varchar(20) character set latin1,
  gb varchar(20) character set utf8mb3 collate utf8mb3_bin, ch char(10), bi binary(6), vb varbinary(10), bl blob, lt longtext, js json, u uuid,
  i6 inet6);
insert into special values
(1, 2, 18446744073709551615, 65535, 1, 257, 'ü|~', 'x,y', 2024, '2024-02-29 13:04:05.000100', '2024-02-29 13:04:05', '2024-02-29 13:04:05',
 '2024-02-29 13:04:05.120', '23:59:59', '10:11:12.5', '1000-01-01', 0.1, 1.5, 2.250, -0.00000000000000000001,
 123456789012345678901234567890.000000000000000000000000000001, 0.10, 'Åé|~', 'ß', 'a ', 'ab', x'7e7c00', x'ff', 'long|~', '{"a":1}', uuid(), '::1'),
(2, 0, 0, 0, 0, 0, 'a', '', 1901, '1970-01-02 00:00:00', null, '9999-12-31 23:59:59', '0001-01-01 00:00:00.000', '00:00:00', '00:00:00.000001',
 '9999-12-31', 3.4e38, -99999.99, 0, 0, -1, 0, '', '', '', '', '', '', '', 'null', null, null);
insert into special (id) values (3);
