#include "dvt/connectors/postgres/read_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace dvt::connectors::postgres {

namespace {

// What SET TRANSACTION SNAPSHOT answers for one whose exporting session ended: no such file (by version), no such process.
constexpr std::string_view kSnapshotGone[] = {"22023", "42704", "55000"};

constexpr char kBegin[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout "
    "= 0";

}  // namespace

Result<std::shared_ptr<PgReadScope>> PgReadScope::Begin(const Settings& settings, std::stop_token stop) {
  std::shared_ptr<PgReadScope> scope(new PgReadScope(settings));
  DVT_ASSIGN(scope->coordinator_, Connection::Open(settings, stop));
  DVT_TRY(scope->Run(kBegin, stop));
  DVT_TRY(scope->Run("SAVEPOINT dvt_export", stop));
  DVT_TRY(scope->Run("RELEASE dvt_export", stop));
  auto exported = scope->coordinator_->Run("SELECT pg_catalog.pg_export_snapshot()", stop);
  if (exported) {
    scope->snapshot_ = Cell(*exported, 0, 0);
    return scope;
  }
  if (exported.error().code() == ErrorCode::kCancelled || !scope->coordinator_->usable()) return std::move(exported).error();
  scope->why_not_ = exported.error().message();  // some relatives and proxies of PostgreSQL cannot export
  DVT_TRY(scope->Run("ROLLBACK", stop));
  DVT_TRY(scope->Run(kBegin, stop));
  return scope;
}

Status PgReadScope::Run(const char* sql, std::stop_token stop) {
  auto done = coordinator_->Run(sql, stop);
  if (!done) return std::move(done).error();
  return {};
}

std::string PgReadScope::Describe() const {
  return consistent() ? "snapshot " + snapshot_ : "approximate: the server exports no snapshot (" + why_not_ + ")";
}

Result<std::unique_ptr<Connection>> PgReadScope::Borrow(std::stop_token stop) {
  {
    std::lock_guard lock(idle_mutex_);
    while (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->usable()) return connection;
    }
  }
  DVT_ASSIGN(auto connection, Connection::Open(settings_, stop));
  std::string sql = kBegin;
  if (consistent()) sql += "; SET TRANSACTION SNAPSHOT " + Connection::QuoteLiteral(snapshot_);
  auto begun = connection->Run(sql, stop);
  if (!begun) {
    Error& error = begun.error();
    if (std::find(std::begin(kSnapshotGone), std::end(kSnapshotGone), error.vendor_code()) != std::end(kSnapshotGone)) {
      // Repeating the partition cannot help, and another snapshot would mix two moments.
      return Error(ErrorCode::kStartOver, fmt::format("the snapshot {} of '{}' was lost: the session that held it ended ({})",
                                                      snapshot_, settings_.connection, error.message()))
          .WithVendorCode(error.vendor_code())
          .WithHint("Run the model again: its reads must all see one moment.");
    }
    return std::move(error);
  }
  return connection;
}

void PgReadScope::Return(std::unique_ptr<Connection> connection) {
  if (!connection->usable() || PQtransactionStatus(connection->raw()) != PQTRANS_INTRANS) return;
  std::lock_guard lock(idle_mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace dvt::connectors::postgres
