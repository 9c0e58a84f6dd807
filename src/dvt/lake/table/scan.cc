#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <thread>

#include "dvt/base/telemetry/span.h"
#include "dvt/base/text/text.h"
#include "dvt/base/thread/bounded_queue.h"
#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/lake/data/deletes_arrow.h"
#include "dvt/lake/data/parquet_file_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/table/stream_internal.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;
constexpr size_t kUnitBytes = 4 << 20;
constexpr int64_t kBatchBytes = 4 << 20;  // what a batch should take, so that few of them lie in queues
constexpr int64_t kLeastRows = 1024;

int64_t BytesOf(const arrow::RecordBatch& batch) {
  int64_t bytes = 0;
  for (const auto& column : batch.column_data())
    for (const auto& buffer : column->buffers)
      if (buffer != nullptr) bytes += buffer->size();
  return std::max<int64_t>(bytes, 1);
}

// What a row of the columns takes in Arrow's form; texts and nested values are guessed.
int64_t WidthOf(const std::vector<NestedField>& fields) {
  constexpr int64_t kGuessed = 20;
  int64_t bytes = 0;
  for (const auto& field : fields) {
    switch (field.type.id) {
      case TypeId::kBoolean:
      case TypeId::kUnknown: bytes += 1; break;
      case TypeId::kInt:
      case TypeId::kFloat:
      case TypeId::kDate: bytes += 4; break;
      case TypeId::kDecimal:
      case TypeId::kUuid: bytes += 16; break;
      case TypeId::kFixed: bytes += field.type.length; break;
      case TypeId::kStruct: bytes += WidthOf(field.type.fields); break;
      case TypeId::kString:
      case TypeId::kBinary:
      case TypeId::kList:
      case TypeId::kMap: bytes += kGuessed; break;
      default: bytes += 8; break;
    }
  }
  return std::max<int64_t>(bytes, 1);
}

/// What all readers of a scan share.
struct ScanState {
  // Rows of the next row group's batches: as many as were asked for, fewer if they are wide.
  int64_t RowsOfBatch() const { return std::min(batch_rows, std::max(kLeastRows, kBatchBytes / row_bytes.load())); }

  std::atomic<int64_t> row_bytes = 1;  // guessed, then measured
  std::shared_ptr<FileStore> store;
  ScanPlan plan;
  BoundFilter filter;
  std::vector<NestedField> fields;  // read: the projection, then what only the filter and the deletes need
  size_t projected = 0;             // how many of them are given out
  std::optional<NameMapping> names;
  std::map<int, PartitionSpec> specs;
  int64_t batch_rows = 1 << 16;
  bool one_thread = false;
  std::unique_ptr<DeleteReader> deletes;
};

/// One row group of a file: a queue that one worker fills and the consumer empties.
struct Unit {
  std::shared_ptr<ParquetFile> file;
  std::shared_ptr<const FileDeletes> deletes;
  bool filtered = true;  // false: every row passes
  int row_group = 0;
  BoundedQueue<Batch> queue{kUnitBytes};
  std::unique_ptr<Error> error;
};

struct FileUnits {
  bool opened = false;
  std::vector<std::shared_ptr<Unit>> units;
  std::unique_ptr<Error> error;
};

