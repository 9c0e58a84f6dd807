#include "dvt/run/transfer/shared_extract.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

namespace {

int StreamsOfReader() { return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 4u)); }

int64_t MarkAt(const columnar::ColumnView& marks, int64_t row) {
  if (marks.type().is_integer()) return marks.Integer(row);
  std::string text;
  columnar::AppendText(text, marks, row);
  return std::strtoll(text.c_str(), nullptr, 10);
}

/// One of the streams of a reader: its columns of its rows.
class ReaderStream : public columnar::BatchSource {
 public:
  ReaderStream(std::shared_ptr<SharedRows::Cursor> cursor, const plan::SharedScan& scan, const plan::SharedScan::Reader& reader,
               const columnar::Fields& all, columnar::Fields fields, FlowCounter& flow, std::stop_token stop)
      : cursor_(std::move(cursor)), columns_(reader.columns), fields_(std::move(fields)), flow_(flow), stop_(std::move(stop)) {
    flow_.Begin();
    if (reader.mark == 0) return;
    mark_ = reader.mark;
    mark_column_ = scan.mark_column;
    mark_type_ = all[static_cast<size_t>(scan.mark_column)].type;
  }

  const columnar::Fields& fields() const override { return fields_; }

  Result<Array> Next() override {
    for (;;) {
      DVT_ASSIGN(const auto batch, cursor_->Next(stop_));
      if (batch == nullptr) {
        flow_.FinishPartition();
        return Array();
      }
      Array own = OwnRows(batch);
      if (own.length() == 0) continue;
      flow_.Add(own.length(), columnar::BatchBytes(own.get(), fields_));
      return own;
    }
  }

 private:
  Array OwnRows(const std::shared_ptr<const Array>& batch) const {
    Array own = columnar::ShareColumns(batch, columns_);
    if (mark_ == 0) return own;
    const ArrowArray& marks_array = *batch->get().children[mark_column_];
    const columnar::ColumnView marks(marks_array, mark_type_);
    std::vector<uint8_t> keep(static_cast<size_t>(batch->length()));
    for (int64_t row = 0; row < batch->length(); ++row)
      keep[static_cast<size_t>(row)] = (MarkAt(marks, row) & mark_) != 0 ? 1 : 0;
    return columnar::CopyRows(std::move(own), fields_, keep);
  }

  std::shared_ptr<SharedRows::Cursor> cursor_;
  const std::vector<int> columns_;
  const columnar::Fields fields_;
  FlowCounter& flow_;
  const std::stop_token stop_;
  int64_t mark_ = 0;
  int mark_column_ = 0;
  columnar::DataType mark_type_;
};

}  // namespace

struct SharedExtract::Running {
  plan::SharedScan scan;
  SourceRead source;
  ReadSupport support;
  FlowCounter flow;
  MomentName moment;
  std::shared_ptr<SharedRows> rows;
  std::shared_ptr<void> connections;
  std::string begun_by;
  std::stop_source stopper;
  std::optional<std::stop_callback<std::function<void()>>> forward;
  std::jthread thread;
};

SharedExtract::SharedExtract(plan::SharedScan scan, SharedMemory& memory) : memory_(memory) {
  for (auto& reader : scan.readers) members_.push_back({std::move(reader.wants), State::kExpected});
}

SharedExtract::~SharedExtract() {
  if (running_ == nullptr) return;
  running_->stopper.request_stop();
  if (running_->thread.joinable()) running_->thread.join();
}

std::vector<plan::ScanReader> SharedExtract::Expected() const {
  std::vector<plan::ScanReader> readers;
  for (const Member& member : members_) {
    if (member.state == State::kExpected) readers.push_back(member.reader);
  }
  return readers;
}

void SharedExtract::SetState(const std::string& node_id, State state) {
  for (Member& member : members_) {
    if (member.reader.node_id == node_id && member.state != State::kOther) member.state = state;
  }
}

bool SharedExtract::begun() const {
  std::lock_guard lock(mutex_);
  return running_ != nullptr;
}

bool SharedExtract::Wants(const std::string& node_id, const plan::ExtractFragment& extract) {
  std::lock_guard lock(mutex_);
  if (over_) return false;
  const auto member = std::find_if(members_.begin(), members_.end(), [&](const Member& each) {
    return each.reader.node_id == node_id && each.reader.extract.input_name == extract.input_name;
  });
  if (member == members_.end() || member->state == State::kOther) return false;
  const bool same = plan::SameRead(member->reader.extract, extract);
  const bool fed = running_ == nullptr ? member->state == State::kExpected && plan::CombineReaders(Expected()).has_value()
                                       : running_->scan.Find(node_id, extract.input_name) != nullptr;
  member->state = same && fed ? State::kExpected : State::kOther;
  return same && fed;
}

