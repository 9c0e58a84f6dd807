#include "dvt/run/changes/row_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/value.h"

namespace dvt::run {

namespace {

constexpr char kMagic[] = "DVTROWS1";        // eight bytes, without the zero
constexpr char kGroupsMagic[] = "DVTROWS2";  // at the end of a file with groups
constexpr size_t kMagicBytes = 8;
constexpr size_t kBuffer = size_t{256} << 10;
constexpr long kTail = kMagicBytes + sizeof(int64_t);  // the count, and a magic
constexpr int64_t kMostGroups = int64_t{1} << 19;

// In front of the tail of a file with groups.
struct GroupsHead {
  int64_t by = 0, bits = 0, first = 0, last = 0, reread = 0, entries = 0;
};
struct GroupEntry {
  int64_t index = 0;
  RowSums sums;
};

bool IsWhole(const GroupsHead& head) {
  const bool by_key = head.by == static_cast<int64_t>(columnar::RowGrouping::By::kKey);
  if (!by_key && (head.by != static_cast<int64_t>(columnar::RowGrouping::By::kHash) || head.first != 0)) return false;
  const auto count = static_cast<uint64_t>(head.last) - static_cast<uint64_t>(head.first) + 1;
  return head.bits > 0 && head.bits < 64 && count > 0 && count <= kMostGroups && head.entries >= 0 &&
         static_cast<uint64_t>(head.entries) <= count;
}

// Whether the key is one integer column.
bool HasIntegerKey(const Value& header) {
  if (!header["key"].is_list() || header["key"].list().size() != 1 || !header["columns"].is_list()) return false;
  const std::string name = header["key"].list()[0].ToText();
  for (const auto& column : header["columns"].list()) {
    const std::string type = column["type"].ToText();
    if (column["name"].ToText() == name) return type.starts_with("int") || type.starts_with("uint");
  }
  return false;
}

Error StateError(const std::string& path) {
  const int number = errno;
  return Error(number == ENOSPC || number == EDQUOT ? ErrorCode::kDisk : ErrorCode::kIo,
               fmt::format("{} cannot be written: {}", path, std::strerror(number)));
}

// The names of a folder, so that a rename survives a power cut.
void SyncFolderOf(const std::string& path) {
  const int folder = ::open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

Status Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return StateError(to);
  SyncFolderOf(to);
  return {};
}

}  // namespace

Result<std::unique_ptr<StateWriter>> StateWriter::Open(const std::string& path, const Value& header) {
  DVT_TRY(MakeFolders(path.substr(0, path.rfind('/'))));
  std::string beside = path + ".tmp";  // one run at a time works on a target: a killed one's is overwritten
  std::FILE* file = std::fopen(beside.c_str(), "wbe");
  if (file == nullptr) return StateError(beside);
  std::setvbuf(file, nullptr, _IOFBF, kBuffer);
  std::unique_ptr<StateWriter> writer(new StateWriter(path, std::move(beside), file, HasIntegerKey(header)));
  const std::string text = ToJson(header);
  const auto size = static_cast<uint32_t>(text.size());
  if (std::fwrite(kMagic, 1, kMagicBytes, file) != kMagicBytes || std::fwrite(&size, sizeof size, 1, file) != 1 ||
      std::fwrite(text.data(), 1, text.size(), file) != text.size())
    return StateError(writer->beside_);
  return writer;
}

StateWriter::~StateWriter() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  ::unlink(beside_.c_str());
}

Status StateWriter::Append(std::string_view key, const columnar::RowDigest& hash) {
  DVT_TRY(WriteRow(file_, last_, key, hash, path_));
  last_.assign(key);
  ++rows_;
  groups_.Add(key, hash);
  total_.Add(hash);
  return {};
}

Status StateWriter::WriteTail(int64_t reread) {
  const auto groups = groups_.Finish();
  bool written = true;
  if (groups) {
    const auto& grouping = groups->grouping;
    GroupsHead head{static_cast<int64_t>(grouping.by), grouping.bits, grouping.first, grouping.last, reread, 0};
    for (size_t i = 0; i < groups->sums.size() && written; ++i) {
      if (groups->sums[i].rows == 0) continue;
      const GroupEntry entry{static_cast<int64_t>(i), groups->sums[i]};
      written = std::fwrite(&entry, sizeof entry, 1, file_) == 1;
      ++head.entries;
    }
    written = written && std::fwrite(&head, sizeof head, 1, file_) == 1;
  }
  written = written && std::fwrite(&rows_, sizeof rows_, 1, file_) == 1 &&
            std::fwrite(groups ? kGroupsMagic : kMagic, 1, kMagicBytes, file_) == kMagicBytes;
  return written ? Status() : StateError(beside_);
}

