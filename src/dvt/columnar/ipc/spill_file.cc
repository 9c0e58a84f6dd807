#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "dvt/base/fs/unnamed_file.h"
#include "dvt/columnar/ipc/batch_messages.h"
#include "dvt/columnar/ipc/spill.h"
#include "dvt/columnar/ipc/spill_error.h"

namespace dvt::columnar {
namespace {

/// A file without a name, message behind message.
class UnnamedSpillFile : public SpillFile {
 public:
  UnnamedSpillFile(std::string folder, std::shared_ptr<const BatchMessages> messages, int fd)
      : folder_(std::move(folder)), messages_(std::move(messages)), fd_(fd) {}
  ~UnnamedSpillFile() override { ::close(fd_); }

  Status Write(Array batch) override { return WriteMessage(batch.get()); }

  Result<Array> WriteAndKeep(Array batch) override {
    DVT_TRY(WriteMessage(batch.get()));
    return batch;
  }

  Status FinishWriting() override { return {}; }

  Result<Array> Next() override {
    GrowBuffer head, body;
    DVT_ASSIGN(const bool more, Read(head, messages_->head_bytes()));
    if (!more) return Array();
    const size_t body_bytes = BatchMessages::BodyBytes(head.data());
    DVT_ASSIGN(const bool whole, Read(body, body_bytes));
    if (!whole) return Error(ErrorCode::kIo, "a file in " + folder_ + " ended early");
    return messages_->Decode(head.data(), body.data(), body_bytes);
  }

  // A duplicate would share the descriptor, which its owner closes; this is the file opened anew.
  Result<std::unique_ptr<SpillFile>> OpenReader() const override {
    const int fd = ::open(fmt::format("/proc/self/fd/{}", fd_).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Failed();
    return std::unique_ptr<SpillFile>(std::make_unique<UnnamedSpillFile>(folder_, messages_, fd));
  }

  int64_t bytes() const override { return written_; }

 private:
  Status WriteMessage(const ArrowArray& batch) {
    GrowBuffer message;
    DVT_TRY(messages_->Encode(batch, message));
    for (size_t done = 0; done < message.size();) {
      const ssize_t count = ::pwrite(fd_, message.data() + done, message.size() - done, written_ + static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return Failed();
      done += static_cast<size_t>(count);
    }
    written_ += static_cast<int64_t>(message.size());
    return {};
  }

  // As many bytes; false at the end of the file, where a message may have been written in part.
  Result<bool> Read(GrowBuffer& into, size_t bytes) {
    into.Resize(bytes);
    for (size_t done = 0; done < bytes;) {
      const ssize_t count = ::pread(fd_, into.data() + done, bytes - done, read_ + static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Failed();
      if (count == 0) return false;
      done += static_cast<size_t>(count);
    }
    read_ += static_cast<int64_t>(bytes);
    return true;
  }

  Error Failed() const { return SpillError(folder_, errno, std::strerror(errno)); }

  const std::string folder_;
  const std::shared_ptr<const BatchMessages> messages_;
  const int fd_;
  int64_t written_ = 0, read_ = 0;  // so far
};

}  // namespace

Result<std::unique_ptr<SpillFile>> OpenSpillFile(const std::string& folder, const Fields& fields) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return SpillError(folder, failure.value(), failure.message());
  const int fd = OpenUnnamedFile(folder);
  if (fd < 0) return SpillError(folder, errno, std::strerror(errno));
  return std::unique_ptr<SpillFile>(std::make_unique<UnnamedSpillFile>(folder, std::make_shared<BatchMessages>(fields), fd));
}

}  // namespace dvt::columnar
