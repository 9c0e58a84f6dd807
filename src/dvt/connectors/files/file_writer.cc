#include <arrow/io/file.h>

#include "dvt/base/text/value.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/files/arrow_functions.h"
#include "dvt/connectors/files/arrow_status_internal.h"
#include "dvt/connectors/files/parquet_file_writer_internal.h"

namespace dvt::connectors::files::with_arrow {

namespace {

// CSV and JSON lines are written from the values' own text, so that every type has a form.
class TextWriter : public FileWriter {
 public:
  static Result<std::unique_ptr<FileWriter>> Make(const std::string& path, FileFormat format, char delimiter,
                                                  const columnar::Fields& fields) {
    auto writer = std::make_unique<TextWriter>();
    writer->path_ = path;
    writer->csv_ = format == FileFormat::kCsv;
    writer->delimiter_ = delimiter;
    writer->fields_ = fields;
    auto out = arrow::io::FileOutputStream::Open(path);
    if (!out.ok()) return FileError(out.status(), path);
    writer->out_ = *out;
    if (writer->csv_) {
      for (size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) writer->buffer_ += delimiter;
        writer->AppendCsv(fields[i].name);
      }
      writer->buffer_ += '\n';
    }
    return std::unique_ptr<FileWriter>(std::move(writer));
  }

  Status Write(const ArrowArray& batch) override {
    const auto columns = columnar::BatchColumns(batch, fields_);
    for (int64_t row = 0; row < batch.length; ++row) {
      csv_ ? AppendCsvRow(columns, row) : AppendJsonRow(columns, row);
      if (buffer_.size() > (1 << 20)) DVT_TRY(Flush());
    }
    return {};
  }

  Status Close() override {
    DVT_TRY(Flush());
    if (auto status = out_->Close(); !status.ok()) return FileError(status, path_);
    return {};
  }

 private:
  void AppendCsv(std::string_view text) {
    const bool plain = !text.empty() && text.find_first_of("\"\r\n") == std::string_view::npos &&
                       text.find(delimiter_) == std::string_view::npos;
    if (plain) {
      buffer_ += text;
      return;
    }
    buffer_ += '"';
    for (const char c : text) {
      if (c == '"') buffer_ += '"';
      buffer_ += c;
    }
    buffer_ += '"';
  }

  void AppendCsvRow(const std::vector<columnar::ColumnView>& columns, int64_t row) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) buffer_ += delimiter_;
      if (columns[i].IsNull(row)) continue;
      text_.clear();
      columnar::AppendText(text_, columns[i], row);
      AppendCsv(text_);
    }
    buffer_ += '\n';
  }

  void AppendJsonRow(const std::vector<columnar::ColumnView>& columns, int64_t row) {
    buffer_ += '{';
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) buffer_ += ',';
      AppendJsonString(buffer_, fields_[i].name);
      buffer_ += ':';
      if (columns[i].IsNull(row)) {
        buffer_ += "null";
        continue;
      }
      text_.clear();
      columnar::AppendText(text_, columns[i], row);
      const auto kind = columns[i].type().kind;
      const bool bare = columns[i].type().is_numeric() || kind == columnar::TypeKind::kBool ||
                        kind == columnar::TypeKind::kList || kind == columnar::TypeKind::kStruct ||
                        kind == columnar::TypeKind::kJson;
      const bool finite =
          !columns[i].type().is_numeric() || text_.find('n') == std::string::npos;  // nan and inf are no JSON numbers
      if (bare && finite)
        buffer_ += text_;
      else
        AppendJsonString(buffer_, text_);
    }
    buffer_ += "}\n";
  }

  Status Flush() {
    if (auto status = out_->Write(buffer_.data(), static_cast<int64_t>(buffer_.size())); !status.ok())
      return FileError(status, path_);
    buffer_.clear();
    return {};
  }

  std::string path_;
  bool csv_ = true;
  char delimiter_ = ',';
  columnar::Fields fields_;
  std::shared_ptr<arrow::io::FileOutputStream> out_;
  std::string buffer_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<FileWriter>> MakeFileWriter(const std::string& path, FileFormat format, char delimiter,
                                                   const columnar::Fields& fields, FileCompression compression) {
  if (format == FileFormat::kParquet) return MakeParquetWriter(path, fields, compression);
  return TextWriter::Make(path, format, delimiter, fields);
}

}  // namespace dvt::connectors::files::with_arrow
