#include "dvt/run/transfer/transfer.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/key_predicate.h"
#include "dvt/run/transfer/parallel_stream.h"
#include "dvt/run/transfer/parted_join.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

Transfer::~Transfer() { DropKeys(); }

Error Transfer::FromSource(size_t extract, Error error) { return extracts_[extract].FromSource(support_, std::move(error)); }

void Transfer::DropKeys() {
  for (auto& extract : extracts_) {
    if (extract.scope != nullptr && !extract.read.key_tables.empty()) extract.scope->DropKeys(extract.read.key_tables);
  }
}

// The reads are over: what they hold on the sources (snapshots, locks) must not stand in the way of the swap.
void Transfer::EndReads() {
  DropKeys();
  for (auto& extract : extracts_) {
    extract.scope.reset();
    if (extract.shared != nullptr) extract.shared->Leave(context_.node_id);
  }
  readers_.clear();
}

void Transfer::EndSessions(connectors::Connector& target) {
  if (context_.is_last == nullptr || !context_.is_last()) return;
  if (context_.moments != nullptr) context_.moments->End();
  for (auto& extract : extracts_) {
    if (extract.connector != nullptr) extract.connector->Rest();
  }
  target.Rest();
}

engine::Input Transfer::MakeInput(size_t index) {
  const auto& extract = extracts_[index];
  engine::Input input;
  input.name = extract.fragment->input_name;
  input.fields = extract.read.fields;
  input.partitions = static_cast<int>(extract.read.partitions.size());
  input.parallel = extract.read.parallel;
  input.estimated_rows = extract.fragment->estimated_rows ? extract.fragment->estimated_rows : extract.read.estimated_rows;
  FlowCounter& flow = progress_.extracts[index];
  if (extract.shared != nullptr) {
    input.open = extract.shared->OpenFor(context_.node_id, input.name, flow);
    return input;
  }
  input.open = [this, index, &flow](int partition, std::stop_token stop) {
    return extracts_[index].Open(support_, flow, partition, std::move(stop));
  };
  for (const auto& all : extract.fragment->key_filters) {
    for (const plan::KeyFilter& filter : all) {
      for (const plan::KeySource& source : filter.from) input.keys.push_back({source.input, source.column});
    }
  }
  if (!input.keys.empty()) {
    input.narrow = [this, index](std::vector<engine::KeySet> keys, std::stop_token stop) {
      return Narrow(index, std::move(keys), std::move(stop));
    };
  }
  return input;
}

Result<connectors::ReadPlan> Transfer::PlanNarrowed(const PreparedExtract& extract, const KeyCondition& condition,
                                                    std::stop_token stop) const {
  connectors::ReadRequest request = extract.request;
  request.key_tables = condition.tables;
  // A server may not see how few rows the keys leave, and each partition costs it all of them once more.
  if (const auto& rows = extract.fragment->estimated_rows)
    request.options.max_partitions = connectors::PartitionCount(*rows, request.options);
  if (request.relation) {
    request.where = request.where.empty() ? condition.sql : request.where + " AND " + condition.sql;
  } else {
    request.sql = plan::WithCondition(*extract.fragment, condition.sql);
  }
  return extract.connector->PlanRead(request, extract.scope, std::move(stop));
}

// Kept partitions are known again by their SQL, which does not say what a temporary table held.
KeyTableRule Transfer::TableRule(const PreparedExtract& extract) const {
  const bool refused = context_.refusals != nullptr && context_.refusals->Has(extract.connection());
  if (refused || extract.kept != nullptr || !extract.connector->Has(connectors::Capability::kKeyTables)) return {};
  return {extract.connector.get(), extract.read.parallel};
}

// Whatever else is wrong with the tables, the rows can be read without them.
bool Transfer::DoWithoutTables(const PreparedExtract& extract, const Error& error) const {
  RetryPolicy passing;
  passing.retry_on_unknown = false;
  if (error.code() == ErrorCode::kCancelled || error.code() == ErrorCode::kStartOver || passing.IsRetryable(error)) return false;
  const bool lasting = error.code() == ErrorCode::kPermission || error.code() == ErrorCode::kUnsupported;
  if (!lasting || context_.refusals == nullptr || context_.refusals->Add(extract.connection()))
    context_.message(Severity::kWarning,
                     fmt::format("connection '{}': no temporary table of keys can be made, so that more rows are read "
                                 "from {}: {}",
                                 extract.connection(), Join(extract.sources, ", "), error.message()));
  return true;
}

