#include "dvt/lake/storage/file_store.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "dvt/base/net/http_client.h"
#include "dvt/base/result/retry.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

constexpr struct {
  const char* written;
  const char* scheme;
} kSchemes[] = {{"file", "file"}, {"s3", "s3"},     {"s3a", "s3"},     {"s3n", "s3"},    {"gs", "gs"},
                {"gcs", "gs"},    {"abfs", "abfs"}, {"abfss", "abfs"}, {"wasb", "abfs"}, {"wasbs", "abfs"}};

bool SaysMissing(const std::string& message) {
  for (const auto* text : {"NO_SUCH_BUCKET", "NO_SUCH_KEY", "Path does not exist", "No such file", "does not exist",
                           "ContainerNotFound", "NOT_FOUND"})
    if (message.find(text) != std::string::npos) return true;
  return false;
}

bool SaysDenied(const std::string& message) {
  for (const auto* text :
       {"ACCESS_DENIED", "Permission denied", "AuthorizationFailure", "InvalidAccessKeyId", "INVALID_ACCESS_KEY_ID",
        "SIGNATURE_DOES_NOT_MATCH", "403 Forbidden", "AuthenticationFailed", "PERMISSION_DENIED", "UNAUTHENTICATED"})
    if (message.find(text) != std::string::npos) return true;
  return false;
}

// What the clients of object stores say, without the queries of addresses (they hold signatures) and the appendix of Google's.
std::string ShortMessage(std::string message) {
  message = message.substr(0, message.find('\n'));
  message = message.substr(0, message.find(" error_info="));
  for (size_t at = message.find("http"); at != std::string::npos; at = message.find("http", at + 4)) {
    const size_t end = message.find_first_of("'\" ", at), query = message.find('?', at);
    if (query < end) message.erase(query, end == std::string::npos ? end : end - query);
  }
  while (message.ends_with(' ')) message.pop_back();
  return message;
}

}  // namespace

LocationParts SplitLocation(const std::string& location) {
  const size_t colon = location.find(':');
  if (location.starts_with('/') || colon == std::string::npos) return {"file", {}, location};
  LocationParts parts;
  parts.scheme = location.substr(0, colon);
  for (const auto& each : kSchemes) {
    if (parts.scheme != each.written) continue;
    parts.scheme = each.scheme;
    break;
  }
  std::string rest = location.substr(colon + 1);
  if (rest.starts_with("//")) {
    const size_t slash = rest.find('/', 2);
    parts.authority = rest.substr(2, slash == std::string::npos ? std::string::npos : slash - 2);
    rest = slash == std::string::npos ? "" : rest.substr(slash);
  }
  parts.path = parts.scheme == "file" || rest.empty() ? rest : rest.substr(1);
  return parts;
}

bool SaysUnreachable(const std::string& message) {
  for (const auto* text : {"curlCode: 7,", "curlCode: 6,", "Couldn't connect to server", "Could not connect to server",
                           "Couldn't resolve host", "Could not resolve host", "Fail to get a new connection"})
    if (message.find(text) != std::string::npos) return true;
  return false;
}

bool SaysTimedOut(const std::string& message) {
  for (const auto* text : {"curlCode: 28,", "CURL error [28]", "Timeout was reached"})
    if (message.find(text) != std::string::npos) return true;
  return false;
}

Error StoreUnreachable(const std::string& location, const std::string& endpoint, const std::string& message, ErrorCode code) {
  const char* what = code == ErrorCode::kTimeout ? "does not answer" : "cannot be reached";
  return UnreachableBehind(Error(code, fmt::format("the store of {} {}{}: {}", location, what,
                                                   endpoint.empty() ? "" : " at " + endpoint, message)),
                           "arrow IOError")
      .WithHint("see whether the store is up, and its address in the settings of the storage");
}

Error StorageError(const arrow::Status& status, const std::string& location, const std::string& endpoint) {
  std::string message = ShortMessage(status.message());
  if (SaysUnreachable(message)) return StoreUnreachable(location, endpoint, message, ErrorCode::kConnection);
  if (SaysTimedOut(message)) return StoreUnreachable(location, endpoint, message, ErrorCode::kTimeout);
  if (status.detail() != nullptr) message += " (" + status.detail()->ToString() + ")";
  ErrorCode code = ErrorCode::kData;
  if (SaysMissing(message)) {
    code = ErrorCode::kNotFound;
  } else if (SaysDenied(message)) {
    code = ErrorCode::kPermission;
  } else if (status.code() == arrow::StatusCode::IOError) {
    code = ClassifyMessage(message);
    if (code == ErrorCode::kUnknown) code = ErrorCode::kIo;
  } else if (status.code() == arrow::StatusCode::OutOfMemory) {
    code = ErrorCode::kMemory;
  } else if (status.code() == arrow::StatusCode::Cancelled) {
    code = ErrorCode::kCancelled;
  } else if (status.code() == arrow::StatusCode::NotImplemented) {
    code = ErrorCode::kUnsupported;
  }
  const char* hint = code == ErrorCode::kPermission ? "check the credentials of the storage and what they allow" : "";
  return Error(code, fmt::format("{}: {}", location, message)).WithVendorCode("arrow " + status.CodeAsString()).WithHint(hint);
}

