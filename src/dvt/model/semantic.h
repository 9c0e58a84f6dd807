#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/text/value.h"
#include "dvt/model/node.h"

namespace dvt::model {

/// A metric, a semantic model or a saved query: read and linked for selection and artifacts. Nothing runs them.
struct SemanticNode {
  enum class Kind { kMetric, kSemanticModel, kSavedQuery };
  Kind kind = Kind::kMetric;
  std::string unique_id;  ///< "metric.shop.revenue"
  std::string package;
  std::string name;
  std::string path;           ///< relative to the resource folder
  std::string original_path;  ///< relative to the project folder
  std::vector<std::string> fqn;
  Value config = Value::MakeMap();
  std::vector<std::string> tags;
  std::string description;
  Value raw;                         ///< the YAML entry
  std::vector<RefCall> refs;         ///< the model of a semantic model
  std::vector<std::string> metrics;  ///< names of metrics it is made of
  std::vector<std::string> depends_on_nodes;
  Place place;
};
std::string_view SemanticKindName(SemanticNode::Kind kind);  ///< "metric", "semantic_model", "saved_query"

/// A group of models that belong to one owner.
struct GroupNode {
  std::string unique_id;  ///< "group.shop.finance"
  std::string package;
  std::string name;
  std::string path;
  std::string original_path;
  Value raw;
  Place place;
};

}  // namespace dvt::model
