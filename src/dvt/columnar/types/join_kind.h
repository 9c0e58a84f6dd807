#pragma once

#include <cstdint>

namespace dvt::columnar {

/// Of which side of a join rows without a partner are kept.
enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull };

}  // namespace dvt::columnar
