#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::columnar {

/// A file of record batches (Arrow IPC, lz4; one that stays is a whole stream with its schema), written once and then read once, in order. One thread at a time.
class SpillFile {
 public:
  virtual ~SpillFile() = default;
  /// Appends a batch and frees its memory. A full disk is kDisk and names the folder.
  virtual Status Write(Array batch) = 0;
  /// Appends a batch and gives it back.
  virtual Result<Array> WriteAndKeep(Array batch) = 0;
  /// Ends writing and rewinds; Next may follow.
  virtual Status FinishWriting() = 0;
  /// The next batch; an invalid Array marks the end.
  virtual Result<Array> Next() = 0;
  /// Another handle on the same rows, which reads from the first batch on, also while this one still writes, after the first Write:
  /// no further than the batches of which Write has returned.
  virtual Result<std::unique_ptr<SpillFile>> OpenReader() const = 0;
  /// Bytes on disk so far.
  virtual int64_t bytes() const = 0;
};

/// A temporary one. It has no name in its folder (it is unlinked at once), so nothing is left behind whatever happens. Makes the folder if
/// it is missing. Batches must have the layouts of `fields`.
Result<std::unique_ptr<SpillFile>> OpenSpillFile(const std::string& folder, const Fields& fields);
/// One that stays, in a folder that is made if it is missing; it must not be there yet.
Result<std::unique_ptr<SpillFile>> CreateBatchFile(const std::string& path, const Fields& fields);
/// One that CreateBatchFile wrote, for reading: Next may follow at once. kData if it is damaged or holds other columns than `fields`.
Result<std::unique_ptr<SpillFile>> OpenBatchFile(const std::string& path, const Fields& fields);

}  // namespace dvt::columnar
