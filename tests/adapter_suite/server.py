"""The PostgreSQL server of DVT_TEST_POSTGRES, with the databases and the user that the suite expects."""

import contextlib
import os
import urllib.parse

import psycopg2


def target(name):
    """Settings of a connection to the database `name` as user root; both are made where they are missing."""
    url = urllib.parse.urlparse(os.environ["DVT_TEST_POSTGRES"])
    with contextlib.closing(psycopg2.connect(os.environ["DVT_TEST_POSTGRES"])) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for look, make in (
            ("select 1 from pg_roles where rolname = 'root'", "create role root superuser login password 'password'"),
            (f"select 1 from pg_database where datname = '{name}'", f'create database "{name}" owner root'),
        ):
            cursor.execute(look)
            if cursor.fetchone() is None:
                with contextlib.suppress(psycopg2.errors.UniqueViolation, psycopg2.errors.DuplicateDatabase):
                    cursor.execute(make)  # another worker may be faster
    return {
        "type": "postgres", "threads": 4, "host": "localhost", "port": url.port, "user": "root", "pass": "password",
        "dbname": name,
    }  # fmt: skip
