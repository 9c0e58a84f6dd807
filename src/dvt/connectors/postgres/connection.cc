#include "dvt/connectors/postgres/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "dvt/base/result/retry.h"
#include "dvt/connectors/postgres/error_map.h"

namespace dvt::connectors::postgres {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kCancelWait = std::chrono::milliseconds(600);  // for the server to end a cancelled statement

// Runs `work` on a thread of its own and waits for it at most until `deadline` or a stop. The work must own all it touches.
bool RunAside(std::function<void()> work, std::stop_token stop, Clock::time_point deadline) {
  struct State {
    std::mutex mutex;
    std::condition_variable_any done_changed;
    bool done = false;
  };
  auto state = std::make_shared<State>();
  std::thread([state, work = std::move(work)] {
    work();
    std::lock_guard lock(state->mutex);
    state->done = true;
    state->done_changed.notify_all();
  }).detach();
  std::unique_lock lock(state->mutex);
  return state->done_changed.wait_until(lock, stop, deadline, [&] { return state->done; });
}

bool NeedsNameLookup(const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  return !host.empty() && host[0] != '/' && host[0] != '@' && host != "localhost" &&
         inet_pton(AF_INET, host.c_str(), address) != 1 && inet_pton(AF_INET6, host.c_str(), address) != 1;
}

PGconn* StartConnecting(const Settings& settings) {
  std::vector<const char*> names = {"host", "port", "user", "dbname", "client_encoding"};
  std::vector<const char*> values = {settings.host.c_str(), settings.port.c_str(), settings.user.c_str(),
                                     settings.database.c_str(), "UTF8"};
  if (!settings.password.empty()) {
    names.push_back("password");
    values.push_back(settings.password.c_str());
  }
  for (const auto& [name, value] : settings.extra) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* connection = PQconnectStartParams(names.data(), values.data(), 0);
  if (connection != nullptr) PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);  // the only way to a failed login's SQLSTATE
  return connection;
}

Error TimedOut(const Settings& settings) {
  return Error(ErrorCode::kTimeout, fmt::format("cannot connect to '{}' ({}): no answer within {:g} s", settings.connection,
                                                settings.Describe(), settings.connect_timeout_seconds))
      .WithHint(fmt::format("Is the server running at {}:{} and reachable from here?", settings.host, settings.port));
}

Error ConnectCancelled(const Settings& settings) {
  return Error(ErrorCode::kCancelled, fmt::format("connecting to '{}' was cancelled", settings.connection));
}

void DropNotice(void*, const PGresult*) {}

// By its tag. A setting that a statement invents is there for good, though empty after DISCARD ALL; a block or a procedure can do
// anything; a role's or a database's own settings count in new sessions only.
Connection::Traces TracesOf(std::string_view tag) {
  if (tag == "ALTER ROLE" || tag == "ALTER DATABASE" || tag == "ALTER SYSTEM") return Connection::Traces::kOfServer;
  if (tag == "SET" || tag == "DO" || tag == "CALL" || tag == "LOAD") return Connection::Traces::kOfSession;
  return Connection::Traces::kNone;
}

bool CallsSetConfig(const std::string& sql) {
  static constexpr std::string_view kName = "set_config";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(sql.begin(), sql.end(), kName.begin(), kName.end(), same) != sql.end();
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Open(const Settings& settings, std::stop_token stop) {
  if (stop.stop_requested()) return ConnectCancelled(settings);
  const auto deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(settings.connect_timeout_seconds));
  PGconn* raw = nullptr;
  if (NeedsNameLookup(settings.host)) {
    // libpq resolves names in a blocking call: it runs aside, so that a cancel or the timeout need not wait for it.
    struct Started {
      PGconn* connection = nullptr;
      ~Started() { PQfinish(connection); }
    };
    auto started = std::make_shared<Started>();
    if (!RunAside([started, settings] { started->connection = StartConnecting(settings); }, stop, deadline)) {
      if (stop.stop_requested()) return ConnectCancelled(settings);
      return TimedOut(settings);
    }
    raw = std::exchange(started->connection, nullptr);
  } else {
    raw = StartConnecting(settings);
  }
  const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::unique_ptr<Connection> connection(new Connection(settings, raw, wake));
  if (wake < 0) return Error(ErrorCode::kIo, fmt::format("eventfd: {}", std::strerror(errno)));
  DVT_TRY(connection->Handshake(stop));
  DVT_TRY(connection->PrepareSession(stop));
  return connection;
}

