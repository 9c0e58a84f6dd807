#include "dvt/connectors/iceberg/pushed_filter.h"

#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/text/text.h"

namespace dvt::connectors::iceberg {

namespace {

using lake::Filter;
using lake::Op;

bool WordBefore(std::string_view text, size_t at) {
  return at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 || text[at - 1] == '_');
}

bool IsAnd(std::string_view text, size_t at) {
  if (WordBefore(text, at) || !EqualsIgnoreCase(text.substr(at, 3), "and")) return false;
  return at + 3 >= text.size() || (std::isalnum(static_cast<unsigned char>(text[at + 3])) == 0 && text[at + 3] != '_');
}

// The terms between ANDs outside brackets and quotes. The halves of a BETWEEN are no conditions and drop out later.
std::vector<std::string> Conjuncts(std::string_view text) {
  std::vector<std::string> terms(1);
  int depth = 0;
  char quote = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
    } else if (depth == 0 && IsAnd(text, at)) {
      terms.emplace_back();
      at += 2;
      continue;
    }
    terms.back() += c;
  }
  return terms;
}

bool Understood(const Filter& test, const lake::Schema& schema) {
  if (!lake::BindFilter(test, schema)) return false;
  const lake::NestedField* field = schema.Find(test.column);
  if (field == nullptr) return false;
  const bool null_test = test.op == Op::kIsNull || test.op == Op::kNotNull;
  return null_test || (field->type.id != lake::TypeId::kFloat && field->type.id != lake::TypeId::kDouble);
}

// The strongest understood consequence; none if that is nothing.
std::optional<Filter> Weakened(const Filter& filter, const lake::Schema& schema) {
  switch (filter.op) {
    case Op::kTrue:
    case Op::kFalse: return filter;
    case Op::kAnd: {
      auto a = Weakened(filter.children[0], schema), b = Weakened(filter.children[1], schema);
      if (!a) return b;
      return b ? Filter::And(std::move(*a), std::move(*b)) : a;
    }
    case Op::kOr: {
      auto a = Weakened(filter.children[0], schema), b = Weakened(filter.children[1], schema);
      if (!a || !b) return std::nullopt;
      return Filter::Or(std::move(*a), std::move(*b));
    }
    case Op::kNot:  // only of a single test: a weaker condition below NOT would be a stronger one
      if (filter.children[0].children.empty() && Understood(filter.children[0], schema)) return filter;
      return std::nullopt;
    default: break;
  }
  if (!Understood(filter, schema)) return std::nullopt;
  return filter;
}

}  // namespace

Filter PushedFilter(std::string_view where, const lake::Schema& schema) {
  Filter all = Filter::True();
  for (const auto& term : Conjuncts(where)) {
    const auto parsed = Filter::Parse(term);
    if (!parsed) continue;
    if (auto filter = Weakened(*parsed, schema)) all = Filter::And(std::move(all), std::move(*filter));
  }
  return all;
}

}  // namespace dvt::connectors::iceberg
