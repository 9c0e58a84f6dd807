// Paths into JSON. Between dialects a path is a JSONPath text, '$.a[0]."b c"'; PostgreSQL and Redshift take its steps as arguments.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

struct Step {
  std::string key;
  bool index = false;
};

bool IsPlainKey(std::string_view key) {
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return false;
  return std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsIndex(std::string_view key) {
  return !key.empty() && key.size() < 10 && std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The steps of '$.a[0]["b c"]."d"'; false for wildcards, slices and anything else.
bool ReadPath(std::string_view path, std::vector<Step>& steps) {
  if (path.empty() || path[0] != '$') return false;
  for (size_t at = 1; at < path.size();) {
    const bool bracket = path[at] == '[';
    if (!bracket && path[at] != '.') return false;
    ++at;
    if (at >= path.size()) return false;
    const char quote = path[at];
    if (quote == '"' || quote == '\'') {
      const size_t end = path.find(quote, at + 1);
      if (end == std::string_view::npos) return false;
      steps.push_back({std::string(path.substr(at + 1, end - at - 1)), false});
      at = end + 1;
    } else {
      size_t end = at;
      while (end < path.size() && path[end] != '.' && path[end] != '[' && path[end] != ']') ++end;
      steps.push_back({std::string(path.substr(at, end - at)), bracket});
      if (bracket ? !IsIndex(steps.back().key) : !IsPlainKey(steps.back().key)) return false;
      at = end;
    }
    if (bracket) {
      if (at >= path.size() || path[at] != ']') return false;
      ++at;
    }
  }
  return true;
}

// How a dialect writes a key that is no plain word: "a b" behind a dot, or in brackets with either quote.
std::string WritePath(const std::vector<Step>& steps, const Dialect& dialect) {
  std::string out = "$";
  for (const Step& step : steps) {
    if (step.index)
      out += "[" + step.key + "]";
    else if (IsPlainKey(step.key))
      out += "." + step.key;
    else if (dialect.Has(Feature::kPathKeysBehindDots))
      out += ".\"" + step.key + "\"";
    else if (dialect.Has(Feature::kPathKeysInApostrophes))
      out += "['" + step.key + "']";
    else
      out += "[\"" + step.key + "\"]";
  }
  return out;
}

}  // namespace

// 'a', 'b', '0' → '$.a.b[0]'; false if one of them is no literal.
bool Rewriter::PathOfKeys(std::vector<Node*>& args) {
  if (args.size() < 2) return false;
  std::vector<Step> steps;
  for (size_t i = 1; i < args.size(); ++i) {
    int64_t place = 0;
    if (IsNumber(args[i], &place) && place > 0) {  // counted from one
      steps.push_back({std::to_string(place - 1), true});
      continue;
    }
    if (!args[i]->Is(Kind::kString, Op::kPlain)) return false;
    steps.push_back({std::string(args[i]->text), IsIndex(args[i]->text)});
  }
  args.resize(1);
  args.push_back(Made(MakeString(arena_, WritePath(steps, Neutral()))));
  return true;
}

// The arguments as the target's function takes them: a path in its spelling, or one argument a step.
std::vector<Node*> Rewriter::PathArguments(const FunctionSpec& to, std::span<Node* const> args) {
  std::vector<Node*> out(args.begin(), args.end());
  std::vector<Step> steps;
  if (args.size() == 2 && args[1]->Is(Kind::kString) && to_.Has(Feature::kPathsWithoutWildcards)) {
    const std::string_view path = args[1]->text;
    if (path.find("[*]") != path.npos || path.find(".*") != path.npos || path.find("..") != path.npos)
      Note(Verdict::kUnsupported, args[1], "JSON path", "paths have no wildcards in " + std::string(to_.name));
  }
  if (args.size() != 2 || !args[1]->Is(Kind::kString, Op::kPlain) || !ReadPath(args[1]->text, steps)) return out;
  const bool keys = to.concept_.ends_with("_by_keys");
  if (!keys) {
    out[1] = Made(MakeString(arena_, WritePath(steps, to_)));
    return out;
  }
  out.resize(1);
  for (const Step& step : steps) {
    const bool place = step.index && to_.Has(Feature::kKeepFunctionCase);  // counted from one
    out.push_back(Made(place ? MakeNumber(arena_, std::stoll(step.key) + 1) : MakeString(arena_, step.key)));
  }
  if (steps.empty()) {
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
    std::vector<Step> steps{{std::string(key->text), false}};
    const bool whole = key->text.starts_with('$');
    path = whole ? node->Child(1) : Made(MakeString(arena_, WritePath(steps, Neutral())));
  } else if (key->Is(Kind::kNumber) && IsIndex(key->text)) {
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
