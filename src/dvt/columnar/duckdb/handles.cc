#include "dvt/columnar/duckdb/handles.h"

#include "dvt/columnar/duckdb/error_map.h"
#include "dvt/columnar/duckdb/library.h"

namespace dvt::columnar::duckdb {

Database::~Database() {
  if (handle_ != nullptr) duckdb_close(&handle_);
}

Result<std::shared_ptr<Database>> Database::Open(const std::string& path, const std::map<std::string, std::string>& options) {
  DVT_TRY(LoadLibrary());
  Config config;
  duckdb_create_config(config.out());
  for (const auto& [name, value] : options) {
    if (duckdb_set_config(config.get(), name.c_str(), value.c_str()) != DuckDBSuccess)
      return Error(ErrorCode::kConfig, "DuckDB has no setting '" + name + "' that takes the value '" + value + "'");
  }
  auto database = std::shared_ptr<Database>(new Database());
  char* message = nullptr;
  if (duckdb_open_ext(path.empty() ? nullptr : path.c_str(), &database->handle_, config.get(), &message) != DuckDBSuccess) {
    const std::string text = TakeText(message);
    return MapError(text.empty() ? "DuckDB could not open the database" : text);
  }
  return database;
}

Connection::~Connection() {
  if (handle_ != nullptr) duckdb_disconnect(&handle_);
}

Result<std::shared_ptr<Connection>> Connection::Open(std::shared_ptr<Database> database) {
  auto connection = std::shared_ptr<Connection>(new Connection(std::move(database)));
  if (duckdb_connect(connection->database_->get(), &connection->handle_) != DuckDBSuccess)
    return Error(ErrorCode::kConnection, "DuckDB refused a connection");
  return connection;
}

Status Connection::Run(const std::string& sql, std::stop_token stop) {
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  std::stop_callback interrupt(stop, [this] { Interrupt(); });
  QueryResult result;
  if (duckdb_query(handle_, sql.c_str(), result.get()) == DuckDBSuccess) return {};
  return MapResultError(result.get(), stop);
}

std::string QuoteName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string QuoteText(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

std::string TakeText(char* text) {
  if (text == nullptr) return {};
  std::string copy = text;
  duckdb_free(text);
  return copy;
}

}  // namespace dvt::columnar::duckdb
