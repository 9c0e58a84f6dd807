// Words of templates that compute from their arguments.
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

class Words {
 public:
  Words(Arena& arena, std::span<Node* const> args, std::vector<Node*>& made) : arena_(arena), args_(args), made_(made) {}

  // a IS NULL OR b IS NULL …
  Node* AnyNull() {
    Node* all = nullptr;
    for (Node* arg : args_) {
      Node* is = Made(NewNode(arena_, Kind::kIs, {arg, Made(NewNode(arena_, Kind::kNull))}));
      all = all == nullptr ? is : Made(MakeBinary(arena_, Op::kOr, all, is));
    }
    return all;
  }

  // A number plus a number, else a sum.
  Node* Add() {
    int64_t left = 0, right = 0;
    if (Whole(args_[0], left) && Whole(args_[1], right)) {
      Node* sum = Made(MakeNumber(arena_, left + right));
      if (sum->count > 0) Made(sum->Child(0));
      return sum;
    }
    if (Whole(args_[1], right) && right < 0) {
      return Made(MakeBinary(arena_, Op::kSub, args_[0], Made(MakeNumber(arena_, -right))));
    }
    return Made(MakeBinary(arena_, Op::kAdd, args_[0], args_[1]));
  }

  // Literals become one, everything else is concatenated.
  Node* Joined() {
    std::string text;
    for (const Node* arg : args_) {
      if (!arg->Is(Kind::kString, Op::kPlain) && !arg->Is(Kind::kNumber)) return Concatenated();
      text += arg->text;
    }
    return Made(MakeString(arena_, text));
  }

  // RANDOM(5) → 5; anything else is the seed itself.
  Node* Seed() {
    Node* arg = args_[0];
    const Node* inner = arg->Is(Kind::kFunction) ? arg->Child(kArgsSlot) : nullptr;
    return inner != nullptr && inner->count > 0 ? inner->Child(0) : arg;
  }

  Node* WholeNumber() {
    int64_t value = 0;
    if (Whole(args_[0], value)) return args_[0];
    return Made(MakeCast(arena_, args_[0], Made(MakeTypeName(arena_, "INT"))));
  }

  // 'a.b[0]:c' → '$.a.b[0].c'
  Node* JsonPath() {
    if (!args_[0]->Is(Kind::kString, Op::kPlain)) return args_[0];
    std::string path = ReplaceAll(std::string(args_[0]->text), ":", ".");
    if (!path.starts_with('$')) path = (path.starts_with('[') ? "$" : "$.") + path;
    return Made(MakeString(arena_, path));
  }

  // a -> '$.b'
  Node* JsonArrow() { return Made(MakeBinary(arena_, Op::kJsonGet, args_[0], args_[1])); }

  // '$.a.b[0]' → 'a.b[0]'; every element, [*], is what the path before it gives.
  Node* PlainPath() {
    if (!args_[0]->Is(Kind::kString, Op::kPlain)) return args_[0];
    std::string path = ReplaceAll(ReplaceAll(std::string(args_[0]->text), ":", "."), "[*]", "");
    if (path.starts_with("$.")) path = path.substr(2);
    if (path.starts_with('$')) path = path.substr(1);
    return Made(MakeString(arena_, path));
  }

  // The characters of the first text where it differs from the second.
  Node* Changed() {
    const std::string_view ours = args_[0]->text, other = args_[1]->text;
    std::string text;
    for (size_t i = 0; i < ours.size() && i < other.size(); ++i) {
      if (ours[i] != other[i]) text += ours[i];
    }
    return Made(MakeString(arena_, text));
  }

 private:
  Node* Made(Node* node) {
    made_.push_back(node);
    return node;
  }

  static bool Whole(const Node* node, int64_t& value) {
    const bool negative = node->Is(Kind::kUnary, Op::kNeg);
    if (!IsNumber(negative ? node->Child(0) : node, &value)) return false;
    if (negative) value = -value;
    return true;
  }

  Node* Concatenated() {
    Node* all = nullptr;
    for (Node* arg : args_) all = all == nullptr ? arg : Made(MakeBinary(arena_, Op::kConcat, all, arg));
    return all;
  }

  Arena& arena_;
  std::span<Node* const> args_;
  std::vector<Node*>& made_;
};

constexpr struct {
  std::string_view name;
  size_t least;
  Node* (Words::*apply)();
} kWords[] = {{"ANY_NULL", 1, &Words::AnyNull},       {"ADD", 2, &Words::Add},
              {"JOINED", 1, &Words::Joined},          {"SEED", 1, &Words::Seed},
              {"WHOLE", 1, &Words::WholeNumber},      {"CHANGED", 2, &Words::Changed},
              {"JSON_PATH_OF", 1, &Words::JsonPath},  {"JSON_ARROW", 2, &Words::JsonArrow},
              {"PLAIN_PATH_OF", 1, &Words::PlainPath}};

}  // namespace

bool IsTemplateWord(std::string_view word) {
  for (const auto& each : kWords) {
    if (each.name == word) return true;
  }
  return false;
}

Node* ApplyWord(Arena& arena, std::string_view word, std::span<Node* const> args, std::vector<Node*>& made) {
  for (const auto& each : kWords) {
    if (each.name != word || args.size() < each.least) continue;
    Words words(arena, args, made);
    return (words.*each.apply)();
  }
  return nullptr;
}

}  // namespace dvt::sql