Result<engine::Narrowed> Transfer::Narrow(size_t index, std::vector<engine::KeySet> keys, std::stop_token stop) {
  PreparedExtract& extract = extracts_[index];
  const plan::ExtractFragment& fragment = *extract.fragment;
  engine::Narrowed out{static_cast<int>(extract.read.partitions.size()), extract.read.parallel, fragment.rows_without_keys};
  KeyCondition condition = MakeKeyCondition(fragment, keys, context_.key_filter_bytes, TableRule(extract));
  if (condition.sql.empty()) return out;
  auto read = PlanNarrowed(extract, condition, stop);
  if (!read && !condition.tables.empty() && DoWithoutTables(extract, read.error())) {
    condition = MakeKeyCondition(fragment, keys, context_.key_filter_bytes, {});
    if (condition.sql.empty()) return out;
    read = PlanNarrowed(extract, condition, stop);
  }
  if (!read)
    return FromSource(index,
                      std::move(read).error().Within(fmt::format("while planning the filtered read of {} from connection '{}'",
                                                                 Join(fragment.sources, ", "), fragment.connection)));
  extract.read.partitions = std::move(read->partitions);
  extract.read.parallel = extract.most_parallel > 0 ? std::min(read->parallel, extract.most_parallel) : read->parallel;
  extract.read.partitioned_by = std::move(read->partitioned_by);
  extract.read.repeatable = read->repeatable;
  extract.read.key_tables = std::move(read->key_tables);
  progress_.extracts[index].filtered_by = condition.said;
  progress_.extracts[index].partitions = static_cast<int>(extract.read.partitions.size());
  out.partitions = static_cast<int>(extract.read.partitions.size());
  out.parallel = extract.read.parallel;
  out.estimated_rows = fragment.estimated_rows;
  return out;
}

Result<columnar::Fields> Transfer::EngineFields(std::stop_token stop) {
  DVT_ASSIGN(engine::Engine * engine, context_.engine(plan_.transform.compute));
  std::vector<engine::Input> inputs;
  for (size_t i = 0; i < extracts_.size(); ++i) inputs.push_back(MakeInput(i));
  auto fields = engine->Describe(plan_.transform.sql, inputs);
  if (!fields)
    return std::move(fields).error().Within("while preparing the transform in compute '" + plan_.transform.compute + "'");
  return fields;
}

Result<Stream> Transfer::Open(std::stop_token stop, std::function<Stream(Stream)> each) {
  progress_.transferring = true;
  if (!direct()) {
    DVT_ASSIGN(engine::Engine * engine, context_.engine(plan_.transform.compute));
    std::vector<engine::Input> inputs;
    for (size_t i = 0; i < extracts_.size(); ++i) inputs.push_back(MakeInput(i));
    const auto& parts = plan_.transform.parts;
    auto run = parts && parts->count > 1
                   ? RunInParts(*engine, plan_.transform, std::move(inputs), fields_, context_.spill_folder, stop)
                   : engine->Run(plan_.transform.sql, std::move(inputs), stop);
    DVT_ASSIGN(Stream rows, std::move(run));
    return each ? each(std::move(rows)) : std::move(rows);
  }
  const auto& read = extracts_.front().read;
  const auto open = [this, each = std::move(each)](int partition, std::stop_token worker) -> Result<Stream> {
    DVT_ASSIGN(Stream rows, extracts_.front().Open(support_, progress_.extracts[0], partition, std::move(worker)));
    return each ? each(std::move(rows)) : std::move(rows);
  };
  // A smaller queue: who takes the rows has one of its own.
  return ReadTogether(fields_, static_cast<int>(read.partitions.size()), read.parallel,
                      static_cast<size_t>(context_.queue_bytes) / 4, open, std::move(stop));
}

Result<bool> Transfer::RawFits(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) {
  const auto& read = extracts_.front().read;
  if (!direct() || extracts_.front().kept != nullptr || read.raw_format.empty() || !target.Has(connectors::Capability::kRawCopy))
    return false;
  std::vector<std::string> columns;
  for (const auto& field : fields_) columns.push_back(field.name);
  DVT_ASSIGN(const std::string format, target.RawFormatOf(relation, columns, stop));
  return format == read.raw_format;
}

void Transfer::ExpectLoad(connectors::Connector& target) const {
  if (!direct() || extracts_.front().budget != nullptr) return;  // who sets limits is not asked before it is time
  const auto& extract = extracts_.front();
  const int readers = std::min(extract.read.parallel, static_cast<int>(extract.read.partitions.size()));
  extract.connector->ExpectReaders(readers);
  target.ExpectSinks(target.Has(connectors::Capability::kParallelSinks) ? readers : 1);
}

Result<int64_t> Transfer::Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) {
  progress_.load.connection = target.config().name;
  progress_.load.name = relation.ToString();
  progress_.transferring = true;
  const bool in_parts = direct() && target.Has(connectors::Capability::kParallelSinks);
  const auto* parts = in_parts ? &extracts_.front().read : nullptr;
  target.ExpectSinks(parts != nullptr ? std::min(parts->parallel, static_cast<int>(parts->partitions.size())) : 1);
  DVT_ASSIGN(const bool raw, RawFits(target, relation, stop));
  Result<int64_t> rows = in_parts ? LoadPartitions(target, relation, raw, stop) : LoadStream(target, relation, stop);
  EndReads();
  if (!rows)
    return std::move(rows).error().Within(
        fmt::format("while loading {} on connection '{}'", relation.ToString(), target.config().name));
  EndSessions(target);
  return rows;
}

