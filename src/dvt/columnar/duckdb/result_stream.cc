#include "dvt/columnar/duckdb/result_stream.h"

#include "dvt/columnar/duckdb/error_map.h"
#include "dvt/columnar/duckdb/types.h"

namespace dvt::columnar::duckdb {
namespace {

class StreamingResult : public BatchSource {
 public:
  StreamingResult(std::shared_ptr<Connection> connection, PreparedQuery query, StreamOptions options)
      : connection_(std::move(connection)), query_(std::move(query)), options_(std::move(options)) {
    interrupt_.emplace(options_.stop, Interrupter{connection_.get()});
  }

  ~StreamingResult() override { Close(); }

  const Fields& fields() const override { return query_.fields; }

  Status Start() {
    if (options_.stop.stop_requested()) return Fail(Error(ErrorCode::kCancelled, "cancelled"));
    if (duckdb_pending_prepared_streaming(query_.statement.get(), pending_.out()) != DuckDBSuccess)
      return Fail(MapError(duckdb_pending_error(pending_.get())));
    return {};
  }

  Result<Array> Next() override {
    if (closed_) return Array();
    if (options_.stop.stop_requested()) return Fail(Error(ErrorCode::kCancelled, "cancelled"));
    if (reader_ == nullptr) DVT_TRY(Execute());
    while (reader_->rows() < options_.batch_rows && reader_->bytes() < options_.batch_bytes) {
      Chunk chunk(duckdb_fetch_chunk(*result_.get()));
      if (!chunk) {
        if (const char* text = duckdb_result_error(result_.get()); text != nullptr && *text != '\0')
          return Fail(MapResultError(result_.get(), options_.stop));
        if (options_.stop.stop_requested()) return Fail(Error(ErrorCode::kCancelled, "cancelled"));
        Array last = reader_->rows() > 0 ? reader_->Finish() : Array();
        Close();
        return last;
      }
      if (auto appended = reader_->Append(chunk.get()); !appended) return Fail(std::move(appended).error());
    }
    return reader_->Finish();
  }

 private:
  struct Interrupter {
    Connection* connection;
    void operator()() const { connection->Interrupt(); }
  };

  Status Execute() {
    if (duckdb_execute_pending(pending_.get(), result_.get()) != DuckDBSuccess)
      return Fail(MapResultError(result_.get(), options_.stop));
    std::vector<OwnedType> owners;
    std::vector<duckdb_logical_type> types;
    for (size_t i = 0; i < query_.fields.size(); ++i) {
      owners.emplace_back(duckdb_column_logical_type(result_.get(), i));
      types.push_back(owners.back().get());
    }
    reader_ = std::make_unique<ChunkReader>(types, query_.fields);
    return {};
  }

  Error Fail(Error error) {
    if (options_.explain) error = options_.explain(std::move(error));
    Close();
    return error;
  }

  void Close() {
    if (closed_) return;
    closed_ = true;
    if (options_.on_close) options_.on_close();
    interrupt_.reset();
    result_.Reset();
    pending_.Reset();
    query_.statement.Reset();
    reader_.reset();
    connection_.reset();
  }

  std::shared_ptr<Connection> connection_;
  PreparedQuery query_;
  StreamOptions options_;
  Pending pending_;
  QueryResult result_;
  std::unique_ptr<ChunkReader> reader_;
  std::optional<std::stop_callback<Interrupter>> interrupt_;
  bool closed_ = false;
};

}  // namespace

Result<PreparedQuery> PrepareQuery(Connection& connection, const std::string& sql) {
  PreparedQuery query;
  if (duckdb_prepare(connection.get(), sql.c_str(), query.statement.out()) != DuckDBSuccess)
    return MapError(duckdb_prepare_error(query.statement.get()));
  QueryColumns columns = ColumnsOf(query.statement.get(), sql);
  if (!columns.direct && duckdb_prepare(connection.get(), columns.cast_query.c_str(), query.statement.out()) != DuckDBSuccess)
    return MapError(duckdb_prepare_error(query.statement.get())).Within("while casting columns that have no neutral type");
  query.times_prepared = columns.direct ? 1 : 2;
  query.fields = std::move(columns.fields);
  query.notes = std::move(columns.notes);
  return query;
}

Result<Stream> RunStreaming(std::shared_ptr<Connection> connection, PreparedQuery query, StreamOptions options) {
  auto source = std::make_unique<StreamingResult>(std::move(connection), std::move(query), std::move(options));
  DVT_TRY(source->Start());
  return Stream(std::move(source));
}

}  // namespace dvt::columnar::duckdb
