#include "dvt/base/result/result.h"

namespace dvt {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kConfig: return "config";
    case ErrorCode::kSyntax: return "syntax";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kAlreadyExists: return "already_exists";
    case ErrorCode::kType: return "type";
    case ErrorCode::kConstraint: return "constraint";
    case ErrorCode::kAuthentication: return "authentication";
    case ErrorCode::kPermission: return "permission";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kConnection: return "connection";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kThrottled: return "throttled";
    case ErrorCode::kDeadlock: return "deadlock";
    case ErrorCode::kStartOver: return "start_over";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kMemory: return "memory";
    case ErrorCode::kDisk: return "disk";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kData: return "data";
    case ErrorCode::kUnknown: return "unknown";
    case ErrorCode::kInternal: return "internal";
  }
  return "unknown";
}

std::string Place::ToString() const {
  std::string text = file;
  if (line > 0) {
    if (!text.empty()) text += ':';
    text += std::to_string(line);
    if (column > 0) text += ':' + std::to_string(column);
  }
  return text;
}

std::string Error::ToString() const {
  std::string text;
  if (place_.known()) text += place_.ToString() + ": ";
  text += message_;
  if (!vendor_code_.empty()) text += " (" + vendor_code_ + ")";
  for (const auto& context : contexts_) text += "\n  " + context;
  if (!hint_.empty()) text += "\n  hint: " + hint_;
  return text;
}

}  // namespace dvt