/// Reads the files of a plan with several threads; batches come in the order of files and row groups. Workers take the earliest row group
/// that nobody reads yet, and open the next file when there is none, so what the consumer waits for is always under way.
class ScanReader : public BatchPuller {
 public:
  ScanReader(std::shared_ptr<ScanState> state, int threads, int64_t limit, Span span, std::stop_token stop)
      : span_(std::move(span)),
        state_(std::move(state)),
        files_(state_->plan.tasks.size()),
        left_(limit),
        outer_(std::move(stop)),
        on_stop_(outer_, [this] { Cancel(); }) {
    const std::vector<NestedField> given(state_->fields.begin(),
                                         state_->fields.begin() + static_cast<std::ptrdiff_t>(state_->projected));
    schema_ = ArrowSchemaOf(given);
    const size_t most = state_->plan.tasks.size() == 1 ? 8 : state_->plan.tasks.size() * 4;
    for (size_t i = 0; i < std::min<size_t>(static_cast<size_t>(threads), most) && !files_.empty(); ++i)
      workers_.emplace_back([this] { Work(); });
  }
  ~ScanReader() override {
    Cancel();
    workers_.clear();
    files_.clear();
    columnar::BatchMemory()->ReleaseUnused();
    span_.Set("iceberg.num_rows", rows_);
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  Result<Batch> Next() override {
    auto batch = Following();
    if (batch && *batch != nullptr) rows_ += (*batch)->num_rows();
    span_.FailIf(batch);
    return batch;
  }

 private:
  Result<Batch> Following() {
    while (left_ != 0 && file_ < files_.size()) {
      {
        std::unique_lock lock(mutex_);
        if (!opened_.wait(lock, inner_.get_token(), [&] { return files_[file_].opened; })) break;
      }
      FileUnits& file = files_[file_];
      if (file.error != nullptr) return Error(*file.error);
      if (unit_ == file.units.size()) {
        file.units.clear();
        ++file_;
        unit_ = 0;
        continue;
      }
      Unit& unit = *file.units[unit_];
      auto batch = unit.queue.Pop(inner_.get_token());
      if (batch) return Cut(*std::move(batch));
      if (inner_.stop_requested()) break;
      if (unit.error != nullptr) return Error(*unit.error);
      file.units[unit_].reset();
      ++unit_;
    }
    if (outer_.stop_requested()) return Error(ErrorCode::kCancelled, "the scan was cancelled");
    return Batch();
  }

  Batch Cut(Batch batch) {
    if (left_ < 0) return batch;
    if (batch->num_rows() > left_) batch = batch->Slice(0, left_);
    left_ -= batch->num_rows();
    return batch;
  }

  void Cancel() { inner_.request_stop(); }

  void Work() {
    while (!inner_.stop_requested()) {
      std::shared_ptr<Unit> unit;
      size_t file = 0;
      {
        const std::lock_guard lock(mutex_);
        if (!ready_.empty()) {
          unit = ready_.begin()->second;
          ready_.erase(ready_.begin());
        } else if (next_file_ < files_.size()) {
          file = next_file_++;
        } else if (opening_ == 0) {
          return;
        } else {
          file = files_.size();
        }
        if (unit == nullptr && file < files_.size()) ++opening_;
      }
      if (unit != nullptr) {
        ReadUnit(*unit);
      } else if (file < files_.size()) {
        OpenFile(file);
      } else {
        std::unique_lock lock(mutex_);
        opened_.wait(lock, inner_.get_token(), [&] { return !ready_.empty() || opening_ == 0; });
      }
    }
  }

  void OpenFile(size_t index) {
    FileUnits made;
    if (auto status = FindUnits(state_->plan.tasks[index], made); !status)
      made.error = std::make_unique<Error>(std::move(status).error());
    {
      const std::lock_guard lock(mutex_);
      --opening_;
      for (size_t i = 0; i < made.units.size(); ++i) ready_[{index, i}] = made.units[i];
      files_[index].units = std::move(made.units);
      files_[index].error = std::move(made.error);
      files_[index].opened = true;
    }
    opened_.notify_all();
  }

  Status FindUnits(const FileTask& task, FileUnits& out) {
    if (!EqualsIgnoreCase(task.file.format, "parquet"))
      return Error(ErrorCode::kUnsupported,
                   fmt::format("{} is a {} file; only Parquet can be read", task.file.path, task.file.format));
    ParquetRead read;
    read.fields = state_->fields;
    read.names = state_->names;
    read.one_thread = state_->one_thread;
    const auto spec = state_->specs.find(task.file.spec_id);
    for (size_t i = 0; spec != state_->specs.end() && i < spec->second.fields.size(); ++i)
      if (spec->second.fields[i].transform.kind() == TransformKind::kIdentity)
        read.constants[spec->second.fields[i].source_id] = task.file.partition[i];
    DVT_ASSIGN(const auto file, ParquetFile::Open(*state_->store, task.file.path, task.file.file_size, std::move(read)));
    DVT_ASSIGN(const auto deletes, state_->deletes->For(task.file, task.deletes));
    const bool all = AllMatch(state_->filter, [&](int id, const Type& type) { return RangeOfFile(task.file, id, type); });
    for (int group = 0; group < file->row_groups(); ++group) {
      if (!all && !file->MightMatch(state_->filter, group)) continue;
      auto unit = std::make_shared<Unit>();
      unit->file = file;
      unit->deletes = deletes;
      unit->filtered = !all;
      unit->row_group = group;
      out.units.push_back(std::move(unit));
    }
    return {};
  }

  void ReadUnit(Unit& unit) {
    if (auto status = ReadRows(unit); !status) unit.error = std::make_unique<Error>(std::move(status).error());
    unit.queue.Close();
  }

  Status ReadRows(Unit& unit) {
    DVT_ASSIGN(const auto reader, unit.file->OpenRowGroup(unit.row_group, state_->RowsOfBatch()));
    int64_t row = unit.file->first_row(unit.row_group);
    while (true) {
      DVT_ASSIGN(Batch batch, reader->Next());
      if (batch == nullptr) return {};
      const int64_t rows = batch->num_rows();
      if (rows > 0) state_->row_bytes = std::max<int64_t>(1, BytesOf(*batch) / rows);
      if (!unit.deletes->empty()) {
        DVT_ASSIGN(batch, unit.deletes->Apply(batch, state_->fields, row));
      }
      if (unit.filtered) {
        DVT_ASSIGN(batch, FilterRows(state_->filter, state_->fields, batch));
      }
      row += rows;
      if (batch->num_rows() == 0) continue;
      arrow::ArrayVector columns(batch->columns().begin(),
                                 batch->columns().begin() + static_cast<std::ptrdiff_t>(state_->projected));
      batch = arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
      const auto bytes = static_cast<size_t>(BytesOf(*batch));
      if (!unit.queue.Push(std::move(batch), bytes, inner_.get_token())) return {};
    }
  }

  Span span_;
  int64_t rows_ = 0;  // given so far
  std::shared_ptr<ScanState> state_;
  std::shared_ptr<arrow::Schema> schema_;
  std::mutex mutex_;
  std::condition_variable_any opened_;
  std::vector<FileUnits> files_;
  std::map<std::pair<size_t, size_t>, std::shared_ptr<Unit>> ready_;  // row groups that nobody reads yet
  size_t next_file_ = 0;
  int opening_ = 0;
  size_t file_ = 0, unit_ = 0;  // of the consumer
  int64_t left_ = -1;
  std::stop_source inner_;
  std::vector<std::jthread> workers_;
  std::stop_token outer_;
  std::stop_callback<std::function<void()>> on_stop_;
};

// The columns asked for, then those that the filter and the equality deletes need besides.
Status ChooseFields(const ScanOptions& options, ScanState& state) {
  const Schema& schema = state.plan.schema;
  for (const auto& name : options.columns) {
    const auto same = [&](const NestedField& field) { return field.name == name; };
    auto found = std::find_if(schema.fields.begin(), schema.fields.end(), same);
    if (found == schema.fields.end())
      found = std::find_if(schema.fields.begin(), schema.fields.end(),
                           [&](const NestedField& field) { return EqualsIgnoreCase(field.name, name); });
    if (found == schema.fields.end())
      return Error(ErrorCode::kNotFound, fmt::format("the table has no column '{}'.{}", name, DidYouMean(name, schema.Names())));
    state.fields.push_back(*found);
  }
  if (options.columns.empty()) state.fields = schema.fields;
  state.projected = state.fields.size();
  std::set<int> needed;
  state.filter.CollectFields(needed);
  for (const auto& task : state.plan.tasks)
    for (const auto& file : task.deletes) needed.insert(file->equality_ids.begin(), file->equality_ids.end());
  for (const auto& field : schema.fields) {
    const bool wanted = std::any_of(needed.begin(), needed.end(), [&](int id) {
      return field.id == id || Schema{0, field.type.fields, {}}.Find(id) != nullptr;
    });
    const bool there =
        std::any_of(state.fields.begin(), state.fields.end(), [&](const NestedField& each) { return each.id == field.id; });
    if (wanted && !there) state.fields.push_back(field);
  }
  return {};
}

Status CheckOptions(const ScanOptions& options) {
  constexpr int kMostThreads = 1024;
  const auto wrong = [](const char* what, int64_t value, const char* must) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("a scan's {} must be {}, not {}", what, must, value));
  };
  if (options.limit < -1) return wrong("limit", options.limit, "0 or more");
  if (options.threads < 0 || options.threads > kMostThreads)
    return wrong("threads", options.threads, fmt::format("from 1 to {}, or 0 for as many as processors", kMostThreads).c_str());
  if (options.batch_rows < 1) return wrong("batch_rows", options.batch_rows, "1 or more");
  return {};
}

