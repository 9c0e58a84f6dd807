#include "dvt/plan/split/type_contracts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

bool IsFloat(const DataType& type) { return type.kind == TypeKind::kFloat32 || type.kind == TypeKind::kFloat64; }

// Digits of fractions of a second; what a system does not name is microseconds.
int SecondDigits(const DataType& type) { return type.precision > 0 ? std::min(type.precision, 6) : 6; }

std::string DecimalMismatch(const DataType& a, const DataType& b) {
  if (a.kind != TypeKind::kDecimal || b.kind != TypeKind::kDecimal || a.precision == 0 || b.precision == 0) return {};
  constexpr int kMostDigits = 38;
  if (std::max(a.scale, b.scale) + std::max(a.precision - a.scale, b.precision - b.scale) > kMostDigits)
    return "no decimal of 38 digits holds both: large values fail or are compared as floating numbers";
  if (a.scale != b.scale)
    return fmt::format("values with more than {} digits behind the point find no partner", std::min(a.scale, b.scale));
  if (a.precision != b.precision)
    return fmt::format("values with more than {} digits find no partner", std::min(a.precision, b.precision));
  return {};
}

std::string TextMismatch(const DataType& a, const DataType& b, const SourceFacts& here, const SourceFacts& there) {
  if (a.fixed != b.fixed) return "only one is padded with blanks: the engine compares without the padding";
  if (!here.binary_collation || !there.binary_collation)
    return here.binary_collation == there.binary_collation ? "both sources compare texts by a collation, the engine by bytes"
                                                           : "one source compares texts by a collation, the engine by bytes";
  if (a.length > 0 && b.length > 0 && a.length != b.length)
    return fmt::format("texts longer than {} find no partner", std::min(a.length, b.length));
  return {};
}

std::string TemporalMismatch(const DataType& a, const DataType& b) {
  const bool zone_a = a.kind == TypeKind::kTimestampTz, zone_b = b.kind == TypeKind::kTimestampTz;
  if (zone_a != zone_b) return "only one has a time zone: the other is taken as UTC";
  if ((a.kind == TypeKind::kDate) != (b.kind == TypeKind::kDate)) return "only one has a time of day: the other is its midnight";
  if (a.kind == b.kind && a.kind != TypeKind::kDate && a.kind != TypeKind::kInterval && SecondDigits(a) != SecondDigits(b))
    return fmt::format("times with more than {} digits of a second find no partner", std::min(SecondDigits(a), SecondDigits(b)));
  return {};
}

// What equality of the two needs to be known for; empty if it means the same everywhere.
std::string JoinMismatch(const DataType& a, const DataType& b, const SourceFacts& here, const SourceFacts& there) {
  if (a.kind == TypeKind::kUnknown || b.kind == TypeKind::kUnknown) return {};
  const bool text_a = a.kind == TypeKind::kString, text_b = b.kind == TypeKind::kString;
  if (text_a != text_b) return "a text is compared with another type, after a conversion";
  if (text_a) return TextMismatch(a, b, here, there);
  if (IsFloat(a) != IsFloat(b) && a.is_numeric() && b.is_numeric()) return "an exact number is compared with a floating one";
  if (a.is_temporal() && b.is_temporal()) return TemporalMismatch(a, b);
  return DecimalMismatch(a, b);
}

// Decimal digits of the largest value.
int IntegerDigits(const DataType& type) {
  switch (FixedWidth(type)) {
    case 1: return 3;
    case 2: return 5;
    case 4: return 10;
    default: return type.kind == TypeKind::kUInt64 ? 20 : 19;
  }
}

const Field* FieldOf(const ColumnRef& column) {
  const auto index = static_cast<size_t>(column.index);
  return column.index >= 0 && index < column.source->columns.size() ? &column.source->columns[index] : nullptr;
}

// The column of a relation behind one of a subquery or CTE that only hands it on.
ColumnRef Behind(const sql::Analysis& analysis, ColumnRef column) {
  for (int depth = 0; depth < 50; ++depth) {
    if (column.source == nullptr || column.source->kind == sql::SourceKind::kTable) break;
    const sql::Scope* block = column.source->query;
    if (block == nullptr || block->recursive || !block->query->Is(sql::Kind::kSelect) || column.index < 0) break;
    const sql::Node* items = block->query->Child(sql::kItemsSlot);
    if (column.index >= static_cast<int>(items->count)) break;
    const sql::Node* item = items->Child(static_cast<uint32_t>(column.index));
    const sql::Node* value = sql::Unparen(item->Is(sql::Kind::kAlias) ? item->Child(0) : item);
    const sql::ColumnBinding* binding = value->Is(sql::Kind::kColumn) ? analysis.Find(value) : nullptr;
    if (binding == nullptr || binding->source == nullptr || binding->index < 0 || !binding->merged.empty() || binding->row ||
        binding->fields != 0)
      break;
    column = {binding->source, binding->index};
  }
  return column;
}

}  // namespace

