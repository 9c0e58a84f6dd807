#include "dvt/sql/dialects/letter_case.h"

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

std::string_view ExactUpper(const Dialect& dialect) {
  struct Form {
    const Dialect* dialect;
    std::string_view text;
  };
  static const Form kForms[] = {{&Duckdb(), "UPPER(ARG1)"}, {&Postgres(), "REPLACE(UPPER(ARG1), 'ß', 'ẞ')"}};
  for (const Form& form : kForms) {
    if (form.dialect == &dialect) return form.text;
  }
  return {};
}

}  // namespace dvt::sql
