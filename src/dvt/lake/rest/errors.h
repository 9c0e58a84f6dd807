#pragma once

#include "dvt/base/net/http_client.h"
#include "dvt/base/result/result.h"

namespace dvt::lake {

/// The hierarchy that callers of the lake branch on (see KindOf); the Python package has an exception for each.
enum class LakeErrorKind : uint8_t {
  kCatalogConnection,
  kCatalogAuthentication,
  kTableNotFound,
  kNamespaceNotFound,
  kSchemaEvolution,
  kConcurrencyConflict,
  kCommitStateUnknown,  ///< the catalog did not say whether it committed
  kAlreadyExists,
  kStorage,  ///< a file of the table is missing, damaged or cannot be reached
  kInput,    ///< an argument is unusable: a filter, a column, a snapshot, a transform
  kUnsupported,
  kOther,
};

LakeErrorKind KindOf(const Error& error);

/// An answer that is no success as an Error, whatever its body is: Iceberg's {"error": {…}}, OAuth's {"error", "error_description"}, or
/// nothing. `what` says what was asked, such as "the table sales.orders". The message is short; vendor_code is "404 NoSuchTableException".
Error ErrorOfResponse(const HttpResponse& response, const std::string& what);

/// A failure of the transport (no answer came) with a hint at what to look at. `whom` was asked.
Error WithAdvice(Error error, const char* whom = "the catalog");

/// An answer of success that is not what was asked for; `is` says what it is: "no JSON".
Error NoAnswer(const std::string& what, const char* is, int status);

/// True for failures of a request that may simply be repeated: no connection, timeout, 429, 503.
bool IsPassing(const Error& error);

}  // namespace dvt::lake
