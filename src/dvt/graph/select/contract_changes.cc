#include "dvt/graph/select/contract_changes.h"

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"

namespace dvt::graph {

namespace {

bool IsTrue(const Value& value) { return value.is_bool() && value.as_bool(); }

bool HoldsRows(const Value& node) {
  const std::string materialized = node["config"]["materialized"].ToText();
  return materialized == "table" || materialized == "incremental";
}

bool Has(const Value& constraints, const Value& constraint) {
  if (!constraints.is_list()) return false;
  return std::any_of(constraints.list().begin(), constraints.list().end(), [&](const Value& each) {
    return each["type"].ToText() == constraint["type"].ToText() &&
           ToJson(each["expression"]) == ToJson(constraint["expression"]) &&
           ToJson(each["columns"]) == ToJson(constraint["columns"]);
  });
}

void CompareConstraints(const Value& now, const Value& before, const std::string& owner, std::vector<std::string>& broken) {
  if (!before.is_list()) return;
  for (const auto& constraint : before.list()) {
    if (!Has(now, constraint)) broken.push_back("the constraint " + constraint["type"].ToText() + " of " + owner + " is gone");
  }
}

}  // namespace

std::vector<std::string> BrokenPromises(const model::Node& node, const Value& before) {
  std::vector<std::string> broken;
  if (!IsTrue(before["config"]["contract"]["enforced"])) return broken;
  const Value now = model::NodeToValue(node);
  if (!node.contract_enforced()) {
    broken.push_back("the contract is no longer enforced");
    return broken;
  }
  const bool held = HoldsRows(before);
  const Value &columns = before["columns"], &kept = now["columns"];
  for (const auto& entry : columns.is_map() ? columns.map() : Value::Map()) {
    const Value* column = kept.Find(entry.key);
    if (column == nullptr) {
      broken.push_back("column " + entry.key + " is gone");
      continue;
    }
    const std::string was = entry.value["data_type"].ToText(), is = (*column)["data_type"].ToText();
    if (!EqualsIgnoreCase(was, is)) broken.push_back("column " + entry.key + " was " + was + " and is " + is);
    if (held) CompareConstraints((*column)["constraints"], entry.value["constraints"], "column " + entry.key, broken);
  }
  if (held) CompareConstraints(now["constraints"], before["constraints"], "the model", broken);
  if (held && !HoldsRows(now))
    broken.push_back("it was a " + before["config"]["materialized"].ToText() + ", and a " + node.materialized() +
                     " holds no rows to constraints");
  return broken;
}

void CheckContractChanges(const model::Manifest& manifest, const model::PreviousState& previous, Diagnostics& diagnostics) {
  for (const auto& [id, node] : manifest.nodes) {
    const Value* before = node.type == model::ResourceType::kModel ? previous.nodes.Find(id) : nullptr;
    if (before == nullptr) continue;
    const auto broken = BrokenPromises(node, *before);
    if (broken.empty()) continue;
    const std::string message = "model '" + node.name + "' breaks the contract that it had: " + Join(broken, "; ");
    const std::string hint = "add to a contract rather than change it, or make a new version of the model";
    if (node.version.empty()) {
      diagnostics.Warn("UnversionedBreakingChange", message, node.place, hint);
    } else {
      diagnostics.Fail(message, node.place, hint);
    }
  }
}

}  // namespace dvt::graph
