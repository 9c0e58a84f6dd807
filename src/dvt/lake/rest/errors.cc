#include "dvt/lake/rest/errors.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"

namespace dvt::lake {

namespace {

struct Detail {
  std::string type;
  std::string message;
};

Detail DetailOf(const HttpResponse& response) {
  const auto json = ParseJson(response.body);
  if (!json || !json->is_map()) return {};
  const Value& error = (*json)["error"];
  if (error.is_map()) return {error["type"].ToText(), error["message"].ToText()};
  if (error.is_string()) {
    const Value& text = (*json)["error_description"];
    return {error.as_string(), text.is_string() ? text.as_string() : std::string()};
  }
  const Value& message = (*json)["message"];
  return {{}, message.is_string() ? message.as_string() : std::string()};
}

ErrorCode CodeOf(int status, const std::string& type) {
  // OAuth answers 400 and 401 alike for wrong credentials.
  for (const auto* oauth : {"invalid_client", "unauthorized_client", "invalid_grant", "invalid_scope", "access_denied"})
    if (type == oauth) return ErrorCode::kAuthentication;
  switch (status) {
    case 400: return ErrorCode::kInvalidArgument;
    case 401: return ErrorCode::kAuthentication;
    case 403: return ErrorCode::kPermission;
    case 404: return ErrorCode::kNotFound;
    case 405:
    case 406:
    case 501: return ErrorCode::kUnsupported;
    case 408: return ErrorCode::kTimeout;
    case 409:
      return type.find("CommitFailed") != std::string::npos ? ErrorCode::kDeadlock
             : type.find("NotEmpty") != std::string::npos   ? ErrorCode::kConstraint
                                                            : ErrorCode::kAlreadyExists;
    case 412: return ErrorCode::kDeadlock;
    case 419: return ErrorCode::kAuthentication;
    case 422: return ErrorCode::kInvalidArgument;
    case 429:
    case 503: return ErrorCode::kThrottled;
    case 502:
    case 504: return ErrorCode::kConnection;
    default: return status >= 300 && status < 400 ? ErrorCode::kConfig : ErrorCode::kUnknown;
  }
}

std::string FirstLine(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  constexpr size_t kLongest = 300;
  if (line.size() > kLongest) line = line.substr(0, kLongest) + "…";
  return line;
}

std::string Sentence(ErrorCode code, int status, const Detail& detail, const std::string& what) {
  switch (code) {
    case ErrorCode::kAuthentication: return fmt::format("the catalog refused the credentials for {}", what);
    case ErrorCode::kPermission: return fmt::format("the catalog does not allow access to {}", what);
    case ErrorCode::kNotFound:
      if (detail.type.find("NoSuchNamespace") != std::string::npos)
        return what.starts_with("the namespace") ? what + " does not exist"
                                                 : fmt::format("the namespace of {} does not exist", what);
      return fmt::format("there is no such thing as {}", what);
    case ErrorCode::kAlreadyExists: return fmt::format("{} exists already", what);
    case ErrorCode::kConstraint: return fmt::format("{} is not empty", what);
    case ErrorCode::kDeadlock: return fmt::format("somebody else changed {} at the same time", what);
    default: break;
  }
  return fmt::format("the catalog answered {} for {}", status, what);
}

constexpr const char* kCheckAddress = "check the catalog's address";

const char* HintOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kConfig: return kCheckAddress;
    case ErrorCode::kAuthentication: return "check the client id, the secret, the scope and the token of the catalog";
    case ErrorCode::kPermission: return "ask the catalog's administrator for the privilege";
    case ErrorCode::kThrottled: return "the catalog is busy; try again later";
    default: return "";
  }
}

}  // namespace

Error ErrorOfResponse(const HttpResponse& response, const std::string& what) {
  const Detail detail = DetailOf(response);
  const ErrorCode code = CodeOf(response.status, detail.type);
  std::string message = Sentence(code, response.status, detail, what);
  if (const std::string line = FirstLine(detail.message); !line.empty()) message += ": " + line;
  if (const std::string* place = response.Find("Location"); place != nullptr && code == ErrorCode::kConfig)
    message += ": look at " + place->substr(0, place->find('?'));
  std::string vendor = std::to_string(response.status);
  if (!detail.type.empty()) vendor += " " + detail.type;
  return Error(code, std::move(message)).WithVendorCode(std::move(vendor)).WithHint(HintOf(code));
}

Error WithAdvice(Error error, const char* whom) {
  if (WasNeverSent(error))
    return Error(error.code(), fmt::format("{} cannot be reached: {}", whom, error.message()))
        .WithVendorCode(error.vendor_code())
        .WithHint(std::string(kCheckAddress) + " and whether it is up");
  if (!error.vendor_code().empty() || !error.hint().empty()) return error;
  switch (error.code()) {
    case ErrorCode::kTimeout: return std::move(error).WithHint("see whether the catalog is up, or wait longer with 'timeout-s'");
    case ErrorCode::kConnection: return std::move(error).WithHint(std::string(kCheckAddress) + " and whether it is up");
    case ErrorCode::kConfig:
      return std::move(error).WithHint(std::string(kCheckAddress) +
                                       "; certificates of its own are given by 'ssl.cabundle', the path of a PEM file");
    default: return error;
  }
}

Error NoAnswer(const std::string& what, const char* is, int status) {
  return Error(ErrorCode::kData, fmt::format("the catalog's answer for {} is {}", what, is))
      .WithVendorCode(std::to_string(status))
      .WithHint(kCheckAddress);
}

LakeErrorKind KindOf(const Error& error) {
  const std::string& vendor = error.vendor_code();
  if (vendor.starts_with("arrow ") && error.code() != ErrorCode::kUnsupported) return LakeErrorKind::kStorage;
  switch (error.code()) {
    case ErrorCode::kConfig:
    case ErrorCode::kConnection:
    case ErrorCode::kTimeout:
    case ErrorCode::kThrottled: return LakeErrorKind::kCatalogConnection;
    case ErrorCode::kAuthentication:
    case ErrorCode::kPermission: return LakeErrorKind::kCatalogAuthentication;
    case ErrorCode::kNotFound:
      if (!vendor.starts_with("404")) return LakeErrorKind::kInput;
      return vendor.find("NoSuchNamespace") != std::string::npos ? LakeErrorKind::kNamespaceNotFound
                                                                 : LakeErrorKind::kTableNotFound;
    case ErrorCode::kType: return LakeErrorKind::kSchemaEvolution;
    case ErrorCode::kDeadlock: return LakeErrorKind::kConcurrencyConflict;
    case ErrorCode::kStartOver: return LakeErrorKind::kCommitStateUnknown;
    case ErrorCode::kAlreadyExists: return LakeErrorKind::kAlreadyExists;
    case ErrorCode::kData:  // with a status: an answer of the catalog that is none
      return vendor.empty() ? LakeErrorKind::kStorage : LakeErrorKind::kCatalogConnection;
    case ErrorCode::kDisk:
    case ErrorCode::kIo: return LakeErrorKind::kStorage;
    case ErrorCode::kConstraint: return vendor.empty() ? LakeErrorKind::kInput : LakeErrorKind::kOther;
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kSyntax: return LakeErrorKind::kInput;
    case ErrorCode::kUnsupported: return LakeErrorKind::kUnsupported;
    default: return vendor.starts_with('5') ? LakeErrorKind::kCatalogConnection : LakeErrorKind::kOther;
  }
}

bool IsPassing(const Error& error) {
  return error.code() == ErrorCode::kConnection || error.code() == ErrorCode::kTimeout || error.code() == ErrorCode::kThrottled;
}

}  // namespace dvt::lake
