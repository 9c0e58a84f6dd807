"""The PostgreSQL server of DVT_TEST_POSTGRES, with the databases and the user that the suite expects."""

import contextlib
import os
import urllib.parse

import psycopg2

# Users that the tests of grants name by the environment
GRANTEES = {f"DBT_TEST_USER_{number}": f"dbt_test_user_{number}" for number in (1, 2, 3)}
ALREADY_THERE = (psycopg2.errors.UniqueViolation, psycopg2.errors.DuplicateDatabase, psycopg2.errors.DuplicateObject)


def target(name):
    """Settings of a connection to the database `name` as user root; both are made where they are missing."""
    url = urllib.parse.urlparse(os.environ["DVT_TEST_POSTGRES"])
    with contextlib.closing(psycopg2.connect(os.environ["DVT_TEST_POSTGRES"])) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        roles = [("root", "superuser login password 'password'"), *((each, "login password 'password'") for each in GRANTEES.values())]
        for look, make in (
            *((f"select 1 from pg_roles where rolname = '{role}'", f"create role {role} {options}") for role, options in roles),
            (f"select 1 from pg_database where datname = '{name}'", f'create database "{name}" owner root'),
        ):
            cursor.execute(look)
            if cursor.fetchone() is None:
                with contextlib.suppress(*ALREADY_THERE):
                    cursor.execute(make)  # another worker may be faster
    return {
        "type": "postgres", "threads": 4, "host": "localhost", "port": url.port, "user": "root", "pass": "password",
        "dbname": name,
    }  # fmt: skip
