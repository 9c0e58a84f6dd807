#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/lake/iceberg/partition.h"

namespace dvt::lake {

namespace {

struct Term {
  const NestedField* column = nullptr;
  Transform transform;
  std::string rest;  // what follows: "desc nulls last"
};

// Splits at commas outside brackets and quotes.
std::vector<std::string> Terms(std::string_view text) {
  std::vector<std::string> out(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '(' || c == '[')) ++depth;
    if (!quoted && (c == ')' || c == ']')) --depth;
    if (c == ',' && depth == 0 && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  std::vector<std::string> trimmed;
  for (const auto& each : out)
    if (!TrimView(each).empty()) trimmed.emplace_back(TrimView(each));
  return trimmed;
}

std::string Unquoted(std::string_view text) {
  text = TrimView(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

Result<const NestedField*> ColumnOf(const std::string& name, const Schema& schema) {
  const NestedField* column = schema.Find(name);
  if (column == nullptr) column = schema.Find(name, true);
  if (column == nullptr) {
    return Error(ErrorCode::kNotFound, fmt::format("the table has no column '{}'.{}", name, DidYouMean(name, schema.Names())));
  }
  return column;
}

Error UnknownTransform(std::string_view name) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("there is no transform '{}'", name))
      .WithHint("use a column, or bucket(N, column), truncate(N, column), year, month, day, hour or void of a column");
}

// "bucket(16, id)", "bucket(id, 16)" and "bucket[16](id)" are the same; "days" is "day".
Result<Transform> TransformOf(std::string name, std::optional<int> width) {
  if (name.ends_with('s') && name != "s") name.pop_back();
  const bool wants_width = name == "bucket" || name == "truncate" || name == "trunc";
  if (wants_width != width.has_value() || (width && *width <= 0)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the transform '{}' {}", name, wants_width ? "needs a number above 0" : "takes no number"));
  }
  if (wants_width) return Transform(name == "bucket" ? TransformKind::kBucket : TransformKind::kTruncate, *width);
  const Transform transform = Transform::Parse(name);
  if (transform.kind() == TransformKind::kUnknown) return UnknownTransform(name);
  return transform;
}

std::optional<int> NumberIn(std::string_view text) {
  int number = 0;
  text = TrimView(text);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<Term> CallTerm(const std::string& text, size_t open, const Schema& schema) {
  const size_t close = text.rfind(')');
  if (close == std::string::npos || close < open)
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' has no closing bracket", text));
  std::string name = ToLower(TrimView(text.substr(0, open)));
  std::optional<int> width;
  if (const size_t square = name.find('['); square != std::string::npos && name.ends_with(']')) {
    width = NumberIn(name.substr(square + 1, name.size() - square - 2));
    name.resize(square);
  }
  std::string column;
  for (const auto& argument : Terms(text.substr(open + 1, close - open - 1))) {
    const auto number = NumberIn(argument);
    if (number && !width) {
      width = number;
    } else {
      column = Unquoted(argument);
    }
  }
  Term term;
  DVT_ASSIGN(term.transform, TransformOf(name, width));
  DVT_ASSIGN(term.column, ColumnOf(column, schema));
  term.rest = TrimView(text.substr(close + 1));
  return term;
}

Result<Term> TermOf(const std::string& text, const Schema& schema) {
  const size_t open = text.find('(');
  if (open != std::string::npos && text[0] != '"') return CallTerm(text, open, schema);
  Term term;
  size_t end = text.find(' ');
  if (text[0] == '"') {
    end = text.find('"', 1);
    if (end == std::string::npos) return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' has no closing quote", text));
    ++end;
  }
  DVT_ASSIGN(term.column, ColumnOf(Unquoted(text.substr(0, end)), schema));
  if (end != std::string::npos) term.rest = TrimView(text.substr(end));
  return term;
}

Status Fits(const Term& term) {
  if (term.transform.Takes(term.column->type)) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("the transform {} cannot take the column '{}' of type {}", term.transform.ToString(),
                           term.column->name, term.column->type.ToString()));
}

std::string NameOf(const Term& term, const Schema& schema) {
  const std::string column = schema.PathOf(term.column->id);
  switch (term.transform.kind()) {
    case TransformKind::kIdentity: return column;
    case TransformKind::kTruncate: return column + "_trunc";
    case TransformKind::kVoid: return column + "_null";
    case TransformKind::kBucket: return column + "_bucket";
    default: return column + "_" + term.transform.ToString();
  }
}

Status ReadDirection(const std::string& rest, SortField& field) {
  std::string words = ToLower(rest);
  field.descending = words.starts_with("desc");
  if (words.starts_with("desc") || words.starts_with("asc")) words = TrimView(words.substr(words.find_first_of('c') + 1));
  field.nulls_last = field.descending;
  if (words == "nulls first" || words == "nulls last") {
    field.nulls_last = words == "nulls last";
    words.clear();
  }
  if (words.empty()) return {};
  return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is no direction: asc, desc, nulls first, nulls last", rest));
}

}  // namespace

Result<PartitionSpec> ParsePartitionSpec(const std::string& text, const Schema& schema) {
  PartitionSpec spec;
  for (const auto& each : Terms(text)) {
    DVT_ASSIGN(const Term term, TermOf(each, schema));
    DVT_TRY(Fits(term));
    if (!term.rest.empty())
      return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is not understood after a partition field", term.rest));
    if (schema.IsRepeated(term.column->id))
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("'{}' lies in a list or map and cannot partition", term.column->name));
    const std::string name = NameOf(term, schema);
    for (const auto& field : spec.fields)
      if (field.name == name)
        return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is given twice as a partition field", each));
    spec.fields.push_back({term.column->id, 1000 + static_cast<int>(spec.fields.size()), name, term.transform});
  }
  return spec;
}

Result<SortOrder> ParseSortOrder(const std::string& text, const Schema& schema) {
  SortOrder order;
  for (const auto& each : Terms(text)) {
    DVT_ASSIGN(const Term term, TermOf(each, schema));
    DVT_TRY(Fits(term));
    SortField field{term.column->id, term.transform};
    DVT_TRY(ReadDirection(term.rest, field));
    order.fields.push_back(std::move(field));
  }
  if (!order.fields.empty()) order.id = 1;
  return order;
}

}  // namespace dvt::lake
