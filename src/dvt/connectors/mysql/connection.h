#pragma once

#include <mysql.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/mysql/settings.h"

namespace dvt::connectors::mysql {

/// What the server is.
struct ServerInfo {
  bool mariadb = true;
  unsigned long version = 0;  ///< 101106 for 10.11.6
  std::string text;           ///< "MariaDB 10.11.6"
  bool utf8_schema = true;    ///< new tables store any character without naming a character set
};

/// A small result in memory.
using TextRow = std::vector<std::optional<std::string>>;

/// One connection to a server, set up so that values have one meaning: UTF-8, UTC, strict mode, no ANSI quotes.
/// One thread at a time. A stop request shuts the socket down and kills the statement on the server from a second connection;
/// the connection is unusable afterwards.
class Connection {
 public:
  /// Connects within the settings' timeout; kCancelled within a fraction of a second after a stop.
  static Result<std::shared_ptr<Connection>> Open(std::shared_ptr<const Settings> settings, std::stop_token stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  MYSQL* handle() { return mysql_; }
  const ServerInfo& server() const { return server_; }
  /// The schema of the settings was not there when last looked for: a run makes it. Until then no schema is the default one.
  bool schema_missing() const { return schema_missing_; }
  /// Sends statements for the caller to read the answers; false if the first failed. Its caller guards it against a stop.
  bool Send(std::string_view sql);
  /// Before a statement is prepared: the settings' schema becomes the default one if it has been made meanwhile.
  void ReadyForNames() {
    if (schema_missing_) SelectSchema();
  }
  bool usable() const { return usable_ && !interrupted_; }

  /// Runs one or several statements, discarding rows; the result is the last one's.
  Result<ExecuteResult> Execute(std::string_view sql, std::stop_token stop);
  /// One query whose result is small.
  Result<std::vector<TextRow>> Rows(std::string_view sql, std::stop_token stop);
  /// The server stops a SELECT that runs longer. 0: no limit.
  Status SetQueryTimeout(double seconds, std::stop_token stop);
  /// True if the connection still answers.
  bool Ping(std::stop_token stop);

  /// The handle's last error; kCancelled if a stop interrupted it.
  Error LastError();
  Error StatementError(MYSQL_STMT* statement);
  /// Stops the running statement but keeps the connection (and its transaction); after an interrupt, ends the connection.
  void KillQuery() noexcept;

  /// Ends the connection's blocking calls from another thread; they return kCancelled and the server's work is killed.
  void Interrupt() noexcept;
  /// A statement of ours is inside a transaction that the server has not ended.
  bool in_transaction() const;

  /// While alive, a stop request interrupts the connection's blocking calls.
  class StopGuard {
   public:
    StopGuard(Connection& connection, std::stop_token stop) : callback_(std::move(stop), Interrupt{&connection}) {}

   private:
    struct Interrupt {
      Connection* connection;
      void operator()() const noexcept { connection->Interrupt(); }
    };
    std::stop_callback<Interrupt> callback_;
  };

 private:
  explicit Connection(std::shared_ptr<const Settings> settings) : settings_(std::move(settings)) {}
  Status Connect(TlsMode tls, double timeout_seconds, std::stop_token stop, bool for_kill);
  Status ConnectLoop(double timeout_seconds, const std::stop_token& stop);
  void AbandonConnect(int status);
  Status SetUp();
  bool SelectSchema();
  void Kill(std::string_view command) noexcept;
  void KillConnection() noexcept;
  Error Convert(unsigned number, std::string_view state, std::string_view message);

  std::shared_ptr<const Settings> settings_;
  MYSQL* mysql_ = nullptr;
  int socket_ = -1;  // our own duplicate: never closed under a racing shutdown()
  unsigned long thread_id_ = 0;
  ServerInfo server_;
  bool usable_ = false;
  bool schema_missing_ = false;
  bool killed_ = false;
  std::atomic<bool> interrupted_{false};
  double query_timeout_ = 0;
};

Error CancelledError();

}  // namespace dvt::connectors::mysql
