#pragma once

#include <array>
#include <cstdint>

#include "dvt/sql/ast/op.h"

namespace dvt::sql {

/// How tightly each binary operator binds (higher is tighter); 0: not an operator here. All but powers and comparisons associate left.
struct Precedence {
  std::array<uint8_t, 64> binary{};
  uint8_t not_ = 0;   ///< prefix NOT
  uint8_t is = 0;     ///< IS …, ISNULL
  uint8_t range = 0;  ///< BETWEEN, IN, LIKE, REGEXP …
  uint8_t unary = 0;  ///< -x, +x, ~x
  uint8_t collate = 0;
  uint8_t at_zone = 0;

  constexpr uint8_t operator[](Op op) const { return binary[static_cast<size_t>(op)]; }
};

}  // namespace dvt::sql
