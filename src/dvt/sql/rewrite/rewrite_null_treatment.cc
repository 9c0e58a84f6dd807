// What aggregates do with NULLs; membership in arrays, and matches of several patterns.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

// SUM(x IGNORE NULLS) is SUM(x), ARRAY_AGG(x IGNORE NULLS) filters, FIRST(x IGNORE NULLS) has a name of its own; functions of windows keep the words.
Node* Rewriter::NullTreatment(Node* call) {
  Node* args = call->Child(kArgsSlot);
  if (&from_ != &to_ && call->Has(kIgnoreNulls) && !to_.Has(Feature::kIgnoreNulls))
    Note(Verdict::kUnsupported, call, "IGNORE NULLS", std::string(to_.name) + " has no IGNORE NULLS");
  if (!customary_ || &from_ == &to_ || !to_.Has(Feature::kNullsInWindows) || args == nullptr || args->count == 0) return call;
  if (const Node* by = call->Child(kMaxMinSlot); by != nullptr && EqualsIgnoreCase(call->text, "ANY_VALUE")) {
    const bool least = by->Child(0)->text == "HAVING MIN";
    if (const FunctionSpec* spec = FindConcept(to_, least ? "arg_min_null" : "arg_max_null", 2)) {
      Node* parts[] = {args->Child(0), by->Child(1)};
      call->children[kMaxMinSlot] = nullptr;
      return Call(call, *spec, parts);
    }
  }
  const bool ignores = call->Has(kIgnoreNulls);
  if (!ignores && !call->Has(kRespectNulls)) return call;
  if (ignores && EqualsIgnoreCase(call->text, "FIRST") && call->Child(kOverSlot) == nullptr) {
    if (const FunctionSpec* spec = FindConcept(to_, "first_skip_null", 1)) {
      call->Set(kIgnoreNulls, false);
      Node* parts[] = {args->Child(0)};
      return Call(call, *spec, parts);
    }
  }
  static constexpr std::string_view kValues[] = {"FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "LAG", "LEAD", "FIRST", "LAST"};
  if (std::any_of(std::begin(kValues), std::end(kValues),
                  [&](std::string_view name) { return EqualsIgnoreCase(name, call->text); }))
    return call;
  call->Set(kIgnoreNulls, false);
  call->Set(kRespectNulls, false);
  if (ignores && EqualsIgnoreCase(call->text, "ARRAY_AGG") && call->Child(kFilterSlot) == nullptr) {
    Node* is = Made(NewNode(arena_, Kind::kIs, {Clone(arena_, args->Child(0)), NewNode(arena_, Kind::kNull)}));
    is->Set(kNot);
    SetChild(arena_, call, kFilterSlot, is);
  }
  return call;
}

// x IN UNNEST(array)
Node* Rewriter::InArray(Node* in) {
  const Node* table = in->Child(1);
  const FunctionSpec* spec = customary_ && table->Is(Kind::kFunction) && EqualsIgnoreCase(table->text, "UNNEST")
                                 ? FindConcept(to_, "in_array", 2)
                                 : nullptr;
  const Node* args = spec == nullptr ? nullptr : table->Child(kArgsSlot);
  if (args == nullptr || args->count != 1) return nullptr;
  Node* parts[] = {in->Child(0), args->Child(0)};
  Node* test = Call(in, *spec, parts);
  return in->Has(kNot) ? Made(MakeNot(arena_, test)) : test;
}

// x LIKE ANY (a, b) is x LIKE a OR x LIKE b; ALL joins with AND.
Node* Rewriter::PatternList(Node* like) {
  const Node* list = like->Child(1);
  if (!customary_ || !to_.Has(Feature::kPatternsApart) || !list->Is(Kind::kQuantified) || list->count != 1) return nullptr;
  Node* patterns = list->children[0];
  if (patterns->IsQuery() || list->Has(kNoParens) || patterns->Is(Kind::kArray)) return nullptr;
  const uint32_t count = patterns->Is(Kind::kRow) ? patterns->count : 1;
  Node* all = nullptr;
  for (uint32_t i = 0; i < count; ++i) {
    Node* pattern = patterns->Is(Kind::kRow) ? patterns->children[i] : patterns;
    Node* each = NewNode(arena_, Kind::kLike, {i == 0 ? like->Child(0) : Clone(arena_, like->Child(0)), pattern}, {}, like->op);
    if (like->Child(2) != nullptr) SetChild(arena_, each, 2, Clone(arena_, like->Child(2)));
    each->Set(kNot, like->Has(kNot));
    each->begin = like->begin;
    Made(each);
    if (i > 1) all = Made(MakeParen(arena_, all));
    all = all == nullptr ? each : Made(MakeBinary(arena_, list->op == Op::kEvery ? Op::kAnd : Op::kOr, all, each));
  }
  return all;
}

}  // namespace dvt::sql
