#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/model/project.h"

namespace dvt::run {

/// One entry of a model's config `watermarks`.
struct WatermarkSetting {
  std::string name;     ///< of the input, as written: "shop.orders", "orders", "package.orders"
  std::string node_id;  ///< of the source or model that it names
  std::string column;   ///< as written
};

/// The config `watermarks`; empty where there is none. kConfig for a model that is not incremental, a setting that does not go with watermarks,
/// an input that the model does not read, two entries for one input.
Result<std::vector<WatermarkSetting>> WatermarkSettingsOf(const model::Manifest& manifest, const model::Node& node);

/// Whether a model's new rows are added beside the old ones, whatever is there: rows that come twice stay twice.
bool OnlyAdds(const model::Node& node);

}  // namespace dvt::run
