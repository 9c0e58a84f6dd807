#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dvt/plan/fragment/fragment.h"

namespace dvt::plan {

/// Whether values of the key's kind can become conditions of such a source at all.
bool CanFilterByKeys(const columnar::Field& column, const columnar::DataType& from, const SourceProfile& source);

/// The condition that the filter's column holds one of these values (texts in the engine's spelling, without NULL), in the source's
/// dialect. Above `most_bytes` of text it becomes ranges around the values, where they have an order. Empty if it cannot be said, or
/// would not reduce the rows. `ranges`: set to true if they are ranges.
std::optional<std::string> KeyPredicate(const KeyFilter& filter, const SourceProfile& source, std::vector<std::string> values,
                                        size_t most_bytes, bool* ranges = nullptr);

/// Keys as a table in the source holds them.
struct TableKeys {
  columnar::DataType type;
  std::vector<std::string> values;  ///< distinct, each a value of that type
};

/// Those of these values that one of the filter's column can equal. Empty if they cannot be compared there as KeyPredicate's list would be,
/// or would not reduce the rows.
std::optional<TableKeys> KeysOfTable(const KeyFilter& filter, const SourceProfile& source,
                                     const std::vector<std::string>& values);

/// The name of the filter's column in the extract's query.
std::string KeyColumnName(const KeyFilter& filter, const SourceProfile& source);

/// The extract's query with a further condition.
std::string WithCondition(const ExtractFragment& extract, const std::string& condition);

}  // namespace dvt::plan