Connection::~Connection() {
  if (connection_ != nullptr) PQfinish(connection_);
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

Status Connection::Handshake(std::stop_token stop) {
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(settings_.connect_timeout_seconds));
  if (connection_ == nullptr || PQstatus(connection_) == CONNECTION_BAD) return ErrorFromConnection(connection_, settings_, true);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) return ErrorFromConnection(connection_, settings_, true);
    DVT_ASSIGN(const Wake wake, Wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, stop, deadline));
    if (wake == Wake::kStopped) return ConnectCancelled(settings_);
    if (wake == Wake::kTimedOut) return TimedOut(settings_);
    state = PQconnectPoll(connection_);
  }
  PQsetErrorVerbosity(connection_, PQERRORS_DEFAULT);
  PQsetNoticeReceiver(connection_, &DropNotice, nullptr);
  if (PQsetnonblocking(connection_, 1) != 0) return ErrorFromConnection(connection_, settings_, true);
  const char* encoding = PQparameterStatus(connection_, "server_encoding");
  unchecked_text_ = encoding != nullptr && std::string_view(encoding) == "SQL_ASCII";
  return {};
}

Status Connection::PrepareSession(std::stop_token stop) {
  // Output forms only: DateStyle keeps the server's order of day and month.
  std::string sql =
      "SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1; "
      "SET standard_conforming_strings = on; SET synchronize_seqscans = off";
  if (!settings_.search_path.empty()) {
    sql += "; SELECT pg_catalog.set_config('search_path', " + QuoteLiteral(settings_.search_path) + ", false)";
  }
  if (!settings_.role.empty()) sql += "; SET ROLE " + Quote(settings_.role);
  auto done = Run(sql, stop);
  if (!done) return std::move(done).error().Within(fmt::format("while setting up a session of '{}'", settings_.connection));
  traces_ = Traces::kNone;
  return {};
}

bool Connection::Discard(std::stop_token stop) {
  return usable() && PQtransactionStatus(connection_) == PQTRANS_IDLE && Run("DISCARD ALL", stop);
}

bool Connection::BeginRollback() noexcept {
  return usable() && PQtransactionStatus(connection_) == PQTRANS_INTRANS &&
         PQsendQuery(connection_, "ROLLBACK; SELECT pg_catalog.pg_advisory_unlock_all()") == 1 && PQflush(connection_) == 0;
}

bool Connection::EndRollback(std::stop_token stop) { return usable() && Drain(stop) && Discard(stop) && Renew(stop); }

bool Connection::Renew(std::stop_token stop) { return usable() && PrepareSession(stop); }

void Connection::Close(std::stop_token stop) noexcept {
  const std::stop_callback waker(stop, [fd = wake_fd_] { eventfd_write(fd, 1); });
  const auto deadline = Clock::now() + std::chrono::seconds(1);
  const int socket = ::fcntl(PQsocket(connection_), F_DUPFD_CLOEXEC, 0);  // libpq closes its own at once
  PQfinish(std::exchange(connection_, nullptr));
  bool open = socket >= 0;
  while (open && !stop.stop_requested()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd fds[2] = {{socket, POLLIN, 0}, {wake_fd_, POLLIN, 0}};
    if (left <= 0 || ::poll(fds, 2, static_cast<int>(left)) < 0) break;
    char rest[4096];
    const ssize_t got = fds[0].revents != 0 ? ::recv(socket, rest, sizeof(rest), MSG_DONTWAIT) : 1;
    open = got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }
  if (socket >= 0) ::close(socket);
}

Result<Connection::Wake> Connection::Wait(short events, std::stop_token stop, std::optional<Clock::time_point> deadline) {
  const std::stop_callback waker(stop, [fd = wake_fd_] { eventfd_write(fd, 1); });
  for (;;) {
    if (stop.stop_requested()) return Wake::kStopped;
    pollfd fds[2] = {{PQsocket(connection_), events, 0}, {wake_fd_, POLLIN, 0}};
    int timeout = -1;
    if (deadline.has_value()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - Clock::now()).count();
      if (left <= 0) return Wake::kTimedOut;
      timeout = static_cast<int>(std::min<int64_t>(left, 1'000'000));
    }
    const int ready = ::poll(fds, 2, timeout);
    if (ready < 0 && errno != EINTR) {
      return Error(ClassifyErrno(errno), fmt::format("poll: {}", std::strerror(errno)));
    }
    if (fds[1].revents != 0) {
      eventfd_t count;
      eventfd_read(wake_fd_, &count);  // a wake-up of an earlier wait is harmless: the loop asks the token
    }
    if (ready > 0 && fds[0].revents != 0) return Wake::kReady;
  }
}

