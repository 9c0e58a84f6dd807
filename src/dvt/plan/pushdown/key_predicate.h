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
/// would not reduce the rows.
std::optional<std::string> KeyPredicate(const KeyFilter& filter, const SourceProfile& source, std::vector<std::string> values,
                                        size_t most_bytes);

/// The extract's query with a further condition.
std::string WithCondition(const ExtractFragment& extract, const std::string& condition);

}  // namespace dvt::plan
