#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/lake/iceberg/metadata.h"

namespace dvt::lake {

struct StoredFile {
  std::string location;
  int64_t bytes = 0;
  int64_t modified_ms = 0;
};

/// Files by location: local paths and file:, s3: (s3a:, s3n:), gs:, abfs: (abfss:, wasb:, wasbs:). Filesystems are Arrow's, made when they are
/// first needed from the properties that `settings` names for a location (s3.access-key-id, gcs.oauth2.token, adls.sas-token, …) and again
/// when those change, so that lent credentials can be renewed. Thread-safe.
class FileStore {
 public:
  using Settings = std::function<Result<Properties>(const std::string& location)>;

  explicit FileStore(Settings settings);
  ~FileStore();
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  /// The whole file. kNotFound, kPermission, kIo, kConnection name the location.
  Result<std::string> Read(const std::string& location);
  /// Makes missing folders on local disks.
  Status Write(const std::string& location, std::string_view bytes);
  Result<bool> Exists(const std::string& location);
  /// Files that are gone already are no error. The first failure is told after all were tried.
  Status Remove(const std::vector<std::string>& locations);
  /// Every file below a folder. A missing folder is empty.
  Result<std::vector<StoredFile>> List(const std::string& folder);

  /// For the folders that read and write through Arrow (file_store_arrow.h).
  class Systems;
  Systems& systems() { return *systems_; }

 private:
  std::unique_ptr<Systems> systems_;
};

/// Ends the threads of the object stores' clients. Call it when no store is left, before the program ends; none can be made afterwards.
void CloseStorage();

/// A store with one set of properties for every location.
std::shared_ptr<FileStore> MakeFileStore(Properties properties);

}  // namespace dvt::lake