// The span of a scan lasts until its stream is dropped.
void Tell(Span& span, const Table& table, const ScanPlan& plan, const ScanOptions& options) {
  if (!span.listened()) return;
  span.Set("iceberg.table", table.identifier().ToString());
  Value columns = Value::MakeList();
  for (const auto& column : options.columns) columns.Push(column);
  if (!options.columns.empty()) span.Set("iceberg.columns", std::move(columns));
  if (options.filter.op != Op::kTrue) span.Set("iceberg.row_filter", options.filter.ToString());
  if (options.limit >= 0) span.Set("iceberg.limit", options.limit);
  if (plan.snapshot_id) span.Set("iceberg.snapshot_id", *plan.snapshot_id);
  span.Set("iceberg.files", static_cast<int64_t>(plan.tasks.size()));
  span.Set("iceberg.files_skipped", plan.files_skipped);
}

}  // namespace

Result<columnar::Stream> Table::Scan(const ScanOptions& options, std::stop_token stop) const {
  DVT_ASSIGN(ScanPlan plan, Plan(options, stop));
  return Read(std::move(plan), options, stop);
}

Result<columnar::Stream> Table::Read(ScanPlan plan, const ScanOptions& options, std::stop_token stop) const {
  Span span("iceberg.scan");
  Tell(span, *this, plan, options);
  auto stream = ReadTold(std::move(plan), options, span, stop);
  span.FailIf(stream);
  return stream;
}

