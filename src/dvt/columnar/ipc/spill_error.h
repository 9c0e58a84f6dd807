#pragma once

#include <cerrno>
#include <string>

#include "dvt/base/result/result.h"
#include "dvt/base/result/retry.h"

namespace dvt::columnar {

/// What a failed write, read or open of a file of batches in this folder means: kDisk where there is no room. `errno_value` may be 0.
inline Error SpillError(const std::string& folder, int errno_value, const std::string& detail) {
  const bool full = errno_value == ENOSPC || errno_value == EDQUOT || errno_value == EFBIG;
  const ErrorCode code = full ? ErrorCode::kDisk : errno_value != 0 ? ClassifyErrno(errno_value) : ErrorCode::kIo;
  return Error(code, "cannot spill to " + folder + ": " + detail)
      .WithVendorCode(errno_value != 0 ? "errno " + std::to_string(errno_value) : std::string())
      .WithHint(full ? "Free space there, or point the spill folder at a larger disk." : "");
}

}  // namespace dvt::columnar
