#pragma once
// A stand-in for the template language in this folder's tests: literal ref/source/config/var/env_var calls by pattern.

#include <map>
#include <regex>
#include <string>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/template_frontend.h"

namespace dvt::project {

class FakeFrontend : public TemplateFrontend {
 public:
  std::map<std::string, std::string> schema_override;  ///< custom schema → name
  bool overrides_schema = false;

  Result<Value> RenderYaml(const Value& tree, const YamlScope& scope, const std::string& file) override {
    static const std::regex kCall(R"(\{\{\s*(var|env_var)\(\s*'([^']*)'\s*(?:,\s*([^)]*?)\s*)?\)\s*\}\})");
    const std::string& text = tree.as_string();
    std::smatch match;
    if (!std::regex_match(text, match, kCall))
      return Error(ErrorCode::kSyntax, "Template not understood: " + text).At(At(tree, file));
    std::string name = match[2];
    if (match[1] == "var") {
      if (const Value* value = scope.vars.Find(name)) return *value;
    } else if (auto value = scope.env(name)) {
      if (IsSecretVariable(name) && !scope.secrets_allowed)
        return Error(ErrorCode::kConfig, "Secret not allowed here: '" + name + "'").At(At(tree, file));
      return Value(*value);
    }
    if (!match[3].matched)
      return Error(ErrorCode::kConfig, "Env var required but not provided: '" + name + "'").At(At(tree, file));
    return *ParseYaml(match[3].str());
  }

  Result<std::vector<FileBlock>> AddMacroFile(const std::string& package, const std::string& path,
                                              std::string_view text) override {
    return Blocks(path, text);
  }
  std::vector<model::MacroNode> BuiltinMacros() override {
    std::vector<model::MacroNode> macros;
    for (const char* name : {"test_unique", "test_not_null", "test_accepted_values", "test_relationships"}) {
      model::MacroNode macro;
      macro.package = "dvt";
      macro.name = name;
      macro.unique_id = std::string("macro.dvt.") + name;
      macros.push_back(macro);
    }
    return macros;
  }
  std::vector<std::string> MacroDependencies(const model::MacroNode&) override { return {}; }
  Result<std::vector<FileBlock>> SnapshotBlocks(const std::string&, const std::string& path, std::string_view text) override {
    return Blocks(path, text);
  }

  Result<ModelCalls> ExtractModel(const std::string&, std::string_view text, const Place& place) override {
    ModelCalls calls;
    if (text.find("{% broken") != std::string_view::npos) return Error(ErrorCode::kSyntax, "Unknown tag 'broken'").At(place);
    static const std::regex kRef(R"(\bref\(\s*'([^']*)'(?:\s*,\s*'([^']*)')?(?:\s*,\s*(?:v|version)=\s*'?([^')]*)'?)?\s*\))");
    static const std::regex kSource(R"(\bsource\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\))");
    static const std::regex kConfig(R"(config\(([^)]*)\))");
    std::string copy(text);
    auto each = [&](const std::regex& pattern, auto&& body) {
      for (std::sregex_iterator it(copy.begin(), copy.end(), pattern), end; it != end; ++it)
        body(*it, PlaceAt(copy, it->position(), place));
    };
    each(kRef, [&](const std::smatch& m, Place at) {
      model::RefCall ref{m[2].matched ? m[1].str() : "", m[2].matched ? m[2].str() : m[1].str(), m[3].str(), at};
      calls.refs.push_back(ref);
    });
    each(kSource, [&](const std::smatch& m, Place at) { calls.sources.push_back({m[1], m[2], at}); });
    each(kConfig, [&](const std::smatch& m, Place at) {
      static const std::regex kEquals(R"((\w+)=)");
      calls.configs.push_back({*ParseYaml("{" + std::regex_replace(m[1].str(), kEquals, "$1: ") + "}"), at});
    });
    calls.needs_render = copy.find("{% if") != std::string::npos;
    return calls;
  }
  Result<ModelCalls> RenderModel(const model::Node& node, const YamlScope&) override {
    std::string text = std::regex_replace(node.raw_code, std::regex(R"(\{% if false %\}[^%]*\{% endif %\})"), "");
    auto calls = ExtractModel(node.package, text, node.place);
    return calls;
  }
  Result<std::optional<std::string>> GenerateName(std::string_view macro, const Value& custom, const model::Node&,
                                                  const YamlScope&) override {
    if (macro != "generate_schema_name" || !overrides_schema) return std::optional<std::string>();
    return std::optional<std::string>(custom.is_null() ? "base" : " " + custom.ToText() + " ");
  }

 private:
  static Place At(const Value& value, const std::string& file) { return {file, value.mark().line, value.mark().column}; }
  static Place PlaceAt(const std::string& text, std::ptrdiff_t offset, const Place& start) {
    Place place = start;
    for (std::ptrdiff_t i = 0; i < offset; ++i) {
      ++place.column;
      if (text[static_cast<size_t>(i)] == '\n') ++place.line, place.column = 1;
    }
    return place;
  }
  static std::vector<FileBlock> Blocks(const std::string& path, std::string_view text) {
    static const std::regex kBlock(R"(\{%-?\s*(macro|test|snapshot)\s+(\w+)[^%]*%\}([\s\S]*?)\{%-?\s*end)");
    std::vector<FileBlock> blocks;
    std::string copy(text);
    for (std::sregex_iterator it(copy.begin(), copy.end(), kBlock), end; it != end; ++it) {
      FileBlock block;
      block.kind = (*it)[1] == "test"       ? FileBlock::Kind::kTest
                   : (*it)[1] == "snapshot" ? FileBlock::Kind::kSnapshot
                                            : FileBlock::Kind::kMacro;
      block.macro.name = ((*it)[1] == "test" ? "test_" : "") + (*it)[2].str();
      block.macro.place = PlaceAt(copy, it->position(), {path, 1, 1});
      block.macro.text = (*it)[0].str();
      block.body = (*it)[3];
      blocks.push_back(block);
    }
    return blocks;
  }
};

}  // namespace dvt::project
