select nvl(a, 0), to_char(d, 'yyyy-mm-dd'), sysdate from dual where rownum <= 5

select a.x, b.y from a, b where a.id = b.id (+)

select level from dual connect by level <= 10

select listagg(x, ',') within group (order by x) from t
