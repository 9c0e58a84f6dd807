#include "dvt/project/load/config_place.h"

#include <algorithm>
#include <cctype>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"

namespace dvt::project {

namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Where `name` stands as a word behind `from`, in front of `sign`; npos if nowhere.
size_t FindKey(const std::string& text, const std::string& name, size_t from, char sign) {
  for (size_t at = text.find(name, from); at != std::string::npos; at = text.find(name, at + 1)) {
    size_t end = at + name.size();
    if ((at > 0 && IsWord(text[at - 1])) || (end < text.size() && IsWord(text[end]))) continue;
    if (end < text.size() && (text[end] == '\'' || text[end] == '"')) ++end;
    end = text.find_first_not_of(" \t\r\n", end);
    if (end != std::string::npos && text[end] == sign) return at;
  }
  return std::string::npos;
}

/// In the calls of config() of a template.
Place InTemplate(const model::Node& node, const std::vector<std::string>& path) {
  Place place{node.original_path, 0, 0};
  const std::string& text = node.raw_code;
  const size_t call = text.find("config");
  size_t found = call == std::string::npos || path.empty() ? std::string::npos : FindKey(text, path[0], call, '=');
  if (found == std::string::npos) return place;
  for (size_t i = 1; i < path.size(); ++i) {
    const size_t inner = FindKey(text, path[i], found, ':');
    if (inner == std::string::npos) break;
    found = inner;
  }
  const auto begin = text.begin(), at = begin + static_cast<std::ptrdiff_t>(found);
  const size_t line_begin = text.rfind('\n', found) == std::string::npos ? 0 : text.rfind('\n', found) + 1;
  place.line = std::max(node.place.line, 1) + static_cast<int>(std::count(begin, at, '\n'));
  place.column = static_cast<int>(found - line_begin) + 1;
  return place;
}

/// Whether the value of such a key begins there in the document.
bool HasKeyAt(const Value& tree, const std::string& key, Mark mark) {
  if (tree.is_list())
    return std::any_of(tree.list().begin(), tree.list().end(), [&](const Value& each) { return HasKeyAt(each, key, mark); });
  if (!tree.is_map()) return false;
  return std::any_of(tree.map().begin(), tree.map().end(), [&](const Value::Entry& entry) {
    const bool named = entry.key == key || (entry.key.size() > key.size() && entry.key[0] == '+' && entry.key.ends_with(key));
    const Mark at = entry.value.mark();
    return (named && at.line == mark.line && at.column == mark.column) || HasKeyAt(entry.value, key, mark);
  });
}

bool FileHas(const std::string& file, const std::string& key, Mark mark) {
  const auto text = ReadFile(file);
  if (!text) return false;
  const auto tree = ParseYaml(*text, file);
  return tree && HasKeyAt(*tree, key, mark);
}

}  // namespace

Place PlaceOfConfig(const model::Manifest& manifest, const model::Node& node, const std::vector<std::string>& path) {
  const Value* value = &node.config;
  const std::string* key = nullptr;
  for (const auto& name : path) {
    const Value* inner = value->Find(name);
    if (inner == nullptr || inner->mark().line == 0) break;
    value = inner;
    key = &name;
  }
  if (key == nullptr) return InTemplate(node, path);
  const Mark mark = value->mark();
  const auto package = manifest.packages.find(node.package);
  const model::ProjectConfig& own = package == manifest.packages.end() ? manifest.project : package->second;
  if (const size_t at = node.patch_path.find("://"); at != std::string::npos) {
    const std::string shown = node.patch_path.substr(at + 3);
    if (FileHas(JoinPath(own.folder, shown), *key, mark)) return {shown, mark.line, mark.column};
  }
  for (const model::ProjectConfig* project : {&own, &manifest.project}) {
    if (FileHas(project->file, *key, mark)) return {project->file, mark.line, mark.column};
  }
  return {node.original_path, 0, 0};
}

}  // namespace dvt::project
