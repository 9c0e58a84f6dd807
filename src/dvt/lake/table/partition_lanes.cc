#include <arrow/table.h>

#include <algorithm>
#include <atomic>
#include <exception>

#include "dvt/columnar/parquet/batch_bytes_arrow.h"
#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/lake/data/row_scatter_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/table/partition_lanes_internal.h"

namespace dvt::lake {

namespace {

constexpr int64_t kDealtBytes = int64_t{16} << 20;   // of the rows that are dealt together
constexpr int64_t kMostDealt = int64_t{1} << 30;     // so that texts have 32-bit places
constexpr int64_t kKeptBytes = int64_t{24} << 20;    // in memory, of all lanes together
constexpr int64_t kSmallPiece = int64_t{128} << 10;  // on disk; smaller ones are joined before
constexpr int64_t kGroupBytes = int64_t{16} << 20;   // of the rows of a lane that are encoded together
constexpr int64_t kEncodeBytes = int64_t{32} << 20;  // of all lanes that are encoded at a time
constexpr int64_t kDiskBytes = int64_t{8} << 30;     // that may wait on disk
constexpr int kSortedToFile = 3;                     // rows of a file before encoding, in target sizes

Result<std::shared_ptr<arrow::RecordBatch>> Together(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  if (batches.size() == 1) return batches.front();
  auto table = arrow::Table::FromRecordBatches(batches);
  auto together = table.ok() ? (*table)->CombineChunksToBatch() : table.status();
  if (!together.ok()) return Error(ErrorCode::kMemory, together.status().message());
  return *std::move(together);
}

// Decimals of some may be shorter than those of others.
bool HaveOneSchema(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  return std::all_of(batches.begin(), batches.end(),
                     [&](const auto& batch) { return batch->schema()->Equals(*batches.front()->schema(), false); });
}

/// Lets so many bytes be worked on at a time; more than all pass alone.
class ByteGate {
 public:
  void Enter(int64_t bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ == 0 || inside_ + bytes <= kEncodeBytes; });
    inside_ += bytes;
  }
  void Leave(int64_t bytes) {
    const std::lock_guard lock(mutex_);
    inside_ -= bytes;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t inside_ = 0;
};

}  // namespace

PartitionLanes::PartitionLanes(NewFiles& files, ThreadPool& pool, std::vector<NestedField> fields, std::unique_ptr<RowSort> sort)
    : files_(files), pool_(pool), sort_(std::move(sort)) {
  if (!files.spec().is_unpartitioned()) partitioner_ = std::make_unique<Partitioner>(files.spec(), std::move(fields));
  const int64_t group = std::min(kGroupBytes, files.options().row_group_bytes);
  lane_bytes_ = sort_ == nullptr ? group : std::max(group, files.options().target_bytes * kSortedToFile);
}

PartitionLanes::~PartitionLanes() {
  (void)Wait().has_value();  // whoever gives the lanes up has an error already
}

Status PartitionLanes::Write(const Batch& batch) {
  const int64_t bytes = columnar::RawBytes(*batch);
  if (waiting_bytes_ + bytes > kMostDealt) DVT_TRY(Start());
  waiting_.push_back(batch);
  waiting_bytes_ += bytes;
  return waiting_bytes_ >= kDealtBytes ? Start() : Status();
}

// Hands what waits to the background, once that is done with what came before.
Status PartitionLanes::Start() {
  DVT_TRY(Wait());
  if (waiting_.empty()) return {};
  busy_ = true;
  waiting_bytes_ = 0;
  pool_.Submit([this, rows = std::exchange(waiting_, {})]() mutable {
    Status outcome;
    try {
      outcome = Deal(std::move(rows));
    } catch (const std::exception& error) {  // a thread of the pool has nobody above
      outcome = Error(ErrorCode::kMemory, std::string("rows cannot be dealt: ") + error.what());
    }
    const std::lock_guard lock(mutex_);
    if (!outcome && !failed_) failed_ = std::move(outcome).error();
    busy_ = false;
    changed_.notify_all();
  });
  return {};
}

