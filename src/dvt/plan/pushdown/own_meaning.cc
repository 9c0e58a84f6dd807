#include "dvt/plan/pushdown/own_meaning.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/text_order.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;

// What differs about the values of a column; empty if nothing does.
std::string_view Otherwise(const Field& field, const SourceProfile& source) {
  const SourceFacts& facts = source.facts;
  const bool collated = field.native_type.find(" COLLATE ") != std::string::npos;
  switch (field.type.kind) {
    case TypeKind::kFloat32: return "a floating number of 32 bits is compared and added up with 64 bits there";
    case TypeKind::kBool:
      return source.dialect->Has(sql::Feature::kBooleanType) ? "" : "truth values are numbers there, and not only 0 and 1";
    case TypeKind::kUuid: return facts.loose_types ? "UUIDs are texts of any spelling there" : "";
    case TypeKind::kUnknown: return "its type has no counterpart in the engine";
    case TypeKind::kString: break;
    default: return ToLower(field.native_type).starts_with("year") ? "short numbers stand for years there" : "";
  }
  if (collated) return "the column has a collation of its own";
  return facts.loose_types || IsPlainText(field) ? "" : "its type has an order and an equality of its own there";
}

const Field* TableColumn(const Node* column, const sql::Analysis& analysis) {
  const sql::ColumnBinding* binding = analysis.Find(column);
  if (binding == nullptr || binding->source == nullptr || binding->source->kind != sql::SourceKind::kTable) return nullptr;
  const auto index = static_cast<size_t>(binding->index);
  return binding->index >= 0 && index < binding->source->columns.size() ? &binding->source->columns[index] : nullptr;
}

bool IsCounted(const Node* call) {
  return call->Is(Kind::kFunction) && EqualsIgnoreCase(call->text, "COUNT") && call->flags == 0;
}

// SELECT items FROM … WHERE …: an output that is a column is handed on as it is.
bool HandsOn(const Node* root) {
  if (!root->Is(Kind::kSelect)) return false;
  for (uint32_t slot = 0; slot < root->count; ++slot) {
    const bool allowed = slot == sql::kItemsSlot || slot == sql::kFromSlot || slot == sql::kWhereSlot;
    if (!allowed && root->Child(slot) != nullptr) return false;
  }
  return true;
}

class MeaningFinder {
 public:
  MeaningFinder(const sql::Analysis& analysis, const SourceProfile& source)
      : analysis_(analysis), source_(source), facts_(source.facts) {}

  std::string Find(const Node* root) {
    const Node* items = HandsOn(root) ? root->Child(sql::kItemsSlot) : nullptr;
    for (uint32_t i = 0; items != nullptr && i < items->count; ++i) {
      const Node* item = items->Child(i);
      free_.push_back(item->Is(Kind::kAlias) ? item->Child(0) : item);
    }
    sql::Visit(root, [&](const Node* node) {
      if (IsFree(node)) return false;
      if (node->Is(Kind::kColumn)) Look(TableColumn(node, analysis_));
      if (node->Is(Kind::kBinary) || node->Is(Kind::kUnary)) LookAtSum(node);
      if (node->Is(Kind::kIs) && node->Child(0) != nullptr) free_.push_back(node->Child(0));
      if (IsCounted(node) && node->Child(sql::kArgsSlot) != nullptr && node->Child(sql::kArgsSlot)->count == 1)
        free_.push_back(node->Child(sql::kArgsSlot)->Child(0));
      if (node->Is(Kind::kJoin)) LookAtJoin(node);
      return found_.empty();
    });
    return found_;
  }

 private:
  bool IsFree(const Node* node) const {
    return node->Is(Kind::kColumn) && std::find(free_.begin(), free_.end(), node) != free_.end();
  }

  void Look(const Field* field) {
    const std::string_view why = field == nullptr ? "" : Otherwise(*field, source_);
    if (!why.empty() && found_.empty()) found_ = fmt::format("{}: {}", field->name, why);
    if (field == nullptr || facts_.binary_collation || field->type.kind != TypeKind::kString) return;
    const size_t at = field->native_type.find(" collate ");
    if (at == std::string::npos) return;
    if (collation_.empty()) collation_ = field->native_type.substr(at);
    if (found_.empty() && field->native_type.substr(at) != collation_)
      found_ = fmt::format("{}: texts of several collations do not go together there", field->name);
  }

  // Below zero they are errors, or very large.
  void LookAtSum(const Node* node) {
    if (facts_.binary_collation || !found_.empty()) return;
    if (node->op != Op::kAdd && node->op != Op::kSub && node->op != Op::kMul && node->op != Op::kNeg) return;
    for (const Node* operand : node->Children()) {
      const TypeKind kind = analysis_.TypeOf(operand).kind;
      if (kind >= TypeKind::kUInt8 && kind <= TypeKind::kUInt64) found_ = "arithmetic of unsigned numbers stays unsigned there";
    }
  }

