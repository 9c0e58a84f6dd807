#pragma once

#include <stop_token>
#include <utility>
#include <vector>

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/types/join_kind.h"

namespace dvt::columnar {

/// One column of joined rows: a column of one of the sides.
struct JoinedColumn {
  bool right = false;
  size_t column = 0;
};

/// A join by the equality of columns; NULL equals nothing. HashAlike must hold for the types of each pair.
struct JoinShape {
  JoinKind kind = JoinKind::kInner;
  std::vector<std::pair<size_t, size_t>> keys;  ///< columns of the left and of the right side; one pair at least
  std::vector<JoinedColumn> columns;            ///< what the joined rows have
};

/// One side of a join.
struct JoinSide {
  Stream rows;
  Fields fields;
};

/// Joins two streams by hash (classic hash join). The side that is to be held (`hold_right`, else the left one) is read whole at the first
/// Next and lies in memory with 16 to 24 bytes a row for the index; rows of the other side pass through, so the order of rows is not
/// kept. `fields` name the columns of the result, whose types are those of `shape.columns`. One thread at a time; `stop` ends it as kCancelled.
Stream JoinByHash(JoinShape shape, JoinSide left, JoinSide right, bool hold_right, Fields fields, std::stop_token stop);

}  // namespace dvt::columnar
