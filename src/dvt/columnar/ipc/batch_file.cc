#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>
#include <arrow/util/io_util.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "dvt/columnar/ipc/arrow_functions.h"
#include "dvt/columnar/ipc/spill_error.h"

namespace dvt::columnar::with_arrow {

namespace {

class BatchFile : public SpillFile {
 public:
  BatchFile(std::string folder, std::shared_ptr<arrow::Schema> schema, int fd)
      : folder_(std::move(folder)), schema_(std::move(schema)), fd_(fd) {}
  ~BatchFile() override {
    writer_.reset();
    reader_.reset();
    if (fd_ >= 0) ::close(fd_);
  }

  Status Start() {
    DVT_ASSIGN(const int copy, Duplicate());
    auto sink = arrow::io::FileOutputStream::Open(copy);
    if (!sink.ok()) return From(sink.status());
    sink_ = *sink;
    auto options = arrow::ipc::IpcWriteOptions::Defaults();
    auto codec = arrow::util::Codec::Create(arrow::Compression::LZ4_FRAME);
    if (codec.ok()) options.codec = std::move(*codec);
    options.use_threads = false;
    auto writer = arrow::ipc::MakeStreamWriter(sink_, schema_, options);
    if (!writer.ok()) return From(writer.status());
    writer_ = *writer;
    return {};
  }

  Status Write(Array batch) override {
    DVT_ASSIGN(const auto written, WriteBatch(std::move(batch)));
    return {};
  }

  Result<Array> WriteAndKeep(Array batch) override {
    DVT_ASSIGN(const auto written, WriteBatch(std::move(batch)));
    Array out;
    if (auto status = arrow::ExportRecordBatch(*written, out.out()); !status.ok()) return From(status);
    return out;
  }

  Status FinishWriting() override {
    if (auto status = writer_->Close(); !status.ok()) return From(status);
    if (auto told = sink_->Tell(); told.ok()) bytes_ = *told;
    if (auto status = sink_->Close(); !status.ok()) return From(status);
    writer_.reset();
    sink_.reset();
    return StartReading();
  }

  Status StartReading() {
    if (::lseek(fd_, 0, SEEK_SET) < 0) return SpillError(folder_, errno, std::strerror(errno));
    DVT_ASSIGN(const int copy, Duplicate());
    auto file = arrow::io::ReadableFile::Open(copy);
    if (!file.ok()) return From(file.status());
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.use_threads = false;
    auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::shared_ptr<arrow::io::InputStream>(*file), options);
    if (!reader.ok()) return From(reader.status());
    reader_ = *reader;
    return {};
  }

  // Of a file that others may have written or damaged: its columns, and each batch before it is used.
  Status CheckWhatIsRead(const std::string& path) {
    checked_ = path;
    if (reader_->schema()->Equals(*schema_, false)) return {};
    return Error(ErrorCode::kData, path + " holds other columns than were recorded").WithHint("record it again");
  }

  Result<Array> Next() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (auto status = reader_->ReadNext(&batch); !status.ok()) {
      if (checked_.empty() || status.IsOutOfMemory()) return From(status);
      return Error(ErrorCode::kData, checked_ + " is damaged: " + status.message()).WithHint("record it again");
    }
    Array out;
    if (batch == nullptr) return out;
    if (!checked_.empty()) {
      if (auto status = batch->ValidateFull(); !status.ok())
        return Error(ErrorCode::kData, checked_ + " is damaged: " + status.message()).WithHint("record it again");
    }
    if (auto status = arrow::ExportRecordBatch(*batch, out.out()); !status.ok()) return From(status);
    return out;
  }

  int64_t bytes() const override { return bytes_; }

  // A duplicate would share the place in the file; this is the file opened anew, whether it has a name or not.
  Result<std::unique_ptr<SpillFile>> OpenReader() const override {
    const int fd = ::open(fmt::format("/proc/self/fd/{}", fd_).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return SpillError(folder_, errno, std::strerror(errno));
    auto reader = std::make_unique<BatchFile>(folder_, schema_, fd);
    DVT_TRY(reader->StartReading());
    return std::unique_ptr<SpillFile>(std::move(reader));
  }

 private:
  Result<std::shared_ptr<arrow::RecordBatch>> WriteBatch(Array batch) {
    ArrowArray raw = batch.Take();
    auto imported = arrow::ImportRecordBatch(&raw, schema_);
    if (!imported.ok()) return From(imported.status());
    if (auto status = writer_->WriteRecordBatch(**imported); !status.ok()) return From(status);
    if (auto told = sink_->Tell(); told.ok()) bytes_ = *told;
    return *imported;
  }

  Result<int> Duplicate() const {
    const int copy = ::dup(fd_);
    if (copy < 0) return SpillError(folder_, errno, std::strerror(errno));
    return copy;
  }
  Error From(const arrow::Status& status) const {
    if (status.IsOutOfMemory()) return Error(ErrorCode::kMemory, status.message());
    return SpillError(folder_, arrow::internal::ErrnoFromStatus(status), status.message());
  }

  std::string folder_;
  std::string checked_;  // path of a file whose content is not taken on trust
  std::shared_ptr<arrow::Schema> schema_;
  int fd_;
  int64_t bytes_ = 0;
  std::shared_ptr<arrow::io::FileOutputStream> sink_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
  std::shared_ptr<arrow::RecordBatchReader> reader_;
};

Status MakeFolder(const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return SpillError(folder, failure.value(), failure.message());
  return {};
}

// Takes the descriptor over.
Result<std::unique_ptr<BatchFile>> FileOf(const std::string& folder, const Fields& fields, int fd) {
  if (fd < 0) return SpillError(folder, errno, std::strerror(errno));
  ArrowSchema raw = ExportSchema(fields).Take();
  auto schema = arrow::ImportSchema(&raw);
  if (!schema.ok()) {
    ::close(fd);
    return Error(ErrorCode::kInternal, "cannot spill these columns: " + schema.status().message());
  }
  return std::make_unique<BatchFile>(folder, *schema, fd);
}

}  // namespace

Result<std::unique_ptr<SpillFile>> CreateBatchFile(const std::string& path, const Fields& fields) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  DVT_TRY(MakeFolder(folder));
  DVT_ASSIGN(auto file, FileOf(folder, fields, ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666)));
  DVT_TRY(file->Start());
  return std::unique_ptr<SpillFile>(std::move(file));
}

Result<std::unique_ptr<SpillFile>> OpenBatchFile(const std::string& path, const Fields& fields) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    return Error(ErrorCode::kNotFound, path + " is missing from the recording").WithHint("record it again");
  }
  DVT_ASSIGN(auto file, FileOf(path, fields, fd));
  if (auto started = file->StartReading(); !started) {
    return Error(ErrorCode::kData, path + " is damaged: " + started.error().message()).WithHint("record it again");
  }
  DVT_TRY(file->CheckWhatIsRead(path));
  return std::unique_ptr<SpillFile>(std::move(file));
}

}  // namespace dvt::columnar::with_arrow
