"""The project of tests/faults with its data: runs loads, and looks at what they left."""
import contextlib
import json
import os
import signal
import subprocess
import time

# What the sources' guarded views ask for every 500th row: until a moment that a test sets, they fail as a server fails.
POSTGRES_GUARD = """
create sequence guard_until minvalue 0 start 0;
create sequence guard_kind minvalue 0 start 0;
create function guard() returns boolean language plpgsql volatile as $$
begin
  if extract(epoch from clock_timestamp()) * 1000 < (select last_value from guard_until) then
    if (select last_value from guard_kind) = 1 then raise exception 'deadlock detected' using errcode = '40P01'; end if;
    raise exception 'canceling statement due to statement timeout' using errcode = '57014';
  end if;
  return true;
end $$;
"""
MARIADB_GUARD = """create function guard() returns int reads sql data
begin
  declare armed_until bigint;
  declare armed_kind int;
  select moment, kind into armed_until, armed_kind from guard_state;
  if unix_timestamp(sysdate(3)) * 1000 < armed_until then
    if armed_kind = 1 then
      signal sqlstate '40001' set mysql_errno = 1213, message_text = 'Deadlock found when trying to get lock';
    end if;
    signal sqlstate '70100' set mysql_errno = 1969, message_text = 'Query execution was interrupted (max_statement_time exceeded)';
  end if;
  return 1;
end"""
# On the target: every DDL statement, every row that comes into a table being built, and every INSERT into a log.
TARGET_GUARD = """
create function guard_row() returns trigger language plpgsql as $$ begin perform public.guard(); return new; end $$;
create function guard_ddl() returns event_trigger language plpgsql as $$
begin
  perform public.guard();
end $$;
create function guard_new() returns event_trigger language plpgsql as $$
declare each record;
begin
  for each in select object_identity from pg_event_trigger_ddl_commands() where object_identity like '%__dvt_tmp_%' loop
    execute format('create trigger guard before insert on %s for each row when (mod(new.id, 500) = 0) execute function public.guard_row()',
                   each.object_identity);
  end loop;
end $$;
create event trigger guard_ddl on ddl_command_start execute function guard_ddl();
alter event trigger guard_ddl disable;
create event trigger guard_new on ddl_command_end when tag in ('CREATE TABLE') execute function guard_new();
alter event trigger guard_new disable;
"""


def fill(context, orders, customers):
    """Orders in MariaDB, customers in PostgreSQL."""
    postgres = context.databases.postgres("faults")
    with postgres.cursor() as cursor:
        cursor.execute("create table customers (id integer primary key, name text not null)")
        cursor.execute(f"insert into customers select n, 'customer ' || md5(n::text) from generate_series(1, {customers}) n")
        cursor.execute("analyze")
    postgres.close()
    mysql = context.databases.mysql("faults")
    with mysql.cursor() as cursor:
        cursor.execute("create table orders (id integer primary key, customer_id integer not null, amount decimal(12,2) not null, "
                       "note varchar(80) not null)")
        cursor.execute(f"insert into orders select seq, 1 + (seq * 31) % {customers}, seq / 7, concat('note ', md5(seq), md5(seq + 1)) "
                       f"from seq_1_to_{orders}")
        cursor.execute("analyze table orders")
    mysql.close()


def fill_guards(context):
    for target in (False, True):
        postgres = context.databases.postgres("faults", target=target)
        with postgres.cursor() as cursor:
            cursor.execute(POSTGRES_GUARD)
            if target:
                cursor.execute(TARGET_GUARD)
            else:
                cursor.execute("create view customers_guarded as select * from customers where id % 500 <> 0 or guard()")
                cursor.execute("create view customers_sorted as select * from customers order by md5(name), md5(name || id)")
        postgres.close()
    mysql = context.databases.mysql("faults")
    with mysql.cursor() as cursor:
        cursor.execute("create table guard_state (moment bigint not null, kind int not null) engine = Aria")  # no part of snapshots
        cursor.execute("insert into guard_state values (0, 0)")
        cursor.execute(MARIADB_GUARD)
        cursor.execute("create view orders_guarded as select * from orders where if(id % 500 = 0, guard(), 1) = 1")
    mysql.close()


class Bench:
    """The project of tests/faults with its servers: runs loads, looks at the target."""

    def __init__(self, context):
        self.context = context
        self.project = context.top / "tests" / "faults"
        self.artifacts = context.scratch("faults")
        self.generation = 0
        servers = context.servers
        self.environment = {"PG_PORT": servers["postgres_port"], "MY_PORT": servers["mariadb_port"],
                            "PGT_PORT": servers["postgres_target_port"], "MYT_PORT": servers["mariadb_port"],
                            "DBT_ENV_SECRET_PASSWORD": servers["password"]}

    def command(self, generation, model="order_lines", guarded=False, to="warehouse", few=0, apart=""):
        """`few`: only the first ids; `apart`: artifacts in a folder of their own."""
        variables = json.dumps({"generation": generation, "guarded": guarded, "to": to, "few": few})
        return [str(self.context.program), "run", "--select", model, "--vars", variables, "--project-dir",
                str(self.project), "--profiles-dir", str(self.project), "--target-path", str(self.artifacts / apart)]

    def load(self, generation, model="order_lines", environment=None, to="warehouse", few=0):
        started = time.perf_counter()
        outcome = self.context.run(self.command(generation, model, to=to, few=few), environment={**self.environment, **(environment or {})})
        outcome.seconds = time.perf_counter() - started
        return outcome

    def start(self, generation, model="order_lines", environment=None, guarded=False):
        return subprocess.Popen(self.command(generation, model, guarded), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env={**self.context.environment, **self.environment, **(environment or {})}, start_new_session=True)

    def state(self, table="order_lines"):
        """(rows, lowest generation, highest generation) of the target table."""
        return self.ask(f"select count(*), min(generation), max(generation) from public.{table}")[0]

    def relations(self):
        return [name for name, in self.ask("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') order by 1")]

    def sessions(self):
        """Sessions of dvt that are still busy on the target."""
        return self.ask("select count(*) from pg_stat_activity where datname = 'faults' and pid <> pg_backend_pid() and state <> 'idle'")[0][0]

    def ask(self, sql):
        with self.target() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    @contextlib.contextmanager
    def target(self):
        """A cursor on the target database."""
        connection = self.context.databases.postgres("faults", target=True)
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def source_queries(self):
        """Queries of dvt that still run on the source."""
        connection = self.context.databases.mysql()
        try:
            with connection.cursor() as cursor:
                cursor.execute("select count(*) from information_schema.processlist where db = 'faults' and command in ('Query', 'Execute')")
                return cursor.fetchone()[0]
        finally:
            connection.close()

    def settle(self, seconds=10):
        """Waits until the servers have noticed that a client is gone."""
        limit = time.time() + seconds
        while (self.sessions() or self.source_queries()) and time.time() < limit:
            time.sleep(0.05)