Error Connection::Failure(const PGresult* result, std::string_view sql) const {
  const ExecStatusType status = result == nullptr ? PGRES_FATAL_ERROR : PQresultStatus(result);
  const bool reported = result != nullptr && PQresultErrorField(result, PG_DIAG_SQLSTATE) != nullptr;
  if (!reported && (PQstatus(connection_) != CONNECTION_OK || result == nullptr)) {
    return ErrorFromConnection(connection_, settings_, false);
  }
  if (status == PGRES_EMPTY_QUERY) return Error(ErrorCode::kSyntax, "the query is empty");
  return ErrorFromResult(result, settings_, sql);
}

void Connection::SendCancel() noexcept {
  PGcancel* cancel = PQgetCancel(connection_);
  if (cancel == nullptr) return;
  // PQcancel blocks while it connects: it runs aside, and is waited for only briefly.
  std::shared_ptr<PGcancel> owner(cancel, &PQfreeCancel);
  try {
    RunAside(
        [owner] {
          char message[256];
          PQcancel(owner.get(), message, sizeof(message));
        },
        {}, Clock::now() + std::chrono::milliseconds(250));
  } catch (...) {  // no thread to be had: closing the socket must do
  }
}

void Connection::CancelAndDrain() noexcept {
  if (!usable() || PQtransactionStatus(connection_) != PQTRANS_ACTIVE) return;
  SendCancel();
  const auto deadline = Clock::now() + kCancelWait;
  for (;;) {
    while (!PQisBusy(connection_)) {
      PGresult* result = PQgetResult(connection_);
      if (result == nullptr) return;  // idle
      const ExecStatusType status = PQresultStatus(result);
      PQclear(result);
      if (status == PGRES_COPY_OUT) {
        char* row = nullptr;
        int got = 0;
        while ((got = PQgetCopyData(connection_, &row, 1)) > 0) PQfreemem(row);
        if (got == 0) break;  // more must come first
      } else if (status == PGRES_COPY_IN) {
        PQputCopyEnd(connection_, "cancelled");
      }
    }
    PQflush(connection_);
    auto wake = Wait(POLLIN, {}, deadline);
    if (!wake || *wake != Wake::kReady || PQconsumeInput(connection_) == 0) break;
  }
  broken_ = true;
}

void Connection::Abandon() noexcept {
  if (usable() && PQtransactionStatus(connection_) == PQTRANS_ACTIVE) SendCancel();
  broken_ = true;
}

Error Connection::Cancelled() {
  CancelAndDrain();
  return Error(ErrorCode::kCancelled, fmt::format("work on '{}' was cancelled", settings_.connection));
}

Status Connection::WaitForInput(std::stop_token stop) {
  const int pending = PQflush(connection_);
  if (pending < 0) return Failure(nullptr);
  DVT_ASSIGN(const Wake wake, Wait(static_cast<short>(pending > 0 ? POLLIN | POLLOUT : POLLIN), stop, std::nullopt));
  if (wake == Wake::kStopped) return Cancelled();
  if (PQconsumeInput(connection_) == 0) {
    broken_ = true;
    return Failure(nullptr);
  }
  return {};
}

Status Connection::Flush(std::stop_token stop) {
  for (;;) {
    const int pending = PQflush(connection_);
    if (pending == 0) return {};
    if (pending < 0) {
      broken_ = true;
      return Failure(nullptr);
    }
    DVT_ASSIGN(const Wake wake, Wait(POLLIN | POLLOUT, stop, std::nullopt));
    if (wake == Wake::kStopped) return Cancelled();
    if (PQconsumeInput(connection_) == 0) {
      broken_ = true;
      return Failure(nullptr);
    }
  }
}

Result<PgResult> Connection::NextResult(std::stop_token stop) {
  while (PQisBusy(connection_)) DVT_TRY(WaitForInput(stop));
  return PgResult(PQgetResult(connection_));
}

