#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/run/changes/row_state.h"

namespace dvt::run {

struct ChangeCounts {
  int64_t inserted = 0;
  int64_t changed = 0;
  int64_t deleted = 0;
  int64_t unchanged = 0;
};

/// How a touched key's first byte of the hash tells what happened to it.
enum class Touch : uint8_t { kInserted = 1, kChanged = 2 };

/// What became of the rows since the last time.
struct RowChanges {
  ChangeCounts counts;
  std::unique_ptr<RowSpool> touched;  ///< keys to be read: inserted and changed; the hash's first byte is a Touch
  std::unique_ptr<RowSpool> gone;     ///< keys that are no more
  /// A row of a group that was equal came again from another group: the rows changed between two questions, or a key names two of them.
  bool torn = false;
};

/// Rows in order as they are handed on, each key once and whole. `key_names`: for people.
class CheckedRows {
 public:
  CheckedRows(SortedRows& rows, const std::vector<std::string>& key_names, std::stop_token stop = {})
      : rows_(rows), key_names_(key_names), stop_(std::move(stop)) {}
  /// kData if a key comes twice or has a NULL.
  Result<bool> Next(KeyRow& row);
  bool stopped() const { return stop_.stop_requested(); }

 private:
  SortedRows& rows_;
  const std::vector<std::string>& key_names_;
  std::string last_;
  std::stop_token stop_;
  int64_t count_ = 0;
};

/// Compares the rows of now with those of before (null: there were none), and writes those of now into `next`. One pass over both.
/// `groups`, if not null, tells which of the rows of before are there as they were, though they are not among those of now.
Result<RowChanges> CompareRows(CheckedRows& now, SortedRows* before, StateWriter& next, const std::string& folder,
                               GroupComparison* groups = nullptr);
/// Only writes the rows of now.
Status KeepRows(CheckedRows& now, StateWriter& next);

}  // namespace dvt::run
