#include "dvt/connectors/mysql/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "dvt/connectors/mysql/key_tables.h"

namespace dvt::connectors::mysql {

Result<std::shared_ptr<Connection>> SnapshotScope::OpenReader(std::stop_token stop) { return Connection::Open(settings_, stop); }

namespace {

constexpr auto kWaitForReader = std::chrono::seconds(5);

}  // namespace

// A temporary table cannot be made while a transaction is READ ONLY.
Status SnapshotScope::StartSnapshot(Connection& connection, std::stop_token stop) const {
  DVT_TRY(connection.Execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", stop));
  const char* writes = settings_->key_tables ? "" : ", READ ONLY";
  DVT_TRY(connection.Execute(fmt::format("START TRANSACTION WITH CONSISTENT SNAPSHOT{}", writes), stop));
  return {};
}

bool SnapshotScope::Lock(Connection& coordinator, bool may_lock, std::stop_token stop) {
  if (!settings_->snapshot_lock) {
    approximate_because_ = "snapshot_lock is off";
    return false;
  }
  if (!may_lock) {
    approximate_because_ = "the global read lock was lately not granted in time";
    return false;
  }
  // A short wait: a pending global lock holds up every writer behind it.
  Result<ExecuteResult> locked = coordinator.Execute("SET SESSION lock_wait_timeout = 2", stop);
  if (locked) locked = coordinator.Execute("FLUSH TABLES WITH READ LOCK", stop);
  if (locked) return true;
  lock_timed_out_ = locked.error().code() == ErrorCode::kTimeout;
  approximate_because_ = lock_timed_out_                                   ? "the global read lock was not granted in time"
                         : locked.error().code() == ErrorCode::kPermission ? "the user may not take the global read lock (RELOAD)"
                                                                           : "the server refused the global read lock";
  return false;
}

Result<std::shared_ptr<SnapshotScope>> SnapshotScope::Open(std::shared_ptr<const Settings> settings, int connections,
                                                           bool may_lock, std::stop_token stop) {
  std::shared_ptr<SnapshotScope> scope(new SnapshotScope(settings));
  // Connected first, so that the lock is held only for the short START TRANSACTION statements.
  std::vector<std::shared_ptr<Connection>> readers;
  for (int i = 0; i < connections; ++i) {
    auto reader = scope->OpenReader(stop);
    if (!reader) {
      if (readers.empty() || reader.error().code() == ErrorCode::kCancelled) return std::move(reader).error();
      break;  // fewer free connections than wished
    }
    readers.push_back(std::move(*reader));
  }
  bool locked = false;
  std::shared_ptr<Connection> coordinator;
  if (readers.size() > 1) {
    auto opened = Connection::Open(settings, stop);
    if (opened) {
      coordinator = std::move(*opened);
      locked = scope->Lock(*coordinator, may_lock, stop);
    } else {
      scope->approximate_because_ = "no connection was free for the global read lock";
    }
  }
  for (const auto& reader : readers) {
    DVT_TRY(scope->StartSnapshot(*reader, stop));
    scope->idle_.push_back({reader, 0, {}});
  }
  scope->AskMoment(locked ? *coordinator : *readers.front(), stop);
  scope->readers_ = static_cast<int>(readers.size());
  scope->began_exact_ = scope->approximate_because_.empty();
  if (locked) {
    auto unlocked = coordinator->Execute("UNLOCK TABLES", stop);
    if (!unlocked && unlocked.error().code() == ErrorCode::kCancelled) return std::move(unlocked).error();
  }
  return scope;
}

// MariaDB's and MySQL's own names of a state; without a binary log InnoDB's transaction counter, where the user may see it.
void SnapshotScope::AskMoment(Connection& connection, std::stop_token stop) {
  const auto first = [&](const char* sql, size_t column) -> std::string {
    auto rows = connection.Rows(sql, stop);
    if (!rows || rows->empty() || (*rows)[0].size() <= column) return {};
    return (*rows)[0][column].value_or("");
  };
  moment_.at = first("SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ')", 0);
  const std::string server = first("SELECT CONCAT(@@hostname, ':', @@port, ' ', @@server_id)", 0);
  const std::string gtid = first(connection.server().mariadb ? "SELECT @@gtid_current_pos" : "SELECT @@global.gtid_executed", 0);
  const std::string file = first("SHOW MASTER STATUS", 0), at = first("SHOW MASTER STATUS", 1);
  if (!gtid.empty()) {
    moment_.position = "gtid " + gtid;
  } else if (!file.empty()) {
    moment_.position = fmt::format("binlog {}:{}", file, at);
  } else {
    constexpr std::string_view kCounter = "Trx id counter ";
    const std::string status = first("SHOW ENGINE INNODB STATUS", 2);
    const size_t begin = status.find(kCounter);
    if (begin == std::string::npos) return;
    const size_t number = begin + kCounter.size();
    moment_.position = "innodb transaction " + status.substr(number, status.find('\n', number) - number);
  }
  moment_.state = server + " " + moment_.position;
}

SourceMoment SnapshotScope::Moment() const {
  std::lock_guard lock(mutex_);
  SourceMoment moment = moment_;
  moment.exact = approximate_because_.empty();
  return moment;
}

std::string SnapshotScope::Describe() const {
  std::lock_guard lock(mutex_);
  if (approximate_because_.empty()) return fmt::format("one InnoDB snapshot, shared by {} connections", readers_);
  return fmt::format("approximate moment: {} snapshots opened one after the other, because {}", readers_, approximate_because_);
}

std::optional<SnapshotScope::Lease> SnapshotScope::TakeIdle(const std::string& sql, const KeyTables& keys) {
  const auto begun = moment_of_.find(sql);
  std::optional<size_t> found;
  for (size_t i = 0; i < idle_.size(); ++i) {
    if (begun != moment_of_.end() && begun->second != idle_[i].moment) continue;
    if (!found || idle_[i].keys == keys) found = i;
    if (idle_[i].keys == keys) break;
  }
  if (!found) return std::nullopt;
  Lease lease = idle_[*found];
  idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(*found));
  moment_of_.emplace(sql, lease.moment);
  ++in_use_[lease.moment];
  return lease;
}

Result<SnapshotScope::Lease> SnapshotScope::Take(const std::string& sql, const KeyTables& keys, std::stop_token stop) {
  DVT_ASSIGN(Lease lease, TakeAny(sql, keys, stop));
  if (keys.empty() || lease.keys == keys) return lease;
  auto made = DropKeyTables(*lease.connection, *settings_, lease.keys);
  lease.keys.clear();
  if (made) made = MakeKeyTables(*lease.connection, *settings_, keys, stop);
  if (!made) {
    Return(std::move(lease));
    return std::move(made).error();
  }
  lease.keys = keys;
  return lease;
}

Result<SnapshotScope::Lease> SnapshotScope::TakeAny(const std::string& sql, const KeyTables& keys, std::stop_token stop) {
  {
    std::unique_lock lock(mutex_);
    if (auto lease = TakeIdle(sql, keys)) return *lease;
    const auto begun = moment_of_.find(sql);
    if (begun != moment_of_.end() && began_exact_) {
      // Not waited for without end: the stream that has the connection may itself wait for this one's rows to be consumed.
      std::optional<Lease> lease;
      returned_.wait_for(lock, stop, kWaitForReader,
                         [&] { return (lease = TakeIdle(sql, keys)) || in_use_[begun->second] == 0; });
      if (lease) return *lease;
      if (stop.stop_requested()) return CancelledError();
      return Error(ErrorCode::kStartOver,
                   in_use_[begun->second] == 0
                       ? "the moment of the reads is lost: all connections that saw it are gone"
                       : "a partition cannot be read again at its moment: the connections left are busy with other reads")
          .WithHint("Run the model again.");
    }
  }
  DVT_ASSIGN(auto reader, OpenReader(stop));
  DVT_TRY(StartSnapshot(*reader, stop));
  std::lock_guard lock(mutex_);
  const int moment = moments_++;
  ++readers_;
  ++in_use_[moment];
  if (approximate_because_.empty()) approximate_because_ = "more streams were opened at a time than were prepared";
  moment_of_[sql] = moment;
  return Lease{std::move(reader), moment, {}};
}

void SnapshotScope::Return(Lease lease) {
  {
    std::lock_guard lock(mutex_);
    --in_use_[lease.moment];
    const bool over = !lease.keys.empty() && std::find(dropped_.begin(), dropped_.end(), lease.keys) != dropped_.end();
    if (over && DropKeyTables(*lease.connection, *settings_, lease.keys)) lease.keys.clear();
    if (lease.connection->usable()) idle_.push_back(std::move(lease));
  }
  returned_.notify_all();
}

// The moment may live on for other models; a connection that is still read from is cleared when it comes back.
void SnapshotScope::DropKeys(const KeyTables& keys) noexcept {
  if (keys.empty()) return;
  std::lock_guard lock(mutex_);
  dropped_.push_back(keys);
  for (Lease& lease : idle_) {
    if (lease.keys == keys && DropKeyTables(*lease.connection, *settings_, keys)) lease.keys.clear();
  }
  std::erase_if(idle_, [](const Lease& lease) { return !lease.connection->usable(); });
}

}  // namespace dvt::connectors::mysql
