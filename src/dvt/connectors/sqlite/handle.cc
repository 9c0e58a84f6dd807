#include "dvt/connectors/sqlite/handle.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/connectors/sqlite/error_map.h"
#include "dvt/connectors/sqlite/row_hasher.h"

namespace dvt::connectors::sqlite {
namespace {

constexpr int kProgressSteps = 20'000;  // virtual machine steps between two looks at the stop token
constexpr int kMostAttached = 10;       // SQLite's default limit

void InitializeOnce() {
  static std::once_flag once;
  // Without allocation statistics threads do not meet in a mutex at every allocation.
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

struct Writers {
  std::mutex mutex;
  std::map<std::string, int> count;  // sinks in a transaction
  std::map<std::string, int> open;   // handles for writing
};
Writers& AllWriters() {
  static auto* writers = new Writers();
  return *writers;
}

}  // namespace

WriterMark::WriterMark(std::string path) : path_(std::move(path)) {
  std::lock_guard lock(AllWriters().mutex);
  ++AllWriters().count[path_];
}

WriterMark::~WriterMark() {
  std::lock_guard lock(AllWriters().mutex);
  if (--AllWriters().count[path_] == 0) AllWriters().count.erase(path_);
}

bool WriterMark::IsMarked(const std::string& path) {
  std::lock_guard lock(AllWriters().mutex);
  return AllWriters().count.contains(path);
}

int Handle::OnBusy(void* self, int tries) {
  auto& handle = *static_cast<Handle*>(self);
  const auto now = std::chrono::steady_clock::now();
  if (tries == 0) handle.busy_since_ = now;
  if (handle.stop_.stop_requested()) return 0;
  const std::chrono::duration<double> waited = now - handle.busy_since_;
  if (waited.count() > handle.settings_.busy_seconds && !(handle.waits_for_sinks_ && WriterMark::IsMarked(handle.settings_.path)))
    return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(std::min(1 + tries, 20)));
  return 1;
}

int Handle::OnProgress(void* self) { return static_cast<Handle*>(self)->stop_.stop_requested() ? 1 : 0; }

Result<std::unique_ptr<Handle>> Handle::Open(const Settings& settings, Access access, std::stop_token stop) {
  InitializeOnce();
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  if (access == Access::kRead && !FileExists(settings.path))
    return Error(ErrorCode::kNotFound, fmt::format("the SQLite file {} does not exist", settings.path))
        .WithHint("correct the path in profiles.yml");
  auto handle = std::unique_ptr<Handle>(new Handle(settings));
  handle->stop_ = std::move(stop);
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (settings.read_only)
    flags |= SQLITE_OPEN_READONLY;
  else
    flags |= SQLITE_OPEN_READWRITE | (access == Access::kWrite ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(settings.path.c_str(), &handle->raw_, flags, nullptr);
  if (code != SQLITE_OK) return handle->LastError(code);
  sqlite3_busy_handler(handle->raw_, OnBusy, handle.get());
  sqlite3_progress_handler(handle->raw_, kProgressSteps, OnProgress, handle.get());
  RegisterHashFunctions(handle->raw_);
  DVT_TRY(handle->Run("SELECT 1 FROM sqlite_schema LIMIT 1"));  // is it a database?
  DVT_TRY(handle->Attach(access));
  if (access == Access::kWrite) handle->CountAsWriter();
  return handle;
}

void Handle::CountAsWriter() {
  std::lock_guard lock(AllWriters().mutex);
  for (const auto& [schema, path] : files_) {
    if (path != settings_.path && !EqualsIgnoreCase(schema, settings_.schema)) continue;
    ++AllWriters().open[path];
    written_.push_back(path);
  }
}

Handle::~Handle() {
  if (!written_.empty()) {
    std::lock_guard lock(AllWriters().mutex);
    for (const std::string& path : written_) {
      if (--AllWriters().open[path] == 0) AllWriters().open.erase(path);
    }
  }
  sqlite3_close_v2(raw_);
}

bool Handle::IsOpenForWriting(const std::string& path) {
  std::lock_guard lock(AllWriters().mutex);
  return AllWriters().open.contains(path);
}

Status Handle::Attach(Access access) {
  files_ = {{"main", settings_.path}};
  std::vector<std::pair<std::string, std::string>> schemas = settings_.attached;
  const auto known = [&](const std::string& name) {
    return EqualsIgnoreCase(name, "main") ||
           std::any_of(schemas.begin(), schemas.end(), [&](const auto& entry) { return EqualsIgnoreCase(entry.first, name); });
  };
  if (!settings_.schema_directory.empty()) {
    if (!known(settings_.schema))
      schemas.emplace_back(settings_.schema, JoinPath(settings_.schema_directory, settings_.schema + ".db"));
    DVT_ASSIGN(const auto files, ListFiles(settings_.schema_directory));
    for (const std::string& file : files) {
      if (!file.ends_with(".db") || file.find('/') != std::string::npos) continue;
      const std::string name = file.substr(0, file.size() - 3), path = JoinPath(settings_.schema_directory, file);
      if (!known(name) && path != settings_.path && schemas.size() < kMostAttached) schemas.emplace_back(name, path);
    }
  }
  for (const auto& [name, path] : schemas) {
    if ((access == Access::kRead || settings_.read_only) && !FileExists(path)) continue;
    if (auto attached = Run(fmt::format("ATTACH DATABASE {} AS {}", QuoteText(path), QuoteName(name))); !attached)
      return std::move(attached).error().Within(fmt::format("while attaching schema {} ({})", name, path));
    files_.emplace_back(name, path);
  }
  return {};
}

Error Handle::LastError(int code) const {
  if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  return MapError(raw_, code, settings_.path);
}

Result<Statement> Handle::Prepare(std::string_view sql, std::string_view* rest) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v2(raw_, sql.data(), static_cast<int>(sql.size()), &raw, &tail);
  if (code != SQLITE_OK) return LastError(code);
  if (rest != nullptr) *rest = sql.substr(static_cast<size_t>(tail - sql.data()));
  return Statement(raw);
}

Result<bool> Handle::Step(const Statement& statement) {
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return LastError(code);
}

Status Handle::Run(std::string_view sql) {
  while (!sql.empty()) {
    if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    DVT_ASSIGN(const Statement statement, Prepare(sql, &sql));
    if (statement.get() == nullptr) continue;
    for (bool more = true; more;) {
      DVT_ASSIGN(more, Step(statement));
    }
  }
  return {};
}

Result<std::optional<int64_t>> Handle::QueryInteger(std::string_view sql) {
  DVT_ASSIGN(const Statement statement, Prepare(sql));
  DVT_ASSIGN(const bool row, Step(statement));
  if (!row || sqlite3_column_type(statement.get(), 0) == SQLITE_NULL) return std::optional<int64_t>();
  return std::optional<int64_t>(sqlite3_column_int64(statement.get(), 0));
}

std::string QuoteName(std::string_view name) { return "\"" + ReplaceAll(std::string(name), "\"", "\"\"") + "\""; }
std::string QuoteText(std::string_view text) { return "'" + ReplaceAll(std::string(text), "'", "''") + "'"; }

std::string ColumnText(const Statement& statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column));
  if (text == nullptr) return {};
  return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement.get(), column)));
}

}  // namespace dvt::connectors::sqlite