Status PartitionLanes::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !busy_; });
  return failed_ ? Status(*failed_) : Status();
}

Status PartitionLanes::OnAllThreads(size_t count, const std::function<Status(size_t)>& work) {
  std::vector<Status> done(count);
  pool_.ParallelFor(static_cast<int>(count), [&](int i) { done[static_cast<size_t>(i)] = work(static_cast<size_t>(i)); });
  for (auto& status : done) DVT_TRY(std::move(status));
  return {};
}

Status PartitionLanes::Deal(std::vector<Batch> rows) {
  if (partitioner_ != nullptr) {
    DVT_TRY(DealToPartitions(std::move(rows)));
  } else {
    for (auto& batch : rows) Give(PartitionValues(files_.spec().fields.size()), std::move(batch));
  }
  return kept_bytes_ > kKeptBytes ? Spill() : Status();
}

Status PartitionLanes::DealToPartitions(std::vector<Batch> rows) {
  DVT_ASSIGN(DealtRows dealt, partitioner_->Deal(rows));
  if (dealt.parts.size() == 1) {
    for (auto& batch : rows) Give(dealt.parts.front(), std::move(batch));
    return {};
  }
  auto fields = rows.front()->schema()->fields();
  const RowScatter scatter(std::move(rows), dealt.part_of_row, dealt.parts.size(), sort_ == nullptr);
  arrow::ArrayVector columns(fields.size());
  // The last columns first: texts of any length tend to stand there, and take longest.
  DVT_TRY(OnAllThreads(columns.size(), [&](size_t i) -> Status {
    const size_t column = columns.size() - 1 - i;
    DVT_ASSIGN(columns[column], scatter.Column(static_cast<int>(column)));
    return {};
  }));
  for (size_t i = 0; i < fields.size(); ++i)
    if (!fields[i]->type()->Equals(*columns[i]->type())) fields[i] = fields[i]->WithType(columns[i]->type());
  const auto all = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), static_cast<int64_t>(dealt.part_of_row.size()),
                                            std::move(columns));
  for (size_t i = 0; i < dealt.parts.size(); ++i) {
    const uint32_t begin = scatter.begins()[i], end = scatter.begins()[i + 1];
    Give(std::move(dealt.parts[i]), all->Slice(begin, end - begin));
  }
  return {};
}

void PartitionLanes::Give(PartitionValues values, Batch rows) {
  Lane& lane = lanes_[PartitionKey(values)];
  lane.values = std::move(values);
  const int64_t bytes = columnar::RawBytes(*rows);
  lane.kept_bytes += bytes;
  kept_bytes_ += bytes;
  lane.kept.push_back(std::move(rows));
}

// Lanes that have a row group are encoded, the others go to disk: all of them, since their rows lie in memory beside each other.
Status PartitionLanes::Spill() {
  DVT_TRY(Flush(FullLanes(), false));
  std::vector<Lane*> rest;
  for (auto& [key, lane] : lanes_)
    if (!lane.kept.empty()) rest.push_back(&lane);
  DVT_TRY(OnAllThreads(rest.size(), [&](size_t i) { return SpillLane(*rest[i]); }));
  kept_bytes_ = 0;
  return {};
}

// Called by several threads, each for its lane.
Status PartitionLanes::SpillLane(Lane& lane) {
  if (lane.kept.empty()) return {};
  if (sort_ != nullptr) {
    DVT_ASSIGN(const auto rows, Together(lane.kept));
    DVT_ASSIGN(auto run, sort_->Keep(rows, log_));
    lane.spilled.push_back(std::move(run));
  } else {
    if (lane.kept_bytes < kSmallPiece * static_cast<int64_t>(lane.kept.size()) && HaveOneSchema(lane.kept)) {
      DVT_ASSIGN(auto rows, Together(lane.kept));
      lane.kept = {std::move(rows)};
    }
    for (const auto& rows : lane.kept) {
      DVT_ASSIGN(const auto segment, log_.Keep(*rows));
      lane.spilled.push_back({segment});
    }
  }
  lane.kept.clear();
  lane.spilled_bytes += lane.kept_bytes;
  lane.kept_bytes = 0;
  return {};
}

