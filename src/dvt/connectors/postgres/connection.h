#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/connectors/postgres/settings.h"

namespace dvt::connectors::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;

/// One libpq connection in non-blocking mode. Every wait polls the socket together with a wake-up of the stop token, so that a
/// cancel is noticed at once; the statement is then cancelled on the server too. One thread at a time.
class Connection {
 public:
  /// Connects within the settings' timeout, sets encoding, role and search path.
  static Result<std::unique_ptr<Connection>> Open(const Settings& settings, std::stop_token stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  PGconn* raw() { return connection_; }
  const Settings& settings() const { return settings_; }
  int server_version() const { return PQserverVersion(connection_); }  ///< 150004 is 15.4
  /// False once the connection cannot be used any more.
  bool usable() const { return !broken_ && PQstatus(connection_) == CONNECTION_OK; }
  bool in_transaction() const { return PQtransactionStatus(connection_) > PQTRANS_ACTIVE; }
  /// True if strings may hold any bytes (a SQL_ASCII database), so that they must be checked.
  bool unchecked_text() const { return unchecked_text_; }

  /// What the statements since the session was set up may have left behind that Discard cannot take back.
  enum class Traces { kNone, kOfSession, kOfServer };
  Traces traces() const { return traces_; }
  /// Ends the session but not the connection: its settings, temporary tables and locks are gone. False if the server cannot.
  bool Discard(std::stop_token stop);
  /// Sets up a new session after Discard. False if the connection was lost meanwhile.
  bool Renew(std::stop_token stop);

  /// Sends the rollback of an idle transaction, and gives up the session's locks, without waiting for the answer. False if there is no such
  /// transaction or nothing can be sent at once: the connection is to be closed then.
  bool BeginRollback() noexcept;
  /// Waits for that answer and makes the session a new one (Discard, Renew). False: the connection is to be closed.
  bool EndRollback(std::stop_token stop);

  /// Ends the session and waits until the server has done so: a second at most, not after a stop. The connection is of no use afterwards.
  void Close(std::stop_token stop) noexcept;

  /// Runs one or several statements to their end; the last one's result. A failed one ends the run.
  Result<PgResult> Run(const std::string& sql, std::stop_token stop);
  /// One statement with text parameters and a text result, for catalog queries.
  Result<PgResult> RunParams(const std::string& sql, const std::vector<std::string>& parameters, std::stop_token stop);
  /// Prepares the unnamed statement and describes its result columns (PQnfields, PQftype, PQfmod, PQftable …).
  Result<PgResult> Prepare(const std::string& sql, std::stop_token stop);
  /// Whether that statement is still there: the next one that runs takes its place.
  bool has_prepared() const { return has_prepared_; }

  /// Sends statements and returns the first result that is no plain completion (COPY, rows) or the last.
  Result<PgResult> Start(const std::string& sql, std::stop_token stop);
  /// The next result of what was sent; null at the end.
  Result<PgResult> NextResult(std::stop_token stop);
  /// Reads and drops results until the connection is idle; the first error among them.
  Status Drain(std::stop_token stop);
  /// Waits until more input arrived (and sends what is pending meanwhile).
  Status WaitForInput(std::stop_token stop);
  /// Sends everything pending.
  Status Flush(std::stop_token stop);
  /// Asks the server to cancel the running statement, waits a moment for its end; the connection is marked broken if it does
  /// not come.
  void CancelAndDrain() noexcept;
  /// As CancelAndDrain, without waiting: the connection is given up.
  void Abandon() noexcept;
  /// An error result or a broken connection as an Error.
  Error Failure(const PGresult* result, std::string_view sql = {}) const;
  /// `identifier` in double quotes.
  static std::string Quote(std::string_view identifier);
  static std::string QuoteLiteral(std::string_view text);

 private:
  Connection(Settings settings, PGconn* connection, int wake_fd)
      : settings_(std::move(settings)), connection_(connection), wake_fd_(wake_fd) {}
  enum class Wake { kReady, kStopped, kTimedOut };
  Result<Wake> Wait(short events, std::stop_token stop, std::optional<std::chrono::steady_clock::time_point> deadline);
  Status Handshake(std::stop_token stop);
  Status PrepareSession(std::stop_token stop);
  Status Sent(int ok, std::stop_token stop);
  void SendCancel() noexcept;
  Error Cancelled();

  Settings settings_;
  PGconn* connection_;
  int wake_fd_;
  bool broken_ = false;
  bool unchecked_text_ = false;
  bool has_prepared_ = false;
  Traces traces_ = Traces::kNone;
  std::string sql_;  // of the running statement, for places in errors
};

/// Text of one value of a text result; empty for NULL.
inline std::string_view Cell(const PgResult& result, int row, int column) {
  return {PQgetvalue(result.get(), row, column), static_cast<size_t>(PQgetlength(result.get(), row, column))};
}

}  // namespace dvt::connectors::postgres
