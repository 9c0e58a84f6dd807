#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::connectors::sqlite {

/// The neutral type of a declared column type; nullopt for no declared type. BOOLEAN, DATE, TIME, DATETIME/TIMESTAMP (also WITH
/// TIME ZONE), DECIMAL/NUMERIC(p,s), UUID and JSON mean what they say; every other name follows SQLite's affinity rules
/// ("Datatypes In SQLite", section 3.1), with unknown names as text.
std::optional<columnar::DataType> TypeFromDeclaration(std::string_view declared);

/// The declared type for a neutral type; `loss` (may be null) gets a sentence where SQLite cannot keep all of it.
std::string TypeNameOf(const columnar::DataType& type, std::string* loss);

}  // namespace dvt::connectors::sqlite
