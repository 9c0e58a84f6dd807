#pragma once

#include <functional>
#include <set>
#include <string>

#include "dvt/base/result/result.h"
#include "dvt/graph/select/criterion.h"
#include "dvt/graph/select/resource.h"
#include "dvt/model/previous_state.h"

namespace dvt::graph {

/// Decides what one criterion means, its graph operators left out.
using Matcher = std::function<bool(const Resource&)>;

/// What matchers know beside the resource.
struct MethodScope {
  const model::Manifest* manifest = nullptr;
  const model::PreviousState* previous = nullptr;             ///< null: none
  const std::set<std::string, std::less<>>* paths = nullptr;  ///< files of the root project and the folders above them
};

/// The matcher of every method but `selector`; kInvalidArgument if the value is none of the method's.
Result<Matcher> MakeMatcher(const Criterion& criterion, const MethodScope& scope);

/// Files of the root project that hold resources or their properties, and the folders above them.
std::set<std::string, std::less<>> KnownPaths(const model::Manifest& manifest);

}  // namespace dvt::graph
