"""The databases that the fault matrix loads into: what they hold, how far a load is, and how to hold up, fail or hurt it."""
import contextlib
import os

import psycopg2
import pymysql

from harness.mysql_raiser import MysqlRaiser

STORE = "faults_store"
# In MariaDB statements of dvt are exchanged for calls of these, on their way: the server then fails as it would by itself.
STORE_GUARDS = {
    "deadlock": "create procedure guard_deadlock() begin rollback; signal sqlstate '40001' set mysql_errno = 1213, "
                "message_text = 'Deadlock found when trying to get lock; try restarting transaction'; end",
    "statement timeout": "create procedure guard_timeout() begin signal sqlstate '70100' set mysql_errno = 1969, "
                         "message_text = 'Query execution was interrupted (max_statement_time exceeded)'; end",
    "disk full": "create procedure guard_disk() begin signal sqlstate 'HY000' set mysql_errno = 1114, message_text = 'The table is full'; end",
}
STORE_CALLS = {"deadlock": f"CALL {STORE}.guard_deadlock()", "statement timeout": f"CALL {STORE}.guard_timeout()",
               "disk full": f"CALL {STORE}.guard_disk()"}
STORE_SECONDS = {"disk full": 3600}  # else 2.5
STORE_STATEMENTS = {"connect": r"create|show|select", "load": r"load data|insert into", "commit": r"rename table|insert into|replace|delete|update|commit"}
# Fault: its statement, and for how many seconds connections are cut that bring it, by turns; 0: the first one alone.
STORE_CUTS = {"cut behind the commit": ("drop table", (0, 0, 2, 0, 60))}


class FaultTarget:
    """What all have in common; `connect` comes with prepare()."""
    process = False  # whether it lives in dvt's own process

    def __init__(self, context):
        self.context = context

    def reset(self, model, low, few):
        """Brings a model that keeps rows to where a run has something to do: without it they would grow, or all be there already. Of what
        reads by a watermark, what is above `low` goes."""
        if model == "order_log":
            last = self.ask("select max(generation) from order_log")[0][0]
            self.run(f"delete from order_log where generation <> {last}")
        elif model in ("order_merge", "order_replace", "customer_merge"):
            self.run(f"delete from {model} where id % 3 = 0" + (f" or id > {few}" if few else ""))
        elif model == "order_since":
            self.run(f"delete from order_since where id > {low}", "update order_since set generation = 0 where generation <> 0",
                     f"update dvt_watermarks set value = '{low}' where model = 'order_since'")

    def content(self, model):
        """{generation: what its rows look like}, of a model with a watermark also that."""
        found = {row[0]: tuple(row[1:]) for row in self.ask(self.looks(model))}
        if model == "order_since":
            found["watermark"] = [value for value, in self.ask("select value from dvt_watermarks where model = 'order_since'")]
        return found

    def litter(self):
        """What is left of runs that have ended."""
        return [name for name in self.relations() if "__dvt_" in name or "__dbt_" in name]

    @staticmethod
    def sums(model):
        return ("id", "name") if model.startswith("customer") else ("amount", "note, name")

    def ask(self, sql):
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def run(self, *statements):
        for statement in statements:
            self.ask(statement)


class PostgresTarget(FaultTarget):
    name, variable, port, server = "PostgreSQL", "warehouse", "PGT_PORT", "postgres_target"

    def prepare(self, patiently):
        self.connect = lambda: patiently(lambda: self.context.databases.postgres("faults", target=True))

    def guard(self, model):
        if model in ("order_log", "order_merge", "order_replace", "order_since", "customer_merge"):
            self.run(f"create trigger guard before insert on {model} for each row when (new.id % 500 = 0) execute function guard_row()")

    def close(self):
        pass

    def looks(self, model):
        amount, texts = self.sums(model)
        return f"select generation, count(*), sum(id), sum({amount}), sum(hashtextextended(concat({texts}), 0)) from public.{model} group by 1"

    def relations(self):
        return [name for name, in self.ask("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') order by 1")]

    def busy(self):
        return self.ask("select count(*) from pg_stat_activity where datname = 'faults' and pid <> pg_backend_pid() and state <> 'idle'")[0][0]

    def building(self):
        return self.ask("select count(*) from pg_class where relname like '%\\_\\_dvt\\_tmp\\_%' and relkind = 'r'")[0][0] > 0

    def loaded(self):
        """Bytes of the table being built."""
        return self.ask("select coalesce(sum(pg_relation_size(oid)), 0) from pg_class where relname like '%\\_\\_dvt\\_tmp\\_%' and relkind = 'r'")[0][0]

    def lock(self, model):
        """A session that keeps dvt from swapping or adding for now."""
        connection = self.connect()
        connection.autocommit = False
        connection.cursor().execute(f"lock table public.{model} in share mode")
        return connection

    @staticmethod
    def unlock(connection):
        with contextlib.suppress(psycopg2.Error):
            connection.rollback()
            connection.close()

    def waits(self):
        """dvt waits for that session."""
        return self.ask("select count(*) from pg_locks where not granted and locktype = 'relation'")[0][0] > 0

    def hoard(self, stack):
        taken = []
        with contextlib.suppress(psycopg2.OperationalError):
            while True:
                taken.append(self.context.databases.postgres("faults", target=True))
        end_one(taken[0], "select pid from pg_stat_activity where application_name = 'dvt' and state = 'active'", "select pg_terminate_backend({})")
        return taken


