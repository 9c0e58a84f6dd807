#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::connectors::mysql {

/// How values are written.
enum class Spelling {
  kLoadData,  ///< tab-separated fields, \N for NULL, backslash escapes
  kLiterals,  ///< SQL literals, comma-separated, rows in parentheses
};

/// A target column that gets a field of the batches.
struct TargetColumn {
  std::string name;
  columnar::DataType source;
  columnar::DataType target;
  std::string native_type;  ///< of the target
};

/// How the column's field reaches it in LOAD DATA: empty for directly, else an expression over the user variable @{index}.
std::string LoadExpression(const TargetColumn& column, int index);

/// Spells rows of batches so that the server stores exactly these values, or refuses them. Values that the server would round
/// or bend silently (fractions of a second, NaN, years beyond 9999) are refused here, with the column's name.
class RowEncoder {
 public:
  /// kType if a column can take no value of its field.
  static Result<RowEncoder> Make(std::vector<TargetColumn> columns, Spelling spelling);

  /// Appends row `row`. `views` are the batch's columns in the order given to Make.
  Status AppendRow(const std::vector<columnar::ColumnView>& views, int64_t row, std::string& out) const;

 private:
  using Append = bool (*)(const columnar::ColumnView& view, int64_t row, int64_t unit, Spelling spelling, std::string& out);
  struct Plan {
    Append append;
    int64_t unit;  // microseconds that the column can tell apart
  };
  static Result<Plan> PlanOf(const TargetColumn& column);
  Error Refuse(const columnar::ColumnView& view, int64_t row, size_t column) const;

  std::vector<TargetColumn> columns_;
  std::vector<Plan> plans_;
  Spelling spelling_ = Spelling::kLoadData;
};

}  // namespace dvt::connectors::mysql
