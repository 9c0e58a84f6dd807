#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::lake {

/// Rows of a local file as a stream with bounded memory: Parquet (.parquet), Arrow IPC file or stream (any other ending; "-" is a stream on standard input).
Result<columnar::Stream> OpenLocalRows(const std::string& path);
/// Writes a stream to a local file ("-": an Arrow IPC stream on standard output): Parquet by the ending .parquet, else an Arrow IPC stream. Returns the rows.
Result<int64_t> WriteLocalRows(columnar::Stream rows, const std::string& path);

/// A column of printed rows.
struct TextColumn {
  std::string name;
  bool numeric = false;
};

/// Calls `begin` with the columns, then `row` for every row. Cells are texts for people, or JSON values; nested values are JSON in both.
Status PrintRows(columnar::Stream rows, bool json, const std::function<void(const std::vector<TextColumn>&)>& begin,
                 const std::function<void(const std::vector<std::string>&)>& row);

}  // namespace dvt::lake
