#pragma once

#include <map>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/graph/select/criterion.h"

namespace dvt::graph {

/// What to select, as a tree: criteria, and sets made of them.
struct Definition {
  enum class Kind { kCriterion, kUnion, kIntersection, kDifference };
  Kind kind = Kind::kCriterion;
  Criterion criterion;
  std::vector<Definition> parts;  ///< kDifference: the first without the others
  IndirectSelection indirect = IndirectSelection::kEager;
  std::string text;  ///< what to say if nothing is found; empty: nothing
};

/// The values of --select or --exclude: spaces and values make unions, commas intersections.
Result<Definition> ParseCommandLine(const std::vector<std::string>& texts, IndirectSelection indirect);

/// The definitions of selectors.yml by name.
class SelectorFile {
 public:
  /// `selectors` is Manifest::selectors. Errors name the place in selectors.yml.
  static Result<SelectorFile> Read(const Value& selectors, IndirectSelection indirect);

  /// kInvalidArgument with the nearest name if there is none.
  Result<const Definition*> Find(const std::string& name) const;
  /// The one with `default: true`, or null.
  const std::string* default_name() const { return default_.empty() ? nullptr : &default_; }

 private:
  std::map<std::string, Definition> definitions_;
  std::string default_;
};

}  // namespace dvt::graph
