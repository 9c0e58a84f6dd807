#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/api/key_table.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// A coordinator transaction whose exported snapshot every reader imports, and the readers' idle connections. Thread-safe.
class PgReadScope : public ReadScope {
 public:
  using Opener = std::function<Result<std::unique_ptr<Connection>>(std::stop_token)>;
  /// Takes a connection of which nothing is needed any more; its transaction is being rolled back (Connection::BeginRollback).
  using Closer = std::function<void(std::unique_ptr<Connection>)>;

  /// `connection`: its name, for messages.
  static Result<std::shared_ptr<PgReadScope>> Begin(std::string connection, Opener open, Closer close, std::stop_token stop);
  /// Ends the transactions: all rollbacks are on their way, so that no lock lasts, but nobody waits for a server.
  ~PgReadScope() override;
  /// With locks and readers of its own on the snapshot of another scope, which it keeps alive. `spare`: a connection of the same settings
  /// that nobody needs, or null.
  static Result<std::shared_ptr<PgReadScope>> BeginAt(std::shared_ptr<PgReadScope> moment, std::unique_ptr<Connection> spare,
                                                      std::stop_token stop);
  std::string Describe() const override;
  SourceMoment Moment() const override { return moment_; }

  /// A connection of the scope, and the tables of keys that its transaction has.
  struct Reader {
    std::unique_ptr<Connection> connection;
    KeyTables keys;
  };
  /// A connection inside a transaction on the snapshot, with these tables. An idle one is reused.
  Result<Reader> Borrow(const KeyTables& keys, std::stop_token stop);
  /// Gives a connection back; a broken one, or one whose transaction failed, is closed.
  void Return(Reader reader);
  bool consistent() const { return !snapshot_.empty(); }

  /// Runs catalog work inside the coordinator's transaction: an error rolls back to a savepoint, locks taken stay.
  template <class F>
  auto Plan(F&& work, std::stop_token stop) -> decltype(work(std::declval<Connection&>())) {
    std::lock_guard lock(mutex_);
    DVT_TRY(Run("SAVEPOINT dvt_plan", stop));
    auto outcome = work(*coordinator_);
    if (outcome && consistent()) {
      if (auto seen = CheckTables(stop); !seen) outcome = std::move(seen).error();
    }
    if (!outcome) (void)Run("ROLLBACK TO dvt_plan", {});
    DVT_TRY(Run("RELEASE dvt_plan", stop));
    return outcome;
  }

 private:
  PgReadScope(std::string connection, Opener open, Closer close)
      : connection_(std::move(connection)), open_(std::move(open)), close_(std::move(close)) {}
  Status Run(const char* sql, std::stop_token stop);
  Status AskMoment(std::stop_token stop);
  void KeepMoment(const PgResult& answer);
  /// Begins the connection's transaction on the snapshot. `writes`: it may write until it is told otherwise.
  Status Enter(Connection& connection, bool writes, std::stop_token stop) const;
  std::optional<Reader> TakeIdle(const KeyTables& keys);
  Status CheckTables(std::stop_token stop);

  const std::string connection_;
  const Opener open_;
  const Closer close_;
  std::string snapshot_;  // empty: the server could not export one
  std::string why_not_;
  SourceMoment moment_;
  std::shared_ptr<PgReadScope> parent_;  // holds the snapshot, if this scope does not
  std::mutex mutex_;
  std::unique_ptr<Connection> coordinator_;
  std::mutex idle_mutex_;
  std::vector<Reader> idle_;
};

}  // namespace dvt::connectors::postgres
