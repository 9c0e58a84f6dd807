#include "dvt/columnar/types/relation.h"

namespace dvt::columnar {

std::string RelationName::ToString() const {
  std::string text;
  for (const auto* part : {&database, &schema, &name}) {
    if (part->empty()) continue;
    if (!text.empty()) text += '.';
    text += *part;
  }
  return text;
}

const Field* TableInfo::FindColumn(std::string_view column) const {
  for (const auto& field : columns) {
    if (field.name == column) return &field;
  }
  return nullptr;
}

}  // namespace dvt::columnar