  // USING names columns without a column node.
  void LookAtJoin(const Node* join) {
    const Node* names = join->Child(3);
    const bool natural = join->Has(sql::kNatural);
    if (names == nullptr && !natural) return;
    for (const sql::Source& source : analysis_.sources()) {
      if (source.kind != sql::SourceKind::kTable) continue;
      for (const Field& field : source.columns) {
        const bool named =
            natural || sql::Contains(names, [&](const Node* name) { return EqualsIgnoreCase(name->text, field.name); });
        if (named) Look(&field);
      }
    }
  }

  const sql::Analysis& analysis_;
  const SourceProfile& source_;
  const SourceFacts& facts_;
  std::vector<const Node*> free_;
  std::string found_;
  std::string collation_;  // of the first text column
};

bool IsPadded(const Node* node, const sql::Analysis& analysis) {
  const sql::ColumnBinding* binding = node->Is(Kind::kColumn) ? analysis.Find(node) : nullptr;
  if (binding == nullptr || binding->alias != nullptr || binding->output >= 0) return false;  // names of outputs stand alone
  const DataType type = analysis.TypeOf(node);
  return type.kind == TypeKind::kString && type.fixed;
}

bool IsUnpaddedText(const Node* node) {
  node = sql::Unparen(node);
  return node->Is(Kind::kString) && !node->text.ends_with(' ');
}

// Comparisons in which the padding makes no difference keep the column as it stands, so that indexes are used.
bool KeepsPadded(const Node* parent, uint32_t at, const sql::Analysis& analysis) {
  if (parent->Is(Kind::kBinary) && (parent->op == Op::kEq || parent->op == Op::kNeq)) {
    const Node* other = sql::Unparen(parent->Child(1 - at));
    return IsUnpaddedText(other) || IsPadded(other, analysis);
  }
  if (!parent->Is(Kind::kIn) || at != 0 || !parent->Child(1)->Is(Kind::kList)) return false;
  const auto items = parent->Child(1)->Children();
  return std::all_of(items.begin(), items.end(), [](const Node* item) { return IsUnpaddedText(item); });
}

class PaddingStripper {
 public:
  PaddingStripper(sql::Arena& arena, const sql::Analysis& analysis) : arena_(arena), analysis_(analysis) {}

  void Strip(Node* node, bool outermost) {
    for (uint32_t i = 0; i < node->count; ++i) {
      Node* child = node->Child(i);
      if (child == nullptr) continue;
      if (node->Is(Kind::kSelect) && i == sql::kGroupSlot) {
        StripKeys(child);
      } else if (node->Is(Kind::kSelect) && i == sql::kItemsSlot && outermost && node->Child(sql::kDistinctSlot) == nullptr) {
        StripOutput(child);
      } else if (!IsPadded(child, analysis_)) {
        Strip(child, false);
      } else if (!KeepsPadded(node, i, analysis_)) {
        sql::SetChild(arena_, node, i, Stripped(child));
      }
    }
  }

 private:
  // Keys are told apart without the padding in any case.
  void StripKeys(Node* list) {
    for (Node* key : list->Children()) {
      if (key != nullptr && !IsPadded(key, analysis_)) Strip(key, false);
    }
  }

  // Columns that are handed on stay as they are.
  void StripOutput(Node* items) {
    for (uint32_t i = 0; i < items->count; ++i) {
      Node* item = items->Child(i);
      Node* value = item->Is(Kind::kAlias) ? item->Child(0) : item;
      if (!IsPadded(value, analysis_)) Strip(item, false);
    }
  }

  Node* Stripped(Node* column) {
    const int64_t length = analysis_.TypeOf(column).length;
    Node* type = length > 0 ? sql::MakeTypeName(arena_, "VARCHAR", {length}) : sql::MakeTypeName(arena_, "VARCHAR");
    return sql::MakeCast(arena_, column, type);
  }

  sql::Arena& arena_;
  const sql::Analysis& analysis_;
};

}  // namespace

bool IsPlainText(const Field& field) {
  if (field.native_type.empty()) return true;
  if (field.native_type.find(" COLLATE ") != std::string::npos) return false;
  const std::string name = ToLower(field.native_type);
  for (const std::string_view plain : {"char", "character", "varchar", "text", "bpchar", "nchar", "nvarchar", "tinytext",
                                       "mediumtext", "longtext", "string", "clob", "name"}) {
    if (name.starts_with(plain)) return true;
  }
  return false;
}

std::string FindOwnMeaning(const Node* query, const sql::Analysis& analysis, const SourceProfile& source) {
  std::string found = MeaningFinder(analysis, source).Find(query);
  if (!found.empty() || source.facts.binary_collation) return found;
  found = FindOrder(query, analysis, [](const DataType& type) { return type.kind == TypeKind::kUuid; });
  return found.empty() ? found : found + ": UUIDs are ordered otherwise there";
}

void StripPadding(sql::Arena& arena, Node* query, const sql::Analysis& analysis) {
  PaddingStripper(arena, analysis).Strip(query, true);
}

}  // namespace dvt::plan
