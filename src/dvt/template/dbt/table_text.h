#pragma once

#include <cstdint>
#include <string>

#include "dvt/template/dbt/adapter_api.h"

namespace dvt::tmpl {

/// What agate's print_table takes; negative: no limit.
struct TableLimits {
  int64_t rows = 20;
  int64_t columns = 6;
  int64_t width = 20;     ///< characters of a cell
  int64_t precision = 3;  ///< decimals of a number
};

/// A table for people to read, as a Markdown table of aligned columns; what is left out shows as "...".
std::string TableText(const QueryTable& table, const TableLimits& limits);
/// RFC 4180 with LF line ends; nulls are empty.
std::string TableCsv(const QueryTable& table);
/// A list of objects, one a row.
std::string TableJson(const QueryTable& table, int indent);

}  // namespace dvt::tmpl
