#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "dvt/sql/ast/op.h"

namespace dvt::sql {

struct Binding {
  Op op;
  uint8_t level;
};

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
  /// The same with other levels for some operators.
  constexpr Precedence With(std::initializer_list<Binding> changed) const {
    Precedence out = *this;
    for (const Binding& each : changed) out.binary[static_cast<size_t>(each.op)] = each.level;
    return out;
  }
};

constexpr Precedence MakePrecedence(std::initializer_list<Binding> binary, uint8_t not_level, uint8_t is, uint8_t range,
                                    uint8_t unary, uint8_t collate, uint8_t at_zone) {
  return Precedence{.not_ = not_level, .is = is, .range = range, .unary = unary, .collate = collate, .at_zone = at_zone}.With(
      binary);
}

}  // namespace dvt::sql