std::vector<PartitionLanes::Lane*> PartitionLanes::FullLanes() {
  std::vector<Lane*> lanes;
  int64_t on_disk = log_.bytes();
  for (auto& [key, lane] : lanes_)
    if (lane.bytes() > 0) lanes.push_back(&lane);
  std::sort(lanes.begin(), lanes.end(), [](const Lane* a, const Lane* b) { return a->bytes() > b->bytes(); });
  size_t count = 0;
  const bool crowded = on_disk > kDiskBytes;
  while (count < lanes.size() && (lanes[count]->bytes() >= lane_bytes_ || (crowded && on_disk > kDiskBytes / 2)))
    on_disk -= lanes[count++]->spilled_bytes;
  lanes.resize(count);
  return lanes;
}

// Lanes write to files of their own, so they are encoded at the same time, as many as memory bears.
Status PartitionLanes::Flush(const std::vector<Lane*>& lanes, bool close) {
  for (const Lane* lane : lanes) kept_bytes_ -= lane->kept_bytes;
  ByteGate gate;
  return OnAllThreads(lanes.size(), [&](size_t i) {
    const int64_t bytes = sort_ == nullptr ? lanes[i]->bytes() : kGroupBytes;
    gate.Enter(bytes);
    Status status = FlushLane(*lanes[i], close);
    gate.Leave(bytes);
    return status;
  });
}

Status PartitionLanes::FlushLane(Lane& lane, bool close) {
  if (lane.writer == nullptr) {
    DVT_ASSIGN(lane.writer, files_.Open(lane.values));
  }
  if (lane.bytes() > 0) DVT_TRY(sort_ == nullptr ? EncodeRows(lane) : EncodeSorted(lane));
  for (const auto& run : lane.spilled)
    for (const auto& segment : run) log_.Release(segment);
  lane.spilled.clear();
  lane.kept_bytes = lane.spilled_bytes = 0;
  // A file of sorted rows takes no others behind them.
  if (!close && sort_ == nullptr && lane.writer->bytes() < files_.options().target_bytes) return {};
  DVT_TRY(files_.Close(*lane.writer, lane.values));
  lane.writer.reset();
  return {};
}

// One row group of all that the lane has.
Status PartitionLanes::EncodeRows(Lane& lane) {
  std::vector<Batch> rows;
  for (const auto& run : lane.spilled) {
    DVT_ASSIGN(auto batch, log_.Read(run.front()));
    rows.push_back(std::move(batch));
  }
  rows.insert(rows.end(), lane.kept.begin(), lane.kept.end());
  lane.kept.clear();
  return lane.writer->WriteRowGroup(rows);
}

Status PartitionLanes::EncodeSorted(Lane& lane) {
  DVT_TRY(SpillLane(lane));
  std::vector<Batch> group;
  int64_t bytes = 0;
  DVT_TRY(sort_->Merge(lane.spilled, log_, [&](Batch rows) -> Status {
    if (rows->num_rows() == 0) return {};
    bytes += columnar::RawBytes(*rows);
    group.push_back(std::move(rows));
    if (bytes < kGroupBytes) return {};
    DVT_TRY(lane.writer->WriteRowGroup(group));
    group.clear();
    bytes = 0;
    return {};
  }));
  return group.empty() ? Status() : lane.writer->WriteRowGroup(group);
}

Status PartitionLanes::Finish() {
  DVT_TRY(Start());
  DVT_TRY(Wait());
  std::vector<Lane*> lanes;
  for (auto& [key, lane] : lanes_)
    if (lane.bytes() > 0 || lane.writer != nullptr) lanes.push_back(&lane);
  columnar::BatchMemory()->ReleaseUnused();  // blocks for rows that are dealt; what comes is of other sizes
  DVT_TRY(Flush(lanes, true));
  lanes_.clear();
  return {};
}

}  // namespace dvt::lake
