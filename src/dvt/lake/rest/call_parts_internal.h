// What the calls of a catalog are made of, for catalog.cc and catalog_changes.cc.
#pragma once

#include <fmt/format.h>

#include "dvt/lake/rest/catalog.h"

namespace dvt::lake {

// The span of a call about a table or view, or a namespace.
inline void Tell(CatalogCall& call, const char* operation, const TableIdentifier& table) {
  call.operation = operation;
  call.table = table.ToString();
}

inline void Tell(CatalogCall& call, const char* operation, const Namespace& levels) {
  call.operation = operation;
  call.name_space = NamespaceText(levels);
}

inline std::string What(const TableIdentifier& table, const char* kind = "table") {
  return fmt::format("the {} {}", kind, table.ToString());
}

inline std::string What(const Namespace& levels) { return fmt::format("the namespace {}", NamespaceText(levels)); }

inline Value LevelsJson(const Namespace& levels) {
  Value json = Value::MakeList();
  for (const auto& level : levels) json.Push(level);
  return json;
}

inline Value IdentifierJson(const TableIdentifier& table) {
  Value json = Value::MakeMap();
  json.Set("namespace", LevelsJson(table.levels));
  json.Set("name", table.name);
  return json;
}

/// What an answer says of a table.
Result<LoadedTable> TableOf(const TableIdentifier& identifier, const CatalogAnswer& answer);

}  // namespace dvt::lake
