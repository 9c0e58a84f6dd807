#include "dvt/columnar/duckdb/error_map.h"

#include <array>

#include "dvt/base/text/text.h"

namespace dvt::columnar::duckdb {
namespace {

struct KindRow {
  std::string_view kind;
  ErrorCode code;
};

// DuckDB's exception kinds as they are printed before " Error: ".
constexpr std::array kKinds{
    KindRow{"Parser", ErrorCode::kSyntax},
    KindRow{"Syntax", ErrorCode::kSyntax},
    KindRow{"Binder", ErrorCode::kSyntax},
    KindRow{"Planner", ErrorCode::kSyntax},
    KindRow{"Expression", ErrorCode::kSyntax},
    KindRow{"Parameter Not Resolved", ErrorCode::kSyntax},
    KindRow{"Parameter Not Allowed", ErrorCode::kSyntax},
    KindRow{"Catalog", ErrorCode::kNotFound},
    KindRow{"Conversion", ErrorCode::kData},
    KindRow{"Out of Range", ErrorCode::kData},
    KindRow{"Decimal", ErrorCode::kData},
    KindRow{"Divide by Zero", ErrorCode::kData},
    KindRow{"Object Size", ErrorCode::kData},
    KindRow{"Sequence", ErrorCode::kData},
    KindRow{"Mismatch Type", ErrorCode::kType},
    KindRow{"Invalid type", ErrorCode::kType},
    KindRow{"Unknown Type", ErrorCode::kType},
    KindRow{"Not implemented", ErrorCode::kUnsupported},
    KindRow{"Missing Extension", ErrorCode::kUnsupported},
    KindRow{"Extension Autoloading", ErrorCode::kUnsupported},
    KindRow{"Constraint", ErrorCode::kConstraint},
    KindRow{"Index", ErrorCode::kConstraint},
    KindRow{"Dependency", ErrorCode::kConstraint},
    KindRow{"TransactionContext", ErrorCode::kDeadlock},
    KindRow{"Connection", ErrorCode::kConnection},
    KindRow{"Network", ErrorCode::kConnection},
    KindRow{"HTTP", ErrorCode::kConnection},
    KindRow{"Permission", ErrorCode::kPermission},
    KindRow{"Out of Memory", ErrorCode::kMemory},
    KindRow{"IO", ErrorCode::kIo},
    KindRow{"Serialization", ErrorCode::kIo},
    KindRow{"INTERRUPT", ErrorCode::kCancelled},
    KindRow{"Settings", ErrorCode::kConfig},
    KindRow{"Invalid Configuration", ErrorCode::kConfig},
    KindRow{"Invalid Input", ErrorCode::kInvalidArgument},
    KindRow{"FATAL", ErrorCode::kInternal},
    KindRow{"INTERNAL", ErrorCode::kInternal},
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

Error MapError(std::string_view message) {
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
  code = Refine(code, message);
  return Error(code, std::string(TrimView(message))).WithVendorCode(std::move(vendor));
}

Error MapResultError(duckdb_result* result, const std::stop_token& stop) {
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  const char* text = duckdb_result_error(result);
  return MapError(text == nullptr ? "DuckDB failed without a message" : text);
}

}  // namespace dvt::columnar::duckdb
