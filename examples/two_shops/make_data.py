"""Makes the two shops' databases, the same every time: crm.db (SQLite) and erp.duckdb (DuckDB, through the library that dvt itself
uses). make_data.py FOLDER LIBDUCKDB. Standard library only."""
import ctypes
import pathlib
import random
import sqlite3
import sys

CUSTOMERS, PRODUCTS, ORDERS = 1500, 120, 6000
COUNTRIES = ["AT", "CH", "DE", "DK", "ES", "FR", "IT", "NL", "PT", "SE"]
SEGMENTS = ["private"] * 6 + ["business"] * 3 + ["public"]
FIRST = ["Ada", "Bruno", "Clara", "Dario", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luca", "Mira", "Nils", "Olga"]
LAST = ["Almeida", "Berg", "Castro", "Dahl", "Egger", "Fischer", "Garcia", "Holm", "Jansen", "Keller", "Lindqvist", "Moretti"]

ERP = f"""
create table products as
select i::integer as product_id, 'Article ' || lpad(i::varchar, 3, '0') as product_name,
       ['books', 'games', 'garden', 'kitchen', 'music'][1 + i % 5] as category
from range(1, {PRODUCTS} + 1) t(i);

create table orders as
select i::bigint as order_id, (1 + (i * 7919) % {CUSTOMERS})::integer as customer_id,
       case when hash(i) % 3 = 0 then 'web' else 'town' end as shop,
       timestamp '2024-01-01 08:00:00' + to_minutes(i * 131) as ordered_at,
       case when i % 23 = 0 then 'cancelled' when i % 11 = 0 then 'open' else 'delivered' end as status
from range(1, {ORDERS} + 1) t(i);

create table order_lines as
select o.order_id, n::integer as line_number, (1 + (o.order_id * 31 + n * 17) % {PRODUCTS})::integer as product_id,
       (1 + (o.order_id + n) % 4)::integer as quantity, (5 + (o.order_id * 37 + n * 101) % 9500 / 100.0)::decimal(10, 2) as unit_price
from orders o, range(1, 4) t(n)
where n <= 1 + o.order_id % 3;
"""


def make_crm(path):
    dice = random.Random(20240101)
    people = []
    for number in range(1, CUSTOMERS + 1):
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        people.append((number, name, dice.choice(COUNTRIES), dice.choice(SEGMENTS),
                       f"20{dice.randint(18, 23)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}", int(dice.random() < 0.03)))
    with sqlite3.connect(path) as crm:
        crm.execute("create table customers (customer_id integer primary key, name text not null, country_code char(2) not null, "
                    "segment varchar(20) not null, created_on date not null, deleted integer not null)")
        crm.executemany("insert into customers values (?, ?, ?, ?, ?, ?)", people)
        crm.execute("create table contacts (customer_id integer not null references customers, kind text not null, value text)")
        crm.execute("insert into contacts select customer_id, 'mail', lower(replace(name, ' ', '.')) || '@example.org' from customers")
    crm.close()


def make_erp(path, library):
    duckdb = ctypes.CDLL(library)
    database, connection = ctypes.c_void_p(), ctypes.c_void_p()
    duckdb.duckdb_query.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    if duckdb.duckdb_open(str(path).encode(), ctypes.byref(database)) or duckdb.duckdb_connect(database, ctypes.byref(connection)):
        sys.exit(f"cannot make {path}")
    if duckdb.duckdb_query(connection, ERP.encode(), None):
        sys.exit(f"cannot fill {path}")
    duckdb.duckdb_disconnect(ctypes.byref(connection))
    duckdb.duckdb_close(ctypes.byref(database))


def main(folder, library):
    folder = pathlib.Path(folder)
    for name in ("crm.db", "erp.duckdb", "warehouse.duckdb"):
        for path in folder.glob(name + "*"):
            path.unlink()
    make_crm(folder / "crm.db")
    make_erp(folder / "erp.duckdb", library)


if __name__ == "__main__":
    main(*sys.argv[1:])
