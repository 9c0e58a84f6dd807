select top 10 [Order Id], isnull(a, 0), getdate() from dbo.[Order Details] with (nolock)

select dateadd(day, 1, d), datediff(month, a, b), convert(varchar(10), d, 120) from t

select * from a cross apply f(a.id) as x

select iif(a > b, 'x', 'y'), len(s), charindex('b', s) from t order by a offset 5 rows fetch next 5 rows only