class MariadbTarget(FaultTarget):
    """A database beside the source's, on the same server, through a proxy of its own."""
    name, variable, port, server = "MariaDB", "store", "MYT_PORT", "mariadb"

    def prepare(self, patiently):
        self.connect = lambda: patiently(lambda: self.context.databases.mysql(STORE))
        connection = self.context.databases.mysql()
        with connection.cursor() as cursor:
            cursor.execute(f"drop database if exists {STORE}")
            cursor.execute(f"create database {STORE} character set utf8mb4")
            cursor.execute(f"use {STORE}")
            for guard in STORE_GUARDS.values():
                cursor.execute(guard)
        connection.close()

    def guard(self, model):
        pass

    def close(self):
        connection = self.context.databases.mysql()
        connection.cursor().execute(f"drop database if exists {STORE}")
        connection.close()

    def looks(self, model):
        amount, texts = self.sums(model)
        return f"select generation, count(*), sum(id), sum({amount}), sum(crc32(concat({texts}))) from {model} group by 1"

    def relations(self):
        return [name for name, in self.ask(f"select table_name from information_schema.tables where table_schema = '{STORE}' order by 1")]

    def busy(self):
        return self.ask(f"select count(*) from information_schema.processlist where db = '{STORE}' and id <> connection_id() and "
                        "command in ('Query', 'Execute')")[0][0]

    def building(self):
        return self.ask(f"select count(*) from information_schema.tables where table_schema = '{STORE}' and table_name like '%\\_\\_dvt\\_tmp\\_%'")[0][0] > 0

    def loaded(self):
        return self.ask("select coalesce(sum(file_size), 0) from information_schema.innodb_sys_tablespaces where name like "
                        f"'{STORE}/%dvt%tmp%'")[0][0]

    def lock(self, model):
        connection = self.connect()
        connection.cursor().execute(f"lock tables {STORE}.{model} read")
        return connection

    @staticmethod
    def unlock(connection):
        with contextlib.suppress(pymysql.Error):
            connection.close()

    def waits(self):
        return self.ask("select count(*) from information_schema.processlist where state like 'Waiting for table%lock'")[0][0] > 0

    def hoard(self, stack):
        return hoard_mariadb(self.context, stack, f"db = '{STORE}'")

    def raiser(self, port, phase, fault, turn, stack):
        """A proxy before `port` that lets dvt's statements of that phase fail, from the first one on."""
        if fault in STORE_CUTS:
            statement, seconds = STORE_CUTS[fault]
            return stack.enter_context(MysqlRaiser(port, statement, None, seconds[turn % len(seconds)]))
        return stack.enter_context(MysqlRaiser(port, STORE_STATEMENTS[phase], STORE_CALLS[fault], STORE_SECONDS.get(fault, 2.5)))


def hoard_mariadb(context, stack, whose):
    """Takes all free connections of MariaDB, and ends one of dvt's, which then has to come back."""
    taken = []

    def many_again():
        connection = context.databases.mysql()
        connection.cursor().execute("set global max_connections = 151")
        connection.close()

    stack.callback(many_again)
    with contextlib.suppress(pymysql.Error):
        first = context.databases.mysql()
        taken.append(first)
        with first.cursor() as cursor:
            cursor.execute("select count(*) from information_schema.processlist")
            cursor.execute(f"set global max_connections = {max(10, cursor.fetchone()[0] + 4)}")
        while True:
            taken.append(context.databases.mysql())
    end_one(taken[0], f"select id from information_schema.processlist where {whose} and command in ('Query', 'Execute')", "kill {}")
    return taken


def end_one(connection, which, how):
    with connection.cursor() as cursor:
        cursor.execute(which)
        found = cursor.fetchall()
        if found:
            cursor.execute(how.format(found[0][0]))


def full_flag(context, server):
    """The file that tells a preloaded server that its disk is full (tests/harness/full_disk.c)."""
    data = (context.top / ".servers" / "data").read_text().strip()
    return os.path.join(data, f"{server}.full")
