#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "dvt/base/fs/unnamed_file.h"
#include "dvt/lake/data/spill_log_arrow.h"

namespace dvt::lake {

namespace {

Error DiskError(const char* what) {
  const int number = errno;
  return Error(number == ENOSPC || number == EDQUOT ? ErrorCode::kDisk : ErrorCode::kIo,
               fmt::format("rows that wait to be written cannot be {} in the temporary folder: {}", what, std::strerror(number)))
      .WithHint("set TMPDIR to a folder with more room");
}

}  // namespace

SpillLog::~SpillLog() {
  if (file_ >= 0) ::close(file_);
}

Status SpillLog::Open() {
  const std::lock_guard lock(opening_);
  if (file_ >= 0) return {};
  std::error_code error;
  file_ = OpenUnnamedFile(std::filesystem::temp_directory_path(error).string());
  return file_ < 0 ? DiskError("kept") : Status();
}

Result<SpillLog::Segment> SpillLog::Keep(const arrow::RecordBatch& batch) {
  if (file_ < 0) DVT_TRY(Open());
  const auto bytes = arrow::ipc::SerializeRecordBatch(batch, arrow::ipc::IpcWriteOptions::Defaults());
  if (!bytes.ok()) return Error(ErrorCode::kMemory, bytes.status().message());
  const Segment segment{end_.fetch_add((*bytes)->size()), (*bytes)->size()};
  for (int64_t done = 0; done < segment.bytes;) {
    const auto wrote = ::pwrite(file_, (*bytes)->data() + done, static_cast<size_t>(segment.bytes - done), segment.offset + done);
    if (wrote < 0 && errno != EINTR) return DiskError("kept");
    if (wrote > 0) done += wrote;
  }
  bytes_ += segment.bytes;
  return segment;
}

Result<std::shared_ptr<arrow::RecordBatch>> SpillLog::Read(const Segment& segment,
                                                           const std::shared_ptr<arrow::Schema>& schema) const {
  auto room = arrow::AllocateBuffer(segment.bytes);
  if (!room.ok()) return Error(ErrorCode::kMemory, room.status().message());
  const std::shared_ptr<arrow::Buffer> bytes = *std::move(room);
  for (int64_t done = 0; done < segment.bytes;) {
    const auto got =
        ::pread(file_, bytes->mutable_data() + done, static_cast<size_t>(segment.bytes - done), segment.offset + done);
    if (got == 0 || (got < 0 && errno != EINTR)) return DiskError("read again");
    if (got > 0) done += got;
  }
  arrow::io::BufferReader reader(bytes);
  const arrow::ipc::DictionaryMemo dictionaries;
  auto batch = arrow::ipc::ReadRecordBatch(schema, &dictionaries, arrow::ipc::IpcReadOptions::Defaults(), &reader);
  if (!batch.ok()) return Error(ErrorCode::kIo, "rows that were kept on disk cannot be read: " + batch.status().message());
  return *std::move(batch);
}

void SpillLog::Release(const Segment& segment) {
  // Best effort: a file system that makes no holes keeps the bytes until the end.
  (void)::fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, segment.offset, segment.bytes);
  bytes_ -= segment.bytes;
}

}  // namespace dvt::lake
