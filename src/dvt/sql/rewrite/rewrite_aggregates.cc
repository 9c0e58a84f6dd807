// Aggregates: averages, joined texts, deviations.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::TypeKind;

// The extremes of truth values are whether any is true, or all are; where these are functions of their own, MIN and MAX may not take them.
Node* Rewriter::TruthExtreme(Node* node, std::string_view meaning) {
  const Node* args = node->Child(kArgsSlot);
  if (args == nullptr || args->count != 1 || !to_.Has(Feature::kBooleanType) || to_.Has(Feature::kStructBraces) ||
      TypeOf(args->Child(0)).kind != TypeKind::kBool)
    return nullptr;
  const FunctionSpec* own = FindConcept(to_, meaning == "max" ? "bool_or" : "bool_and", 1);
  if (own == nullptr || !own->write.empty()) return nullptr;
  return Rename(node, own->concept_);
}

Node* Rewriter::Aggregate(Node* node, std::string_view meaning) {
  Node* args = node->Child(kArgsSlot);
  if (meaning == "avg_numeric" || meaning == "avg_float" || meaning == "avg_digits") {
    const auto type = TypeOf(args->Child(0));
    const bool floating = type.kind == TypeKind::kFloat32 || type.kind == TypeKind::kFloat64;
    const bool exact = type.kind == TypeKind::kDecimal || type.is_integer();
    node->text = "AVG";
    if (floating) return node;
    if (meaning == "avg_digits") {
      Note(Verdict::kDifferent, node, "AVG",
           "averages of exact numbers are rounded to four digits more in " + std::string(from_.name));
    } else if (meaning == "avg_float") {
      // Floating point whatever the argument: said by a cast where the other side would stay exact.
      // The average of exact numbers itself is exact where it has digits enough: sums of floating numbers are not.
      if (exact && FindConcept(to_, "avg_numeric", 1) != nullptr && !to_.Has(Feature::kStructBraces))
        return Made(AsFloat(Made(node)));
      if (!to_.Has(Feature::kDynamicTyping) && !to_.Has(Feature::kStructBraces)) args->children[0] = AsFloat(args->Child(0));
    } else if (to_.Has(Feature::kQuotientDigits) || !exact) {
      Note(Verdict::kDifferent, node, "AVG", "averages of exact numbers are rounded to other digits in " + std::string(to_.name));
    }
    if (from_.Has(Feature::kDynamicTyping) && !type.is_numeric())
      Note(Verdict::kDifferent, node, "AVG", "texts count as numbers in SQLite");
    return node;
  }
  if (meaning == "string_agg_comma" || meaning == "group_concat") {
    if (FindConcept(to_, "string_agg") == nullptr) return nullptr;
    if (meaning == "group_concat" && args->count > 1 && to_.Has(Feature::kConditionsOnly)) {
      Node* joined = args->children[0];  // the parts are joined
      for (uint32_t i = 1; i < args->count; ++i) joined = Made(MakeBinary(arena_, Op::kAdd, joined, args->children[i]));
      args->children[0] = joined;
      args->count = 1;
    }
    if (meaning == "group_concat" && args->count != 1) return nullptr;
    const bool ordered = node->Child(kArgOrderSlot) != nullptr;
    if (ordered && to_.Has(Feature::kDynamicTyping)) return nullptr;
    if (TypeOf(args->Child(0)).kind != TypeKind::kString)
      args->children[0] = Made(MakeCast(arena_, args->Child(0), MakeTypeName(arena_, to_.unlimited_text)));
    Node* separator = node->Child(kSeparatorSlot);
    Append(arena_, args, separator != nullptr ? separator : Made(MakeString(arena_, ",")));
    if (separator != nullptr) SetChild(arena_, node, kSeparatorSlot, nullptr);
    return Rename(node, "string_agg");
  }
  if (meaning == "string_agg" && FindConcept(to_, "group_concat") != nullptr) {
    const Node* separator = Unparen(args->Child(1));
    if (!separator->Is(Kind::kString)) return nullptr;
    Note(Verdict::kDifferent, node, "STRING_AGG", "GROUP_CONCAT cuts at group_concat_max_len");
    SetChild(arena_, node, kSeparatorSlot, args->children[1]);
    args->count = 1;
    return Rename(node, "group_concat");
  }
  for (const std::string_view base : {"stddev_samp", "stddev_pop", "var_samp", "var_pop"}) {
    const std::string rounded = std::string(base) + "_rounded";
    if (meaning != base && meaning != rounded) continue;
    const auto type = TypeOf(args->Child(0));
    if (type.kind != TypeKind::kFloat64)
      Note(Verdict::kDifferent, node, ToUpper(node->text), "MariaDB rounds deviations of exact numbers");
    return Rename(node, meaning == base ? rounded : std::string(base));
  }
  return nullptr;
}

// GROUP_CONCAT(a, b SEPARATOR ';') as LISTAGG(CONCAT(a, b), ';') where separators are arguments.
void Rewriter::ListedTexts(Node* call) {
  Node* args = call->Child(kArgsSlot);
  const bool joins = customary_ && from_.Has(Feature::kOnDuplicateKey) && to_.Has(Feature::kUsingFormat) &&
                     EqualsIgnoreCase(call->text, "GROUP_CONCAT");
  if (!joins || args == nullptr || args->count == 0) return;
  Node* text =
      args->count == 1 ? args->children[0] : MakeFunction(arena_, "CONCAT", std::span<Node* const>(args->children, args->count));
  Node* separator = call->Child(kSeparatorSlot) != nullptr ? call->children[kSeparatorSlot] : MakeString(arena_, ",");
  Node* both[] = {text, separator};
  call->children[kArgsSlot] = MakeList(arena_, both);
  if (call->Child(kSeparatorSlot) != nullptr) call->children[kSeparatorSlot] = nullptr;
  call->text = "LISTAGG";
  made_.insert(call);
}

}  // namespace dvt::sql
