#!/usr/bin/env bash
# Object stores for tests of the lakehouse layer, on 127.0.0.1 and free ports, each with a random key: Azurite (Azure's blobs), fake-gcs-server
# (Google's store; it takes any token) and versitygw (S3 over a folder, with users of its own). `start [NAME…]` installs what is missing and writes
# .servers-stores/env (mode 0600), which exports
#   DVT_AZURE_ENDPOINT, DVT_AZURE_ACCOUNT, DVT_AZURE_KEY     azurite
#   DVT_GCS_ENDPOINT                                         fake-gcs
#   DVT_S3_ENDPOINT, DVT_S3_ACCESS_KEY, DVT_S3_SECRET_KEY    versitygw
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/dev/setup.sh
state=$DVT_TOP/.servers-stores
stores=(azurite fake-gcs versitygw)

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
free_port() { "$DVT_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

pid_of() {
  local pid
  pid=$(cat "$state/$1.pid" 2>/dev/null || true)
  [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$state/$1" && printf '%s' "$pid"
}

# launch NAME PORT COMMAND…: runs it apart and waits until the port answers.
launch() {
  local name=$1 port=$2 i
  shift 2
  setsid "$@" </dev/null >"$state/$name.log" 2>&1 &
  printf '%s' $! >"$state/$name.pid"
  for i in $(seq 300); do
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    kill -0 "$(cat "$state/$name.pid")" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$state/$name.log" >&2
  stop "$name"
  die "$name did not start"
}

# Secrets reach the servers by the environment: no list of processes shows them.
start_azurite() {
  local port key
  port=$(free_port)
  key=$(random_hex 32 | "$DVT_PYTHON" -c 'import base64, sys; print(base64.b64encode(bytes.fromhex(sys.stdin.read())).decode())')
  AZURITE_ACCOUNTS="lakestore:$key" launch azurite "$port" "$(node_command)" "$DVT_DEPS/azurite/node_modules/azurite/dist/src/blob/main.js" \
    --silent --disableTelemetry --skipApiVersionCheck --blobHost 127.0.0.1 --blobPort "$port" --location "$state/azurite"
  printf 'export DVT_AZURE_ENDPOINT=http://127.0.0.1:%s\nexport DVT_AZURE_ACCOUNT=lakestore\nexport DVT_AZURE_KEY=%s\n' "$port" "$key" >"$state/azurite.env"
}

start_fake-gcs() {
  local port
  port=$(free_port)
  launch fake-gcs "$port" "$DVT_DEPS/bin/fake-gcs-server" -backend filesystem -filesystem-root "$state/fake-gcs" -scheme http -host 127.0.0.1 \
    -port "$port" -external-url "http://127.0.0.1:$port" -public-host "127.0.0.1:$port"
  printf 'export DVT_GCS_ENDPOINT=http://127.0.0.1:%s\n' "$port" >"$state/fake-gcs.env"
}

start_versitygw() {
  local port key secret
  port=$(free_port)
  key=AK$(random_hex 8) secret=$(random_hex 20)
  mkdir -p "$state/versitygw"/{users,attributes,buckets}
  ROOT_ACCESS_KEY="$key" ROOT_SECRET_KEY="$secret" launch versitygw "$port" "$DVT_DEPS/bin/versitygw" --quiet --port "127.0.0.1:$port" \
    --iam-dir "$state/versitygw/users" posix --sidecar "$state/versitygw/attributes" "$state/versitygw/buckets"
  printf 'export DVT_S3_ENDPOINT=http://127.0.0.1:%s\nexport DVT_S3_ACCESS_KEY=%s\nexport DVT_S3_SECRET_KEY=%s\n' "$port" "$key" "$secret" >"$state/versitygw.env"
}

start() {
  local name
  for name in "$@"; do setup_store "$name"; done
  umask 077
  for name in "$@"; do
    if [ -f "$state/$name.env" ] && pid_of "$name" >/dev/null; then continue; fi
    mkdir -p "$state/$name"
    "start_$name"
  done
  cat "$state"/*.env >"$state/env"
  status
  say "settings: . .servers-stores/env"
}

stop() {
  local name pid i
  for name in "$@"; do
    if pid=$(pid_of "$name"); then
      kill "$pid" 2>/dev/null || true
      for i in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
      kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -rf "${state:?}/$name" "$state/$name".*
  done
  cat "$state"/*.env >"$state/env" 2>/dev/null || rm -rf "$state"
}

status() {
  local name pid
  for name in "${stores[@]}"; do
    if pid=$(pid_of "$name"); then printf '%-16s running, process %s\n' "$name" "$pid"; else printf '%-16s stopped\n' "$name"; fi
  done
}

verb=${1:-status}
[ $# -eq 0 ] || shift
for name in "$@"; do [[ " ${stores[*]} " == *" $name "* ]] || die "unknown store: $name (${stores[*]})"; done
[ $# -gt 0 ] || set -- "${stores[@]}"
case $verb in
  start) start "$@" ;;
  stop) stop "$@" ;;
  status) status ;;
  *) die "servers start|stop|status stores" ;;
esac
