#include "dvt/run/tasks/error_text.h"

#include <fmt/format.h>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

const char* KindOf(const Error& error) {
  if (!error.vendor_code().empty()) return "Database";
  switch (error.code()) {
    case ErrorCode::kAuthentication:
    case ErrorCode::kPermission:
    case ErrorCode::kConnection:
    case ErrorCode::kTimeout:
    case ErrorCode::kThrottled:
    case ErrorCode::kDeadlock: return "Database";
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kConfig:
    case ErrorCode::kSyntax:
    case ErrorCode::kNotFound:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kType:
    case ErrorCode::kUnsupported: return "Compilation";
    default: return "Runtime";
  }
}

}  // namespace

std::string NodeErrorText(const model::Node& node, Error error) {
  const std::string head =
      fmt::format("{} Error in {} {} ({})", KindOf(error), model::ResourceTypeName(node.type), node.name, node.original_path);
  const std::string text = std::move(error).AtIfUnknown({node.original_path, 0, 0}).ToString();
  return SecretRegistry::Redact(head + "\n  " + ReplaceAll(text, "\n", "\n  "));
}

}  // namespace dvt::run
