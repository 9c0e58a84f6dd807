#include "dvt/lake/filter/value_range.h"

#include <algorithm>

namespace dvt::lake {

namespace {

bool Below(const std::optional<Literal>& bound, const Literal& value) { return bound && CompareLiterals(*bound, value) < 0; }
bool Above(const std::optional<Literal>& bound, const Literal& value) { return bound && CompareLiterals(*bound, value) > 0; }
bool Same(const std::optional<Literal>& bound, const Literal& value) { return bound && CompareLiterals(*bound, value) == 0; }

bool InRange(const ValueRange& range, const Literal& value) { return !Above(range.lower, value) && !Below(range.upper, value); }

bool IsSingle(const ValueRange& range, const Literal& value) {
  return range.exact && !range.may_be_nan && Same(range.lower, value) && Same(range.upper, value);
}

// Texts that begin with a prefix lie beside each other: if both bounds do, rounded or not, everything between them does.
bool AllStart(const ValueRange& range, const std::string& prefix) {
  return range.lower && range.upper && range.lower->as_bytes().starts_with(prefix) && range.upper->as_bytes().starts_with(prefix);
}

// Bounds may be shorter than the prefix: what begins with it is then greater than both or than neither.
bool MightStart(const ValueRange& range, const std::string& prefix) {
  if (range.lower && range.lower->as_bytes().substr(0, prefix.size()) > prefix) return false;
  return !range.upper || range.upper->as_bytes().substr(0, prefix.size()) >= prefix;
}

// NaN equals nothing, and is neither smaller nor greater.
bool NeedsOrdered(Op op) {
  return op == Op::kLess || op == Op::kLessEqual || op == Op::kGreater || op == Op::kGreaterEqual || op == Op::kEqual ||
         op == Op::kIn;
}

bool MightPass(const BoundFilter& test, const ValueRange& range) {
  if (test.op == Op::kIsNull) return range.may_be_null;
  if (!range.may_be_value || (NeedsOrdered(test.op) && !range.may_be_ordered)) return false;
  switch (test.op) {
    case Op::kIsNan: return range.may_be_nan;
    case Op::kNotNan: return range.may_be_ordered;
    case Op::kLess: return !range.lower || CompareLiterals(*range.lower, test.values[0]) < 0;
    case Op::kLessEqual: return !Above(range.lower, test.values[0]);
    case Op::kGreater: return !range.upper || CompareLiterals(*range.upper, test.values[0]) > 0;
    case Op::kGreaterEqual: return !Below(range.upper, test.values[0]);
    case Op::kEqual: return InRange(range, test.values[0]);
    case Op::kNotEqual: return !IsSingle(range, test.values[0]);
    case Op::kIn:
      return std::any_of(test.values.begin(), test.values.end(), [&](const Literal& value) { return InRange(range, value); });
    case Op::kNotIn:
      return std::none_of(test.values.begin(), test.values.end(), [&](const Literal& value) { return IsSingle(range, value); });
    case Op::kStartsWith: return MightStart(range, test.values[0].as_bytes());
    case Op::kNotStartsWith: return !AllStart(range, test.values[0].as_bytes());
    default: return true;
  }
}

bool SurelyPasses(const BoundFilter& test, const ValueRange& range) {
  if (test.op == Op::kIsNull) return !range.may_be_value;
  if (range.may_be_null) return false;
  if (test.op == Op::kNotNull) return true;
  if (test.op == Op::kNotNan) return !range.may_be_nan;
  const auto outside = [&](const Literal& value) { return Above(range.lower, value) || Below(range.upper, value); };
  // NaN differs from every value, and is neither smaller nor greater.
  if (test.op == Op::kNotEqual) return outside(test.values[0]);
  if (test.op == Op::kNotIn) return std::all_of(test.values.begin(), test.values.end(), outside);
  if (range.may_be_nan) return false;
  switch (test.op) {
    case Op::kLess: return Below(range.upper, test.values[0]);
    case Op::kLessEqual: return range.upper && !Above(range.upper, test.values[0]);
    case Op::kGreater: return Above(range.lower, test.values[0]);
    case Op::kGreaterEqual: return range.lower && !Below(range.lower, test.values[0]);
    case Op::kEqual: return Same(range.lower, test.values[0]) && Same(range.upper, test.values[0]);
    case Op::kIn:
      return std::any_of(test.values.begin(), test.values.end(),
                         [&](const Literal& value) { return Same(range.lower, value) && Same(range.upper, value); });
    case Op::kStartsWith: return AllStart(range, test.values[0].as_bytes());
    case Op::kNotStartsWith: return !MightStart(range, test.values[0].as_bytes());
    default: return false;
  }
}

std::optional<Literal> BoundOf(const std::map<int, std::string>& bounds, int field_id, const Type& type) {
  const auto found = bounds.find(field_id);
  if (found == bounds.end()) return std::nullopt;
  auto value = LiteralFromBytes(type, found->second);
  if (!value || value->is_nan()) return std::nullopt;  // what cannot be read limits nothing
  return *std::move(value);
}

std::optional<int64_t> CountOf(const std::map<int, int64_t>& counts, int field_id) {
  const auto found = counts.find(field_id);
  return found == counts.end() ? std::nullopt : std::optional(found->second);
}

bool IsFloating(const Type& type) { return type.id == TypeId::kFloat || type.id == TypeId::kDouble; }

bool Holds(const BoundFilter& filter, const std::function<bool(const BoundFilter&)>& test) {
  const auto holds = [&](const BoundFilter& child) { return Holds(child, test); };
  switch (filter.op) {
    case Op::kTrue: return true;
    case Op::kFalse: return false;
    case Op::kAnd: return std::all_of(filter.children.begin(), filter.children.end(), holds);
    case Op::kOr: return std::any_of(filter.children.begin(), filter.children.end(), holds);
    default: return test(filter);
  }
}

bool IsNegative(Op op) { return op == Op::kNotEqual || op == Op::kNotIn || op == Op::kNotStartsWith || op == Op::kNotNan; }

// Lists longer than this are not compared with bounds when files are planned.
constexpr size_t kLongList = 200;

bool IsLong(const std::vector<Literal>& values) {
  if (values.size() <= kLongList) return false;
  std::vector<Literal> different = values;
  std::sort(different.begin(), different.end(), [](const Literal& a, const Literal& b) { return CompareLiterals(a, b) < 0; });
  const auto end = std::unique(different.begin(), different.end(),
                               [](const Literal& a, const Literal& b) { return CompareLiterals(a, b) == 0; });
  return static_cast<size_t>(end - different.begin()) > kLongList;
}

bool IsNan(const std::map<int, std::string>& bounds, const BoundFilter& test) {
  const auto found = bounds.find(test.field_id);
  if (found == bounds.end() || !IsFloating(test.type)) return false;
  const auto value = LiteralFromBytes(test.type, found->second);
  return value && value->is_nan();
}

bool PlanKeepsTest(const BoundFilter& test, const DataFile& file) {
  const auto count = [&](const std::map<int, int64_t>& counts) { return CountOf(counts, test.field_id); };
  const auto values = count(file.value_counts), nulls = count(file.null_value_counts), nans = count(file.nan_value_counts);
  const bool only_nulls = values.value_or(0) > 0 && nulls == values, only_nans = values.value_or(0) > 0 && nans == values;
  ValueRange range = RangeOfFile(file, test.field_id, test.type);
  switch (test.op) {
    case Op::kNotEqual:
    case Op::kNotIn: return true;
    case Op::kNotNan: return !only_nans;
    case Op::kNotStartsWith: return nulls || !AllStart(range, test.values[0].as_bytes());
    case Op::kIsNull: return range.may_be_null;
    default: break;
  }
  if (only_nulls || (only_nans && NeedsOrdered(test.op))) return false;
  if (test.op == Op::kIn && IsLong(test.values)) return true;
  if ((test.op == Op::kIn || test.op == Op::kEqual) && IsNan(file.lower_bounds, test)) return true;
  range.may_be_value = range.may_be_ordered = true;
  return MightPass(test, range);
}

ValueRange RangeOfPartition(const PartitionValues& values, int place) {
  const Literal& value = values[static_cast<size_t>(place - 1)];
  ValueRange range;
  range.exact = true;
  range.may_be_null = value.is_null();
  range.may_be_value = !value.is_null();
  range.may_be_nan = value.is_nan();
  range.may_be_ordered = !value.is_null() && !value.is_nan();
  if (!value.is_null() && !value.is_nan()) range.lower = range.upper = value;
  return range;
}

ValueRange RangeOfSummary(const FieldSummary& summary, const Type& type) {
  ValueRange range;
  range.may_be_null = summary.contains_null;
  range.may_be_nan = IsFloating(type) && summary.contains_nan.value_or(true);
  for (const auto& [bytes, bound] :
       {std::pair{&summary.lower_bound, &range.lower}, std::pair{&summary.upper_bound, &range.upper}}) {
    if (!*bytes) continue;
    if (auto value = LiteralFromBytes(type, **bytes); value && !value->is_nan()) *bound = *std::move(value);
  }
  // Without a bound there is no value but null, or NaN.
  range.may_be_ordered = summary.lower_bound.has_value();
  range.may_be_value = range.may_be_ordered || range.may_be_nan;
  return range;
}

}  // namespace

bool MightMatch(const BoundFilter& filter, const RangeOf& range) {
  return Holds(filter, [&](const BoundFilter& test) { return MightPass(test, range(test.field_id, test.type)); });
}

bool AllMatch(const BoundFilter& filter, const RangeOf& range) {
  return Holds(filter, [&](const BoundFilter& test) { return SurelyPasses(test, range(test.field_id, test.type)); });
}

ValueRange RangeOfFile(const DataFile& file, int field_id, const Type& type) {
  ValueRange range;
  const auto values = CountOf(file.value_counts, field_id), nulls = CountOf(file.null_value_counts, field_id),
             nans = CountOf(file.nan_value_counts, field_id);
  range.may_be_null = !nulls || *nulls > 0;
  range.may_be_value = !values || !nulls || *nulls < *values;
  range.may_be_nan = IsFloating(type) && (!nans || *nans > 0);
  range.may_be_ordered = !values || !nulls || !nans || *nulls + *nans < *values;
  if (type.is_primitive()) {
    range.lower = BoundOf(file.lower_bounds, field_id, type);
    range.upper = BoundOf(file.upper_bounds, field_id, type);
  }
  return range;
}

bool FileMightMatch(const BoundFilter& filter, const DataFile& file) {
  return file.record_count != 0 && MightMatch(filter, [&](int id, const Type& type) { return RangeOfFile(file, id, type); });
}

bool PartitionMightMatch(const BoundFilter& projected, const PartitionValues& values) {
  return MightMatch(projected, [&](int place, const Type&) { return RangeOfPartition(values, place); });
}

bool PlanKeepsFile(const BoundFilter& filter, const DataFile& file) {
  return file.record_count != 0 && Holds(filter, [&](const BoundFilter& test) { return PlanKeepsTest(test, file); });
}

bool PlanKeepsPartition(const BoundFilter& projected, const PartitionValues& values) {
  return Holds(projected, [&](const BoundFilter& test) {
    const ValueRange range = RangeOfPartition(values, test.field_id);
    return (range.may_be_null && IsNegative(test.op)) || MightPass(test, range);
  });
}

bool PlanKeepsManifest(const BoundFilter& projected, const ManifestFile& manifest) {
  return Holds(projected, [&](const BoundFilter& test) {
    const auto place = static_cast<size_t>(test.field_id);
    if (!manifest.partitions || place > manifest.partitions->size()) return true;
    const ValueRange range = RangeOfSummary((*manifest.partitions)[place - 1], test.type);
    return (range.may_be_null && IsNegative(test.op)) || MightPass(test, range);
  });
}

}  // namespace dvt::lake
