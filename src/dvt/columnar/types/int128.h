#pragma once

namespace dvt::columnar {

/// A decimal's unscaled value.
__extension__ typedef __int128 Int128;

}  // namespace dvt::columnar
