// Paths into JSON. Between dialects a path is a JSONPath text, '$.a[0]."b c"'; PostgreSQL and Redshift take its steps as arguments.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/json_path.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

JsonKeys KeysOf(const Dialect& dialect) {
  if (dialect.Has(Feature::kPathKeysBehindDots)) return JsonKeys::kDotted;
  return dialect.Has(Feature::kPathKeysInApostrophes) ? JsonKeys::kApostrophes : JsonKeys::kQuoted;
}

std::string WritePath(const std::vector<JsonStep>& steps, const Dialect& dialect) {
  return WriteJsonPath(steps, KeysOf(dialect));
}

}  // namespace

// 'a', 'b', '0' → '$.a.b[0]'; false if one of them is no literal. Where positions are numbers, they count from 1.
bool Rewriter::PathOfKeys(std::vector<Node*>& args, bool places) {
  if (args.empty() || (args.size() < 2 && !places)) return false;
  std::vector<JsonStep> steps;
  for (size_t i = 1; i < args.size(); ++i) {
    int64_t place = 0;
    if (places && IsNumber(args[i], &place) && place > 0) {
      steps.push_back({std::to_string(place - 1), true});
      continue;
    }
    if (!args[i]->Is(Kind::kString, Op::kPlain)) return false;
    steps.push_back({std::string(args[i]->text), !places && IsJsonIndex(args[i]->text)});
  }
  args.resize(1);
  args.push_back(Made(MakeString(arena_, WritePath(steps, Neutral()))));
  return true;
}

// The arguments as the target's function takes them: a path in its spelling, or one argument a step.
std::vector<Node*> Rewriter::PathArguments(const FunctionSpec& to, std::span<Node* const> args) {
  std::vector<Node*> out(args.begin(), args.end());
  std::vector<JsonStep> steps;
  if (args.size() < 2 || !args[1]->Is(Kind::kString, Op::kPlain)) return out;
  const bool keys = to.concept_.ends_with("_by_keys"), places = to.concept_.ends_with("_by_places");
  bool several = false;
  if (!ReadJsonPath(args[1]->text, steps, several) || (args.size() != 2 && !places)) return out;
  if (several && to_.Has(Feature::kPathsWithoutWildcards))
    Note(Verdict::kUnsupported, args[1], "JSON path", "a path leads to one value in " + std::string(to_.name));
  if (several && !places) return out;
  if (!keys && !places) {
    out[1] = Made(MakeString(arena_, WritePath(steps, to_)));
    return out;
  }
  out.resize(1);
  for (const JsonStep& step : steps)
    out.push_back(Made(places && step.index ? MakeNumber(arena_, std::stoll(step.key) + 1) : MakeString(arena_, step.key)));
  if (steps.empty() && keys) {
    Node* variadic =
        NewNode(arena_, Kind::kPhrase, {NewNode(arena_, Kind::kWord, {}, "VARIADIC"), MakeString(arena_, "{}")}, "VARIADIC");
    out.push_back(Made(variadic));
  }
  return out;
}

// x -> 'a' and x ->> 'a' as the target extracts.
Node* Rewriter::JsonOperator(Node* node) {
  Note(Verdict::kUnsupported, node, "JSON operator", "JSON paths are read differently");
  const bool text = node->op == Op::kJsonGetText;
  if (!normalize_ || (!text && node->op != Op::kJsonGet)) return node;
  const Node* key = node->Child(1);
  Node* path = nullptr;
  if (key->Is(Kind::kString, Op::kPlain)) {
    std::vector<JsonStep> steps{{std::string(key->text), false}};
    const bool whole = key->text.starts_with('$');
    path = whole ? node->Child(1) : Made(MakeString(arena_, WritePath(steps, Neutral())));
  } else if (key->Is(Kind::kNumber) && IsJsonIndex(key->text)) {
    path = Made(MakeString(arena_, "$[" + std::string(key->text) + "]"));
  }
  const std::string_view meaning = text ? "json_extract_scalar" : "json_extract";
  const FunctionSpec* target = FindConcept(to_, meaning, 2);
  if (target == nullptr) target = FindFamily(to_, meaning, 2);
  if (path == nullptr || target == nullptr) return node;
  Node* parts[] = {node->Child(0), path};
  return Call(node, *target, parts);
}

// CAST(x AS JSON), and CAST(x AS ARRAY<INT>) of a JSON value, where these are calls; nullptr where they are casts.
Node* Rewriter::JsonCast(Node* node) {
  Node* type = node->children[1];
  if (EqualsIgnoreCase(type->text, "JSON")) {
    Node* json = CallOf(node, "json_cast", {node->Child(0)});
    return json == node ? nullptr : json;
  }
  if (type->op == Op::kScalarType || TypeOf(node->Child(0)).kind != columnar::TypeKind::kJson) return nullptr;
  Node* written = Clone(arena_, type);
  Walk(written);
  Node* read = CallOf(node, "json_read_as", {node->Child(0), Made(MakeString(arena_, Print(written, to_)))});
  return read == node ? nullptr : read;
}

// DESCRIBE TABLE t is DESCRIBE t.
void Rewriter::DescribedTable(Node* command) {
  const std::string upper = ToUpper(command->text);
  for (const std::string_view words : {"DESCRIBE TABLE ", "DESCRIBE VIEW "}) {
    if (upper.starts_with(words)) command->text = arena_.Copy("DESCRIBE " + std::string(command->text.substr(words.size())));
  }
}

}  // namespace dvt::sql
