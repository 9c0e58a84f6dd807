#include "dvt/connectors/mysql/row_reader.h"

#include <fmt/format.h>

#include <utility>

#include "dvt/base/text/text.h"
#include "dvt/connectors/mysql/types.h"
#include "dvt/connectors/mysql/value_decoder.h"

namespace dvt::connectors::mysql {

namespace {

constexpr size_t kBatchBytes = 4u << 20;  // wide rows end a batch early
constexpr unsigned kNotPreparable = 1295;

std::string_view WithoutSemicolon(std::string_view sql) {
  sql = TrimView(sql);
  while (!sql.empty() && sql.back() == ';') sql = TrimView(sql.substr(0, sql.size() - 1));
  return sql;
}

struct StatementCloser {
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
struct ResultCloser {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using Statement = std::unique_ptr<MYSQL_STMT, StatementCloser>;
using ResultSet = std::unique_ptr<MYSQL_RES, ResultCloser>;

Result<Statement> Prepare(Connection& connection, std::string_view sql) {
  connection.ReadyForNames();
  Statement statement(mysql_stmt_init(connection.handle()));
  if (statement == nullptr) return connection.LastError();
  if (mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) != 0) return connection.StatementError(statement.get());
  if (mysql_stmt_param_count(statement.get()) != 0) {
    return Error(ErrorCode::kSyntax, "the query has a parameter marker '?' outside of quotes");
  }
  return statement;
}

QueryShape ShapeOf(MYSQL_RES* metadata, const ReadConventions& conventions) {
  QueryShape shape;
  if (metadata == nullptr) return shape;
  const MYSQL_FIELD* wire = mysql_fetch_fields(metadata);
  for (unsigned i = 0; i < mysql_num_fields(metadata); ++i) {
    shape.fields.push_back(FieldOf(wire[i], conventions));
    std::string note = ReadNote(wire[i], shape.fields.back());
    if (!note.empty()) shape.notes.push_back(std::move(note));
  }
  return shape;
}

Error FaultError(ValueFault fault, const std::string& column) {
  switch (fault) {
    case ValueFault::kZeroDate:
      return Error(ErrorCode::kData, fmt::format("column '{}' holds a zero date ('0000-00-00' or a zero month or day)", column))
          .WithHint("Set `zero_dates: null` on this connection to read such dates as NULL, or repair them in the source.");
    case ValueFault::kBadDate:
      return Error(ErrorCode::kData, fmt::format("column '{}' holds a date that is not in the calendar", column));
    case ValueFault::kTimeOfDay:
      return Error(ErrorCode::kData,
                   fmt::format("column '{}' holds a time outside of one day (negative or 24 hours and more)", column))
          .WithHint("Set `time_as: interval` (or `text`) on this connection.");
    case ValueFault::kOutOfMemory: return Error(ErrorCode::kMemory, "out of memory while reading rows");
    default: return Error(ErrorCode::kData, fmt::format("column '{}' holds a value that dvt cannot decode", column));
  }
}

class RowReader : public columnar::BatchSource {
 public:
  RowReader(std::shared_ptr<Connection> connection, ReadRows request, std::stop_token stop,
            std::function<void(const std::shared_ptr<Connection>&)> done)
      : connection_(std::move(connection)),
        request_(std::move(request)),
        done_(std::move(done)),
        guard_(std::in_place, *connection_, std::move(stop)) {}

  ~RowReader() override {
    if (!ended_) connection_->KillQuery();
    Finish();
  }

  Status Start() {
    const std::string_view sql = WithoutSemicolon(request_.sql);
    auto statement = Prepare(*connection_, sql);
    if (!statement && statement.error().vendor_code() == std::to_string(kNotPreparable)) return StartText(sql);
    if (!statement) return Fail(std::move(statement).error());
    statement_ = std::move(*statement);
    metadata_.reset(mysql_stmt_result_metadata(statement_.get()));
    DVT_TRY(TakeShape());
    mysql_stmt_attr_set(statement_.get(), STMT_ATTR_CB_USER_DATA, this);
    mysql_stmt_attr_set(statement_.get(), STMT_ATTR_CB_RESULT, reinterpret_cast<const void*>(&RowReader::OnValue));
    if (mysql_stmt_execute(statement_.get()) != 0) return Fail(connection_->StatementError(statement_.get()));
    if (metadata_ == nullptr) Finish();
    return {};
  }

  const columnar::Fields& fields() const override { return fields_; }

  Result<columnar::Array> Next() override {
    if (ended_) return columnar::Array();
    state_.bytes = 0;
    while (builder_->rows() < request_.batch_rows && state_.bytes < kBatchBytes) {
      DVT_ASSIGN(const bool more, statement_ != nullptr ? FetchBinary() : FetchText());
      if (more) continue;
      Finish();
      if (builder_->rows() == 0) return columnar::Array();
      break;
    }
    return builder_->Finish();
  }

 private:
  Status StartText(std::string_view sql) {
    if (!connection_->Send(sql)) return Fail(connection_->LastError());
    metadata_.reset(mysql_use_result(connection_->handle()));
    if (metadata_ == nullptr && mysql_field_count(connection_->handle()) != 0) return Fail(connection_->LastError());
    DVT_TRY(TakeShape());
    if (metadata_ == nullptr) Finish();
    return {};
  }

