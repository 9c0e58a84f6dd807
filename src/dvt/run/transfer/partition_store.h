#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dvt/connectors/api/connector.h"

namespace dvt::run {

/// Partitions of one model that were read whole, kept as files (Arrow IPC, lz4) until the model succeeded, so that a run that failed
/// or was killed need not read them again. They count only for the same state of the source (SourceMoment::state). Thread-safe:
/// every partition has a file of its own.
class PartitionStore {
 public:
  /// Of reads of one connection at one moment; `folder` is the model's. Files of other states of that connection are removed.
  /// Null if the source does not name its state.
  static std::shared_ptr<PartitionStore> At(const std::string& folder, const connectors::Connector& connector,
                                            const connectors::SourceMoment& moment);

  /// The rows of the partition, if they are there whole.
  Result<std::optional<columnar::Stream>> Find(const connectors::ReadPlan& plan, int partition) const;
  /// Hands the stream on and writes along; the partition counts once the stream has come to its end.
  Result<columnar::Stream> Keep(const connectors::ReadPlan& plan, int partition, columnar::Stream stream) const;

  /// The model succeeded: its folder is removed.
  static void Clear(const std::string& folder);

 private:
  explicit PartitionStore(std::string folder) : folder_(std::move(folder)) {}
  std::string PathOf(const connectors::ReadPlan& plan, int partition) const;

  const std::string folder_;  // of one state
};

}  // namespace dvt::run
