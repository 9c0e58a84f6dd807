#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/columnar/types/data_type.h"

namespace dvt::connectors {

/// Texts one after the other in one block of memory.
class PackedTexts {
 public:
  void Add(std::string_view text) {
    bytes_ += text;
    ends_.push_back(bytes_.size());
    longest_ = std::max(longest_, text.size());
  }
  size_t size() const { return ends_.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  size_t longest() const { return longest_; }  ///< in bytes

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
  size_t longest_ = 0;
};

/// Keys that the partitions of a read look up in a temporary table of their session (Capability::kKeyTables): `column IN (SELECT
/// dvt_key FROM <name>)`. The connector makes the table before it opens a partition on a session that has none, and it is gone with the
/// session at the latest. Immutable; shared by all readers.
struct KeyTable {
  std::string name;         ///< unquoted; no other table of the process has it
  columnar::DataType type;  ///< of the column that is compared: integer, decimal, date, timestamp or text
  PackedTexts keys;         ///< distinct values of that type, as the engine spells them
};
using KeyTables = std::vector<std::shared_ptr<const KeyTable>>;

/// The column of a key table.
inline constexpr std::string_view kKeyColumn = "dvt_key";

}  // namespace dvt::connectors
