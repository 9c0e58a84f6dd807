#include "dvt/connectors/sqlite/read_scope.h"

#include <fmt/format.h>

namespace dvt::connectors::sqlite {
namespace {

constexpr int kSnapshotTries = 100;

/// A model that reads the file it is written to, by this or another connection, needs readers beside the writer: the write-ahead
/// log allows that. If another program holds the file just now it stays as it is, and the writer waits for the readers.
Status AllowReadsBesideWrites(const Handle& reader, std::stop_token stop) {
  std::unique_ptr<Handle> handle;
  for (const auto& [schema, path] : reader.files()) {
    if (!Handle::IsOpenForWriting(path)) continue;
    if (handle == nullptr) {
      Settings settings = reader.settings();
      settings.read_only = false;  // it is the writer's connection that changes the file
      DVT_ASSIGN(handle, Handle::Open(settings, Access::kRead, stop));
      sqlite3_busy_handler(handle->get(), nullptr, nullptr);
    }
    (void)handle->Run(fmt::format("PRAGMA {}.journal_mode = WAL", QuoteName(schema)));
  }
  return {};
}

}  // namespace

std::string SqliteReadScope::Describe() const {
  std::lock_guard lock(mutex_);
  return approximate_ ? "approximately one moment: the file changed between the readers" : "one moment of the file";
}

Result<SqliteReadScope::Versions> SqliteReadScope::CurrentVersions() {
  Versions versions;
  for (const std::string& schema : schemas_) {
    DVT_ASSIGN(const auto version, monitor_->QueryInteger(fmt::format("PRAGMA {}.data_version", QuoteName(schema))));
    versions.push_back(version.value_or(0));
  }
  return versions;
}

Status SqliteReadScope::BeginRead(Handle& handle) const {
  if (sqlite3_get_autocommit(handle.get()) == 0) DVT_TRY(handle.Run("ROLLBACK"));
  DVT_TRY(handle.Run("BEGIN"));
  for (const std::string& schema : schemas_)
    DVT_TRY(handle.Run(fmt::format("SELECT 1 FROM {}.sqlite_schema LIMIT 1", QuoteName(schema))));
  return {};
}

/// Begins all idle readers' transactions anew, until no commit falls between them.
Status SqliteReadScope::Snapshot(std::stop_token stop) {
  for (int i = 0; i < kSnapshotTries; ++i) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    DVT_ASSIGN(versions_, CurrentVersions());
    for (const auto& handle : idle_) DVT_TRY(BeginRead(*handle));
    DVT_ASSIGN(const Versions after, CurrentVersions());
    if (after == versions_) return {};
  }
  approximate_ = true;
  return {};
}

Result<std::unique_ptr<Handle>> SqliteReadScope::OpenReader(std::stop_token stop) {
  DVT_ASSIGN(auto handle, Handle::Open(settings_, Access::kRead, std::move(stop)));
  DVT_TRY(handle->Run("PRAGMA cache_size = -4000"));
  return handle;
}

Status SqliteReadScope::Reserve(int connections, int partitions, std::stop_token stop) {
  std::lock_guard lock(mutex_);
  const bool first = monitor_ == nullptr;
  if (first) {
    {
      DVT_ASSIGN(const auto looked, Handle::Open(settings_, Access::kRead, stop));
      DVT_TRY(AllowReadsBesideWrites(*looked, stop));
    }
    DVT_ASSIGN(monitor_, Handle::Open(settings_, Access::kRead, stop));
    DVT_ASSIGN(const Statement list, monitor_->Prepare("PRAGMA database_list"));
    for (;;) {
      DVT_ASSIGN(const bool more, monitor_->Step(list));
      if (!more) break;
      if (std::string name = ColumnText(list, 1); name != "temp") schemas_.push_back(std::move(name));
    }
  }
  monitor_->set_stop(stop);
  const size_t before = idle_.size();
  for (int i = 0; i < connections; ++i) {
    DVT_ASSIGN(auto handle, OpenReader(stop));
    idle_.push_back(std::move(handle));
  }
  planned_ += partitions;
  if (first || taken_ == 0) return Snapshot(std::move(stop));
  for (size_t i = before; i < idle_.size(); ++i) DVT_TRY(BeginRead(*idle_[i]));
  DVT_ASSIGN(const Versions now, CurrentVersions());
  approximate_ = approximate_ || now != versions_;
  return {};
}

Result<std::unique_ptr<Handle>> SqliteReadScope::Take(std::stop_token stop) {
  std::lock_guard lock(mutex_);
  std::unique_ptr<Handle> handle;
  if (!idle_.empty()) {
    handle = std::move(idle_.back());
    idle_.pop_back();
    handle->set_stop(stop);
  } else {
    DVT_ASSIGN(handle, OpenReader(stop));
    DVT_TRY(BeginRead(*handle));
    if (monitor_ != nullptr) {
      monitor_->set_stop(stop);
      DVT_ASSIGN(const Versions now, CurrentVersions());
      approximate_ = approximate_ || now != versions_;
    }
  }
  ++taken_;
  return handle;
}

void SqliteReadScope::Return(std::unique_ptr<Handle> handle, bool drained) {
  std::lock_guard lock(mutex_);
  handle->set_stop({});
  --taken_;
  if (drained) --planned_;
  if (planned_ > 0 || taken_ > 0) {
    idle_.push_back(std::move(handle));
  } else {
    idle_.clear();
  }
}

}  // namespace dvt::connectors::sqlite
