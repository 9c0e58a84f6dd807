#pragma once

#include <duckdb.h>

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include "dvt/base/result/result.h"

namespace dvt::columnar::duckdb {

/// Move-only owner of a DuckDB C handle that one function destroys through its address.
template <class Handle, auto Destroy>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    if (this != &other) {
      Reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Owned() { Reset(); }
  Handle get() const { return handle_; }
  /// For callees that fill a caller's handle.
  Handle* out() {
    Reset();
    return &handle_;
  }
  explicit operator bool() const { return handle_ != nullptr; }
  void Reset() {
    if (handle_ != nullptr) Destroy(&handle_);
    handle_ = nullptr;
  }

 private:
  Handle handle_ = nullptr;
};

using Config = Owned<duckdb_config, duckdb_destroy_config>;
using Chunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using OwnedType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using Statement = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Pending = Owned<duckdb_pending_result, duckdb_destroy_pending>;
using Extracted = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using OwnedValue = Owned<duckdb_value, duckdb_destroy_value>;

/// Owner of a duckdb_result (a plain struct that must not be destroyed twice).
class QueryResult {
 public:
  QueryResult() = default;
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  ~QueryResult() { Reset(); }
  duckdb_result* get() { return &result_; }
  void Reset() {
    duckdb_destroy_result(&result_);
    result_ = {};
  }

 private:
  duckdb_result result_ = {};
};

/// One DuckDB instance. Thread-safe; connections are made from it and keep it alive.
class Database {
 public:
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  /// `path` empty: in memory. `options` are DuckDB's configuration names. Errors come mapped, without hints.
  static Result<std::shared_ptr<Database>> Open(const std::string& path, const std::map<std::string, std::string>& options);
  duckdb_database get() const { return handle_; }

 private:
  Database() = default;
  duckdb_database handle_ = nullptr;
};

/// One connection; used by one thread at a time, except Interrupt.
class Connection {
 public:
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  static Result<std::shared_ptr<Connection>> Open(std::shared_ptr<Database> database);
  duckdb_connection get() const { return handle_; }
  /// Makes the running query fail as cancelled. From any thread.
  void Interrupt() { duckdb_interrupt(handle_); }
  /// Runs statements and drops their rows; kCancelled when stopped.
  Status Run(const std::string& sql, std::stop_token stop = {});

 private:
  explicit Connection(std::shared_ptr<Database> database) : database_(std::move(database)) {}
  std::shared_ptr<Database> database_;
  duckdb_connection handle_ = nullptr;
};

/// An identifier in double quotes.
std::string QuoteName(std::string_view name);
/// A text literal in single quotes.
std::string QuoteText(std::string_view text);
/// Takes a string allocated by DuckDB.
std::string TakeText(char* text);

}  // namespace dvt::columnar::duckdb
