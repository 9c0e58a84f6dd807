#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt::graph {

/// Which tests come along with selected nodes.
enum class IndirectSelection { kEager, kCautious, kBuildable, kEmpty };
Result<IndirectSelection> ParseIndirectSelection(std::string_view text);

/// One criterion such as "2+tag:nightly+".
struct Criterion {
  std::string text;            ///< as written
  bool whole_lineage = false;  ///< '@'
  bool parents = false;
  int parent_steps = -1;  ///< -1: any number
  bool children = false;
  int child_steps = -1;
  std::string method;                  ///< "fqn", "tag", "config", …
  std::vector<std::string> arguments;  ///< of the method: {"materialized"} in config.materialized:view
  std::string value;
  Value typed_value;  ///< of a YAML definition, where `true` and 3 are no texts; null: only `value`
};

/// Reads one criterion; kInvalidArgument naming the nearest method if the method is unknown.
Result<Criterion> ParseCriterion(std::string_view text);

/// The method, split by dots, checked.
Status SetMethod(Criterion& criterion, std::string_view method);

/// The method that a value without one means: path, file or fqn.
std::string_view DefaultMethod(std::string_view value);

}  // namespace dvt::graph
