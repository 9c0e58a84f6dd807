#include "dvt/run/changes/row_sorter.h"

#include <algorithm>
#include <cstring>
#include <queue>

namespace dvt::run {

namespace {

constexpr size_t kBlock = size_t{1} << 20;
constexpr size_t kLeastMemory = 4 * kBlock;  // a spill for every few rows would be a file for every few rows
constexpr size_t kHead = 16 + sizeof(uint32_t);

uint64_t PrefixOf(std::string_view key) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < 8; ++i) prefix = prefix << 8 | (i < key.size() ? static_cast<uint8_t>(key[i]) : 0);
  return prefix;
}

// Runs in order, the smallest key of all first.
class MergedRows : public SortedRows {
 public:
  explicit MergedRows(std::vector<std::unique_ptr<SortedRows>> runs) : runs_(std::move(runs)), heads_(runs_.size()) {}

  Status Start() {
    for (size_t i = 0; i < runs_.size(); ++i) DVT_TRY(Advance(i));
    return {};
  }
  Result<bool> Next(KeyRow& row) override {
    if (queue_.empty()) return false;
    const size_t run = queue_.top();
    queue_.pop();
    std::swap(row.key, heads_[run].key);
    row.hash = heads_[run].hash;
    DVT_TRY(Advance(run));
    return true;
  }

 private:
  Status Advance(size_t run) {
    DVT_ASSIGN(const bool more, runs_[run]->Next(heads_[run]));
    if (more) queue_.push(run);
    return {};
  }
  struct Later {
    const std::vector<KeyRow>* heads;
    bool operator()(size_t a, size_t b) const { return (*heads)[b].key < (*heads)[a].key; }
  };
  std::vector<std::unique_ptr<SortedRows>> runs_;
  std::vector<KeyRow> heads_;
  std::priority_queue<size_t, std::vector<size_t>, Later> queue_{Later{&heads_}};
};

}  // namespace

// What never left memory.
class MemoryRows : public SortedRows {
 public:
  MemoryRows(std::vector<std::unique_ptr<char[]>> blocks, std::vector<RowSorter::Entry> entries)
      : blocks_(std::move(blocks)), entries_(std::move(entries)) {}
  Result<bool> Next(KeyRow& row) override {
    if (at_ == entries_.size()) return false;
    const auto& entry = entries_[at_++];
    std::memcpy(row.hash.data(), entry.row, row.hash.size());
    row.key.assign(RowSorter::KeyOf(entry));
    return true;
  }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<RowSorter::Entry> entries_;
  size_t at_ = 0;
};

RowSorter::RowSorter(std::string folder, size_t memory_bytes)
    : folder_(std::move(folder)), memory_bytes_(std::max(memory_bytes, kLeastMemory)) {}

std::string_view RowSorter::KeyOf(const Entry& entry) {
  uint32_t length;
  std::memcpy(&length, entry.row + 16, sizeof length);
  return {entry.row + kHead, length};
}

void RowSorter::Keep(const KeyRow& row) {
  const size_t size = kHead + row.key.size();
  if (block_used_ + size > block_size_) {
    block_size_ = std::max(kBlock, size);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_size_));
    block_used_ = 0;
    bytes_ += block_size_;
  }
  char* at = blocks_.back().get() + block_used_;
  block_used_ += size;
  const auto length = static_cast<uint32_t>(row.key.size());
  std::memcpy(at, row.hash.data(), 16);
  std::memcpy(at + 16, &length, sizeof length);
  std::memcpy(at + kHead, row.key.data(), row.key.size());
  entries_.push_back({PrefixOf(row.key), at});
}

Status RowSorter::Add(const std::vector<KeyRow>& rows, size_t count) {
  std::lock_guard lock(mutex_);
  for (size_t i = 0; i < count; ++i) {
    Keep(rows[i]);
    if (bytes_ + entries_.size() * sizeof(Entry) >= memory_bytes_) DVT_TRY(Spill());
  }
  rows_ += static_cast<int64_t>(count);
  return {};
}

void RowSorter::Sort() {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.prefix != b.prefix ? a.prefix < b.prefix : KeyOf(a) < KeyOf(b); });
}

Status RowSorter::Spill() {
  Sort();
  DVT_ASSIGN(auto run, RowSpool::Open(folder_));
  columnar::RowDigest hash;
  for (const auto& entry : entries_) {
    std::memcpy(hash.data(), entry.row, hash.size());
    DVT_TRY(run->Append(KeyOf(entry), hash));
  }
  DVT_TRY(run->Rewind());
  runs_.push_back(std::move(run));
  entries_.clear();
  blocks_.clear();
  block_used_ = block_size_ = bytes_ = 0;
  return {};
}

Result<std::unique_ptr<SortedRows>> RowSorter::Finish() {
  std::lock_guard lock(mutex_);
  Sort();
  auto rest = std::make_unique<MemoryRows>(std::move(blocks_), std::move(entries_));
  if (runs_.empty()) return std::unique_ptr<SortedRows>(std::move(rest));
  std::vector<std::unique_ptr<SortedRows>> runs;
  for (auto& run : runs_) runs.push_back(std::move(run));
  runs.push_back(std::move(rest));
  auto merged = std::make_unique<MergedRows>(std::move(runs));
  DVT_TRY(merged->Start());
  return std::unique_ptr<SortedRows>(std::move(merged));
}

}  // namespace dvt::run
