#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "dvt/connectors/sqlite/handle.h"

namespace dvt::connectors::sqlite {

/// Keeps the connections that read one moment of the file: each holds a read transaction begun while nobody committed. They are
/// let go as soon as all planned partitions were read, since in rollback-journal mode they hold writers back.
class SqliteReadScope : public ReadScope, public std::enable_shared_from_this<SqliteReadScope> {
 public:
  explicit SqliteReadScope(Settings settings) : settings_(std::move(settings)) {}

  std::string Describe() const override;
  /// Adds `connections` readers of the scope's moment for `partitions` partitions.
  Status Reserve(int connections, int partitions, std::stop_token stop);
  /// An idle reader, or a new one; it comes back by Return.
  Result<std::unique_ptr<Handle>> Take(std::stop_token stop);
  /// `drained`: its partition is done, and will not be opened again.
  void Return(std::unique_ptr<Handle> handle, bool drained);

 private:
  using Versions = std::vector<int64_t>;
  Result<Versions> CurrentVersions();
  Status BeginRead(Handle& handle) const;
  Status Snapshot(std::stop_token stop);
  Result<std::unique_ptr<Handle>> OpenReader(std::stop_token stop);

  const Settings settings_;
  mutable std::mutex mutex_;
  std::unique_ptr<Handle> monitor_;  // sees every commit of others
  std::vector<std::string> schemas_;
  std::vector<std::unique_ptr<Handle>> idle_;
  Versions versions_;
  int taken_ = 0;
  int planned_ = 0;  // partitions still to be drained
  bool approximate_ = false;
};

}  // namespace dvt::connectors::sqlite
