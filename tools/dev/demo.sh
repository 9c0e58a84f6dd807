#!/usr/bin/env bash
# ./dev demo: makes the data of examples/two_shops, builds its models with dvt, shows what came out. No server, no network.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dvt=${DVT_PROGRAM:-$top/build/release/dvt}
project=$top/examples/two_shops
library=${DUCKDB_ROOT:-$top/.deps/duckdb}/libduckdb.so

title() { printf '\n\033[1m%s\033[0m\n' "$*"; }
in_project() {
  printf '\033[2m$ dvt %s\033[0m\n' "$*"
  (cd "$project" && "$dvt" "$@" --profiles-dir .)
}

title "Two shops: a CRM in SQLite, an ERP in DuckDB, regions in CSV files"
"$top/.deps/venv/bin/python" "$project/make_data.py" "$project" "$library"

title "Build: seeds, models across the databases, tests"
in_project build --full-refresh

title "The result"
in_project show --select revenue_by_region --limit 8
in_project show --select segment_targets

title "How one of them ran"
in_project plan --select customer_revenue

title "Where to look next"
cat <<TEXT
  examples/two_shops            the project: models, seeds, tests, profiles.yml, computes.yml
  cd examples/two_shops && ../../build/release/dvt build      again: daily_sales reads only new days
  build/release/dvt --help      all commands
  docs/architecture.md          how it works; docs/STATUS.md what is there
TEXT
