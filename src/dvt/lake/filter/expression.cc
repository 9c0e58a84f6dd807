#include "dvt/lake/filter/expression.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

constexpr struct {
  Op op;
  Op opposite;
  const char* text;
} kPredicates[] = {
    {Op::kIsNull, Op::kNotNull, "IS NULL"},
    {Op::kNotNull, Op::kIsNull, "IS NOT NULL"},
    {Op::kIsNan, Op::kNotNan, "IS NAN"},
    {Op::kNotNan, Op::kIsNan, "IS NOT NAN"},
    {Op::kLess, Op::kGreaterEqual, "<"},
    {Op::kGreaterEqual, Op::kLess, ">="},
    {Op::kLessEqual, Op::kGreater, "<="},
    {Op::kGreater, Op::kLessEqual, ">"},
    {Op::kEqual, Op::kNotEqual, "="},
    {Op::kNotEqual, Op::kEqual, "<>"},
    {Op::kIn, Op::kNotIn, "IN"},
    {Op::kNotIn, Op::kIn, "NOT IN"},
    {Op::kStartsWith, Op::kNotStartsWith, "LIKE"},
    {Op::kNotStartsWith, Op::kStartsWith, "NOT LIKE"},
};

Op Opposite(Op op) {
  for (const auto& each : kPredicates)
    if (each.op == op) return each.opposite;
  return op;
}

const char* TextOf(Op op) {
  for (const auto& each : kPredicates)
    if (each.op == op) return each.text;
  return "?";
}

std::string Quoted(const std::string& text) { return "'" + ReplaceAll(text, "'", "''") + "'"; }

BoundFilter Constant(bool value) {
  BoundFilter out;
  out.op = value ? Op::kTrue : Op::kFalse;
  return out;
}

Result<BoundFilter> BindBranches(const Filter& filter, const Schema& schema, bool negated) {
  BoundFilter out;
  out.op = (filter.op == Op::kAnd) != negated ? Op::kAnd : Op::kOr;
  const Op absorbing = out.op == Op::kAnd ? Op::kFalse : Op::kTrue, neutral = out.op == Op::kAnd ? Op::kTrue : Op::kFalse;
  for (const auto& child : filter.children) {
    DVT_ASSIGN(BoundFilter bound, BindFilter(child, schema, negated));
    if (bound.op == absorbing) return bound;
    if (bound.op != neutral) out.children.push_back(std::move(bound));
  }
  if (out.children.empty()) return Constant(out.op == Op::kAnd);
  if (out.children.size() == 1) return BoundFilter(out.children[0]);
  return out;
}

Status CheckFits(Op op, const NestedField& field, const Schema& schema) {
  const bool texts = op == Op::kStartsWith || op == Op::kNotStartsWith;
  const bool nan = op == Op::kIsNan || op == Op::kNotNan;
  const bool null = op == Op::kIsNull || op == Op::kNotNull;
  if (texts && field.type.id != TypeId::kString)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("LIKE cannot test the column '{}' of type {}", field.name, field.type.ToString()));
  if (nan && field.type.id != TypeId::kFloat && field.type.id != TypeId::kDouble)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the column '{}' of type {} is never NaN", field.name, field.type.ToString()));
  if (!null && field.type.is_nested())
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the column '{}' of type {} cannot be compared", field.name, field.type.ToString()));
  if (schema.IsRepeated(field.id))
    return Error(ErrorCode::kUnsupported, fmt::format("'{}' lies in a list or map and cannot be filtered by", field.name));
  return {};
}

}  // namespace

Filter Filter::And(Filter a, Filter b) {
  if (a.op == Op::kTrue) return b;
  if (b.op == Op::kTrue) return a;
  Filter out;
  out.op = Op::kAnd;
  out.children = {std::move(a), std::move(b)};
  return out;
}

Filter Filter::Or(Filter a, Filter b) {
  Filter out;
  out.op = Op::kOr;
  out.children = {std::move(a), std::move(b)};
  return out;
}

Filter Filter::Not(Filter a) {
  Filter out;
  out.op = Op::kNot;
  out.children = {std::move(a)};
  return out;
}

Filter Filter::Test(Op op, std::string column, std::vector<std::string> texts) {
  Filter out;
  out.op = op;
  out.column = std::move(column);
  out.texts = std::move(texts);
  return out;
}

std::string Filter::ToString() const {
  switch (op) {
    case Op::kTrue: return "true";
    case Op::kFalse: return "false";
    case Op::kNot: return "NOT (" + children[0].ToString() + ")";
    case Op::kAnd:
    case Op::kOr: {
      std::vector<std::string> parts;
      for (const auto& child : children) parts.push_back("(" + child.ToString() + ")");
      return Join(parts, op == Op::kAnd ? " AND " : " OR ");
    }
    default: break;
  }
  std::vector<std::string> values;
  for (const auto& text : texts) values.push_back(Quoted(text));
  std::string out = column + " " + TextOf(op);
  if (op == Op::kIn || op == Op::kNotIn) return out + " (" + Join(values, ", ") + ")";
  return values.empty() ? out : out + " " + values[0];
}

void BoundFilter::CollectFields(std::set<int>& ids) const {
  if (field_id != 0) ids.insert(field_id);
  for (const auto& child : children) child.CollectFields(ids);
}

Result<BoundFilter> BindFilter(const Filter& filter, const Schema& schema, bool negated) {
  if (filter.op == Op::kTrue || filter.op == Op::kFalse) return Constant((filter.op == Op::kTrue) != negated);
  if (filter.op == Op::kNot) return BindFilter(filter.children[0], schema, !negated);
  if (filter.op == Op::kAnd || filter.op == Op::kOr) return BindBranches(filter, schema, negated);
  const NestedField* field = schema.Find(filter.column);
  if (field == nullptr) field = schema.Find(filter.column, true);
  if (field == nullptr)
    return Error(ErrorCode::kNotFound,
                 fmt::format("the table has no column '{}'.{}", filter.column, DidYouMean(filter.column, schema.Names())));
  DVT_TRY(CheckFits(filter.op, *field, schema));
  BoundFilter out;
  out.op = negated ? Opposite(filter.op) : filter.op;
  out.field_id = field->id;
  out.column = filter.column;
  out.type = field->type;
  for (const auto& text : filter.texts) {
    auto value = ParseLiteral(field->type, text);
    if (!value) return std::move(value).error().Within(fmt::format("in the filter on '{}'", filter.column));
    if (value->is_nan())
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("the filter on '{}' compares with NaN, which equals nothing", filter.column))
          .WithHint("write IS NAN or IS NOT NAN");
    out.values.push_back(*std::move(value));
  }
  if (out.values.empty() && out.op == Op::kIn) return Constant(false);
  if (out.values.size() == 1 && out.op == Op::kIn) out.op = Op::kEqual;
  if (out.values.size() == 1 && out.op == Op::kNotIn) out.op = Op::kNotEqual;
  return out;
}

}  // namespace dvt::lake
