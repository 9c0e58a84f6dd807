#pragma once

#include <cstddef>
#include <string_view>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// How many characters the operator or punctuation at the beginning of `rest` takes in this dialect; one if it is none of several.
size_t SymbolLength(std::string_view rest, const Dialect& dialect);

}  // namespace dvt::sql