// Direct: every partition has its own sink and its own transaction on the invisible table, so a partition is repeated alone.
Result<int64_t> Transfer::LoadPartitions(connectors::Connector& target, const columnar::RelationName& relation, bool raw,
                                         std::stop_token stop) {
  const auto& extract = extracts_.front();
  connectors::SinkRequest request;
  request.relation = relation;
  request.fields = fields_;
  request.query_timeout_seconds = context_.read_options.query_timeout_seconds;
  if (raw) request.raw_format = extract.read.raw_format;
  request.sync = !target.Has(connectors::Capability::kLateSync);  // of many commits, only the swap's has to wait for the disk
  progress_.load.path = raw ? "raw " + extract.read.method : "bulk load";
  std::atomic<int64_t> total{0};
  const int partitions = static_cast<int>(extract.read.partitions.size());
  progress_.load.partitions = partitions;
  DVT_TRY(RunWorkers(partitions, extract.read.parallel, stop, [&](int partition, std::stop_token worker_stop) -> Status {
    DVT_TRY(RunWithRetry(
        extract.request.options.retry, worker_stop,
        [&]() -> Status {
          DVT_ASSIGN(const int64_t rows, LoadPartition(target, request, partition, worker_stop));
          total += rows;
          return {};
        },
        extract.RetryReporter(support_, progress_.extracts[0], partition)));
    progress_.extracts[0].FinishPartition();
    progress_.load.FinishPartition();
    return {};
  }));
  return total.load();
}

Result<int64_t> Transfer::LoadPartition(connectors::Connector& target, const connectors::SinkRequest& request, int partition,
                                        std::stop_token stop) {
  const auto& extract = extracts_.front();
  FlowCounter& flow = progress_.extracts[0];
  int64_t rows = 0, bytes = 0;
  auto undo = [&](Error error) {
    flow.Add(-rows, -bytes);
    progress_.load.Add(-rows, -bytes);
    return error;
  };
  auto count = [&](int64_t more_rows, int64_t more_bytes) {
    rows += more_rows;
    bytes += more_bytes;
    flow.Add(more_rows, more_bytes);
    progress_.load.Add(more_rows, more_bytes);
  };
  flow.Begin();
  progress_.load.Begin();
  // The source is asked first: it begins to work while the target is being opened.
  std::unique_ptr<connectors::Sink> sink;
  if (!request.raw_format.empty()) {
    auto raw = OpenRawWithin(extract.budget, *extract.connector, extract.read, partition, extract.scope, stop);
    if (!raw) return FromSource(0, std::move(raw).error());
    DVT_ASSIGN(sink, target.OpenSink(request, stop));
    for (;;) {
      auto chunk = (*raw)->Next();
      if (!chunk) return undo(FromSource(0, std::move(chunk).error()));
      if (chunk->empty()) break;
      if (auto written = sink->WriteRaw(*chunk, stop); !written) return undo(std::move(written).error());
      count((*raw)->rows() - rows, static_cast<int64_t>(chunk->size()));
    }
  } else {
    DVT_ASSIGN(Stream stream, extract.OpenOnce(support_, flow, partition, stop));
    DVT_ASSIGN(sink, target.OpenSink(request, stop));
    for (;;) {
      auto batch = stream.Next();
      if (!batch) return undo(FromSource(0, std::move(batch).error()));
      if (!batch->valid()) break;
      if (auto written = sink->Write(batch->get(), stop); !written) return undo(std::move(written).error());
      count(batch->length(), columnar::BatchBytes(batch->get(), fields_));
    }
  }
  auto committed = sink->Commit(stop);
  if (committed) {
    notes_.Add(sink->notes());
    return committed;
  }
  // After a lost commit nobody knows whether the rows are there: the partition is never repeated alone.
  Error error = undo(std::move(committed).error());
  if (!RetryPolicy().IsRetryable(error)) return error;
  return Error(ErrorCode::kStartOver, "the target did not confirm a commit: " + error.message())
      .WithVendorCode(error.vendor_code())
      .WithHint("The table being built is discarded. Run the model again.");
}

// Everything else: one stream, decoupled from the sinks by a queue bounded in bytes.
Result<int64_t> Transfer::LoadStream(connectors::Connector& target, const columnar::RelationName& relation,
                                     std::stop_token stop) {
  progress_.load.path = "bulk load";
  std::stop_source stopper;
  std::stop_callback forward(stop, [&] { stopper.request_stop(); });
  DVT_ASSIGN(Stream stream, Open(stopper.get_token()));
  connectors::SinkRequest request;
  request.relation = relation;
  request.fields = fields_;
  request.query_timeout_seconds = context_.read_options.query_timeout_seconds;
  request.write = context_.write;
  const int sinks = target.Has(connectors::Capability::kParallelSinks) ? std::max(1, context_.load_parallel) : 1;
  return PumpIntoSinks(std::move(stream), target, request, sinks, static_cast<size_t>(context_.queue_bytes), progress_.load,
                       notes_, stopper);
}

}  // namespace dvt::run