std::string LoadMismatch(const DataType& from, const DataType& to) {
  if (from.kind == TypeKind::kUnknown || to.kind == TypeKind::kUnknown) return {};
  const bool text = to.kind == TypeKind::kString;
  if (from.kind == TypeKind::kString && text && to.fixed && !from.fixed) return "blanks at the end are lost: it is padded";
  if (from.kind == TypeKind::kString && text && to.length > 0 && (from.length == 0 || from.length > to.length))
    return "longer texts do not fit";
  if (from.kind == TypeKind::kString && !text && !to.is_text()) return "texts are converted";
  if (from.kind == TypeKind::kDecimal && to.kind == TypeKind::kDecimal && to.precision > 0 && from.precision > 0) {
    if (from.scale > to.scale) return "digits behind the point are rounded";
    if (from.precision - from.scale > to.precision - to.scale) return "larger numbers do not fit";
  }
  if (from.kind == TypeKind::kDecimal && to.kind == TypeKind::kDecimal && to.precision > 0 && from.precision == 0)
    return "it has no declared precision: digits may be rounded, larger numbers do not fit";
  if (from.kind == TypeKind::kBinary && to.kind == TypeKind::kBinary && to.length > 0 &&
      (from.length == 0 || from.length > to.length))
    return "longer values do not fit";
  if (from.is_text() && to.kind == TypeKind::kBinary) return "texts are converted";
  if ((from.kind == TypeKind::kDecimal || IsFloat(from)) && to.is_integer()) return "digits behind the point are rounded";
  if (from.kind == TypeKind::kDecimal && IsFloat(to)) return "digits are lost in floating numbers";
  if (from.is_integer() && to.is_integer() && IntegerDigits(from) > IntegerDigits(to)) return "larger numbers do not fit";
  if (from.is_integer() && to.kind == TypeKind::kDecimal && to.precision > 0 && IntegerDigits(from) > to.precision - to.scale)
    return "larger numbers do not fit";
  if (from.kind == TypeKind::kInt64 && IsFloat(to)) return "digits are lost in floating numbers";
  if (from.kind == TypeKind::kFloat64 && to.kind == TypeKind::kFloat32) return "digits are lost";
  if (from.kind == TypeKind::kTimestampTz && to.kind == TypeKind::kTimestamp) return "the time zone is lost";
  if (from.kind == TypeKind::kTimestamp && to.kind == TypeKind::kTimestampTz) return "it has no time zone: it is taken as UTC";
  if ((from.kind == TypeKind::kTimestamp || from.kind == TypeKind::kTimestampTz) && to.kind == TypeKind::kDate)
    return "the time of day is lost";
  if (from.is_temporal() && from.kind == to.kind && from.kind != TypeKind::kDate && from.kind != TypeKind::kInterval &&
      SecondDigits(from) > SecondDigits(to))
    return "fractions of a second are rounded";
  if (from.is_temporal() != to.is_temporal() && !to.is_text()) return "values are converted";
  return {};
}

void WarnJoinTypes(const sql::Analysis& analysis, const sql::Dialect& dialect, const ModelQuery& query, const Catalog& catalog,
                   Diagnostics& warnings) {
  const FilterAnalysis filters(analysis, dialect);
  std::set<std::string> seen;
  for (const sql::Scope& scope : analysis.scopes()) {
    const BlockFacts& facts = filters.Of(&scope);
    std::vector<KeyPair> pairs = facts.joins;
    pairs.insert(pairs.end(), facts.one_sided.begin(), facts.one_sided.end());
    for (const KeyPair& pair : pairs) {
      const ColumnRef one = Behind(analysis, pair.left), other = Behind(analysis, pair.right);
      const auto table = [&](const ColumnRef& column) {
        return column.source->kind == sql::SourceKind::kTable ? query.Find(column.source->relation) : nullptr;
      };
      const BoundTable *left = table(one), *right = table(other);
      const Field* a = FieldOf(one);
      const Field* b = FieldOf(other);
      if (left == nullptr || right == nullptr || a == nullptr || b == nullptr || left->identity == right->identity) continue;
      const std::string what = JoinMismatch(a->type, b->type, catalog.Facts(left->connection), catalog.Facts(right->connection));
      if (what.empty()) continue;
      const std::string message =
          fmt::format("{}.{}.{} ({}) is joined with {}.{}.{} ({}): {}", left->connection, left->relation.name, a->name,
                      a->type.ToString(), right->connection, right->relation.name, b->name, b->type.ToString(), what);
      if (seen.insert(message).second) warnings.Warn("DVT002", message);
    }
  }
}

}  // namespace dvt::plan
