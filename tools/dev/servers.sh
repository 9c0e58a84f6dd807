#!/usr/bin/env bash
# Private database servers for tests and benchmarks: two PostgreSQL (source and target), MariaDB and toxiproxy, on 127.0.0.1 and
# free ports, run by an unprivileged user, with random passwords. `start` writes .servers/env (mode 0600), which exports
#   DVT_TEST_POSTGRES, DVT_TEST_POSTGRES_TARGET   libpq URIs
#   DVT_TEST_MYSQL                                mysql://user:password@127.0.0.1:port/database
#   DVT_TEST_TOXIPROXY                            address of its API
# Durability settings are the servers' defaults; only memory is raised.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
. tools/dev/setup.sh
state=$top/.servers
data_note=$state/data   # holds the path of the data folder

# The servers refuse to run as root; as root they run as the owner of their data folder, `nobody`.
if [ "$(id -u)" = 0 ]; then
  server_user=nobody
  unprivileged() { setpriv --reuid=nobody --regid=nogroup --clear-groups env -u HOME LC_ALL=C.UTF-8 "$@"; }
else
  server_user=$(id -un)
  unprivileged() { LC_ALL=C.UTF-8 "$@"; }
fi

postgres_bin=$(ls -d /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin 2>/dev/null | head -1 || true)

# Data lies in .servers if that user can reach it, else in a fresh folder for temporary files.
make_data_folder() {
  mkdir -p "$state"
  chmod 711 "$state"
  local folder=$state/run
  mkdir -p "$folder"
  [ "$(id -u)" != 0 ] || chown nobody:nogroup "$folder"
  if ! unprivileged test -w "$folder" 2>/dev/null; then
    rmdir "$folder"
    folder=$(mktemp -d /tmp/dvt-servers.XXXXXX)
    [ "$(id -u)" != 0 ] || chown nobody:nogroup "$folder"
  fi
  chmod 700 "$folder"
  printf '%s' "$folder" >"$data_note"
}

data_folder() { cat "$data_note" 2>/dev/null || true; }
random_word() { od -An -N12 -tx1 /dev/urandom | tr -d ' \n'; }

free_port() {
  "$DVT_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# pid_of NAME: the process of a server, if it is alive and really ours (a reused number has another command line).
pid_of() {
  local folder pid
  folder=$(data_folder)
  case $1 in
    mariadb) pid=$(head -1 "$folder/mariadb.pid" 2>/dev/null || true) ;;
    toxiproxy) pid=$(cat "$folder/toxiproxy.pid" 2>/dev/null || true) ;;
    *) pid=$(head -1 "$folder/$1/postmaster.pid" 2>/dev/null || true) ;;
  esac
  case $1 in toxiproxy) local mark=toxiproxy-server ;; *) local mark=$folder ;; esac
  [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$mark" && printf '%s' "$pid"
}

wait_for() {  # wait_for WHAT COMMAND…
  local what=$1 i
  shift
  for i in $(seq 3000); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  die "$what did not start; see $(data_folder)"
}

# preloaded FLAG COMMAND…: with the library that DVT_SERVER_PRELOAD names, which finds FLAG in DVT_FULL_DISK (tests/harness/disk_faults.c).
preloaded() {
  local flag=$1
  shift
  unprivileged env ${DVT_SERVER_PRELOAD:+"DVT_FULL_DISK=$flag" "LD_PRELOAD=$DVT_SERVER_PRELOAD"} "$@"
}

start_postgres() {  # start_postgres NAME PORT PASSWORD
  local name=$1 port=$2 folder
  folder=$(data_folder)
  if [ ! -f "$folder/$name/PG_VERSION" ]; then
    rm -rf "${folder:?}/$name"
    printf '%s' "$3" | unprivileged tee "$folder/$name.password" >/dev/null
    unprivileged "$postgres_bin/initdb" -D "$folder/$name" -U dvt -A scram-sha-256 --pwfile="$folder/$name.password" \
      -E UTF8 --locale=C.UTF-8 >"$(log_file "initdb-$name")" 2>&1 || { cat "$(log_file "initdb-$name")" >&2; die "initdb failed"; }
    rm -f "$folder/$name.password"
    printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$folder'" "shared_buffers = 512MB" \
      "work_mem = 64MB" "maintenance_work_mem = 256MB" "max_wal_size = 4GB" "max_connections = 100" \
      "timezone = 'UTC'" | unprivileged tee -a "$folder/$name/postgresql.conf" >/dev/null
  fi
  # The lock file of a killed server names a process that is gone or, under an init that does not reap, a zombie.
  if [ -f "$folder/$name/postmaster.pid" ]; then
    sleep 1
    rm -f "$folder/$name/postmaster.pid" "$folder/.s.PGSQL.$port" "$folder/.s.PGSQL.$port.lock"
  fi
  (cd / && preloaded "$folder/$name.full" "$postgres_bin/pg_ctl" -D "$folder/$name" -l "$folder/$name.log" -o "-p $port" -w -t 600 start) >/dev/null ||
    { tail -n 20 "$folder/$name.log" >&2; die "$name did not start"; }
}

