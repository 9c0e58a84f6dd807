#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/run/changes/compare_rows.h"

namespace dvt::run {

/// What a model with change_detection='hash' has to do.
struct FoundChanges {
  bool whole = false;  ///< the table is built anew
  std::vector<std::string> key;
  ChangeCounts counts;
  bool inputs_equal = false;     ///< nothing was read: the sources tell that all inputs are as they were
  int64_t groups = 0;            ///< whose sums were compared; 0: none were
  int64_t groups_differing = 0;  ///< of them; rows of no group not counted
  int64_t hashes_read = 0;       ///< keys and hashes that came from the source, or were computed here
};

/// Finds out which rows of a model's query are others than in the run before. One thread.
class ChangeFinder {
 public:
  virtual ~ChangeFinder() = default;
  /// `whole`: nothing is compared, every row will be loaded. Otherwise the rows' hashes are read and compared, and the next Load brings
  /// what is new. The state that will hold then is on the disk when this returns or, of a whole load, when the load ends.
  virtual Result<FoundChanges> Find(bool whole, std::stop_token stop) = 0;
  /// The next Load brings the keys of the rows that are gone.
  virtual void TakeDeletedKeys() = 0;
  /// The target has committed.
  virtual Status Confirm() = 0;
  virtual const FoundChanges& found() const = 0;
};

}  // namespace dvt::run
