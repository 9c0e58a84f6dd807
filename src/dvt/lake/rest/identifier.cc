#include "dvt/lake/rest/identifier.h"

#include <fmt/format.h>

namespace dvt::lake {

namespace {

std::string Level(const std::string& name) {
  if (name.find_first_of(".\"") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string NamespaceText(const Namespace& levels) {
  std::string out;
  for (const auto& level : levels) out += (out.empty() ? "" : ".") + Level(level);
  return out;
}

Result<Namespace> ParseNamespace(const std::string& text) {
  Namespace levels(1);
  bool quoted = false, was_quoted = false;
  const auto empty = [&] { return levels.back().empty() && !was_quoted; };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
      levels.back() += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
      was_quoted = true;
    } else if (c == '.' && !quoted) {
      if (empty()) break;
      levels.emplace_back();
      was_quoted = false;
    } else {
      levels.back() += c;
    }
  }
  if (quoted || levels.back().empty())
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is no name of a namespace or table", text));
  return levels;
}

std::string TableIdentifier::ToString() const { return levels.empty() ? Level(name) : NamespaceText(levels) + "." + Level(name); }

Result<TableIdentifier> TableIdentifier::Parse(const std::string& text) {
  DVT_ASSIGN(Namespace parts, ParseNamespace(text));
  if (parts.size() < 2)
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' names no namespace", text)).WithHint("write namespace.table");
  TableIdentifier out;
  out.name = std::move(parts.back());
  parts.pop_back();
  out.levels = std::move(parts);
  return out;
}

}  // namespace dvt::lake