Status StateWriter::Commit(int64_t reread) {
  DVT_TRY(WriteTail(reread));
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) return StateError(beside_);
  std::fclose(std::exchange(file_, nullptr));
  return Rename(beside_, path_);
}

Result<std::unique_ptr<StateReader>> StateReader::Open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return Error(ErrorCode::kNotFound, path + " does not exist");
  std::setvbuf(file, nullptr, _IOFBF, kBuffer);
  std::unique_ptr<StateReader> reader(new StateReader(path, file));
  DVT_TRY(reader->ReadHead());
  return reader;
}

StateReader::~StateReader() { std::fclose(file_); }

bool StateReader::ReadTail() {
  char magic[kMagicBytes];
  if (std::fseek(file_, -kTail, SEEK_END) != 0 || std::fread(&rows_, sizeof rows_, 1, file_) != 1 ||
      std::fread(magic, 1, kMagicBytes, file_) != kMagicBytes)
    return false;
  if (std::memcmp(magic, kMagic, kMagicBytes) == 0) return true;
  if (std::memcmp(magic, kGroupsMagic, kMagicBytes) != 0) return false;
  GroupsHead head;
  constexpr auto kHead = static_cast<long>(sizeof head);
  if (std::fseek(file_, -kTail - kHead, SEEK_END) != 0 || std::fread(&head, sizeof head, 1, file_) != 1 || !IsWhole(head))
    return false;
  RowGroups groups;
  groups.grouping = {static_cast<columnar::RowGrouping::By>(head.by), static_cast<int>(head.bits), head.first, head.last};
  groups.reread = head.reread;
  groups.sums.resize(static_cast<size_t>(groups.grouping.count()));
  if (std::fseek(file_, -kTail - kHead - static_cast<long>(head.entries * sizeof(GroupEntry)), SEEK_END) != 0) return false;
  for (int64_t i = 0; i < head.entries; ++i) {
    GroupEntry entry;
    if (std::fread(&entry, sizeof entry, 1, file_) != 1 || static_cast<uint64_t>(entry.index) >= groups.sums.size()) return false;
    groups.sums[static_cast<size_t>(entry.index)] = entry.sums;
  }
  groups_ = std::move(groups);
  return true;
}

Status StateReader::ReadHead() {
  const Error damaged(ErrorCode::kData, fmt::format("{} is damaged, or was written by another version", path_));
  if (!ReadTail()) return damaged;
  char magic[kMagicBytes];
  std::rewind(file_);
  uint32_t size = 0;
  if (std::fread(magic, 1, kMagicBytes, file_) != kMagicBytes || std::memcmp(magic, kMagic, kMagicBytes) != 0 ||
      std::fread(&size, sizeof size, 1, file_) != 1 || size > (1u << 26))
    return damaged;
  std::string text(size, '\0');
  if (std::fread(text.data(), 1, size, file_) != size) return damaged;
  auto header = ParseJson(text);
  if (!header) return damaged;
  header_ = std::move(*header);
  begin_ = std::ftell(file_);
  return {};
}

Result<RowSums> StateReader::Total() {
  RowSums total;
  if (groups_) {
    for (const auto& sums : groups_->sums) total.Add(sums);
    return total;
  }
  KeyRow row;
  for (;;) {
    DVT_ASSIGN(const bool more, Next(row));
    if (!more) break;
    total.Add(row.hash);
  }
  std::fseek(file_, begin_, SEEK_SET);
  last_.clear();
  read_ = 0;
  return total;
}

Result<bool> StateReader::Next(KeyRow& row) {
  if (read_ == rows_) return false;
  std::swap(row.key, last_);
  if (read_ == 0) row.key.clear();
  if (!ReadRow(file_, row)) return Error(ErrorCode::kData, path_ + " is damaged").WithHint("run with --full-refresh");
  last_ = row.key;
  ++read_;
  return true;
}

