#include "dvt/run/changes/key_rows.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "dvt/base/fs/files.h"

namespace dvt::run {

namespace {

constexpr size_t kBuffer = size_t{256} << 10;
constexpr uint64_t kLongestKey = uint64_t{1} << 30;

Error DiskError(const std::string& path) {
  const int number = errno;
  return Error(number == ENOSPC || number == EDQUOT ? ErrorCode::kDisk : ErrorCode::kIo,
               fmt::format("{} cannot be written: {}", path, std::strerror(number)));
}

bool PutNumber(std::FILE* file, uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    if (putc_unlocked(static_cast<int>((value & 0x7f) | 0x80), file) == EOF) return false;
  }
  return putc_unlocked(static_cast<int>(value), file) != EOF;
}

bool GetNumber(std::FILE* file, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const int byte = getc_unlocked(file);
    if (byte == EOF) return false;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

}  // namespace

Status WriteRow(std::FILE* file, const std::string& before, std::string_view key, const columnar::RowDigest& hash,
                const std::string& path) {
  size_t shared = 0;
  const size_t most = std::min(before.size(), key.size());
  while (shared < most && before[shared] == key[shared]) ++shared;
  const size_t rest = key.size() - shared;
  const bool written = PutNumber(file, shared) && PutNumber(file, rest) &&
                       fwrite_unlocked(key.data() + shared, 1, rest, file) == rest &&
                       fwrite_unlocked(hash.data(), 1, hash.size(), file) == hash.size();
  return written ? Status() : DiskError(path);
}

bool ReadRow(std::FILE* file, KeyRow& row) {
  uint64_t shared = 0, rest = 0;
  if (!GetNumber(file, shared) || !GetNumber(file, rest) || shared > row.key.size() || rest > kLongestKey) return false;
  row.key.resize(shared + rest);
  return fread_unlocked(row.key.data() + shared, 1, rest, file) == rest &&
         fread_unlocked(row.hash.data(), 1, row.hash.size(), file) == row.hash.size();
}

Result<std::unique_ptr<RowSpool>> RowSpool::Open(const std::string& folder) {
  DVT_TRY(MakeFolders(folder));
  std::string path = JoinPath(folder, "rows_XXXXXX");
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return DiskError(path);
  ::unlink(path.c_str());
  std::unique_ptr<std::FILE, Closer> file(::fdopen(descriptor, "w+b"));
  if (file == nullptr) {
    const Error error = DiskError(path);
    ::close(descriptor);
    return error;
  }
  std::setvbuf(file.get(), nullptr, _IOFBF, kBuffer);
  return std::unique_ptr<RowSpool>(new RowSpool(std::move(file), folder));
}

Status RowSpool::Append(std::string_view key, const columnar::RowDigest& hash) {
  DVT_TRY(WriteRow(file_.get(), last_, key, hash, folder_));
  last_.assign(key);
  ++rows_;
  return {};
}

Status RowSpool::Rewind() {
  last_.clear();
  read_ = 0;
  if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0) return DiskError(folder_);
  return {};
}

Result<bool> RowSpool::Next(KeyRow& row) {
  if (read_ == rows_) return false;
  std::swap(row.key, last_);
  if (read_ == 0) row.key.clear();
  if (!ReadRow(file_.get(), row)) return Error(ErrorCode::kIo, fmt::format("a file in {} cannot be read back", folder_));
  last_ = row.key;
  ++read_;
  return true;
}

}  // namespace dvt::run
