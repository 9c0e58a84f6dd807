#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "dvt/columnar/types/relation.h"

namespace dvt::run {

/// By which order the values of a watermark's column are compared.
enum class MarkKind : uint8_t { kNumber, kDate, kTimestamp, kTimestampTz, kText };

/// "number", "date", "timestamp", "timestamp with time zone", "text": as the table of watermarks has it.
std::string_view MarkKindName(MarkKind kind);
std::optional<MarkKind> MarkKindNamed(std::string_view name);

/// How far a model has read one of its inputs, and how far it reads it now. Values are texts as AppendText writes them.
struct Watermark {
  std::string name;     ///< of the input, as the config has it: "shop.orders"
  std::string node_id;  ///< of the source or model that it names
  std::string column;   ///< as the relation has it
  MarkKind kind = MarkKind::kNumber;
  bool nullable = true;
  bool known = false;                 ///< what lies up to `old_value` was read, and rows whose column is NULL, too
  std::optional<std::string> before;  ///< stored; empty: the input had no value then, or nothing is known
  std::optional<std::string> upto;    ///< the greatest value now; empty: there is none above `before`

  /// What is stored when the rows are loaded.
  const std::optional<std::string>& after() const { return upto ? upto : before; }
};

/// -1, 0 or 1. Both texts must be what the kind's columns give.
int CompareMarks(MarkKind kind, std::string_view a, std::string_view b);

/// The greatest values of columns that a run has asked for: asked once of sources that are read at one moment of the run. A value that is
/// older than the read is right, too: what came between is read by the next run. Thread-safe.
class AskedMarks {
 public:
  /// connection, relation, column
  using Key = std::tuple<std::string, columnar::RelationName, std::string>;
  /// The inner value is empty where there is no row with a value.
  std::optional<std::optional<std::string>> Find(const Key& key) const;
  /// The value that was kept first.
  std::optional<std::string> Keep(const Key& key, std::optional<std::string> value);

 private:
  mutable std::mutex mutex_;
  std::map<Key, std::optional<std::string>> values_;
};

}  // namespace dvt::run
