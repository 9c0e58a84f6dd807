#include "dvt/sql/analyze/schema.h"

namespace dvt::sql {

void MapSchema::Add(columnar::RelationName table, columnar::Fields columns) {
  tables_.emplace_back(std::move(table), std::move(columns));
}

const columnar::Fields* MapSchema::Columns(const columnar::RelationName& table) {
  auto fits = [](const std::string& asked, const std::string& known) { return asked.empty() || known.empty() || asked == known; };
  for (const auto& [name, columns] : tables_) {
    if (name.name == table.name && fits(table.schema, name.schema) && fits(table.database, name.database)) return &columns;
  }
  return nullptr;
}

}  // namespace dvt::sql