Result<bool> SharedExtract::Begin(const std::string& node_id, const std::function<Status(SourceRead&)>& prepare,
                                  ReadSupport support, const std::function<std::shared_ptr<void>()>& connections,
                                  std::stop_token stop) {
  std::lock_guard beginning(beginning_);
  auto running = std::make_unique<Running>();
  {
    std::lock_guard lock(mutex_);
    if (over_ || running_ != nullptr) return !over_;
    auto scan = plan::CombineReaders(Expected());
    if (!scan) {
      SetState(node_id, State::kOther);
      return false;
    }
    running->scan = std::move(*scan);
  }
  SourceRead& source = running->source;
  const plan::SharedScan& scan = running->scan;
  source.request.relation = scan.relation;
  source.request.alias = scan.alias;
  source.request.select_list = scan.select_list;
  source.request.where = scan.where;
  source.request.sql = scan.sql;
  source.sources = scan.sources;
  DVT_TRY(prepare(source));
  const columnar::Fields& fields = source.read.fields;
  running->support = std::move(support);
  if (running->support.moments != nullptr) running->moment = running->support.moments->NameOf(source.connection(), source.scope);
  FlowCounter& flow = running->flow;
  flow.connection = source.connection();
  flow.name = Join(source.sources, ", ");
  flow.path = source.read.method;
  flow.estimated_rows = scan.estimated_rows ? scan.estimated_rows : source.read.estimated_rows;
  flow.partitions = static_cast<int>(source.read.partitions.size());
  flow.moment = source.scope->Moment();
  running->rows = std::make_shared<SharedRows>(fields, running->support.spill_folder, memory_.used, memory_.most);
  running->connections = connections();
  running->begun_by = node_id;
  running->forward.emplace(stop, [stopper = running->stopper]() mutable { stopper.request_stop(); });
  Running& started = *running;
  std::lock_guard lock(mutex_);
  running_ = std::move(running);
  running_->thread = std::jthread([this, &started] { Scan(started); });
  return true;
}

Status SharedExtract::ReadPartition(Running& running, int partition, std::stop_token stop) {
  DVT_ASSIGN(Stream stream, running.source.Open(running.support, running.flow, partition, std::move(stop)));
  for (;;) {
    DVT_ASSIGN(Array batch, stream.Next());
    if (!batch.valid()) return {};
    if (batch.length() == 0) continue;
    auto appended = running.rows->Append(std::move(batch));
    if (!appended) {
      return Error(ErrorCode::kStartOver, "rows of " + running.flow.name + " cannot be kept for several models: " +
                                              appended.error().message() + "; each model reads them by itself")
          .WithVendorCode(appended.error().vendor_code());
    }
  }
}

void SharedExtract::Scan(Running& running) {
  auto done = RunWorkers(static_cast<int>(running.source.read.partitions.size()), running.source.read.parallel,
                         running.stopper.get_token(),
                         [&](int partition, std::stop_token stop) { return ReadPartition(running, partition, std::move(stop)); });
  std::shared_ptr<connectors::ReadScope> scope;  // what talks to the source ends outside of the lock
  std::shared_ptr<void> connections;
  {
    std::lock_guard lock(mutex_);
    over_ = over_ || !done;
    scope = std::move(running.source.scope);
    connections = std::move(running.connections);
  }
  if (done) {
    running.rows->Finish();
  } else {
    running.rows->Fail(std::move(done).error());
    running.rows->Drop();
  }
}

MomentName SharedExtract::moment() const { return running_->moment; }

SourceRead SharedExtract::ReadOf(const std::string& node_id, const std::string& input) const {
  const plan::SharedScan::Reader& reader = *running_->scan.Find(node_id, input);
  const SourceRead& source = running_->source;
  SourceRead out;
  out.request.options = source.request.options;
  out.sources = source.sources;
  out.connector = source.connector;
  connectors::ReadPlan& read = out.read;
  for (const int column : reader.columns) read.fields.push_back(source.read.fields[static_cast<size_t>(column)]);
  read.parallel = StreamsOfReader();
  for (int i = 0; i < read.parallel; ++i) read.partitions.push_back({"", "shared rows", std::nullopt});
  read.estimated_rows = reader.wants.extract.estimated_rows;
  read.method = "shared extract";
  read.partitioned_by = source.read.partitioned_by;
  read.notes = source.read.notes;
  read.options = source.read.options;
  return out;
}

std::function<Result<Stream>(int, std::stop_token)> SharedExtract::OpenFor(const std::string& node_id, const std::string& input,
                                                                           FlowCounter& flow) const {
  const plan::SharedScan& scan = running_->scan;
  const plan::SharedScan::Reader& reader = *scan.Find(node_id, input);
  const columnar::Fields& all = running_->source.read.fields;
  columnar::Fields fields;
  for (const int column : reader.columns) fields.push_back(all[static_cast<size_t>(column)]);
  auto cursor = std::make_shared<SharedRows::Cursor>(running_->rows);
  return [cursor, &scan, &reader, &all, fields, &flow](int, std::stop_token stop) -> Result<Stream> {
    return Stream(std::make_unique<ReaderStream>(cursor, scan, reader, all, fields, flow, std::move(stop)));
  };
}

void SharedExtract::Describe(FlowCounter& flow) const {
  flow.moment = running_->flow.moment;
  flow.read_by = running_->begun_by;
}

void SharedExtract::Leave(const std::string& node_id) {
  Running* last = nullptr;
  {
    std::lock_guard lock(mutex_);
    SetState(node_id, State::kLeft);
    if (!Expected().empty() || over_) return;
    over_ = true;
    last = running_.get();
  }
  if (last == nullptr) return;
  last->stopper.request_stop();
  last->rows->Drop();
  last->thread.join();
}

std::optional<model::TransferStats> SharedExtract::Stats(std::string* node_id) const {
  std::lock_guard lock(mutex_);
  if (running_ == nullptr) return std::nullopt;
  *node_id = running_->begun_by;
  model::TransferStats stats = running_->flow.ToStats("extract");
  for (const auto& reader : running_->scan.readers) stats.shared_by.push_back(reader.wants.node_id);
  return stats;
}

}  // namespace dvt::run
