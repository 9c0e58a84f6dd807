#pragma once

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/model/previous_state.h"
#include "dvt/model/project.h"

namespace dvt::graph {

/// Whether `text` is a value of the method `state`: new, old, modified, unmodified, modified.body, modified.configs,
/// modified.relation, modified.persisted_descriptions, modified.macros, modified.contract.
bool IsStateValue(std::string_view text);

/// Compares nodes, sources and exposures of now with those of an earlier manifest, by the rules of dbt's documentation on state
/// comparison: what the database holds and how it came about, not where a target happens to put it. Thread-compatible.
class Changes {
 public:
  Changes(const model::Manifest& manifest, const model::PreviousState& previous) : manifest_(manifest), previous_(previous) {}

  /// Whether the resource is what the value of IsStateValue says.
  bool Matches(const std::string& unique_id, std::string_view value) const;

 private:
  bool NodeChanged(const model::Node& node, const Value* before, std::string_view part) const;
  bool MacrosChanged(const model::Node& node) const;

  const model::Manifest& manifest_;
  const model::PreviousState& previous_;
};

}  // namespace dvt::graph
