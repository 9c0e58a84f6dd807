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
  if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp) return ParseDateText(text);
  Literal out;
  out.kind = Literal::Kind::kString;
  out.text = text;
  return out;
}

__int128 PowerOfTen(int exponent) {
  __int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Whether a column of the type can hold it; a decimal then gets the type's scale.
bool Fits(const DataType& type, Literal& key) {
  if (type.is_integer()) {
    const bool is_unsigned = type.kind >= TypeKind::kUInt8;
    const int bits = 8 << (static_cast<int>(type.kind) - static_cast<int>(is_unsigned ? TypeKind::kUInt8 : TypeKind::kInt8));
    const __int128 half = __int128{1} << (bits - 1);
    return key.scale == 0 && (is_unsigned ? key.digits >= 0 && key.digits < 2 * half : key.digits >= -half && key.digits < half);
  }
  if (type.kind != TypeKind::kDecimal) return true;
  for (; key.scale > type.scale; --key.scale, key.digits /= 10) {
    if (key.digits % 10 != 0) return false;
  }
  const __int128 limit = PowerOfTen(std::max(0, std::min(38, type.precision) - (type.scale - key.scale)));
  if (key.digits <= -limit || key.digits >= limit) return false;
  key.digits *= PowerOfTen(type.scale - key.scale);
  key.scale = type.scale;
  return true;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

// What a source makes of a key depends on its type, and of a text on whether it is ASCII and holds a zero byte: one of each kind tells.
bool CanSend(const KeyFilter& filter, const SourceProfile& source, const std::vector<std::string>& values) {
  Predicate predicate;
  predicate.kind = PKind::kIn;
  predicate.column.index = 0;
  bool plain = false, wide = false;
  for (const std::string& value : values) {
    const bool zero = value.find('\0') != std::string::npos, ascii = IsAscii(value);
    if (!zero && (ascii ? plain : wide)) continue;
    (ascii ? plain : wide) = true;
    auto key = ReadKey(filter.column.type, value);
    if (!key) return false;
    predicate.literals.push_back(std::move(*key));
  }
  std::vector<std::string> lost;
  return RenderPredicate(predicate, {filter.column}, source, filter.qualifier, &lost) && lost.empty();
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
  return type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp;
}

std::optional<std::string> KeyPredicate(const KeyFilter& filter, const SourceProfile& source, std::vector<std::string> values,
                                        size_t most_bytes, bool* ranges) {
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
    Ranges around = RangesAround(std::move(keys));
    if (filter.domain && static_cast<double>(around.covered) > kUsefulPart * static_cast<double>(*filter.domain))
      return std::nullopt;
    predicate = std::move(around.predicate);
    if (ranges != nullptr) *ranges = true;
  }
  std::vector<std::string> lost;
  auto text = RenderPredicate(predicate, {filter.column}, source, filter.qualifier, &lost);
  if (!text || !lost.empty()) return std::nullopt;
  return text;
}

std::optional<TableKeys> KeysOfTable(const KeyFilter& filter, const SourceProfile& source,
                                     const std::vector<std::string>& values) {
  if (filter.domain && static_cast<double>(values.size()) > kUsefulPart * static_cast<double>(*filter.domain))
    return std::nullopt;
  if (!CanSend(filter, source, values)) return std::nullopt;
  TableKeys out{filter.column.type, {}};
  if (out.type.kind == TypeKind::kString) out.type = DataType::String();
  if (out.type.kind == TypeKind::kTimestamp) out.type.precision = 6;
  const bool number = out.type.is_numeric();
  for (const std::string& value : values) {
    auto key = ReadKey(out.type, value);
    if (!key) return std::nullopt;
    if (Fits(out.type, *key)) out.values.push_back(number ? NumberText(*key) : value);
  }
  if (filter.from.size() > 1) {
    std::sort(out.values.begin(), out.values.end());
    out.values.erase(std::unique(out.values.begin(), out.values.end()), out.values.end());
  }
  return out;
}

std::string KeyColumnName(const KeyFilter& filter, const SourceProfile& source) {
  return filter.qualifier + sql::QuoteIdentifier(*source.dialect, filter.column.name);
}

std::string WithCondition(const ExtractFragment& extract, const std::string& condition) {
  std::string sql = extract.sql;
  return sql.insert(extract.filter_at, (extract.filtered ? " AND " : "\nWHERE ") + condition);
}

}  // namespace dvt::plan