Status Connection::Drain(std::stop_token stop) {
  std::unique_ptr<Error> failure;
  for (;;) {
    DVT_ASSIGN(PgResult result, NextResult(stop));
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COPY_OUT) {
      char* row = nullptr;
      int got;
      while ((got = PQgetCopyData(connection_, &row, 1)) >= 0) {
        if (got > 0)
          PQfreemem(row);
        else
          DVT_TRY(WaitForInput(stop));
      }
    } else if (status == PGRES_COPY_IN) {
      PQputCopyEnd(connection_, "nothing to copy");
    } else if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      if (failure == nullptr) failure = std::make_unique<Error>(Failure(result.get(), sql_));
      if (PQstatus(connection_) != CONNECTION_OK) break;
    }
  }
  if (failure != nullptr) return std::move(*failure);
  return {};
}

Status Connection::Sent(int ok, std::stop_token stop) {
  if (ok != 1) {
    Error error = Failure(nullptr);
    if (PQstatus(connection_) != CONNECTION_OK) broken_ = true;
    return error;
  }
  return Flush(stop);
}

Result<PgResult> Connection::Start(const std::string& sql, std::stop_token stop) {
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, fmt::format("work on '{}' was cancelled", settings_.connection));
  sql_ = sql;
  if (CallsSetConfig(sql)) traces_ = std::max(traces_, Traces::kOfSession);
  has_prepared_ = false;
  DVT_TRY(Sent(PQsendQuery(connection_, sql.c_str()), stop));
  PgResult last;
  for (;;) {
    DVT_ASSIGN(PgResult result, NextResult(stop));
    if (result == nullptr) return last;
    switch (PQresultStatus(result.get())) {
      case PGRES_COMMAND_OK: traces_ = std::max(traces_, TracesOf(PQcmdStatus(result.get()))); [[fallthrough]];
      case PGRES_TUPLES_OK:
      case PGRES_EMPTY_QUERY: last = std::move(result); break;
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT: return result;
      default: {
        Error error = Failure(result.get(), sql_);
        if (PQstatus(connection_) != CONNECTION_OK) {
          broken_ = true;
          return error;
        }
        (void)Drain(stop);
        return error;
      }
    }
  }
}

Result<PgResult> Connection::Run(const std::string& sql, std::stop_token stop) {
  DVT_ASSIGN(PgResult result, Start(sql, stop));
  const ExecStatusType status = result == nullptr ? PGRES_EMPTY_QUERY : PQresultStatus(result.get());
  if (status != PGRES_COPY_IN && status != PGRES_COPY_OUT) return result;
  if (status == PGRES_COPY_IN) PQputCopyEnd(connection_, "COPY FROM STDIN is not possible here");
  DVT_TRY(Drain(stop));
  return Error(ErrorCode::kUnsupported, "COPY from or to the client is not possible in a statement")
      .WithHint("Use a model, a seed or a file of the server.");
}

Result<PgResult> Connection::RunParams(const std::string& sql, const std::vector<std::string>& parameters, std::stop_token stop) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  sql_ = sql;
  has_prepared_ = false;
  DVT_TRY(Sent(
      PQsendQueryParams(connection_, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0),
      stop));
  PgResult rows;
  for (;;) {
    DVT_ASSIGN(PgResult result, NextResult(stop));
    if (result == nullptr) return rows;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      Error error = Failure(result.get(), sql_);
      (void)Drain(stop);
      return error;
    }
    rows = std::move(result);
  }
}

Result<PgResult> Connection::Prepare(const std::string& sql, std::stop_token stop) {
  sql_ = sql;
  if (CallsSetConfig(sql)) traces_ = std::max(traces_, Traces::kOfSession);
  DVT_TRY(Sent(PQsendPrepare(connection_, "", sql.c_str(), 0, nullptr), stop));
  DVT_TRY(Drain(stop));
  DVT_TRY(Sent(PQsendDescribePrepared(connection_, ""), stop));
  DVT_ASSIGN(PgResult result, NextResult(stop));
  if (result == nullptr || PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    Error error = Failure(result.get(), sql_);
    (void)Drain(stop);
    return error;
  }
  DVT_TRY(Drain(stop));
  has_prepared_ = true;
  return result;
}

std::string Connection::Quote(std::string_view identifier) {
  std::string text = "\"";
  for (const char c : identifier) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

std::string Connection::QuoteLiteral(std::string_view value) {
  const bool escapes = value.find('\\') != std::string_view::npos;
  std::string text = escapes ? "E'" : "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += c;
    text += c;
  }
  return text + '\'';
}

}  // namespace dvt::connectors::postgres
