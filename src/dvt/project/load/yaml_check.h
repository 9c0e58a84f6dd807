#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/text/value.h"
#include "dvt/project/load/template_frontend.h"

namespace dvt::project {

using Keys = std::vector<std::string>;

/// The place of a YAML node in `file`.
Place PlaceOf(const std::string& file, Mark mark);

/// Reads the members of YAML mappings, reporting what has the wrong type or an unknown name, with place and nearest name.
class YamlCheck {
 public:
  YamlCheck(std::string file, Diagnostics& diagnostics) : file_(std::move(file)), diagnostics_(diagnostics) {}

  const std::string& file() const { return file_; }
  Diagnostics& diagnostics() { return diagnostics_; }

  /// Unknown keys of `map` are errors or warnings. `owner` reads like "model 'orders'".
  void KnownKeys(const Value& map, const Keys& keys, const std::string& owner, bool error = false);
  /// The text of a scalar member; empty (and reported) if it is a list or mapping; empty if missing or null.
  std::string Text(const Value& map, std::string_view key, const std::string& owner);
  /// As Text, but it must be there.
  std::string RequiredText(const Value& map, std::string_view key, const std::string& owner);
  /// A list of texts; one scalar counts as a list of one.
  std::vector<std::string> Texts(const Value& map, std::string_view key, const std::string& owner);
  /// The member if it is a list/mapping; nullptr if missing or null, and reported otherwise.
  const Value* List(const Value& map, std::string_view key, const std::string& owner);
  const Value* Map(const Value& map, std::string_view key, const std::string& owner);
  bool IsMap(const Value& value, const std::string& owner);
  void Fail(std::string message, Mark mark, std::string hint = {});
  void Warn(std::string code, std::string message, Mark mark, std::string hint = {});

 private:
  std::string file_;
  Diagnostics& diagnostics_;
};

/// True if the tree holds a string with `{{`, `{%` or `{#`.
bool HasTemplate(const Value& value);
/// Renders the strings of a tree in place, members whose key is in `skip` left alone at any depth.
Status RenderTree(Value& tree, const Keys& skip, const YamlScope& scope, TemplateFrontend& frontend, const std::string& file);

}  // namespace dvt::project
