#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/graph/select/select.h"

namespace dvt::graph {

namespace {

const std::vector<std::string> kMethods = {
    "fqn",       "tag",   "path",   "file",    "package",   "config",     "source", "exposure", "resource_type", "test_type",
    "test_name", "group", "access", "version", "unit_test", "connection", "state",  "result",   "source_status"};

// "2+" or "+" in front: parents.
void TakeParents(std::string_view& text, Criterion& criterion) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits >= text.size() || text[digits] != '+') return;
  criterion.parents = true;
  if (digits > 0) criterion.parent_steps = std::stoi(std::string(text.substr(0, std::min<size_t>(digits, 9))));
  text.remove_prefix(digits + 1);
}

// "+2" or "+" at the end: children.
void TakeChildren(std::string_view& text, Criterion& criterion) {
  size_t begin = text.size();
  while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
  if (begin == 0 || text[begin - 1] != '+') return;
  criterion.children = true;
  if (begin < text.size()) criterion.child_steps = std::stoi(std::string(text.substr(begin, 9)));
  text.remove_suffix(text.size() - begin + 1);
}

}  // namespace

Result<Criterion> ParseCriterion(std::string_view text) {
  Criterion criterion;
  std::string_view rest = TrimView(text);
  if (!rest.empty() && rest[0] == '@') {
    criterion.whole_lineage = true;
    rest.remove_prefix(1);
  } else {
    TakeParents(rest, criterion);
  }
  TakeChildren(rest, criterion);
  if (criterion.whole_lineage && criterion.children) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}': '@' already takes all children; leave the '+' out", text));
  }
  const size_t colon = rest.find(':');
  if (colon != std::string_view::npos) {
    const auto parts = Split(rest.substr(0, colon), '.');
    criterion.method = parts.front();
    criterion.arguments.assign(parts.begin() + 1, parts.end());
    criterion.value = std::string(rest.substr(colon + 1));
    if (std::find(kMethods.begin(), kMethods.end(), criterion.method) == kMethods.end()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("'{}' is no selection method.{}", criterion.method, DidYouMean(criterion.method, kMethods)))
          .WithHint("methods are: " + Join(kMethods, ", "));
    }
  } else {
    criterion.value = std::string(rest);
    const bool is_path = rest.find('/') != std::string_view::npos;
    const bool is_file = rest.size() > 4 && (rest.substr(rest.size() - 4) == ".sql" || rest.substr(rest.size() - 4) == ".csv");
    criterion.method = is_path ? "path" : is_file ? "file" : "fqn";
  }
  if (criterion.value.empty())
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' selects nothing: a name is missing", text));
  return criterion;
}

Result<IndirectSelection> ParseIndirectSelection(std::string_view text) {
  if (text == "eager") return IndirectSelection::kEager;
  if (text == "cautious") return IndirectSelection::kCautious;
  if (text == "buildable") return IndirectSelection::kBuildable;
  if (text == "empty") return IndirectSelection::kEmpty;
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("'{}' is no indirect selection: use eager, cautious, buildable or empty", text));
}

}  // namespace dvt::graph