  Status TakeShape() {
    fields_ = ShapeOf(metadata_.get(), request_.conventions).fields;
    if (!request_.expected.empty()) {
      bool same = fields_.size() == request_.expected.size();
      for (size_t i = 0; same && i < fields_.size(); ++i) {
        same = columnar::ArrowFormat(fields_[i].type) == columnar::ArrowFormat(request_.expected[i].type);
      }
      if (!same) {
        return Fail(Error(ErrorCode::kType, "the columns changed between planning and reading").WithHint("Run the model again."));
      }
      fields_ = request_.expected;
    }
    builder_.emplace(fields_);
    if (metadata_ == nullptr) return {};
    const MYSQL_FIELD* wire = mysql_fetch_fields(metadata_.get());
    for (int i = 0; i < builder_->columns(); ++i) {
      decoders_.push_back(MakeDecoder(wire[i], &builder_->column(i), request_.conventions, static_cast<size_t>(i), &state_));
    }
    return {};
  }

  // Called by libmariadb for each column of a row, in order; `row` is null for NULL.
  static void OnValue(void* user, unsigned column, unsigned char** row) {
    auto& self = *static_cast<RowReader*>(user);
    if (self.discarding_) return;  // the row's position is libmariadb's own copy: nothing to advance
    ColumnDecoder& decoder = self.decoders_[column];
    try {
      if (row == nullptr) {
        decoder.builder->AppendNull();
        return;
      }
      const unsigned char* at = *row;
      decoder.binary(decoder, at);
      *row = const_cast<unsigned char*>(at);
    } catch (...) {
      self.state_.fault = ValueFault::kOutOfMemory;
      self.discarding_ = true;
    }
  }

  Result<bool> FetchBinary() {
    const int code = mysql_stmt_fetch(statement_.get());
    if (code == MYSQL_NO_DATA) return false;
    if (code == 1) return Fail(connection_->StatementError(statement_.get()));
    DVT_TRY(CheckValues());
    return true;
  }

  Result<bool> FetchText() {
    const MYSQL_ROW row = mysql_fetch_row(metadata_.get());
    if (row == nullptr) {
      if (mysql_errno(connection_->handle()) != 0) return Fail(connection_->LastError());
      return false;
    }
    const unsigned long* lengths = mysql_fetch_lengths(metadata_.get());
    for (size_t i = 0; i < decoders_.size(); ++i) {
      if (row[i] == nullptr)
        decoders_[i].builder->AppendNull();
      else
        decoders_[i].text(decoders_[i], {row[i], lengths[i]});
    }
    DVT_TRY(CheckValues());
    return true;
  }

  Status CheckValues() {
    if (state_.fault != ValueFault::kNone) [[unlikely]]
      return FaultError(state_.fault, fields_[state_.column].name);
    return {};
  }

  Error Fail(Error error) {
    if (connection_->usable())
      Finish();
    else
      Release();
    return error;
  }

  // Frees the statement (reading away what is left of it) and gives the connection back.
  void Finish() {
    if (ended_) return;
    discarding_ = true;
    if (statement_ != nullptr) {
      metadata_.reset();
      mysql_stmt_free_result(statement_.get());
      while (mysql_more_results(connection_->handle()) && mysql_stmt_next_result(statement_.get()) == 0) {
        mysql_stmt_free_result(statement_.get());
      }
    }
    metadata_.reset();
    Release();
  }

  void Release() {
    ended_ = true;
    metadata_.reset();
    statement_.reset();
    guard_.reset();
    if (done_) std::exchange(done_, nullptr)(connection_);
  }

  std::shared_ptr<Connection> connection_;
  ReadRows request_;
  std::function<void(const std::shared_ptr<Connection>&)> done_;
  std::optional<Connection::StopGuard> guard_;  // only while the connection is ours
  Statement statement_;
  ResultSet metadata_;
  columnar::Fields fields_;
  std::optional<columnar::BatchBuilder> builder_;
  std::vector<ColumnDecoder> decoders_;
  DecodeState state_;
  bool discarding_ = false;
  bool ended_ = false;
};

}  // namespace

Result<QueryShape> PrepareShape(Connection& connection, std::string_view sql, const ReadConventions& conventions,
                                std::stop_token stop) {
  if (stop.stop_requested()) return CancelledError();
  Connection::StopGuard guard(connection, stop);
  DVT_ASSIGN(auto statement, Prepare(connection, WithoutSemicolon(sql)));
  ResultSet metadata(mysql_stmt_result_metadata(statement.get()));
  return ShapeOf(metadata.get(), conventions);
}

Result<columnar::Stream> OpenRows(std::shared_ptr<Connection> connection, ReadRows request, std::stop_token stop,
                                  std::function<void(const std::shared_ptr<Connection>&)> done) {
  if (stop.stop_requested()) {
    if (done) done(connection);
    return CancelledError();
  }
  auto reader = std::make_unique<RowReader>(std::move(connection), std::move(request), std::move(stop), std::move(done));
  DVT_TRY(reader->Start());
  return columnar::Stream(std::unique_ptr<columnar::BatchSource>(std::move(reader)));
}

}  // namespace dvt::connectors::mysql
