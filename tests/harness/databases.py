"""Direct access to the test databases, by drivers that are not ours, to prepare cases and to check what dvt left behind."""
import datetime
import decimal
import sqlite3

import duckdb
import psycopg2
import pymysql


def text_of(value):
    """One spelling of a value for comparison: numbers without trailing zeros, NULL as NULL, times in ISO format."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f") if value.is_finite() else str(value)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


class Databases:
    """Fresh databases on the private servers, made by name. One thread at a time."""

    def __init__(self, servers):
        self.servers = servers
        self.password = servers["password"]

    def postgres(self, database="postgres", target=False):
        port = self.servers["postgres_target_port" if target else "postgres_port"]
        connection = psycopg2.connect(host="127.0.0.1", port=port, user="dvt", password=self.password, dbname=database)
        connection.autocommit = True
        return connection

    def mysql(self, database=None):
        return pymysql.connect(host="127.0.0.1", port=int(self.servers["mariadb_port"]), user="dvt", password=self.password,
                               database=database, autocommit=True, local_infile=True, charset="utf8mb4")

    def fresh(self, name):
        """Makes database `name` anew on both PostgreSQL servers and MariaDB."""
        for target in (False, True):
            connection = self.postgres(target=target)
            with connection.cursor() as cursor:
                cursor.execute(f'drop database if exists "{name}" with (force)')
                cursor.execute(f'create database "{name}"')
            connection.close()
        connection = self.mysql()
        with connection.cursor() as cursor:
            cursor.execute(f"drop database if exists `{name}`")
            cursor.execute(f"create database `{name}` character set utf8mb4")
        connection.close()

    def drop(self, name):
        for target in (False, True):
            connection = self.postgres(target=target)
            with connection.cursor() as cursor:
                cursor.execute(f'drop database if exists "{name}" with (force)')
            connection.close()
        connection = self.mysql()
        with connection.cursor() as cursor:
            cursor.execute(f"drop database if exists `{name}`")
        connection.close()

    def close(self):
        pass


def run_statements(connection, sql):
    """Runs `;`-separated statements (a semicolon at a line's end) and returns the rows of the last one, or None."""
    rows = None
    statements = [s.strip() for s in sql.replace(";\n", ";\0").split("\0")]
    cursor = connection.cursor()
    for statement in filter(None, (s.rstrip(";").strip() for s in statements)):
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else None
    if hasattr(connection, "commit"):
        connection.commit()
    cursor.close()
    return rows


def run_file_database(kind, path, sql):
    """The same on a SQLite or DuckDB file, opened for this call only."""
    connection = sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))
    try:
        if kind == "duckdb":
            connection.execute("set TimeZone = 'UTC'")
        return run_statements(connection, sql)
    finally:
        connection.close()


def lines_of(rows):
    return ["|".join(text_of(v) for v in row) for row in rows or []]
