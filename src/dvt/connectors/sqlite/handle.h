#pragma once

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/connectors/sqlite/settings.h"

namespace dvt::connectors::sqlite {

/// One prepared statement. Lives no longer than its Handle.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}
  Statement(Statement&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Statement() { sqlite3_finalize(raw_); }
  sqlite3_stmt* get() const { return raw_; }
  void Reset() {
    sqlite3_finalize(raw_);
    raw_ = nullptr;
  }

 private:
  sqlite3_stmt* raw_ = nullptr;
};

enum class Access {
  kRead,   ///< the file must exist
  kWrite,  ///< the file is made if it does not exist
};

/// One SQLite connection with its schemas attached. Used by one thread at a time. Waits for locks and runs statements only as
/// long as the stop token set last allows.
class Handle {
 public:
  /// kNotFound if the file (for reading) or its folder does not exist.
  static Result<std::unique_ptr<Handle>> Open(const Settings& settings, Access access, std::stop_token stop);
  ~Handle();
  /// True while this process holds a handle for writing on the file: as its main file, or that of its default schema.
  static bool IsOpenForWriting(const std::string& path);
  /// Schemas and their files, main first.
  const std::vector<std::pair<std::string, std::string>>& files() const { return files_; }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  sqlite3* get() const { return raw_; }
  const Settings& settings() const { return settings_; }
  void set_stop(std::stop_token stop) { stop_ = std::move(stop); }
  const std::stop_token& stop() const { return stop_; }
  /// A sink that writes must not wait without limit for itself.
  void set_waits_for_sinks(bool waits) { waits_for_sinks_ = waits; }

  Error LastError(int code) const;
  /// The first statement of the text; `rest` (may be null) gets what follows. An empty text gives an empty statement.
  Result<Statement> Prepare(std::string_view sql, std::string_view* rest = nullptr);
  /// Runs statements without rows.
  Status Run(std::string_view sql);
  /// True with a row, false at the end.
  Result<bool> Step(const Statement& statement);
  /// First column of the first row as an integer; nullopt without a row or for NULL.
  Result<std::optional<int64_t>> QueryInteger(std::string_view sql);

 private:
  explicit Handle(Settings settings) : settings_(std::move(settings)) {}
  Status Attach(Access access);
  void CountAsWriter();
  static int OnBusy(void* self, int tries);
  static int OnProgress(void* self);

  Settings settings_;
  sqlite3* raw_ = nullptr;
  std::stop_token stop_;
  bool waits_for_sinks_ = true;
  std::vector<std::pair<std::string, std::string>> files_;
  std::vector<std::string> written_;  // files counted as open for writing
  std::chrono::steady_clock::time_point busy_since_;
};

/// While a sink of this process writes a file, its other connections wait for it without a time limit.
class WriterMark {
 public:
  explicit WriterMark(std::string path);
  ~WriterMark();
  WriterMark(const WriterMark&) = delete;
  WriterMark& operator=(const WriterMark&) = delete;
  static bool IsMarked(const std::string& path);

 private:
  std::string path_;
};

/// An identifier in double quotes.
std::string QuoteName(std::string_view name);
std::string QuoteText(std::string_view text);
/// Text of a result column; NULL is empty.
std::string ColumnText(const Statement& statement, int column);

}  // namespace dvt::connectors::sqlite
