#pragma once

#include <arrow/status.h>

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/base/result/retry.h"

namespace dvt::connectors::files {

/// An Arrow error about a file, as ours.
inline Error FileError(const arrow::Status& status, const std::string& path) {
  ErrorCode code = ErrorCode::kData;
  if (status.code() == arrow::StatusCode::IOError) {
    code = ClassifyMessage(status.message());
    if (code == ErrorCode::kUnknown) code = ErrorCode::kIo;
  } else if (status.code() == arrow::StatusCode::OutOfMemory) {
    code = ErrorCode::kMemory;
  }
  return Error(code, status.message()).At({path, 0, 0});
}

}  // namespace dvt::connectors::files
