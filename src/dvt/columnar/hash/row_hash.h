#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// md5 of an encoded row.
using RowDigest = std::array<uint8_t, 16>;

/// md5 of many short texts. Not thread-safe.
class Digester {
 public:
  Digester();
  ~Digester();
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;
  RowDigest Of(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Positions of the fields in the order in which a row's values are hashed: by name, bytewise.
std::vector<size_t> HashOrder(const Fields& fields);

/// Appends the encoded values of the chosen columns of a row with `|` between them.
void AppendHashRow(std::string& out, const std::vector<ColumnView>& columns, const std::vector<size_t>& order, int64_t row);

/// The encoded values of a key apart, unescaped; "~N" inside means NULL and is told by `null`.
struct KeyPart {
  std::string text;
  bool null = false;
};
std::vector<KeyPart> SplitKey(std::string_view key);

}  // namespace dvt::columnar
