#include "dvt/connectors/sqlite/error_map.h"

#include <fmt/format.h>

#include <filesystem>

#include "dvt/base/fs/files.h"

namespace dvt::connectors::sqlite {
namespace {

ErrorCode FromText(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (has("no such table") || has("no such column") || has("no such view") || has("no such index") || has("unknown database") ||
      has("has no column named"))
    return ErrorCode::kNotFound;
  if (has("already exists") || has("there is already")) return ErrorCode::kAlreadyExists;
  if (has("readonly database")) return ErrorCode::kPermission;
  return ErrorCode::kSyntax;
}

ErrorCode FromCode(int code, std::string_view text) {
  if (code == SQLITE_BUSY_SNAPSHOT) return ErrorCode::kDeadlock;
  switch (code & 0xff) {
    case SQLITE_ERROR: return FromText(text);
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return ErrorCode::kPermission;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::kTimeout;
    case SQLITE_NOMEM: return ErrorCode::kMemory;
    case SQLITE_INTERRUPT: return ErrorCode::kCancelled;
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PROTOCOL: return ErrorCode::kIo;
    case SQLITE_FULL: return ErrorCode::kDisk;
    case SQLITE_CANTOPEN: return ErrorCode::kNotFound;
    case SQLITE_TOOBIG:
    case SQLITE_RANGE: return ErrorCode::kData;
    case SQLITE_CONSTRAINT: return ErrorCode::kConstraint;
    case SQLITE_MISMATCH: return ErrorCode::kType;
    case SQLITE_NOTFOUND: return ErrorCode::kUnsupported;
    case SQLITE_MISUSE:
    case SQLITE_INTERNAL: return ErrorCode::kInternal;
    default: return ErrorCode::kUnknown;
  }
}

std::string HintFor(int code, const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  switch (code & 0xff) {
    case SQLITE_CANTOPEN:
      if (!IsFolder(folder)) return fmt::format("the folder does not exist: mkdir -p '{}'", folder);
      return fmt::format("is {} a file that this user may open?", path);
    case SQLITE_READONLY: return fmt::format("give this user the right to write {} and its folder", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another program is writing the file; close it, or raise the connection's timeout (seconds)";
    case SQLITE_FULL: return fmt::format("free space on the disk of {}", path);
    case SQLITE_NOTADB: return fmt::format("{} is another kind of file, or encrypted", path);
    case SQLITE_CORRUPT: return fmt::format("check it: sqlite3 '{}' 'PRAGMA integrity_check'", path);
    default: return {};
  }
}

}  // namespace

Error MapError(sqlite3* handle, int code, const std::string& path) {
  if (handle != nullptr && sqlite3_extended_errcode(handle) != SQLITE_OK) code = sqlite3_extended_errcode(handle);
  const char* text = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  if ((code & 0xff) == SQLITE_INTERRUPT) return Error(ErrorCode::kCancelled, "cancelled");
  std::string message = text;
  if ((code & 0xff) == SQLITE_CANTOPEN) message += ": " + path;
  return Error(FromCode(code, text), std::move(message)).WithVendorCode(std::to_string(code)).WithHint(HintFor(code, path));
}

}  // namespace dvt::connectors::sqlite
