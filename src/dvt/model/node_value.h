#pragma once

#include <string>
#include <vector>

#include "dvt/base/text/value.h"
#include "dvt/model/node.h"
#include "dvt/model/semantic.h"

namespace dvt::model {

/// A node as a map in the shape of dbt's manifest (schema version 12): what templates see as `model` and `graph.nodes`, and what
/// manifest.json holds.
Value NodeToValue(const Node& node);
/// The same for a unit test: an entry of the manifest's `unit_tests`.
Value UnitTestToValue(const Node& node);
Value SourceToValue(const SourceNode& source);
Value ExposureToValue(const ExposureNode& exposure);
Value SemanticToValue(const SemanticNode& node);
Value GroupToValue(const GroupNode& group);
Value ColumnsToValue(const std::vector<ColumnProperties>& columns);
Value StringList(const std::vector<std::string>& items);
/// The text; null for an empty one.
Value TextOrNull(const std::string& text);
/// `latest_version` of the property entry, or its highest version; null if there are none.
Value LatestVersion(const Node& node);

}  // namespace dvt::model
