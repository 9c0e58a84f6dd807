#include "dvt/plan/pushdown/key_predicate.h"

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/predicate.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;
using PKind = Predicate::Kind;

constexpr size_t kMostRanges = 200;
constexpr double kUsefulPart = 0.9;  // of the column's values; more would hardly filter

bool IsOrdered(const DataType& type) { return type.is_integer() || type.kind == TypeKind::kDate; }

std::optional<Literal> ReadKey(const DataType& type, const std::string& text) {
  if (type.is_integer() || type.kind == TypeKind::kDecimal) return ParseNumberText(text);
  if (type.kind == TypeKind::kDate) return ParseDateText(text);
  Literal out;
  out.kind = Literal::Kind::kString;
  out.text = text;
  return out;
}

__int128 OrderOf(const Literal& key) { return key.kind == Literal::Kind::kNumber ? key.digits : __int128{key.ticks}; }

Predicate Bound(sql::Op op, const Literal& key) {
  Predicate out;
  out.kind = PKind::kCompare;
  out.op = op;
  out.column.index = 0;
  out.literals.push_back(key);
  return out;
}

struct Ranges {
  Predicate predicate;
  __int128 covered = 0;  // values inside
};

// The fewest wide gaps between the values separate the ranges.
Ranges RangesAround(std::vector<Literal> keys) {
  std::sort(keys.begin(), keys.end(), [](const Literal& a, const Literal& b) { return OrderOf(a) < OrderOf(b); });
  std::vector<std::pair<__int128, size_t>> gaps;
  for (size_t i = 1; i < keys.size(); ++i) gaps.emplace_back(OrderOf(keys[i]) - OrderOf(keys[i - 1]), i);
  const size_t cuts = std::min(gaps.size(), kMostRanges - 1);
  std::partial_sort(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(cuts), gaps.end(), std::greater<>());
  std::vector<size_t> starts = {0};
  for (size_t i = 0; i < cuts; ++i) {
    if (gaps[i].first > 1) starts.push_back(gaps[i].second);
  }
  std::sort(starts.begin(), starts.end());
  Ranges out;
  std::vector<Predicate> any;
  for (size_t i = 0; i < starts.size(); ++i) {
    const Literal& low = keys[starts[i]];
    const Literal& high = keys[(i + 1 < starts.size() ? starts[i + 1] : keys.size()) - 1];
    out.covered += OrderOf(high) - OrderOf(low) + 1;
    any.push_back(AllOf({Bound(sql::Op::kGe, low), Bound(sql::Op::kLe, high)}));
  }
  out.predicate = AnyOf(std::move(any));
  return out;
}

}  // namespace

bool CanFilterByKeys(const columnar::Field& column, const DataType& from, const SourceProfile& source) {
  const DataType& type = column.type;
  if (type.is_integer()) return from.is_integer();
  if (type.kind != from.kind || source.facts.loose_types) return false;
  if (type.kind == TypeKind::kDecimal) return type.precision > 0 && from.precision > 0;
  if (type.kind == TypeKind::kString) return source.model_text_binary;
  return type.kind == TypeKind::kDate;
}

std::optional<std::string> KeyPredicate(const KeyFilter& filter, const SourceProfile& source, std::vector<std::string> values,
                                        size_t most_bytes) {
  if (values.empty()) return "1 = 0";
  const DataType& type = filter.column.type;
  if (filter.domain && static_cast<double>(values.size()) > kUsefulPart * static_cast<double>(*filter.domain))
    return std::nullopt;
  size_t bytes = 0;
  std::vector<Literal> keys;
  for (std::string& value : values) {
    bytes += value.size() + 4;
    auto key = ReadKey(type, value);
    if (!key) return std::nullopt;
    keys.push_back(std::move(*key));
  }
  Predicate predicate;
  if (bytes <= most_bytes) {
    predicate.kind = PKind::kIn;
    predicate.column.index = 0;
    predicate.literals = std::move(keys);
  } else {
    if (!IsOrdered(type)) return std::nullopt;
    Ranges ranges = RangesAround(std::move(keys));
    if (filter.domain && static_cast<double>(ranges.covered) > kUsefulPart * static_cast<double>(*filter.domain))
      return std::nullopt;
    predicate = std::move(ranges.predicate);
  }
  std::vector<std::string> lost;
  auto text = RenderPredicate(predicate, {filter.column}, source, filter.qualifier, &lost);
  if (!text || !lost.empty()) return std::nullopt;
  return text;
}

std::string WithCondition(const ExtractFragment& extract, const std::string& condition) {
  std::string sql = extract.sql;
  return sql.insert(extract.filter_at, (extract.filtered ? " AND " : "\nWHERE ") + condition);
}

}  // namespace dvt::plan
