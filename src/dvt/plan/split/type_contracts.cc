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

// What equality of the two needs to be known for; empty if it means the same everywhere.
std::string JoinMismatch(const DataType& a, const DataType& b, const SourceFacts& here, const SourceFacts& there) {
  if (a.kind == TypeKind::kUnknown || b.kind == TypeKind::kUnknown) return {};
  const bool text_a = a.kind == TypeKind::kString, text_b = b.kind == TypeKind::kString;
  if (text_a != text_b) return "a text is compared with another type, after a conversion";
  if (text_a) {
    if (a.fixed != b.fixed) return "only one is padded with blanks: the engine compares without the padding";
    if (here.binary_collation != there.binary_collation) return "one source compares texts by a collation, the engine by bytes";
    return {};
  }
  if (IsFloat(a) != IsFloat(b) && a.is_numeric() && b.is_numeric()) return "an exact number is compared with a floating one";
  const bool zone_a = a.kind == TypeKind::kTimestampTz, zone_b = b.kind == TypeKind::kTimestampTz;
  if (zone_a != zone_b && a.is_temporal() && b.is_temporal()) return "only one has a time zone: the other is taken as UTC";
  return {};
}

// What the table's column does not hold of the result's.
std::string LoadMismatch(const DataType& from, const DataType& to) {
  if (from.kind == TypeKind::kUnknown || to.kind == TypeKind::kUnknown) return {};
  const bool text = to.kind == TypeKind::kString;
  if (from.kind == TypeKind::kString && text && to.length > 0 && (from.length == 0 || from.length > to.length))
    return "longer texts do not fit";
  if (from.kind == TypeKind::kString && !text && !to.is_text()) return "texts are converted";
  if (from.kind == TypeKind::kDecimal && to.kind == TypeKind::kDecimal && to.precision > 0 && from.precision > 0) {
    if (from.scale > to.scale) return "digits behind the point are rounded";
    if (from.precision - from.scale > to.precision - to.scale) return "larger numbers do not fit";
  }
  if ((from.kind == TypeKind::kDecimal || IsFloat(from)) && to.is_integer()) return "digits behind the point are rounded";
  if (from.kind == TypeKind::kDecimal && IsFloat(to)) return "digits are lost in floating numbers";
  if (from.kind == TypeKind::kInt64 && (to.kind == TypeKind::kInt32 || to.kind == TypeKind::kInt16))
    return "larger numbers do not fit";
  if (from.kind == TypeKind::kTimestampTz && to.kind == TypeKind::kTimestamp) return "the time zone is lost";
  if ((from.kind == TypeKind::kTimestamp || from.kind == TypeKind::kTimestampTz) && to.kind == TypeKind::kDate)
    return "the time of day is lost";
  return {};
}

const Field* FieldOf(const ColumnRef& column) {
  const auto index = static_cast<size_t>(column.index);
  return column.index >= 0 && index < column.source->columns.size() ? &column.source->columns[index] : nullptr;
}

}  // namespace

void WarnJoinTypes(const sql::Analysis& analysis, const sql::Dialect& dialect, const ModelQuery& query, const Catalog& catalog,
                   Diagnostics& warnings) {
  const FilterAnalysis filters(analysis, dialect);
  std::set<std::string> seen;
  for (const sql::Scope& scope : analysis.scopes()) {
    const BlockFacts& facts = filters.Of(&scope);
    std::vector<KeyPair> pairs = facts.joins;
    pairs.insert(pairs.end(), facts.one_sided.begin(), facts.one_sided.end());
    for (const KeyPair& pair : pairs) {
      const BoundTable* left =
          pair.left.source->kind == sql::SourceKind::kTable ? query.Find(pair.left.source->relation) : nullptr;
      const BoundTable* right =
          pair.right.source->kind == sql::SourceKind::kTable ? query.Find(pair.right.source->relation) : nullptr;
      const Field* a = FieldOf(pair.left);
      const Field* b = FieldOf(pair.right);
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

void WarnLoadTypes(const PlanRequest& request, const columnar::Fields& output, Catalog& catalog, Diagnostics& warnings) {
  if (request.materialization != "incremental") return;
  const auto table = catalog.Describe(request.target_connection, request.target_relation);
  if (!table) return;  // the first run makes it
  for (const Field& field : output) {
    const auto same = [&](const Field& other) { return EqualsIgnoreCase(other.name, field.name); };
    const auto column = std::find_if(table->columns.begin(), table->columns.end(), same);
    if (column == table->columns.end()) continue;
    const std::string what = LoadMismatch(field.type, column->type);
    if (what.empty()) continue;
    warnings.Warn("DVT002", fmt::format("{} ({}) is loaded into {}.{} ({}): {}", field.name, field.type.ToString(),
                                        request.target_relation.name, column->name, column->type.ToString(), what));
  }
}

}  // namespace dvt::plan