Result<StoredPath> FileStore::Systems::Resolve(const std::string& location) {
  const LocationParts parts = SplitLocation(location);
  DVT_ASSIGN(Properties properties, settings_(location));
  StoredPath out;
  out.endpoint = EndpointOf(parts, properties);
  out.local = parts.scheme == "file";
  const std::string container = parts.authority.substr(0, parts.authority.find('@'));
  out.path = out.local ? parts.path : container + (parts.path.empty() ? "" : "/" + parts.path);
  constexpr size_t kMostKept = 8;
  const std::string key = out.local ? "file" : parts.scheme + "://" + parts.authority;
  const std::lock_guard lock(mutex_);
  Made& made = systems_[key];
  const auto known =
      std::find_if(made.begin(), made.end(), [&](const auto& each) { return out.local || each.first == properties; });
  if (known != made.end()) {
    out.system = known->second;
    return out;
  }
  DVT_ASSIGN(out.system, MakeFileSystem(location, properties));
  if (made.size() == kMostKept) made.erase(made.begin());
  made.emplace_back(std::move(properties), out.system);
  return out;
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenInput(FileStore& store, const std::string& location, int64_t size) {
  DVT_ASSIGN(const StoredPath at, store.systems().Resolve(location));
  arrow::fs::FileInfo info(at.path, arrow::fs::FileType::File);
  if (size >= 0) info.set_size(size);  // saves object stores a question
  auto file = size >= 0 && !at.local ? at.system->OpenInputFile(info) : at.system->OpenInputFile(at.path);
  if (!file.ok()) return StorageError(file.status(), location, at.endpoint);
  return *std::move(file);
}

Result<std::shared_ptr<arrow::io::OutputStream>> OpenOutput(FileStore& store, const std::string& location) {
  DVT_ASSIGN(const StoredPath at, store.systems().Resolve(location));
  if (at.local) {
    std::error_code failed;
    std::filesystem::create_directories(std::filesystem::path(at.path).parent_path(), failed);
    if (failed) return Error(ErrorCode::kIo, fmt::format("{}: {}", location, failed.message()));
  }
  auto file = at.system->OpenOutputStream(at.path);
  if (!file.ok()) return StorageError(file.status(), location, at.endpoint);
  return *std::move(file);
}

FileStore::FileStore(Settings settings) : systems_(std::make_unique<Systems>(std::move(settings))) {}
FileStore::~FileStore() = default;

Result<std::string> FileStore::Read(const std::string& location) {
  DVT_ASSIGN(const auto file, OpenInput(*this, location));
  auto size = file->GetSize();
  if (!size.ok()) return StorageError(size.status(), location);
  std::string bytes(static_cast<size_t>(*size), '\0');
  auto read = file->ReadAt(0, *size, bytes.data());
  if (!read.ok()) return StorageError(read.status(), location);
  bytes.resize(static_cast<size_t>(*read));
  return bytes;
}

Status FileStore::Write(const std::string& location, std::string_view bytes) {
  DVT_ASSIGN(const auto file, OpenOutput(*this, location));
  auto status = file->Write(bytes.data(), static_cast<int64_t>(bytes.size()));
  if (status.ok()) status = file->Close();
  if (!status.ok()) return StorageError(status, location);
  return {};
}

Result<bool> FileStore::Exists(const std::string& location) {
  DVT_ASSIGN(const StoredPath at, systems_->Resolve(location));
  auto info = at.system->GetFileInfo(at.path);
  if (!info.ok()) return StorageError(info.status(), location, at.endpoint);
  return info->type() == arrow::fs::FileType::File;
}

Status FileStore::Remove(const std::vector<std::string>& locations) {
  Status first;
  for (const auto& location : locations) {
    DVT_ASSIGN(const StoredPath at, systems_->Resolve(location));
    const auto status = at.system->DeleteFile(at.path);
    if (status.ok()) continue;
    Error error = StorageError(status, location, at.endpoint);
    if (error.code() != ErrorCode::kNotFound && first.has_value()) first = std::move(error);
  }
  return first;
}

Result<std::vector<StoredFile>> FileStore::List(const std::string& folder) {
  DVT_ASSIGN(const StoredPath at, systems_->Resolve(folder));
  arrow::fs::FileSelector selector;
  selector.base_dir = at.path;
  while (selector.base_dir.size() > 1 && selector.base_dir.ends_with('/')) selector.base_dir.pop_back();
  selector.allow_not_found = true;
  selector.recursive = true;
  auto infos = at.system->GetFileInfo(selector);
  if (!infos.ok()) return StorageError(infos.status(), folder, at.endpoint);
  std::string base = folder;
  while (base.ends_with('/')) base.pop_back();
  std::vector<StoredFile> files;
  for (const auto& info : *infos) {
    if (info.type() != arrow::fs::FileType::File) continue;
    const int64_t modified = std::chrono::duration_cast<std::chrono::milliseconds>(info.mtime().time_since_epoch()).count();
    files.push_back({base + info.path().substr(selector.base_dir.size()), info.size(), modified});
  }
  return files;
}

std::shared_ptr<FileStore> MakeFileStore(Properties properties) {
  return std::make_shared<FileStore>(
      [properties = std::move(properties)](const std::string&) -> Result<Properties> { return properties; });
}

}  // namespace dvt::lake
