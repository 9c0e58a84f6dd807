#!/usr/bin/env bash
# Private servers for tests of the lakehouse layer: Iceberg's REST catalog (tools/dev/iceberg) on 127.0.0.1 and a free port, with a random
# client secret. `start` writes .servers-lake/env (mode 0600), which exports
#   DVT_LAKE_URI, DVT_LAKE_CREDENTIAL   address of the catalog, client id:secret
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/dev/setup.sh
state=$DVT_TOP/.servers-lake

pid_of_catalog() {
  local pid
  pid=$(cat "$state/catalog.pid" 2>/dev/null || true)
  [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "CatalogServer $state" && printf '%s' "$pid"
}

start() {
  if pid_of_catalog >/dev/null; then status; return; fi
  rm -rf "$state"
  mkdir -p "$state/data"
  local secret port i
  secret=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  # The secret reaches the server by a file, so that no list of processes shows it.
  (umask 077; printf '%s' "$secret" >"$state/secret")
  : >"$state/catalog.log"  # it is read before the server may have opened it
  setsid java -Xmx512m -cp "$DVT_DEPS/iceberg/classes:$DVT_DEPS/iceberg/lib/*" CatalogServer "$state/data" 0 dvt "@$state/secret" 3600 \
    </dev/null >>"$state/catalog.log" 2>&1 &
  printf '%s' $! >"$state/catalog.pid"
  for i in $(seq 300); do
    port=$(sed -n 's/^listening on 127.0.0.1://p' "$state/catalog.log")
    [ -z "$port" ] || break
    sleep 0.1
  done
  [ -n "$port" ] || { tail -n 20 "$state/catalog.log" >&2; die "the catalog server did not start"; }
  (umask 077; printf 'export DVT_LAKE_URI=http://127.0.0.1:%s\nexport DVT_LAKE_CREDENTIAL=dvt:%s\n' "$port" "$secret" >"$state/env")
  status
  say "settings: . .servers-lake/env"
}

stop() {
  local pid i
  if pid=$(pid_of_catalog); then
    kill "$pid" 2>/dev/null || true
    for i in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -rf "$state"
}

status() {
  local pid
  if pid=$(pid_of_catalog); then printf '%-16s running, process %s\n' catalog "$pid"; else printf '%-16s stopped\n' catalog; fi
}

case ${1:-status} in
  start) start ;;
  stop) stop ;;
  status) status ;;
  *) die "servers start|stop|status lake" ;;
esac
