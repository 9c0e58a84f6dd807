#include <fmt/format.h>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/sqlite/session.h"
#include "dvt/connectors/sqlite/values.h"

namespace dvt::connectors::sqlite {
namespace {

/// One prepared INSERT in one transaction.
class SqliteSink : public Sink {
 public:
  SqliteSink(std::unique_ptr<Handle> handle, columnar::Fields fields)
      : handle_(std::move(handle)), fields_(std::move(fields)), scratch_(fields_.size()) {}
  ~SqliteSink() override { Abort(); }

  Status Start(const std::string& table, const std::vector<std::string>& columns) {
    DVT_TRY(handle_->Run("PRAGMA cache_size = -16000; BEGIN IMMEDIATE"));
    handle_->set_waits_for_sinks(false);
    mark_ = std::make_unique<WriterMark>(handle_->settings().path);
    std::string names, values;
    for (const std::string& column : columns) {
      names += (names.empty() ? "" : ", ") + QuoteName(column);
      values += values.empty() ? "?" : ", ?";
    }
    DVT_ASSIGN(insert_, handle_->Prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names, values)));
    return {};
  }

  Status Write(const ArrowArray& batch, std::stop_token stop) override {
    handle_->set_stop(stop);
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    const auto columns = columnar::BatchColumns(batch, fields_);
    for (int64_t row = 0; row < batch.length; ++row) {
      if ((row & 1023) == 0 && stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      for (size_t i = 0; i < columns.size(); ++i) {
        const int code = BindValue(insert_.get(), static_cast<int>(i) + 1, columns[i], row, scratch_[i]);
        if (code != SQLITE_OK) return Refused(code, i, columns[i], row);
      }
      if (const int code = sqlite3_step(insert_.get()); code != SQLITE_DONE) {
        Error error = handle_->LastError(code);
        sqlite3_reset(insert_.get());
        return error;
      }
      sqlite3_reset(insert_.get());
    }
    rows_ += batch.length;
    return {};
  }

  Result<int64_t> Commit(std::stop_token stop) override {
    if (handle_ == nullptr) return Error(ErrorCode::kInternal, "this sink has ended");
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    handle_->set_stop(std::move(stop));
    insert_.Reset();
    DVT_TRY(handle_->Run("COMMIT"));
    handle_.reset();
    mark_.reset();
    return rows_;
  }

  void Abort() noexcept override {
    insert_.Reset();
    if (handle_ != nullptr) {
      handle_->set_stop({});
      if (sqlite3_get_autocommit(handle_->get()) == 0) (void)handle_->Run("ROLLBACK");
    }
    handle_.reset();
    mark_.reset();
  }

 private:
  Error Refused(int code, size_t column, const columnar::ColumnView& view, int64_t row) const {
    if (code != SQLITE_MISMATCH) return handle_->LastError(code);
    std::string text;
    columnar::AppendText(text, view, row);
    return Error(ErrorCode::kData, fmt::format("column {}: SQLite cannot hold the value {} of type {}", fields_[column].name,
                                               text, fields_[column].type.ToString()))
        .WithHint("cast the column in the model, for example to text");
  }

  std::unique_ptr<Handle> handle_;
  std::unique_ptr<WriterMark> mark_;
  columnar::Fields fields_;
  std::vector<std::string> scratch_;  // texts bound to the statement
  Statement insert_;
  int64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<Sink>> MakeSink(std::unique_ptr<Handle> handle, columnar::Fields fields, const std::string& table,
                                       const std::vector<std::string>& columns, std::stop_token stop) {
  handle->set_stop(std::move(stop));
  auto sink = std::make_unique<SqliteSink>(std::move(handle), std::move(fields));
  DVT_TRY(sink->Start(table, columns));
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dvt::connectors::sqlite
