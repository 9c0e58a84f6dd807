#include "dvt/connectors/mysql/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "dvt/base/text/text.h"
#include "dvt/connectors/mysql/error_map.h"

namespace dvt::connectors::mysql {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollSliceMs = 20;
constexpr double kKillTimeoutSeconds = 0.5;
constexpr unsigned kUnknownDatabase = 1049;

// One meaning for every statement dvt sends, whatever the server's defaults: strict errors, UTC, no write time-out while a slow
// reader holds the stream, GROUP_CONCAT results whole, no day-long wait for a table that another session holds.
constexpr std::string_view kSetUp =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', "
    "autocommit = 1, net_write_timeout = 3600, net_read_timeout = 3600, wait_timeout = 28800, group_concat_max_len = 16777216, "
    "lock_wait_timeout = 600, sql_notes = 1";

void StartLibrary() {
  static const int once = mysql_library_init(0, nullptr, nullptr);
  (void)once;
}

void KeepAlive(int socket) {
  const int on = 1, idle = 30, interval = 10, count = 3;
  setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

bool ChangesRows(std::string_view sql) {
  size_t begin = sql.find_first_not_of(" \t\r\n(;");
  if (begin == std::string_view::npos) return false;
  const std::string word = ToLower(sql.substr(begin, 7));
  for (const char* verb : {"insert", "update", "delete", "replace", "load"}) {
    if (word.starts_with(verb)) return true;
  }
  return false;
}

}  // namespace

Error CancelledError() { return Error(ErrorCode::kCancelled, "cancelled"); }

Result<std::shared_ptr<Connection>> Connection::Open(std::shared_ptr<const Settings> settings, std::stop_token stop) {
  StartLibrary();
  const TlsMode tls = settings->tls;
  const double timeout = settings->connect_timeout_seconds;
  std::shared_ptr<Connection> connection(new Connection(settings));
  Status status = connection->Connect(tls, timeout, stop, false);
  if (!status) {
    if (status.error().code() == ErrorCode::kCancelled) return std::move(status).error();
    Error error = std::move(status).error();
    if (error.vendor_code() == "2026") {  // a certificate that does not verify will not do so later
      error = Error(ErrorCode::kAuthentication, error.message()).WithVendorCode("2026").WithHint(error.hint());
    }
    return std::move(error).Within("while connecting to " + settings->Address());
  }
  return connection;
}

Connection::~Connection() {
  if (mysql_ != nullptr) mysql_close(mysql_);
  if (socket_ >= 0) ::close(socket_);
}

Status Connection::Connect(TlsMode tls, double timeout_seconds, std::stop_token stop, bool for_kill) {
  mysql_ = mysql_init(nullptr);
  if (mysql_ == nullptr) return Error(ErrorCode::kMemory, "out of memory while opening a connection");
  mysql_options(mysql_, MYSQL_OPT_NONBLOCK, nullptr);
  mysql_options(mysql_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const unsigned local_infile = for_kill ? 0 : 1;
  mysql_options(mysql_, MYSQL_OPT_LOCAL_INFILE, &local_infile);
  if (settings_->compress) mysql_options(mysql_, MYSQL_OPT_COMPRESS, nullptr);
  const unsigned protocol = settings_->unix_socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  mysql_options(mysql_, MYSQL_OPT_PROTOCOL, &protocol);
  if (tls != TlsMode::kDisabled) {
    const my_bool on = 1, verify = tls == TlsMode::kVerifyIdentity;
    auto path = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
    mysql_ssl_set(mysql_, path(settings_->ssl_key), path(settings_->ssl_cert), path(settings_->ssl_ca), nullptr, nullptr);
    mysql_options(mysql_, MYSQL_OPT_SSL_ENFORCE, &on);
    mysql_options(mysql_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  }
  if (for_kill) {
    const unsigned seconds = 1;
    mysql_options(mysql_, MYSQL_OPT_READ_TIMEOUT, &seconds);
    mysql_options(mysql_, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
  }
  DVT_TRY(ConnectLoop(timeout_seconds, stop));
  // The library falls back to plain text by itself where the server has no TLS; that is wanted only for "preferred".
  if (tls >= TlsMode::kRequired && mysql_get_ssl_cipher(mysql_) == nullptr) {
    return Error(ErrorCode::kConfig, "the server does not offer TLS, which this connection requires")
        .WithHint("Set up TLS on the server, or set `ssl_disabled: true`.");
  }
  socket_ = fcntl(static_cast<int>(mysql_get_socket(mysql_)), F_DUPFD_CLOEXEC, 3);
  KeepAlive(socket_);
  usable_ = true;
  thread_id_ = mysql_thread_id(mysql_);
  server_.mariadb = mariadb_connection(mysql_) != 0;
  server_.version = mysql_get_server_version(mysql_);
  server_.text = fmt::format("{} {}.{}.{}", server_.mariadb ? "MariaDB" : "MySQL", server_.version / 10000,
                             server_.version / 100 % 100, server_.version % 100);
  if (for_kill) return {};
  StopGuard guard(*this, stop);
  return SetUp();
}

Status Connection::ConnectLoop(double timeout_seconds, const std::stop_token& stop) {
  const auto deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout_seconds));
  const char* socket = settings_->unix_socket.empty() ? nullptr : settings_->unix_socket.c_str();
  const char* host = socket == nullptr ? settings_->host.c_str() : nullptr;  // a host would win over the socket
  MYSQL* result = nullptr;
  if (stop.stop_requested()) return CancelledError();
  int status = mysql_real_connect_start(&result, mysql_, host, settings_->user.c_str(), settings_->password.c_str(), nullptr,
                                        static_cast<unsigned>(settings_->port), socket, CLIENT_MULTI_STATEMENTS);
  while (status != 0) {
    const bool stopped = stop.stop_requested();
    if (stopped || Clock::now() > deadline) {
      AbandonConnect(status);
      if (stopped) return CancelledError();
      return Error(ErrorCode::kTimeout, fmt::format("no connection after {} s", timeout_seconds))
          .WithHint("Check host and port, or raise `connect_timeout`.");
    }
    pollfd waiting{static_cast<int>(mysql_get_socket(mysql_)), 0, 0};
    if ((status & MYSQL_WAIT_READ) != 0) waiting.events |= POLLIN;
    if ((status & MYSQL_WAIT_WRITE) != 0) waiting.events |= POLLOUT;
    if ((status & MYSQL_WAIT_EXCEPT) != 0) waiting.events |= POLLPRI;
    if (poll(&waiting, 1, kPollSliceMs) <= 0) continue;
    int ready = 0;
    if ((waiting.revents & (POLLIN | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_READ;
    if ((waiting.revents & (POLLOUT | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_WRITE;
    if ((waiting.revents & POLLPRI) != 0) ready |= MYSQL_WAIT_EXCEPT;
    status = mysql_real_connect_cont(&result, mysql_, ready & status);
  }
  if (result == nullptr) return LastError();
  return {};
}

// Lets the suspended connect run into an error, so that it frees its socket.
void Connection::AbandonConnect(int status) {
  MYSQL* result = nullptr;
  ::shutdown(static_cast<int>(mysql_get_socket(mysql_)), SHUT_RDWR);
  for (int i = 0; status != 0 && i < 8; ++i) {
    status = mysql_real_connect_cont(&result, mysql_, MYSQL_WAIT_TIMEOUT | (status & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE)));
  }
}

Status Connection::SetUp() {
  if (mysql_real_query(mysql_, kSetUp.data(), kSetUp.size()) != 0) return LastError();
  if (SelectSchema()) return {};
  if (mysql_errno(mysql_) != kUnknownDatabase) return LastError();
  schema_missing_ = true;
  return {};
}

bool Connection::SelectSchema() {
  schema_missing_ = !settings_->schema.empty() && mysql_select_db(mysql_, settings_->schema.c_str()) != 0;
  return !schema_missing_;
}

bool Connection::Send(std::string_view sql) {
  ReadyForNames();
  return mysql_real_query(mysql_, sql.data(), sql.size()) == 0;
}

void Connection::Interrupt() noexcept {
  interrupted_ = true;
  // A plain close would leave a server that is blocked in writing its rows waiting for hours: reset the connection instead.
  const linger reset{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  ::shutdown(socket_, SHUT_RDWR);
}

void Connection::Kill(std::string_view command) noexcept {
  try {
    Connection killer(settings_);
    TlsMode tls = mysql_get_ssl_cipher(mysql_) == nullptr ? TlsMode::kDisabled : settings_->tls;
    if (!killer.Connect(tls, kKillTimeoutSeconds, {}, true)) return;
    const std::string sql = std::string(command) + std::to_string(thread_id_);
    mysql_real_query(killer.mysql_, sql.data(), sql.size());
  } catch (...) {
    // Best effort: the server notices the closed socket when it next writes.
  }
}

void Connection::KillConnection() noexcept {
  usable_ = false;
  if (!killed_) Kill("KILL ");
  killed_ = true;
}

void Connection::KillQuery() noexcept {
  if (interrupted_) {
    KillConnection();
  } else if (usable_) {
    Kill("KILL QUERY ");
  }
}

Error Connection::Convert(unsigned number, std::string_view state, std::string_view message) {
  if (interrupted_) {
    KillConnection();
    return CancelledError();
  }
  Error error = MakeServerError(number, state, message);
  if (error.code() == ErrorCode::kConnection || (number >= 2000 && number < 3000)) usable_ = false;
  return error;
}

Error Connection::LastError() { return Convert(mysql_errno(mysql_), mysql_sqlstate(mysql_), mysql_error(mysql_)); }

Error Connection::StatementError(MYSQL_STMT* statement) {
  // Errors in the middle of a result are left on the connection, not on the statement.
  if (mysql_stmt_errno(statement) == 0 && mysql_errno(mysql_) != 0) return LastError();
  if (mysql_stmt_errno(statement) == 0) return Convert(2013, "HY000", "the connection was lost during the query");
  return Convert(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement), mysql_stmt_error(statement));
}

Result<ExecuteResult> Connection::Execute(std::string_view sql, std::stop_token stop) {
  if (stop.stop_requested()) return CancelledError();
  StopGuard guard(*this, stop);
  ExecuteResult out;
  if (!Send(sql)) return LastError();
  const bool changes_rows = ChangesRows(sql);
  for (;;) {
    out = ExecuteResult{};
    if (MYSQL_RES* rows = mysql_use_result(mysql_)) {
      while (mysql_fetch_row(rows) != nullptr) {}
      mysql_free_result(rows);
      if (mysql_errno(mysql_) != 0) return LastError();
    } else if (mysql_field_count(mysql_) != 0) {
      return LastError();
    } else {
      const auto affected = static_cast<int64_t>(mysql_affected_rows(mysql_));
      if (affected > 0 || changes_rows) out.rows_affected = affected;
    }
    const char* info = mysql_info(mysql_);
    out.message = info != nullptr ? info : "OK";
    const int more = mysql_next_result(mysql_);
    if (more < 0) break;
    if (more > 0) return LastError();
  }
  if (interrupted_) return LastError();
  return out;
}

Result<std::vector<TextRow>> Connection::Rows(std::string_view sql, std::stop_token stop) {
  if (stop.stop_requested()) return CancelledError();
  StopGuard guard(*this, stop);
  if (!Send(sql)) return LastError();
  MYSQL_RES* result = mysql_store_result(mysql_);
  if (result == nullptr) {
    if (mysql_field_count(mysql_) != 0) return LastError();
    return std::vector<TextRow>{};
  }
  std::vector<TextRow> rows;
  const unsigned columns = mysql_num_fields(result);
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    const unsigned long* lengths = mysql_fetch_lengths(result);
    TextRow values(columns);
    for (unsigned i = 0; i < columns; ++i) {
      if (row[i] != nullptr) values[i] = std::string(row[i], lengths[i]);
    }
    rows.push_back(std::move(values));
  }
  mysql_free_result(result);
  return rows;
}

Status Connection::SetQueryTimeout(double seconds, std::stop_token stop) {
  if (seconds == query_timeout_) return {};
  const std::string sql = server_.mariadb
                              ? fmt::format("SET SESSION max_statement_time = {}", seconds)
                              : fmt::format("SET SESSION max_execution_time = {}", static_cast<int64_t>(seconds * 1000));
  DVT_TRY(Execute(sql, stop));
  query_timeout_ = seconds;
  return {};
}

bool Connection::in_transaction() const {
  unsigned status = 0;
  mariadb_get_infov(mysql_, MARIADB_CONNECTION_SERVER_STATUS, &status);
  return usable() && (status & SERVER_STATUS_IN_TRANS) != 0;
}

bool Connection::Ping(std::stop_token stop) {
  if (!usable() || stop.stop_requested()) return false;
  StopGuard guard(*this, std::move(stop));
  return mysql_ping(mysql_) == 0 && usable();
}

}  // namespace dvt::connectors::mysql
