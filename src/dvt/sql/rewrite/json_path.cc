// The text of a JSONPath, and its steps.
#include "dvt/sql/rewrite/json_path.h"

#include <algorithm>

namespace dvt::sql {

bool IsPlainJsonKey(std::string_view key, bool dashes) {
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return false;
  return std::all_of(key.begin(), key.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (dashes && c == '-');
  });
}

bool IsJsonIndex(std::string_view key) {
  return !key.empty() && key.size() < 10 && std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool ReadJsonPath(std::string_view path, std::vector<JsonStep>& steps, bool& several) {
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
      const size_t end = std::min(path.find_first_of(bracket ? "]" : ".[", at), path.size());
      const std::string_view key = path.substr(at, end - at);
      at = end;
      if (key == "*") {
        several = true;
      } else {
        if (bracket ? !IsJsonIndex(key) : key.empty() || key.find_first_of("]\"'*?@:") != std::string_view::npos) return false;
        steps.push_back({std::string(key), bracket});
      }
    }
    if (bracket) {
      if (at >= path.size() || path[at] != ']') return false;
      ++at;
    }
  }
  return true;
}

std::string WriteJsonPath(const std::vector<JsonStep>& steps, JsonKeys keys, bool dashes) {
  std::string out = "$";
  for (const JsonStep& step : steps) {
    if (step.index)
      out += "[" + step.key + "]";
    else if (IsPlainJsonKey(step.key, dashes))
      out += "." + step.key;
    else if (keys == JsonKeys::kDotted)
      out += ".\"" + step.key + "\"";
    else if (keys == JsonKeys::kApostrophes)
      out += "['" + step.key + "']";
    else
      out += "[\"" + step.key + "\"]";
  }
  return out;
}

}  // namespace dvt::sql
