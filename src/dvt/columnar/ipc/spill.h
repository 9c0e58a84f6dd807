#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::columnar {

/// A temporary file of record batches (Arrow IPC stream, lz4), written once and then read once, in order. The file has no name
/// in its folder (it is unlinked at once), so nothing is left behind whatever happens. One thread at a time.
class SpillFile {
 public:
  virtual ~SpillFile() = default;
  /// Appends a batch and frees its memory. A full disk is kDisk and names the folder.
  virtual Status Write(Array batch) = 0;
  /// Ends writing and rewinds; Next may follow.
  virtual Status FinishWriting() = 0;
  /// The next batch; an invalid Array marks the end.
  virtual Result<Array> Next() = 0;
  /// Bytes on disk so far.
  virtual int64_t bytes() const = 0;
};

/// Makes the folder if it is missing. Batches must have the layouts of `fields`.
Result<std::unique_ptr<SpillFile>> OpenSpillFile(const std::string& folder, const Fields& fields);

}  // namespace dvt::columnar
