#include <fmt/format.h>

#include <set>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/letter_case.h"
#include "dvt/plan/pushdown/literal.h"
#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {
namespace {

using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;

bool IsOwn(const PlanRequest& request, const columnar::RelationName& written) {
  const columnar::RelationName& own = request.target_relation;
  const auto same = [](const std::string& a, const std::string& b) { return a.empty() || b.empty() || EqualsIgnoreCase(a, b); };
  return written.name == own.name && same(written.schema, own.schema) && same(written.database, own.database);
}

/// Finds and replaces the constants of one query.
class OwnValues {
 public:
  OwnValues(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan)
      : request_(request), catalog_(catalog), query_(query), plan_(plan) {
    for (const auto& reference : sql::ReferencedTables(query.root(), query.dialect())) {
      if (!IsOwn(request, reference.name)) continue;
      const BoundTable* table = query.Find(reference.name);
      if (table != nullptr && table->connection == request.target_connection) own_.insert(reference.node);
    }
  }

  Status Replace() {
    if (own_.empty()) return {};
    std::vector<Node**> operands;
    Collect(query_.root(), operands);
    for (Node** operand : operands) DVT_TRY(ReplaceOperand(*operand));
    return changed_ ? query_.Bind(request_) : Status();
  }

 private:
  // What is compared: values of any type go there.
  void Collect(Node* node, std::vector<Node**>& operands) {
    if (node == nullptr) return;
    const bool compares = (node->Is(Kind::kBinary) && node->op >= Op::kEq && node->op <= Op::kGe) || node->Is(Kind::kBetween);
    for (Node*& child : node->Children()) {
      if (child == nullptr) continue;
      if (compares && IsOwnConstant(child)) {
        operands.push_back(&child);
      } else {
        Collect(child, operands);
      }
    }
  }

  // Made of literals and of queries over the own table alone.
  bool IsOwnConstant(const Node* expression) const {
    bool constant = !sql::IsVolatile(expression, query_.dialect()), reads = false;
    sql::Visit(expression, [&](const Node* node) {
      if (!constant) return false;
      if (node->IsQuery() || node->Is(Kind::kExists) || node->Is(Kind::kQuantified)) {
        const bool own = node->Is(Kind::kSubquery) && ReadsOwnOnly(node);
        constant = own;
        reads = reads || own;
        return false;
      }
      constant = !node->Is(Kind::kColumn) && !node->Is(Kind::kStar) && !node->Is(Kind::kField);
      return constant;
    });
    return constant && reads;
  }

  bool ReadsOwnOnly(const Node* query) const {
    bool any = false, only = true;
    sql::Visit(query, [&](const Node* node) {
      if (node->Is(Kind::kTable) || node->Is(Kind::kTableFunction)) {
        any = any || own_.contains(node);
        only = only && own_.contains(node);
      }
      return only;
    });
    return any && only;
  }

  Status ReplaceOperand(Node*& operand) {
    if (DependsOnLetters(operand, query_.dialect()) &&
        catalog_.LetterCaseOf(request_.target_connection, {request_.target_relation}) != sql::LetterCase::kEngine) {
      return {};  // the engine has cases of its own
    }
    const std::string text = sql::Print(operand, query_.dialect());
    DVT_ASSIGN(const auto found, catalog_.Evaluate(request_.target_connection, "SELECT " + text));
    if (!found) return {};
    std::string shown;
    Node* value = LiteralOf(*found, shown);
    if (value == nullptr) return {};
    operand = value;
    plan_.own_values.emplace_back(text, shown);
    changed_ = true;
    return {};
  }

  // Null where the literal would be another value, or of another type.
  Node* LiteralOf(const SingleValue& value, std::string& shown) {
    if (!value.text) return sql::NewNode(query_.arena(), Kind::kNull);
    shown = *value.text;
    const columnar::DataType& type = value.field.type;
    const bool number = type.is_integer() || type.kind == TypeKind::kDecimal ||
                        (type.kind == TypeKind::kString && value.field.native_type == "numeric");
    if (number) return ParseNumberText(shown) ? Parsed(shown) : nullptr;
    if (type.kind == TypeKind::kString) {
      const bool by_bytes = catalog_.TextOrder(request_.target_connection) == "bytes";
      return by_bytes || ParseDateText(shown) ? sql::MakeString(query_.arena(), shown) : nullptr;
    }
    const auto time = type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp ? ParseDateText(shown) : std::nullopt;
    if (!time) return nullptr;
    Node* typed = Parsed(fmt::format("{} '{}'", type.kind == TypeKind::kDate ? "DATE" : "TIMESTAMP", shown));
    return FoldConstant(typed) ? typed
                               : sql::MakeString(query_.arena(), shown);  // a dialect without such literals has texts for dates
  }

  // A literal as the model's dialect reads it.
  Node* Parsed(const std::string& literal) {
    auto parsed = sql::ParseQuery("SELECT " + literal, query_.dialect());
    if (!parsed) return nullptr;
    const Node* items = parsed->root()->Is(Kind::kSelect) ? parsed->root()->Child(sql::kItemsSlot) : nullptr;
    if (items == nullptr || items->count != 1) return nullptr;
    const Node* item = items->Child(0);
    Node* value = sql::Clone(query_.arena(), item->Is(Kind::kAlias) ? item->Child(0) : item);
    return literal.starts_with('-') ? sql::MakeParen(query_.arena(), value) : value;
  }

  const PlanRequest& request_;
  Catalog& catalog_;
  ModelQuery& query_;
  ModelPlan& plan_;
  std::set<const Node*> own_;  // the kTable nodes of the own table
  bool changed_ = false;
};

}  // namespace

Status TakeOwnValues(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan) {
  return OwnValues(request, catalog, query, plan).Replace();
}

}  // namespace dvt::plan
