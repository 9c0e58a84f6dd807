#include "dvt/connectors/sqlite/reader.h"

#include <fmt/format.h>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/connectors/sqlite/types.h"
#include "dvt/connectors/sqlite/values.h"

namespace dvt::connectors::sqlite {
namespace {

using columnar::DataType;
using columnar::TypeKind;

constexpr int kSampledRows = 1000;
constexpr size_t kBatchBytes = size_t{4} << 20;

/// What storage classes a column showed.
struct Seen {
  bool integer = false, real = false, text = false, blob = false;
  void Add(int storage) {
    integer = integer || storage == SQLITE_INTEGER;
    real = real || storage == SQLITE_FLOAT;
    text = text || storage == SQLITE_TEXT;
    blob = blob || storage == SQLITE_BLOB;
  }
  DataType type() const {
    if (text || (blob && (integer || real))) return DataType::String();
    if (blob) return TypeKind::kBinary;
    if (real) return TypeKind::kFloat64;
    if (integer) return TypeKind::kInt64;
    return DataType::String();
  }
};

class RowSource : public columnar::BatchSource {
 public:
  RowSource(std::unique_ptr<Handle> owned, std::shared_ptr<Handle> shared, Statement statement, columnar::Fields fields,
            ReadOptionsOf options)
      : owned_(std::move(owned)),
        shared_(std::move(shared)),
        handle_(owned_ != nullptr ? owned_.get() : shared_.get()),
        statement_(std::move(statement)),
        builder_(std::move(fields)),
        options_(std::move(options)) {}
  ~RowSource() override { Close(); }

  const columnar::Fields& fields() const override { return builder_.fields(); }

  Result<columnar::Array> Next() override {
    if (handle_ == nullptr) return columnar::Array();
    if (handle_->stop().stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    int64_t rows = 0;
    while (rows < options_.batch_rows) {
      const int code = sqlite3_step(statement_.get());
      if (code == SQLITE_DONE) {
        drained_ = true;
        Close();
        break;
      }
      if (code != SQLITE_ROW) return handle_->LastError(code);
      for (int i = 0; i < builder_.columns(); ++i)
        if (!AppendValue(builder_.column(i), statement_.get(), i)) return Misfit(i);
      ++rows, ++rows_;
      if ((rows & 1023) == 0 && builder_.bytes() >= kBatchBytes) break;
    }
    if (rows == 0) return columnar::Array();
    return builder_.Finish();
  }

 private:
  Error Misfit(int column) const {
    const columnar::Field& field = builder_.fields()[static_cast<size_t>(column)];
    static constexpr const char* kStorage[] = {"", "INTEGER", "REAL", "TEXT", "BLOB", "NULL"};
    const int storage = sqlite3_column_type(statement_.get(), column);
    std::string where = fmt::format("row {}", rows_ + 1);
    if (sqlite3_column_count(statement_.get()) > builder_.columns())
      where = fmt::format("the row with rowid {}", sqlite3_column_int64(statement_.get(), builder_.columns()));
    std::string value = storage == SQLITE_BLOB ? "binary data" : "'" + ColumnText(statement_, column).substr(0, 60) + "'";
    return Error(ErrorCode::kData, fmt::format("column {} of {} holds {} ({}), which is no {}", field.name, where, value,
                                               kStorage[storage], field.type.ToString()))
        .WithHint("correct the value, or cast the column in the query, such as CAST(" + field.name + " AS TEXT)");
  }

  void Close() {
    statement_.Reset();
    if (owned_ != nullptr && options_.give_back) options_.give_back(std::move(owned_), drained_);
    if (shared_ != nullptr) shared_->set_stop({});
    owned_.reset();
    shared_.reset();
    handle_ = nullptr;
  }

  std::unique_ptr<Handle> owned_;
  std::shared_ptr<Handle> shared_;
  Handle* handle_;
  Statement statement_;
  columnar::BatchBuilder builder_;
  ReadOptionsOf options_;
  int64_t rows_ = 0;
  bool drained_ = false;
};

}  // namespace

Result<columnar::Fields> QueryFields(Handle& handle, std::string_view sql) {
  DVT_ASSIGN(const Statement statement, handle.Prepare(sql));
  columnar::Fields fields;
  std::vector<int> unknown;
  const int count = sqlite3_column_count(statement.get());
  for (int i = 0; i < count; ++i) {
    columnar::Field field;
    field.name = sqlite3_column_name(statement.get(), i);
    const char* declared = sqlite3_column_decltype(statement.get(), i);
    if (declared != nullptr) field.native_type = declared;
    if (auto type = TypeFromDeclaration(field.native_type))
      field.type = *type;
    else
      unknown.push_back(i);
    fields.push_back(std::move(field));
  }
  if (unknown.empty()) return fields;
  std::vector<Seen> seen(unknown.size());
  for (int row = 0; row < kSampledRows; ++row) {
    DVT_ASSIGN(const bool more, handle.Step(statement));
    if (!more) break;
    for (size_t i = 0; i < unknown.size(); ++i) seen[i].Add(sqlite3_column_type(statement.get(), unknown[i]));
  }
  for (size_t i = 0; i < unknown.size(); ++i) fields[static_cast<size_t>(unknown[i])].type = seen[i].type();
  return fields;
}

Result<columnar::Stream> ReadQuery(std::unique_ptr<Handle> handle, std::string_view sql, columnar::Fields fields,
                                   ReadOptionsOf options) {
  auto statement = handle->Prepare(sql);
  if (!statement) {
    if (options.give_back) options.give_back(std::move(handle), false);
    return std::move(statement).error();
  }
  return columnar::Stream(std::make_unique<RowSource>(std::move(handle), nullptr, std::move(statement).value(), std::move(fields),
                                                      std::move(options)));
}

Result<columnar::Stream> ReadQuery(std::shared_ptr<Handle> handle, std::string_view sql, columnar::Fields fields) {
  DVT_ASSIGN(Statement statement, handle->Prepare(sql));
  return columnar::Stream(
      std::make_unique<RowSource>(nullptr, std::move(handle), std::move(statement), std::move(fields), ReadOptionsOf{}));
}

}  // namespace dvt::connectors::sqlite
