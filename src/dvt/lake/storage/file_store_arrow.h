#pragma once

#include <arrow/filesystem/filesystem.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "dvt/lake/storage/file_store.h"

namespace dvt::lake {

/// A filesystem and the path in it.
struct StoredPath {
  std::shared_ptr<arrow::fs::FileSystem> system;
  std::string path;
  bool local = false;
  std::string endpoint;  ///< of a store of one's own; else empty
};

class FileStore::Systems {
 public:
  explicit Systems(Settings settings) : settings_(std::move(settings)) {}
  Result<StoredPath> Resolve(const std::string& location);

 private:
  /// Of one bucket: credentials may be lent for each prefix apart, and renewed. The newest are last.
  using Made = std::vector<std::pair<Properties, std::shared_ptr<arrow::fs::FileSystem>>>;

  Settings settings_;
  std::mutex mutex_;
  std::map<std::string, Made> systems_;
};

/// An Arrow error about a file as ours; messages of object stores are cut to their first line.
/// `endpoint`: told when it cannot be reached.
Error StorageError(const arrow::Status& status, const std::string& location, const std::string& endpoint = {});
/// That nobody answers for a location's store. `message`: what its client says; kConnection or kTimeout.
Error StoreUnreachable(const std::string& location, const std::string& endpoint, const std::string& message, ErrorCode code);
/// Whether an object store's client says that nobody could be asked, or that no answer came in time.
bool SaysUnreachable(const std::string& message);
bool SaysTimedOut(const std::string& message);

/// Opens for reading and writing through Arrow.
Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenInput(FileStore& store, const std::string& location, int64_t size = -1);
Result<std::shared_ptr<arrow::io::OutputStream>> OpenOutput(FileStore& store, const std::string& location);

/// The parts of a location: {"s3", "bucket", "key"}; the authority of Azure is container@account.
struct LocationParts {
  std::string scheme;
  std::string authority;
  std::string path;
};
/// The address that the properties give a location's store; empty: its provider's own.
std::string EndpointOf(const LocationParts& parts, const Properties& properties);
LocationParts SplitLocation(const std::string& location);

/// Makes the filesystem for a location's scheme and authority. Google's and Azure's store are asked for a sign of life first.
Result<std::shared_ptr<arrow::fs::FileSystem>> MakeFileSystem(const std::string& location, const Properties& properties);

}  // namespace dvt::lake
