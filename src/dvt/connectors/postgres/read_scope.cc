#include "dvt/connectors/postgres/read_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "dvt/connectors/postgres/key_tables.h"

namespace dvt::connectors::postgres {

namespace {

// What SET TRANSACTION SNAPSHOT answers for one whose exporting session ended: no such file (by version), no such process.
constexpr std::string_view kSnapshotGone[] = {"22023", "42704", "55000"};

constexpr char kBegin[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout "
    "= 0";
// What the snapshot is called by the server: position, time, state. Not every relative of PostgreSQL knows all of it.
constexpr char kMoment[] =
    "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE "
    "pg_catalog.pg_current_wal_lsn() END, pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), (SELECT system_identifier FROM pg_catalog.pg_control_system())::text || '/' || "
    "(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())::text || ' ' || "
    "pg_catalog.txid_current_snapshot()::text";
constexpr char kBeginWriting[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL "
    "lock_timeout = 0";

}  // namespace

Result<std::shared_ptr<PgReadScope>> PgReadScope::Begin(std::string connection, Opener open, Closer close, std::stop_token stop) {
  std::shared_ptr<PgReadScope> scope(new PgReadScope(std::move(connection), std::move(open), std::move(close)));
  DVT_ASSIGN(scope->coordinator_, scope->open_(stop));
  // Mostly one round trip; what a relative of PostgreSQL refuses of it is found step by step.
  auto at_once = scope->coordinator_->Run(
      fmt::format("{}; SAVEPOINT dvt_export; RELEASE dvt_export; {}, pg_catalog.pg_export_snapshot()", kBegin, kMoment), stop);
  if (at_once) {
    scope->KeepMoment(*at_once);
    scope->snapshot_ = Cell(*at_once, 0, 3);
    return scope;
  }
  if (at_once.error().code() == ErrorCode::kCancelled || !scope->coordinator_->usable()) return std::move(at_once).error();
  DVT_TRY(scope->Run("ROLLBACK", stop));
  DVT_TRY(scope->Run(kBegin, stop));
  DVT_TRY(scope->Run("SAVEPOINT dvt_export", stop));
  DVT_TRY(scope->Run("RELEASE dvt_export", stop));
  auto exported = scope->coordinator_->Run("SELECT pg_catalog.pg_export_snapshot()", stop);
  if (exported) {
    scope->snapshot_ = Cell(*exported, 0, 0);
    DVT_TRY(scope->AskMoment(stop));
    return scope;
  }
  if (exported.error().code() == ErrorCode::kCancelled || !scope->coordinator_->usable()) return std::move(exported).error();
  scope->why_not_ = exported.error().message();  // some relatives and proxies of PostgreSQL cannot export
  DVT_TRY(scope->Run("ROLLBACK", stop));
  DVT_TRY(scope->Run(kBegin, stop));
  return scope;
}

PgReadScope::~PgReadScope() {
  for (Reader& reader : idle_) {
    if (reader.connection->BeginRollback()) close_(std::move(reader.connection));
  }
  if (coordinator_ != nullptr && coordinator_->BeginRollback()) close_(std::move(coordinator_));
}

Result<std::shared_ptr<PgReadScope>> PgReadScope::BeginAt(std::shared_ptr<PgReadScope> moment, std::unique_ptr<Connection> spare,
                                                          std::stop_token stop) {
  if (!moment->consistent()) return Begin(moment->connection_, moment->open_, moment->close_, stop);
  std::shared_ptr<PgReadScope> scope(new PgReadScope(moment->connection_, moment->open_, moment->close_));
  scope->snapshot_ = moment->snapshot_;
  scope->moment_ = moment->moment_;
  scope->parent_ = std::move(moment);
  // It may have died while it was idle: then a new one tells what is wrong.
  if (spare != nullptr && spare->usable() && scope->Enter(*spare, false, stop)) {
    scope->coordinator_ = std::move(spare);
  } else {
    DVT_ASSIGN(Reader reader, scope->Borrow({}, stop));
    scope->coordinator_ = std::move(reader.connection);
  }
  return scope;
}

Status PgReadScope::AskMoment(std::stop_token stop) {
  moment_.exact = true;
  DVT_TRY(Run("SAVEPOINT dvt_moment", stop));
  auto asked = coordinator_->Run(kMoment, stop);
  if (asked) {
    KeepMoment(*asked);
  } else if (asked.error().code() == ErrorCode::kCancelled || !coordinator_->usable()) {
    return std::move(asked).error();
  } else {
    DVT_TRY(Run("ROLLBACK TO dvt_moment", stop));
  }
  return Run("RELEASE dvt_moment", stop);
}

void PgReadScope::KeepMoment(const PgResult& answer) {
  moment_.exact = true;
  moment_.position = "lsn " + std::string(Cell(answer, 0, 0));
  moment_.at = Cell(answer, 0, 1);
  moment_.state = Cell(answer, 0, 2);
}

// Tables that were truncated, rewritten or made anew after the snapshot look empty in it, though the server does not say so. Those just
// planned are locked; the catalog as the snapshot sees it must know their files.
Status PgReadScope::CheckTables(std::stop_token stop) {
  DVT_ASSIGN(
      PgResult rows,
      coordinator_->Run("SELECT l.relation::pg_catalog.regclass FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON "
                        "c.oid = l.relation WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND "
                        "l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = "
                        "pg_catalog.current_database()) AND (c.oid IS NULL OR (c.relkind IN ('r', 'm') AND c.relfilenode <> "
                        "0 AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid))) LIMIT 1",
                        stop));
  if (PQntuples(rows.get()) == 0) return {};
  return Error(ErrorCode::kStartOver,
               fmt::format("table {} of '{}' was truncated or made anew after the moment of the reads began", Cell(rows, 0, 0),
                           connection_))
      .WithHint("Run the model again.");
}

Status PgReadScope::Run(const char* sql, std::stop_token stop) {
  auto done = coordinator_->Run(sql, stop);
  if (!done) return std::move(done).error();
  return {};
}

std::string PgReadScope::Describe() const {
  return consistent() ? "snapshot " + snapshot_ : "approximate: the server exports no snapshot (" + why_not_ + ")";
}

// With these tables, else with any: reads without keys do not mind the tables of others.
std::optional<PgReadScope::Reader> PgReadScope::TakeIdle(const KeyTables& keys) {
  std::lock_guard lock(idle_mutex_);
  std::erase_if(idle_, [](const Reader& reader) { return !reader.connection->usable(); });
  if (idle_.empty()) return std::nullopt;
  auto found = std::find_if(idle_.begin(), idle_.end(), [&](const Reader& reader) { return reader.keys == keys; });
  if (found == idle_.end()) found = idle_.end() - 1;
  Reader reader = std::move(*found);
  idle_.erase(found);
  return reader;
}

Result<PgReadScope::Reader> PgReadScope::Borrow(const KeyTables& keys, std::stop_token stop) {
  auto idle = TakeIdle(keys);
  if (idle && (keys.empty() || idle->keys == keys)) return std::move(*idle);
  Reader reader;
  if (idle) {
    // A transaction that reads cannot make tables: it begins anew, at the same moment.
    reader.connection = std::move(idle->connection);
    DVT_TRY(reader.connection->Run("ROLLBACK", stop));
  } else {
    DVT_ASSIGN(reader.connection, open_(stop));
  }
  DVT_TRY(Enter(*reader.connection, !keys.empty(), stop));
  if (!keys.empty()) DVT_TRY(MakeKeyTables(*reader.connection, keys, stop));
  reader.keys = keys;
  return reader;
}

Status PgReadScope::Enter(Connection& connection, bool writes, std::stop_token stop) const {
  std::string sql = writes ? kBeginWriting : kBegin;
  if (consistent()) sql += "; SET TRANSACTION SNAPSHOT " + Connection::QuoteLiteral(snapshot_);
  auto begun = connection.Run(sql, stop);
  if (begun) return {};
  Error& error = begun.error();
  if (std::find(std::begin(kSnapshotGone), std::end(kSnapshotGone), error.vendor_code()) != std::end(kSnapshotGone)) {
    // Repeating the partition cannot help, and another snapshot would mix two moments.
    return Error(ErrorCode::kStartOver, fmt::format("the snapshot {} of '{}' was lost: the session that held it ended ({})",
                                                    snapshot_, connection_, error.message()))
        .WithVendorCode(error.vendor_code())
        .WithHint("Run the model again: its reads must all see one moment.");
  }
  return std::move(error);
}

void PgReadScope::Return(Reader reader) {
  if (!reader.connection->usable() || PQtransactionStatus(reader.connection->raw()) != PQTRANS_INTRANS) return;
  std::lock_guard lock(idle_mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace dvt::connectors::postgres
