#include "dvt/project/load/yaml_check.h"

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::project {

Place PlaceOf(const std::string& file, Mark mark) { return {file, mark.line, mark.column}; }

void YamlCheck::Fail(std::string message, Mark mark, std::string hint) {
  diagnostics_.Fail(std::move(message), PlaceOf(file_, mark), std::move(hint));
}

void YamlCheck::Warn(std::string code, std::string message, Mark mark, std::string hint) {
  diagnostics_.Warn(std::move(code), std::move(message), PlaceOf(file_, mark), std::move(hint));
}

void YamlCheck::KnownKeys(const Value& map, const Keys& keys, const std::string& owner, bool error) {
  if (!map.is_map()) return;
  for (const auto& entry : map.map()) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    std::string message = "Unknown key '" + entry.key + "' in " + owner + "." + DidYouMean(entry.key, keys);
    std::string hint = "allowed here: " + Join(keys, ", ");
    if (error) {
      Fail(std::move(message), entry.key_mark, std::move(hint));
    } else {
      Warn("CustomKeyInObjectDeprecation", std::move(message), entry.key_mark, std::move(hint));
    }
  }
}

std::string YamlCheck::Text(const Value& map, std::string_view key, const std::string& owner) {
  const Value& value = map[key];
  if (value.is_null()) return {};
  if (value.is_list() || value.is_map()) {
    Fail("'" + std::string(key) + "' of " + owner + " must be text, found a " + std::string(value.TypeName()), value.mark());
    return {};
  }
  return value.ToText();
}

std::string YamlCheck::RequiredText(const Value& map, std::string_view key, const std::string& owner) {
  std::string text = Text(map, key, owner);
  const Value& value = map[key];
  if (text.empty() && !value.is_list() && !value.is_map()) Fail(owner + " needs a '" + std::string(key) + "'", map.mark());
  return text;
}

std::vector<std::string> YamlCheck::Texts(const Value& map, std::string_view key, const std::string& owner) {
  const Value& value = map[key];
  std::vector<std::string> texts;
  if (value.is_null()) return texts;
  if (value.is_list()) {
    for (const auto& item : value.list()) {
      if (item.is_list() || item.is_map()) {
        Fail("'" + std::string(key) + "' of " + owner + " must be a list of texts, found a " + std::string(item.TypeName()),
             item.mark());
      } else {
        texts.push_back(item.ToText());
      }
    }
  } else if (value.is_map()) {
    Fail("'" + std::string(key) + "' of " + owner + " must be a list of texts, found a mapping", value.mark());
  } else {
    texts.push_back(value.ToText());
  }
  return texts;
}

const Value* YamlCheck::List(const Value& map, std::string_view key, const std::string& owner) {
  const Value* value = map.Find(key);
  if (!value || value->is_null()) return nullptr;
  if (value->is_list()) return value;
  Fail("'" + std::string(key) + "' of " + owner + " must be a list, found a " + std::string(value->TypeName()), value->mark());
  return nullptr;
}

const Value* YamlCheck::Map(const Value& map, std::string_view key, const std::string& owner) {
  const Value* value = map.Find(key);
  if (!value || value->is_null()) return nullptr;
  if (value->is_map()) return value;
  Fail("'" + std::string(key) + "' of " + owner + " must be a mapping, found a " + std::string(value->TypeName()), value->mark());
  return nullptr;
}

bool YamlCheck::IsMap(const Value& value, const std::string& owner) {
  if (value.is_map()) return true;
  Fail("Each entry of " + owner + " must be a mapping, found " +
           (value.is_null() ? "nothing" : "a " + std::string(value.TypeName())),
       value.mark());
  return false;
}

namespace {

bool IsTemplate(const std::string& text) {
  for (size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    if (at + 1 < text.size() && (text[at + 1] == '{' || text[at + 1] == '%' || text[at + 1] == '#')) return true;
  }
  return false;
}

}  // namespace

bool HasTemplate(const Value& value) {
  if (value.is_string()) return IsTemplate(value.as_string());
  if (value.is_list()) return std::any_of(value.list().begin(), value.list().end(), HasTemplate);
  if (value.is_map()) {
    return std::any_of(value.map().begin(), value.map().end(), [](const auto& entry) { return HasTemplate(entry.value); });
  }
  return false;
}

Status RenderTree(Value& tree, const Keys& skip, const YamlScope& scope, TemplateFrontend& frontend, const std::string& file) {
  if (tree.is_string()) {
    if (!IsTemplate(tree.as_string())) return {};
    Mark mark = tree.mark();
    DVT_ASSIGN(tree, frontend.RenderYaml(tree, scope, file));
    tree.set_mark(mark);
  } else if (tree.is_list()) {
    for (auto& item : tree.list()) DVT_TRY(RenderTree(item, skip, scope, frontend, file));
  } else if (tree.is_map()) {
    for (auto& entry : tree.map()) {
      if (std::find(skip.begin(), skip.end(), entry.key) != skip.end()) continue;
      DVT_TRY(RenderTree(entry.value, skip, scope, frontend, file));
    }
  }
  return {};
}

}  // namespace dvt::project