namespace {

class UnionRows : public SortedRows {
 public:
  UnionRows(std::unique_ptr<SortedRows> a, std::unique_ptr<SortedRows> b) : a_(std::move(a)), b_(std::move(b)) {}
  Result<bool> Next(KeyRow& row) override {
    if (!started_) {
      started_ = true;
      DVT_TRY(Advance(*a_, a_row_, has_a_));
      DVT_TRY(Advance(*b_, b_row_, has_b_));
    }
    if (!has_a_ && !has_b_) return false;
    const int order = !has_b_ ? -1 : !has_a_ ? 1 : a_row_.key.compare(b_row_.key);
    row.key = order <= 0 ? a_row_.key : b_row_.key;
    row.hash = order == 0 && a_row_.hash == b_row_.hash ? a_row_.hash : kUnknownHash;
    if (order <= 0) DVT_TRY(Advance(*a_, a_row_, has_a_));
    if (order >= 0) DVT_TRY(Advance(*b_, b_row_, has_b_));
    return true;
  }

 private:
  static Status Advance(SortedRows& rows, KeyRow& row, bool& has) {
    DVT_ASSIGN(has, rows.Next(row));
    return {};
  }
  std::unique_ptr<SortedRows> a_, b_;
  KeyRow a_row_, b_row_;
  bool has_a_ = false, has_b_ = false, started_ = false;
};

}  // namespace

std::unique_ptr<SortedRows> UnionOf(std::unique_ptr<SortedRows> a, std::unique_ptr<SortedRows> b) {
  return std::make_unique<UnionRows>(std::move(a), std::move(b));
}

// A run ended between writing its state and hearing of the target's commit: the target holds the one or the other. Where nothing
// comparable was known before, it may hold anything.
Status RowState::Settle() {
  if (!FileExists(pending())) return {};
  auto before = StateReader::Open(current());
  auto after = StateReader::Open(pending());
  if (!before || !after || !((*before)->header() == (*after)->header())) return Remove();
  const Value header = (*after)->header();
  const auto both = UnionOf(std::move(*before), std::move(*after));
  DVT_ASSIGN(auto writer, StateWriter::Open(current(), header));
  KeyRow row;
  for (;;) {
    auto more = both->Next(row);
    if (!more) return more.error().code() == ErrorCode::kData ? Remove() : Status(std::move(more).error());
    if (!*more) break;
    DVT_TRY(writer->Append(row.key, row.hash));
  }
  DVT_TRY(writer->Commit());
  ::unlink(pending().c_str());
  return {};
}

std::unique_ptr<StateReader> RowState::OpenCurrent(const Value& header, bool interrupted, std::string& why_not) const {
  auto reader = StateReader::Open(current());
  if (!reader) {
    why_not = reader.error().code() == ErrorCode::kData ? reader.error().message()
              : interrupted                             ? "the run before was cut off"
                                                        : "nothing is known of its rows (no state in " + path_ + ")";
    return nullptr;
  }
  if ((*reader)->header() == header) return std::move(*reader);
  why_not = "the columns, the key or the target are others than in the run before";
  return nullptr;
}

Result<std::unique_ptr<StateReader>> RowState::Open(const Value& header, std::string& why_not) {
  const bool interrupted = FileExists(pending());
  DVT_TRY(Settle());
  return OpenCurrent(header, interrupted, why_not);
}

std::optional<RowState::Known> RowState::Look(const Value& header, std::string& why_not) const {
  const bool interrupted = FileExists(pending());
  const auto now = OpenCurrent(header, interrupted, why_not);
  if (now == nullptr) return std::nullopt;
  if (!interrupted) return Known{now->rows(), now->groups()};
  const auto next = StateReader::Open(pending());
  if (next && (*next)->header() == header) return Known{std::max(now->rows(), (*next)->rows()), now->groups()};
  why_not = "the run before was cut off";
  return std::nullopt;
}

Result<std::unique_ptr<StateWriter>> RowState::Begin(const Value& header) {
  DVT_TRY(Settle());
  return StateWriter::Open(pending(), header);
}

Status RowState::Confirm() { return FileExists(pending()) ? Rename(pending(), current()) : Status(); }

Status RowState::Remove() {
  ::unlink(current().c_str());
  ::unlink(pending().c_str());
  return {};
}

}  // namespace dvt::run
