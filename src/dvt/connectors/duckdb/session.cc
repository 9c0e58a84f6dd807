#include "dvt/connectors/duckdb/session.h"

#include <fmt/format.h>

#include "dvt/columnar/duckdb/error_map.h"
#include "dvt/columnar/duckdb/result_stream.h"

namespace dvt::connectors::duckdb {
namespace {

class DuckDbSession : public Session {
 public:
  explicit DuckDbSession(std::shared_ptr<duck::Connection> connection) : connection_(std::move(connection)) {}

  Result<ExecuteResult> Execute(std::string_view sql, std::stop_token stop) override {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    std::stop_callback interrupt(stop, [this] { connection_->Interrupt(); });
    duck::Extracted statements;
    const idx_t count = duckdb_extract_statements(connection_->get(), std::string(sql).c_str(), statements.out());
    if (count == 0) {
      const char* text = duckdb_extract_statements_error(statements.get());
      if (text != nullptr && *text != '\0') return duck::MapError(text);
      return ExecuteResult{-1, "OK"};
    }
    ExecuteResult last;
    for (idx_t i = 0; i < count; ++i) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      DVT_ASSIGN(last, ExecuteOne(statements.get(), i, stop));
    }
    return last;
  }

  Result<columnar::Stream> Query(std::string_view sql, std::stop_token stop) override {
    auto query = duck::PrepareQuery(*connection_, std::string(sql));
    if (!query) return ExplainStatement(std::move(query).error());
    duck::StreamOptions options;
    options.stop = std::move(stop);
    options.explain = ExplainStatement;
    return duck::RunStreaming(connection_, std::move(query).value(), std::move(options));
  }

  Status Begin() override { return Control("BEGIN TRANSACTION"); }
  Status Commit() override { return Control("COMMIT"); }
  Status Rollback() override { return Control("ROLLBACK"); }
  bool in_transaction() const override { return in_transaction_; }

 private:
  Status Control(const char* sql) {
    DVT_TRY(Execute(sql, {}));
    return {};
  }

  Result<ExecuteResult> ExecuteOne(duckdb_extracted_statements statements, idx_t index, const std::stop_token& stop) {
    duck::Statement statement;
    if (duckdb_prepare_extracted_statement(connection_->get(), statements, index, statement.out()) != DuckDBSuccess)
      return ExplainStatement(duck::MapError(duckdb_prepare_error(statement.get())));
    const duckdb_statement_type type = duckdb_prepared_statement_type(statement.get());
    duck::QueryResult result;
    const duckdb_state state = duckdb_execute_prepared_streaming(statement.get(), result.get());
    if (state != DuckDBSuccess) {
      // A COMMIT that fails has ended the transaction.
      if (type == DUCKDB_STATEMENT_TYPE_TRANSACTION && in_transaction_) in_transaction_ = false;
      return ExplainStatement(duck::MapResultError(result.get(), stop));
    }
    // BEGIN fails inside a transaction and the others outside, so a success turns the state over.
    if (type == DUCKDB_STATEMENT_TYPE_TRANSACTION) in_transaction_ = !in_transaction_;
    ExecuteResult executed;
    executed.message = "OK";
    const bool changes = duckdb_result_return_type(*result.get()) == DUCKDB_RESULT_TYPE_CHANGED_ROWS;
    while (duck::Chunk chunk{duckdb_fetch_chunk(*result.get())}) {
      if (!changes || duckdb_data_chunk_get_size(chunk.get()) == 0) continue;
      executed.rows_affected = *static_cast<int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), 0)));
      executed.message = fmt::format("{} rows", executed.rows_affected);
    }
    if (const char* text = duckdb_result_error(result.get()); text != nullptr && *text != '\0')
      return ExplainStatement(duck::MapResultError(result.get(), stop));
    return executed;
  }

  std::shared_ptr<duck::Connection> connection_;
  bool in_transaction_ = false;
};

}  // namespace

Error ExplainStatement(Error error) {
  if (error.code() == ErrorCode::kPermission && error.message().find("read-only") != std::string::npos)
    return std::move(error).WithHint("the connection is read_only in profiles.yml; take that out, or choose another target");
  if (error.code() == ErrorCode::kDisk) return std::move(error).WithHint("free space on the disk of the DuckDB file");
  if (error.code() == ErrorCode::kMemory) return std::move(error).WithHint("raise memory_limit under the connection's settings");
  return error;
}

std::unique_ptr<Session> MakeSession(std::shared_ptr<duck::Connection> connection) {
  return std::make_unique<DuckDbSession>(std::move(connection));
}

}  // namespace dvt::connectors::duckdb
