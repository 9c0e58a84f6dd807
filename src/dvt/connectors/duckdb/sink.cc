#include <fmt/format.h>

#include <algorithm>

#include "dvt/columnar/duckdb/error_map.h"
#include "dvt/columnar/duckdb/types.h"
#include "dvt/columnar/duckdb/write_vector.h"
#include "dvt/connectors/duckdb/session.h"

namespace dvt::connectors::duckdb {
namespace {

using Appender = duck::Owned<duckdb_appender, duckdb_appender_destroy>;

/// Appends in one transaction of its own connection.
class DuckDbSink : public Sink {
 public:
  DuckDbSink(std::shared_ptr<duck::Connection> connection, columnar::Fields fields)
      : connection_(std::move(connection)), fields_(std::move(fields)) {
    std::vector<duckdb_logical_type> types;
    for (const columnar::Field& field : fields_) {
      types_.push_back(duck::LogicalTypeOf(field.type));
      types.push_back(types_.back().get());
    }
    chunk_ = duck::Chunk(duckdb_create_data_chunk(types.data(), types.size()));
  }
  ~DuckDbSink() override { Abort(); }

  Status Start(const columnar::RelationName& table, const std::vector<std::string>& columns, std::stop_token stop) {
    DVT_TRY(connection_->Run("BEGIN TRANSACTION", stop));
    open_ = true;
    if (duckdb_appender_create_ext(connection_->get(), table.database.c_str(), table.schema.c_str(), table.name.c_str(),
                                   appender_.out()) != DuckDBSuccess)
      return AppenderError();
    for (const std::string& column : columns)
      if (duckdb_appender_add_column(appender_.get(), column.c_str()) != DuckDBSuccess) return AppenderError();
    return {};
  }

  Status Write(const ArrowArray& batch, std::stop_token stop) override {
    const auto step = static_cast<int64_t>(duckdb_vector_size());
    for (int64_t first = 0; first < batch.length; first += step) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      const int64_t count = std::min(step, batch.length - first);
      duckdb_data_chunk_reset(chunk_.get());
      DVT_TRY(duck::FillChunk(batch, fields_, first, count, chunk_.get()));
      if (duckdb_append_data_chunk(appender_.get(), chunk_.get()) != DuckDBSuccess) return AppenderError();
      rows_ += count;
    }
    return {};
  }

  Result<int64_t> Commit(std::stop_token stop) override {
    if (!open_) return Error(ErrorCode::kInternal, "this sink has ended");
    std::stop_callback interrupt(stop, [this] { connection_->Interrupt(); });
    if (duckdb_appender_close(appender_.get()) != DuckDBSuccess) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      return AppenderError();
    }
    appender_.Reset();
    if (auto committed = connection_->Run("COMMIT", stop); !committed) return ExplainStatement(std::move(committed).error());
    open_ = false;
    return rows_;
  }

  void Abort() noexcept override {
    if (appender_) {
      duckdb_appender_clear(appender_.get());
      appender_.Reset();
    }
    if (open_) (void)connection_->Run("ROLLBACK");
    open_ = false;
  }

 private:
  Error AppenderError() {
    const duck::Owned<duckdb_error_data, duckdb_destroy_error_data> data(duckdb_appender_error_data(appender_.get()));
    const char* text = duckdb_error_data_message(data.get());
    return ExplainStatement(
        duck::MapError(text == nullptr ? "DuckDB refused the rows" : text, duckdb_error_data_error_type(data.get())));
  }

  std::shared_ptr<duck::Connection> connection_;
  columnar::Fields fields_;
  std::vector<duck::OwnedType> types_;
  duck::Chunk chunk_;
  Appender appender_;
  int64_t rows_ = 0;
  bool open_ = false;
};

}  // namespace

Result<std::unique_ptr<Sink>> MakeSink(std::shared_ptr<duck::Connection> connection, const SinkRequest& request,
                                       const columnar::RelationName& table, const std::vector<std::string>& columns,
                                       std::stop_token stop) {
  auto sink = std::make_unique<DuckDbSink>(std::move(connection), request.fields);
  DVT_TRY(sink->Start(table, columns, stop));
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dvt::connectors::duckdb
