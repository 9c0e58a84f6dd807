#include "dvt/graph/select/criterion.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::graph {

namespace {

const std::vector<std::string>& Methods() {
  static const std::vector<std::string> methods = {
      "access",   "config", "connection", "exposure",    "file",           "fqn",           "group",  "metric",
      "package",  "path",   "result",     "saved_query", "semantic_model", "resource_type", "source", "source_status",
      "selector", "state",  "tag",        "test_name",   "test_type",      "unit_test",     "version"};
  return methods;
}

int Steps(std::string_view digits) { return digits.empty() ? -1 : std::stoi(std::string(digits.substr(0, 9))); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "2+" or "+" in front: parents.
void TakeParents(std::string_view& text, Criterion& criterion) {
  size_t digits = 0;
  while (digits < text.size() && IsDigit(text[digits])) ++digits;
  if (digits >= text.size() || text[digits] != '+') return;
  criterion.parents = true;
  criterion.parent_steps = Steps(text.substr(0, digits));
  text.remove_prefix(digits + 1);
}

// "+2" or "+" at the end: children.
void TakeChildren(std::string_view& text, Criterion& criterion) {
  size_t begin = text.size();
  while (begin > 0 && IsDigit(text[begin - 1])) --begin;
  if (begin == 0 || text[begin - 1] != '+') return;
  criterion.children = true;
  criterion.child_steps = Steps(text.substr(begin));
  text.remove_suffix(text.size() - begin + 1);
}

// Where the method ends, npos if there is none: only words and dots may stand before the colon.
size_t MethodEnd(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_' || text[at] == '.')) ++at;
  return at > 0 && at < text.size() && text[at] == ':' ? at : std::string_view::npos;
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && EqualsIgnoreCase(text.substr(text.size() - end.size()), end);
}

}  // namespace

Status SetMethod(Criterion& criterion, std::string_view method) {
  const auto parts = Split(method, '.');
  criterion.method = parts.front();
  criterion.arguments.assign(parts.begin() + 1, parts.end());
  const auto& methods = Methods();
  if (std::find(methods.begin(), methods.end(), criterion.method) == methods.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}' is no selection method.{}", criterion.method, DidYouMean(criterion.method, methods)))
        .WithHint("methods are: " + Join(methods, ", "));
  }
  if (criterion.method == "config" && criterion.arguments.empty()) {
    return Error(ErrorCode::kInvalidArgument, "the method 'config' needs the name of a config")
        .WithHint("write config.materialized:view, or config.meta.owner:ann");
  }
  if (criterion.method != "config" && !criterion.arguments.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the method '{}' takes no '.{}'", criterion.method, Join(criterion.arguments, ".")))
        .WithHint("only config has names behind a dot, such as config.materialized:view");
  }
  return {};
}

std::string_view DefaultMethod(std::string_view value) {
  if (value.find('/') != std::string_view::npos) return "path";
  return EndsWith(value, ".sql") || EndsWith(value, ".py") || EndsWith(value, ".csv") ? "file" : "fqn";
}

Result<Criterion> ParseCriterion(std::string_view text) {
  Criterion criterion;
  std::string_view rest = TrimView(text);
  criterion.text = rest;
  if (!rest.empty() && rest[0] == '@') {
    criterion.whole_lineage = true;
    rest.remove_prefix(1);
  }
  TakeParents(rest, criterion);
  const size_t colon = MethodEnd(rest);
  if (colon != std::string_view::npos) {
    DVT_TRY(SetMethod(criterion, rest.substr(0, colon)));
    rest.remove_prefix(colon + 1);
  }
  TakeChildren(rest, criterion);
  if (criterion.whole_lineage && criterion.children) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}': '@' already takes all children; leave the '+' out", text));
  }
  criterion.value = std::string(rest);
  if (criterion.method.empty()) criterion.method = DefaultMethod(rest);
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
