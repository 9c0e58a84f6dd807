#include <arrow/buffer.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "dvt/base/fs/unnamed_file.h"
#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/lake/data/spill_log_arrow.h"
#include "dvt/lake/data/spilled_batch_arrow.h"

namespace dvt::lake {

namespace {

constexpr int64_t kPage = 4096;  // bytes: where segments begin, so that their room goes back whole

int64_t WholePages(int64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

Error DiskError(const char* what) {
  const int number = errno;
  return Error(number == ENOSPC || number == EDQUOT ? ErrorCode::kDisk : ErrorCode::kIo,
               fmt::format("rows that wait to be written cannot be {} in the temporary folder: {}", what, std::strerror(number)))
      .WithHint("set TMPDIR to a folder with more room");
}

}  // namespace

SpillLog::~SpillLog() {
  for (const auto& file : files_)
    if (file.descriptor >= 0) ::close(file.descriptor);
}

Status SpillLog::Open(File& file) {
  if (file.descriptor >= 0) return {};
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  if (error) {
    errno = error.value();
    return DiskError("kept");
  }
  file.descriptor = OpenUnnamedFile(folder.string());
  if (file.descriptor < 0) return DiskError("kept");
  // What lies behind a segment is seldom the next one asked for, and often a hole.
  (void)::posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_RANDOM);
  return {};
}

Result<SpillLog::Segment> SpillLog::Keep(const arrow::RecordBatch& batch) {
  DVT_ASSIGN(const auto laid_out, SpilledBatch::Of(batch));
  std::unique_lock<std::mutex> lock;
  size_t place = 0;
  while (place < files_.size() && !(lock = std::unique_lock(files_[place].writing, std::try_to_lock)).owns_lock()) ++place;
  if (place == files_.size()) lock = std::unique_lock(files_[--place].writing);
  File& file = files_[place];
  DVT_TRY(Open(file));
  Segment segment{place, file.end, laid_out.bytes(), batch.schema()};
  DVT_TRY(Write(file, laid_out.pieces(), segment.offset));
  file.end += WholePages(segment.bytes);
  bytes_ += segment.bytes;
  return segment;
}

Status SpillLog::Write(const File& file, std::vector<iovec> pieces, int64_t offset) {
  for (size_t at = 0; at < pieces.size();) {
    const auto count = static_cast<int>(std::min<size_t>(pieces.size() - at, IOV_MAX));
    const auto wrote = ::pwritev(file.descriptor, pieces.data() + at, count, offset);
    if (wrote < 0) {
      if (errno != EINTR) return DiskError("kept");
      continue;
    }
    offset += wrote;
    auto left = static_cast<size_t>(wrote);
    while (at < pieces.size() && left >= pieces[at].iov_len) left -= pieces[at++].iov_len;
    if (left == 0) continue;
    pieces[at].iov_base = static_cast<char*>(pieces[at].iov_base) + left;
    pieces[at].iov_len -= left;
  }
  return {};
}

Result<std::shared_ptr<arrow::RecordBatch>> SpillLog::Read(const Segment& segment) const {
  auto room = arrow::AllocateBuffer(segment.bytes, columnar::BatchMemory());
  if (!room.ok()) return Error(ErrorCode::kMemory, room.status().message());
  std::shared_ptr<arrow::Buffer> bytes = *std::move(room);
  for (int64_t done = 0; done < segment.bytes;) {
    const auto got = ::pread(files_[segment.file].descriptor, bytes->mutable_data() + done,
                             static_cast<size_t>(segment.bytes - done), segment.offset + done);
    if (got == 0 || (got < 0 && errno != EINTR)) return DiskError("read again");
    if (got > 0) done += got;
  }
  return SpilledBatch::Read(segment.schema, std::move(bytes));
}

void SpillLog::Release(const Segment& segment) {
  // Best effort: a file system that makes no holes keeps the bytes until the end.
  (void)::fallocate(files_[segment.file].descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, segment.offset,
                    WholePages(segment.bytes));
  bytes_ -= segment.bytes;
}

}  // namespace dvt::lake
