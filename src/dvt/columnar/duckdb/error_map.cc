#include "dvt/columnar/duckdb/error_map.h"

#include <array>

#include "dvt/base/text/text.h"

namespace dvt::columnar::duckdb {
namespace {

struct KindRow {
  std::string_view kind;
  duckdb_error_type type;
  ErrorCode code;
};

// DuckDB's exception kinds as they are printed before " Error: ".
constexpr std::array kKinds{
    KindRow{"Parser", DUCKDB_ERROR_PARSER, ErrorCode::kSyntax},
    KindRow{"Syntax", DUCKDB_ERROR_SYNTAX, ErrorCode::kSyntax},
    KindRow{"Binder", DUCKDB_ERROR_BINDER, ErrorCode::kSyntax},
    KindRow{"Planner", DUCKDB_ERROR_PLANNER, ErrorCode::kSyntax},
    KindRow{"Expression", DUCKDB_ERROR_EXPRESSION, ErrorCode::kSyntax},
    KindRow{"Parameter Not Resolved", DUCKDB_ERROR_PARAMETER_NOT_RESOLVED, ErrorCode::kSyntax},
    KindRow{"Parameter Not Allowed", DUCKDB_ERROR_PARAMETER_NOT_ALLOWED, ErrorCode::kSyntax},
    KindRow{"Catalog", DUCKDB_ERROR_CATALOG, ErrorCode::kNotFound},
    KindRow{"Conversion", DUCKDB_ERROR_CONVERSION, ErrorCode::kData},
    KindRow{"Out of Range", DUCKDB_ERROR_OUT_OF_RANGE, ErrorCode::kData},
    KindRow{"Decimal", DUCKDB_ERROR_DECIMAL, ErrorCode::kData},
    KindRow{"Divide by Zero", DUCKDB_ERROR_DIVIDE_BY_ZERO, ErrorCode::kData},
    KindRow{"Object Size", DUCKDB_ERROR_OBJECT_SIZE, ErrorCode::kData},
    KindRow{"Sequence", DUCKDB_ERROR_SEQUENCE, ErrorCode::kData},
    KindRow{"Mismatch Type", DUCKDB_ERROR_MISMATCH_TYPE, ErrorCode::kType},
    KindRow{"Invalid type", DUCKDB_ERROR_INVALID_TYPE, ErrorCode::kType},
    KindRow{"Unknown Type", DUCKDB_ERROR_UNKNOWN_TYPE, ErrorCode::kType},
    KindRow{"Not implemented", DUCKDB_ERROR_NOT_IMPLEMENTED, ErrorCode::kUnsupported},
    KindRow{"Missing Extension", DUCKDB_ERROR_MISSING_EXTENSION, ErrorCode::kUnsupported},
    KindRow{"Extension Autoloading", DUCKDB_ERROR_AUTOLOAD, ErrorCode::kUnsupported},
    KindRow{"Constraint", DUCKDB_ERROR_CONSTRAINT, ErrorCode::kConstraint},
    KindRow{"Index", DUCKDB_ERROR_INDEX, ErrorCode::kConstraint},
    KindRow{"Dependency", DUCKDB_ERROR_DEPENDENCY, ErrorCode::kConstraint},
    KindRow{"TransactionContext", DUCKDB_ERROR_TRANSACTION, ErrorCode::kDeadlock},
    KindRow{"Connection", DUCKDB_ERROR_CONNECTION, ErrorCode::kConnection},
    KindRow{"Network", DUCKDB_ERROR_NETWORK, ErrorCode::kConnection},
    KindRow{"HTTP", DUCKDB_ERROR_HTTP, ErrorCode::kConnection},
    KindRow{"Permission", DUCKDB_ERROR_PERMISSION, ErrorCode::kPermission},
    KindRow{"Out of Memory", DUCKDB_ERROR_OUT_OF_MEMORY, ErrorCode::kMemory},
    KindRow{"IO", DUCKDB_ERROR_IO, ErrorCode::kIo},
    KindRow{"Serialization", DUCKDB_ERROR_SERIALIZATION, ErrorCode::kIo},
    KindRow{"INTERRUPT", DUCKDB_ERROR_INTERRUPT, ErrorCode::kCancelled},
    KindRow{"Settings", DUCKDB_ERROR_SETTINGS, ErrorCode::kConfig},
    KindRow{"Invalid Configuration", DUCKDB_INVALID_CONFIGURATION, ErrorCode::kConfig},
    KindRow{"Invalid Input", DUCKDB_ERROR_INVALID_INPUT, ErrorCode::kInvalidArgument},
    KindRow{"FATAL", DUCKDB_ERROR_FATAL, ErrorCode::kInternal},
    KindRow{"INTERNAL", DUCKDB_ERROR_INTERNAL, ErrorCode::kInternal},
};

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

ErrorCode Refine(ErrorCode code, std::string_view message) {
  if (Contains(message, "No space left on device") || Contains(message, "max_temp_directory_size")) return ErrorCode::kDisk;
  if (Contains(message, "read-only mode") || Contains(message, "Permission denied")) return ErrorCode::kPermission;
  if (code == ErrorCode::kNotFound && Contains(message, "already exists")) return ErrorCode::kAlreadyExists;
  if (code == ErrorCode::kNotFound && Contains(message, "write-write conflict")) return ErrorCode::kDeadlock;
  if (code == ErrorCode::kSyntax && (Contains(message, "not found in FROM clause") || Contains(message, "does not exist") ||
                                     Contains(message, "Referenced column") || Contains(message, "does not have a column")))
    return ErrorCode::kNotFound;
  if (code == ErrorCode::kSyntax && (Contains(message, "No function matches") || Contains(message, "Cannot compare values") ||
                                     Contains(message, "Cannot mix values")))
    return ErrorCode::kType;
  return code;
}

}  // namespace

Error MapError(std::string_view message, duckdb_error_type type) {
  ErrorCode code = ErrorCode::kUnknown;
  std::string vendor;
  constexpr std::string_view kMark = " Error: ";
  const size_t colon = message.find(kMark);
  if (colon != std::string_view::npos && colon < 40) {
    const std::string_view kind = message.substr(0, colon);
    for (const KindRow& row : kKinds) {
      if (!EqualsIgnoreCase(row.kind, kind)) continue;
      code = row.code;
      vendor = std::string(kind);
      message.remove_prefix(colon + kMark.size());
      break;
    }
  }
  for (const KindRow& row : kKinds)
    if (vendor.empty() && type != DUCKDB_ERROR_INVALID && row.type == type) {
      code = row.code;
      vendor = std::string(row.kind);
    }
  code = Refine(code, message);
  return Error(code, std::string(TrimView(message))).WithVendorCode(std::move(vendor));
}

Error MapResultError(duckdb_result* result, const std::stop_token& stop) {
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  const char* text = duckdb_result_error(result);
  return MapError(text == nullptr ? "DuckDB failed without a message" : text);
}

}  // namespace dvt::columnar::duckdb
