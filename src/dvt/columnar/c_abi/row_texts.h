#pragma once

#include <string>
#include <vector>

#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::columnar {

/// Each row of a batch as text, for tests to compare: its values in order, each with a bar behind it.
inline std::vector<std::string> RowTexts(const ArrowArray& batch, const Fields& fields) {
  std::vector<std::string> out;
  const auto columns = BatchColumns(batch, fields);
  for (int64_t row = 0; row < batch.length; ++row) {
    std::string& text = out.emplace_back();
    for (const ColumnView& column : columns) {
      if (column.IsNull(row)) {
        text += "NULL";
      } else {
        AppendText(text, column, row);
      }
      text += '|';
    }
  }
  return out;
}

}  // namespace dvt::columnar