start_mariadb() {  # start_mariadb PORT PASSWORD
  local folder init
  folder=$(data_folder)
  init=$folder/mariadb.init.sql
  if [ ! -d "$folder/mariadb/mysql" ]; then
    rm -rf "$folder/mariadb"
    (cd / && unprivileged mariadb-install-db --no-defaults --datadir="$folder/mariadb" --skip-test-db --auth-root-authentication-method=normal) \
      >"$(log_file mariadb-install)" 2>&1 || { cat "$(log_file mariadb-install)" >&2; die "mariadb-install-db failed"; }
  fi
  printf '%s\n' "create database if not exists dvt character set utf8mb4;" \
    "create user if not exists 'dvt'@'127.0.0.1' identified by '$2';" "grant all on *.* to 'dvt'@'127.0.0.1' with grant option;" \
    "set password for 'root'@'localhost' = password('$2');" | unprivileged sh -c "umask 077; cat >'$init'"
  # A server that starts deletes all temporary tables in its folder for them: those of other servers, too.
  unprivileged mkdir -p "$folder/mariadb.tmp"
  (cd / && unprivileged setsid mariadbd --no-defaults --datadir="$folder/mariadb" --tmpdir="$folder/mariadb.tmp" --socket="$folder/mariadb.sock" \
    --pid-file="$folder/mariadb.pid" --bind-address=127.0.0.1 --port="$1" --init-file="$init" --innodb-buffer-pool-size=512M \
    --innodb-log-file-size=512M --character-set-server=utf8mb4 --skip-name-resolve --local-infile=1) \
    </dev/null >"$(log_file mariadb)" 2>&1 &
  MYSQL_PWD=$2 wait_for MariaDB mariadb --no-defaults --host=127.0.0.1 --port="$1" --user=dvt -e 'select 1'
  rm -f "$init"
}

start_toxiproxy() {  # start_toxiproxy PORT
  local folder
  folder=$(data_folder)
  cp -f "$DVT_DEPS/bin/toxiproxy-server" "$folder/toxiproxy-server"
  (cd / && unprivileged sh -c 'echo $$ >"$1/toxiproxy.pid"; exec "$1/toxiproxy-server" -host 127.0.0.1 -port "$2"' sh "$folder" "$1") \
    </dev/null >"$(log_file toxiproxy)" 2>&1 &
  wait_for toxiproxy "$DVT_PYTHON" -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)"
}

write_env() {
  local file=$state/env
  (umask 077; : >"$file")
  chmod 600 "$file"
  cat >"$file" <<TEXT
postgres_port=$postgres_port
postgres_target_port=$postgres_target_port
mariadb_port=$mariadb_port
toxiproxy_port=$toxiproxy_port
password=$password
export DVT_TEST_POSTGRES=postgresql://dvt:$password@127.0.0.1:$postgres_port/postgres
export DVT_TEST_POSTGRES_TARGET=postgresql://dvt:$password@127.0.0.1:$postgres_target_port/postgres
export DVT_TEST_MYSQL=mysql://dvt:$password@127.0.0.1:$mariadb_port/dvt
export DVT_TEST_TOXIPROXY=127.0.0.1:$toxiproxy_port
TEXT
}

start() {
  [ -n "$postgres_bin" ] || die "PostgreSQL's server programs are not installed"
  if [ -f "$state/env" ] && [ -d "$(data_folder)" ]; then
    . "$state/env"
  else
    stop
    make_data_folder
    password=$(random_word)
    postgres_port=$(free_port) postgres_target_port=$(free_port) mariadb_port=$(free_port) toxiproxy_port=$(free_port)
    write_env
  fi
  local name
  # A remembered port that somebody else took meanwhile is replaced.
  for name in postgres postgres_target mariadb toxiproxy; do
    local variable=${name}_port
    if ! pid_of "$name" >/dev/null && "$DVT_PYTHON" -c "import socket; socket.create_connection(('127.0.0.1', ${!variable}), 1)" 2>/dev/null; then
      printf -v "$variable" '%s' "$(free_port)"
    fi
  done
  write_env
  pid_of postgres >/dev/null || start_postgres postgres "$postgres_port" "$password"
  pid_of postgres_target >/dev/null || start_postgres postgres_target "$postgres_target_port" "$password"
  pid_of mariadb >/dev/null || start_mariadb "$mariadb_port" "$password"
  pid_of toxiproxy >/dev/null || start_toxiproxy "$toxiproxy_port"
  status
  say "settings: . .servers/env"
}

end_process() {  # end_process PID SIGNAL: politely, then for good
  local pid=$1 i
  kill -s "$2" "$pid" 2>/dev/null || return 0
  for i in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

stop() {
  local name pid folder
  folder=$(data_folder)
  if [ -n "$folder" ]; then
    for name in toxiproxy mariadb; do
      if pid=$(pid_of $name); then end_process "$pid" TERM; fi
    done
    for name in postgres postgres_target; do
      if pid=$(pid_of $name); then end_process "$pid" INT; fi
    done
    rm -rf "${folder:?}"
  fi
  rm -rf "$state"
}

# restart NAME: the server dies without a word, as by a power cut, and comes back with its data.
restart() {
  local name=$1 pid folder i
  [ -f "$state/env" ] || die "no servers are running"
  . "$state/env"
  folder=$(data_folder)
  case $name in
    postgres | postgres_target)
      (cd / && unprivileged "$postgres_bin/pg_ctl" -D "$folder/$name" -m immediate -w -t 20 stop) >/dev/null || true
      local port=${name}_port
      start_postgres "$name" "${!port}" "$password" ;;
    mariadb)
      if pid=$(pid_of mariadb); then
        kill -KILL "$pid"
        for i in $(seq 100); do pid_of mariadb >/dev/null || break; sleep 0.05; done
      fi
      start_mariadb "$mariadb_port" "$password" ;;
    *) die "no server $name: postgres, postgres_target, mariadb" ;;
  esac
}

status() {
  local name pid
  for name in postgres postgres_target mariadb toxiproxy; do
    if pid=$(pid_of $name); then
      printf '%-16s running, process %s\n' "$name" "$pid"
    else
      printf '%-16s stopped\n' "$name"
    fi
  done
}

case ${1:-status} in
  start) start ;;
  stop) stop ;;
  restart) restart "${2:-}" ;;
  status) status ;;
  *) die "servers start|stop|status|restart NAME" ;;
esac
