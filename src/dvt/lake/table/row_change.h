#pragma once

#include "dvt/lake/table/append.h"

namespace dvt::lake {

/// Which rows of the table give way to the new ones.
enum class Replaces : uint8_t {
  kWhole,       ///< all
  kFiltered,    ///< those for which a filter is true
  kPartitions,  ///< those of the partitions that the new rows fall into
  kKeys,        ///< those with the keys of the new rows
};

struct ReplaceOptions {
  AppendOptions append;
  Replaces what = Replaces::kWhole;
  Filter filter;                  ///< of kFiltered
  std::vector<std::string> keys;  ///< of kKeys; empty: the table's identifier columns
  bool keys_may_repeat = false;   ///< of kKeys: else rows with the same key in the stream are kConstraint
  bool null_keys_match = true;    ///< of kKeys: false as in SQL, where a null equals nothing
};

/// Puts the rows of a stream in the place of others, in one snapshot. Files that hold both rows that go and rows that stay are written again.
/// If somebody else commits meanwhile what this change would have seen, it is made again from the newest base; the new rows are not read again.
Result<WriteOutcome> Replace(Table& table, columnar::Stream rows, const ReplaceOptions& options, std::stop_token stop);
/// Removes the rows for which a filter is true: whole files by the metadata alone, others by writing them again or, if the table's property
/// write.delete.mode is merge-on-read, by position deletes.
Result<WriteOutcome> Delete(Table& table, const Filter& filter, const AppendOptions& options, std::stop_token stop);

}  // namespace dvt::lake
