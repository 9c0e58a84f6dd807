#include "dvt/model/node.h"

#include "dvt/model/project.h"
#include "dvt/model/semantic.h"

namespace dvt::model {

std::string_view ResourceTypeName(ResourceType type) {
  switch (type) {
    case ResourceType::kModel: return "model";
    case ResourceType::kSeed: return "seed";
    case ResourceType::kTest: return "test";
    case ResourceType::kSnapshot: return "snapshot";
    case ResourceType::kAnalysis: return "analysis";
    case ResourceType::kOperation: return "operation";
    case ResourceType::kUnitTest: return "unit_test";
    case ResourceType::kFunction: return "function";
  }
  return "model";
}

std::string_view SemanticKindName(SemanticNode::Kind kind) {
  switch (kind) {
    case SemanticNode::Kind::kMetric: return "metric";
    case SemanticNode::Kind::kSemanticModel: return "semantic_model";
    case SemanticNode::Kind::kSavedQuery: return "saved_query";
  }
  return "metric";
}

std::string Node::materialized() const {
  const Value& value = config["materialized"];
  if (value.is_string()) return value.as_string();
  switch (type) {
    case ResourceType::kModel: return "view";
    case ResourceType::kAnalysis: return "view";
    default: return std::string(ResourceTypeName(type));
  }
}

bool Node::contract_enforced() const {
  const Value& enforced = config["contract"]["enforced"];
  return enforced.is_bool() && enforced.as_bool();
}

const Node* Manifest::FindNode(const std::string& id) const {
  if (const auto node = nodes.find(id); node != nodes.end()) return &node->second;
  const auto test = unit_tests.find(id);
  return test == unit_tests.end() ? nullptr : &test->second;
}

}  // namespace dvt::model