Result<columnar::Stream> Table::ReadTold(ScanPlan plan, const ScanOptions& options, Span& span, std::stop_token stop) const {
  DVT_TRY(CheckOptions(options));
  auto state = std::make_shared<ScanState>();
  state->store = store_;
  state->batch_rows = options.batch_rows;
  state->one_thread = options.threads == 1;
  state->plan = std::move(plan);
  std::erase_if(state->plan.tasks, [](const FileTask& task) { return task.idle; });
  DVT_ASSIGN(state->filter, BindFilter(options.filter, state->plan.schema));
  DVT_TRY(ChooseFields(options, *state));
  state->row_bytes = WidthOf(state->fields);
  const std::string mapping = metadata().Property("schema.name-mapping.default", "");
  if (mapping.empty()) {
    state->names = NameMapping::Of(state->plan.schema);
  } else {
    auto json = ParseJson(mapping);
    auto names = json ? NameMapping::FromJson(*json) : Result<NameMapping>(std::move(json).error());
    if (!names)
      return Error(ErrorCode::kData, fmt::format("the property schema.name-mapping.default of {} cannot be used: {}",
                                                 identifier().ToString(), names.error().message()));
    state->names = *std::move(names);
  }
  for (const auto& spec : metadata().partition_specs) state->specs[spec.id] = spec;
  state->deletes = std::make_unique<DeleteReader>(*store_, state->plan.schema);
  const int threads = options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return PullStream(std::make_unique<ScanReader>(std::move(state), threads, options.limit, std::move(span), stop));
}

}  // namespace dvt::lake
