#include <algorithm>

#include "dvt/lake/filter/value_range.h"

namespace dvt::lake {

namespace {

// The largest value below, or the smallest above, where the type has such steps.
Literal Step(const Literal& value, int by) {
  if (value.held.index() == 2) {
    const int64_t number = value.as_int();
    if ((by > 0 && number == INT64_MAX) || (by < 0 && number == INT64_MIN)) return value;
    return Literal::Int(number + by);
  }
  if (value.held.index() == 4) return Literal::Decimal(value.as_decimal() + by);
  return value;
}

/// One predicate on a column seen through one partition field.
class PredicateProjection {
 public:
  PredicateProjection(const BoundFilter& test, const Transform& transform, int place)
      : test_(test), transform_(transform), place_(place) {}

  // The predicate on the partition value, or none if nothing can be said.
  std::optional<BoundFilter> Project() const {
    if (test_.op == Op::kIsNull || test_.op == Op::kNotNull) return Make(test_.op, {});
    if (transform_.kind() == TransformKind::kIdentity) return Make(test_.op, test_.values);
    if (test_.op == Op::kEqual || test_.op == Op::kIn) return Make(test_.op, Transformed());
    if (test_.op == Op::kStartsWith || test_.op == Op::kNotStartsWith) return Prefix();
    if (!transform_.KeepsOrder()) return std::nullopt;
    switch (test_.op) {
      case Op::kLess: return Make(Op::kLessEqual, {Through(Step(test_.values[0], -1))});
      case Op::kLessEqual: return Make(Op::kLessEqual, {Through(test_.values[0])});
      case Op::kGreater: return Make(Op::kGreaterEqual, {Through(Step(test_.values[0], 1))});
      case Op::kGreaterEqual: return Make(Op::kGreaterEqual, {Through(test_.values[0])});
      default: return std::nullopt;
    }
  }

 private:
  Literal Through(const Literal& value) const { return transform_.Apply(test_.type, value); }
  std::vector<Literal> Transformed() const {
    std::vector<Literal> out;
    for (const auto& value : test_.values) out.push_back(Through(value));
    return out;
  }
  std::optional<BoundFilter> Prefix() const {
    if (transform_.kind() != TransformKind::kTruncate) return std::nullopt;
    const Literal shortened = Through(test_.values[0]);
    if (shortened == test_.values[0]) return Make(test_.op, {shortened});
    // A partition of a shorter text may hold both, texts that go on like the prefix and others.
    if (test_.op == Op::kNotStartsWith) return std::nullopt;
    return Make(Op::kEqual, {shortened});
  }
  BoundFilter Make(Op op, std::vector<Literal> values) const {
    BoundFilter out;
    out.op = op;
    out.field_id = place_;
    out.type = transform_.ResultType(test_.type);
    out.values = std::move(values);
    return out;
  }

  const BoundFilter& test_;
  const Transform& transform_;
  int place_;
};

BoundFilter ProjectPredicate(const BoundFilter& test, const PartitionSpec& spec) {
  BoundFilter out;
  out.op = Op::kAnd;
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const auto& field = spec.fields[i];
    const auto kind = field.transform.kind();
    if (field.source_id != test.field_id || kind == TransformKind::kVoid || kind == TransformKind::kUnknown) continue;
    if (auto projected = PredicateProjection(test, field.transform, static_cast<int>(i) + 1).Project())
      out.children.push_back(*std::move(projected));
  }
  if (out.children.empty()) return {};
  if (out.children.size() == 1) return BoundFilter(out.children[0]);
  return out;
}

}  // namespace

BoundFilter ProjectFilter(const BoundFilter& filter, const PartitionSpec& spec, const Schema& schema) {
  if (filter.op == Op::kTrue || filter.op == Op::kFalse) return filter;
  if (filter.op != Op::kAnd && filter.op != Op::kOr) return ProjectPredicate(filter, spec);
  BoundFilter out;
  out.op = filter.op;
  for (const auto& child : filter.children) {
    BoundFilter projected = ProjectFilter(child, spec, schema);
    if (projected.is_true()) {
      if (filter.op == Op::kOr) return {};
      continue;
    }
    out.children.push_back(std::move(projected));
  }
  if (out.children.empty()) return {};
  return out;
}

}  // namespace dvt::lake
