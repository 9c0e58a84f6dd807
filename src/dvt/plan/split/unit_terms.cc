#include "dvt/plan/split/unit_terms.h"

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {

using columnar::DataType;
using columnar::TypeKind;
using sql::Kind;
using sql::Node;

const SplitInput* Unit::Find(const sql::Source* source) const {
  const auto it = std::find_if(members.begin(), members.end(),
                               [&](const auto& member) { return member.first->occurrences.front() == source; });
  return it == members.end() ? nullptr : it->first;
}

std::string Unit::Name(const ColumnRef& column) const {
  const auto it = std::find_if(members.begin(), members.end(),
                               [&](const auto& member) { return member.first->occurrences.front() == column.source; });
  const SplitInput& input = *it->first;
  return it->second + sql::QuoteIdentifier(*input.profile.dialect, input.info->columns[static_cast<size_t>(column.index)].name);
}

std::optional<std::pair<std::string, DataType>> UnitTerms::Column(const Node* node) const {
  const sql::ColumnBinding* binding = analysis_.Find(node);
  if (binding == nullptr || binding->source == nullptr || binding->index < 0 || binding->outer || !binding->merged.empty() ||
      binding->row || binding->fields != 0) {
    return std::nullopt;
  }
  const SplitInput* input = unit_.Find(binding->source);
  if (input == nullptr) return std::nullopt;
  return std::pair{unit_.Name({binding->source, binding->index}), input->info->columns[static_cast<size_t>(binding->index)].type};
}

bool UnitTerms::CountsAlike(const Node* column) const {
  const sql::ColumnBinding* binding = analysis_.Find(column);
  const SplitInput* input = unit_.Find(binding->source);
  const columnar::Field& field = input->info->columns[static_cast<size_t>(binding->index)];
  return GroupsAlike(field, input->profile) || field.type.kind == TypeKind::kString;
}

std::optional<ExactNumber> UnitTerms::Number(const Node* node, bool cases) const {
  const auto column = [&](const Node* read) { return Column(read); };
  const ExactCondition condition = [&](const Node* operand, const Node* test) { return Condition(operand, test); };
  return ReadExactNumber(node, column, cases ? condition : nullptr);
}

std::optional<std::pair<std::string, DataType>> UnitTerms::Ordered(const Node* node) const {
  std::optional<DataType> type;
  const auto column = [&](const Node* value) -> std::optional<std::string> {
    value = sql::Unparen(value);
    const auto found = value->Is(Kind::kColumn) ? Column(value) : std::nullopt;
    if (!found || !CountsAlike(value) || found->second.kind == TypeKind::kString || found->second.kind == TypeKind::kBool ||
        (type && !(*type == found->second))) {
      return std::nullopt;
    }
    type = found->second;
    return found->first;
  };
  const ExactCondition condition = [&](const Node* operand, const Node* test) { return Condition(operand, test); };
  const auto text = node->Is(Kind::kCase) ? RenderCase(node, condition, column) : column(node);
  return text && type ? std::optional(std::pair{*text, *type}) : std::nullopt;
}

std::optional<std::string> UnitTerms::Condition(const Node* operand, const Node* condition) const {
  if (operand != nullptr) return std::nullopt;
  return Exactly(ReadPredicate(condition, [&](const Node* column) -> std::optional<ColumnRef> {
    if (!Column(column)) return std::nullopt;
    const sql::ColumnBinding* binding = analysis_.Find(column);
    return ColumnRef{binding->source, binding->index};
  }));
}

// Each test goes to the table whose columns it names.
std::optional<std::string> UnitTerms::Exactly(const Predicate& predicate) const {
  const bool all = predicate.kind == Predicate::Kind::kAnd;
  if (all || predicate.kind == Predicate::Kind::kOr) {
    std::vector<std::string> parts;
    for (const Predicate& child : predicate.children) {
      auto part = Exactly(child);
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    }
    return "(" + Join(parts, all ? " AND " : " OR ") + ")";
  }
  const auto it = std::find_if(unit_.members.begin(), unit_.members.end(),
                               [&](const auto& member) { return member.first->occurrences.front() == predicate.column.source; });
  if (it == unit_.members.end() || !IsEvaluated(predicate, *it->first)) return std::nullopt;
  return RenderPredicate(predicate, it->first->info->columns, it->first->profile, it->second, nullptr);
}

}  // namespace dvt::plan
