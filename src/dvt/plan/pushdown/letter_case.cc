#include "dvt/plan/pushdown/letter_case.h"

#include <algorithm>
#include <array>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;

enum class Need : uint8_t { kNone, kPairs, kOwnPairs, kOther, kPattern };

// A text of flags with an i, or one that nobody knows before it is run.
bool IgnoresCase(const Node* flags) {
  flags = sql::Unparen(flags);
  return !flags->Is(Kind::kString) || flags->text.find('i') != std::string_view::npos;
}

Need NeedOfCall(const Node* call, const sql::Dialect& dialect) {
  static constexpr std::array<std::string_view, 3> kOther = {"INITCAP", "CASEFOLD", "CONTAINS_IGNORE_CASE"};
  const Node* arguments = call->Child(sql::kArgsSlot);
  const std::string name = ToUpper(call->text);
  if (std::find(kOther.begin(), kOther.end(), name) != kOther.end()) return Need::kOther;
  if (arguments == nullptr) return Need::kNone;
  if (name.starts_with("REGEXP")) {
    const uint32_t first = name == "REGEXP_REPLACE" ? 3 : 2;
    for (uint32_t i = first; i < arguments->count; ++i) {
      if (!sql::Unparen(arguments->Child(i))->Is(Kind::kNumber) && IgnoresCase(arguments->Child(i))) return Need::kPattern;
    }
    return Need::kNone;
  }
  const sql::FunctionSpec* spec = arguments->count == 1 ? sql::FindFunction(dialect, name, 1) : nullptr;
  if (spec == nullptr) return Need::kNone;
  if (spec->concept_ == "upper" || spec->concept_ == "lower") return Need::kPairs;
  return spec->family_name() == "upper" || spec->family_name() == "lower" ? Need::kOwnPairs : Need::kNone;
}

Need NeedOf(const Node* node, const sql::Dialect& dialect) {
  if (node->Is(Kind::kFunction)) return NeedOfCall(node, dialect);
  if (node->Is(Kind::kLike, Op::kIlikeOp)) return Need::kPairs;
  const bool pattern = node->Is(Kind::kBinary) && (node->op == Op::kRegexIMatch || node->op == Op::kRegexINoMatch);
  return pattern ? Need::kPattern : Need::kNone;
}

bool AreTexts(const Node* node, const sql::Analysis& analysis) {
  const Node* arguments = node->Is(Kind::kFunction) ? node->Child(sql::kArgsSlot) : nullptr;
  const auto is_text = [&](const Node* value) {
    value = sql::Unparen(value);
    return value->Is(Kind::kString) || analysis.TypeOf(value).kind == TypeKind::kString;
  };
  return arguments != nullptr ? is_text(arguments->Child(0)) : is_text(node->Child(0)) && is_text(node->Child(1));
}

std::string NameOf(const Node* node) {
  if (node->Is(Kind::kFunction)) return ToUpper(node->text);
  return node->Is(Kind::kLike) ? "ILIKE" : "a pattern without case";
}

}  // namespace

LetterUse FindLetterUse(const Node* query, const sql::Analysis& analysis, const sql::Dialect& dialect) {
  LetterUse use;
  bool collated = false;
  sql::Visit(query, [&](const Node* node) {
    collated = collated || node->Is(Kind::kCollate);
    const Need need = NeedOf(node, dialect);
    if (need == Need::kNone) return true;
    const bool known = need == Need::kPairs && AreTexts(node, analysis);
    std::string& place = known                    ? use.paired
                         : need == Need::kOther   ? use.other
                         : need == Need::kPattern ? use.pattern
                                                  : use.unclear;
    if (place.empty()) place = NameOf(node);
    return true;
  });
  if (collated && !use.paired.empty() && use.unclear.empty()) use.unclear = use.paired + " beside COLLATE";
  return use;
}

bool DependsOnLetters(const Node* expression, const sql::Dialect& dialect) {
  return sql::Contains(expression, [&](const Node* node) { return NeedOf(node, dialect) != Need::kNone; });
}

}  // namespace dvt::plan
