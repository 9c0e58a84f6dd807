#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/data_type.h"
#include "dvt/model/node.h"

namespace dvt::run {

/// config(change_detection='hash', unique_key=…, hash_deletes='delete').
struct ChangeSettings {
  std::vector<std::string> key;
  bool deletes = true;                ///< rows that are gone from the source go from the target
  bool groups = true;                 ///< sources are asked for sums of groups first (hash_groups)
  bool fails_on_new_columns = false;  ///< on_schema_change: fail
};

/// Nothing if the model does not ask for change detection; kConfig with place and hint if it cannot have it as it is written.
Result<std::optional<ChangeSettings>> ChangeSettingsOf(const model::Node& node);

/// Positions of the key's columns; kConfig if one is missing or of a type that names no row (floating point, nested, …).
Result<std::vector<size_t>> KeyPositions(const std::vector<std::string>& key, const columnar::Fields& fields);

}  // namespace dvt::run
