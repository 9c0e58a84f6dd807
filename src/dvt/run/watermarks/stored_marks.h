#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// Name of the table of watermarks, in the schema of the models whose they are.
inline constexpr std::string_view kWatermarkTable = "dvt_watermarks";

/// A row of it.
struct StoredMark {
  std::string column;
  std::string kind_name;             ///< empty: nothing was read yet
  std::optional<std::string> value;  ///< empty: the input had none
};
/// By the unique id of the input.
using StoredMarks = std::map<std::string, StoredMark>;

/// What is stored for one model; nothing if there is no such table.
Result<StoredMarks> ReadStoredMarks(RunContext& run, connectors::Connector& target, const columnar::RelationName& table,
                                    const std::string& model, std::stop_token stop);

}  // namespace dvt::run
