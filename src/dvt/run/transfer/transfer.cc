#include "dvt/run/transfer/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/key_predicate.h"
#include "dvt/run/transfer/parallel_stream.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

Transfer::~Transfer() = default;

Result<std::unique_ptr<Transfer>> Transfer::Prepare(const plan::ModelPlan& plan, TransferContext context, NodeProgress& progress,
                                                    std::stop_token stop) {
  std::unique_ptr<Transfer> transfer(new Transfer(plan, std::move(context), progress));
  DVT_TRY(transfer->PrepareExtracts(stop));
  if (transfer->direct()) {
    transfer->fields_ = transfer->extracts_.front().read.fields;
  } else {
    DVT_ASSIGN(transfer->fields_, transfer->EngineFields(stop));
  }
  return transfer;
}

Status Transfer::PlanExtracts(Scopes& scopes, std::string& failed, std::stop_token stop) {
  std::map<std::string, std::vector<size_t>> of_connection;
  for (size_t i = 0; i < plan_.extracts.size(); ++i) of_connection[plan_.extracts[i].connection].push_back(i);
  std::vector<std::pair<std::string, std::vector<size_t>>> groups(of_connection.begin(), of_connection.end());
  for (const auto& [connection, indices] : groups) scopes[connection];  // made here: the threads find theirs
  extracts_.clear();
  extracts_.resize(plan_.extracts.size());
  std::mutex mutex;
  const auto plan_group = [&](int group) -> Status {
    const auto& [connection, indices] = groups[static_cast<size_t>(group)];
    for (const size_t i : indices) {
      const auto& fragment = plan_.extracts[i];
      auto planned = PrepareExtract(fragment, scopes.find(connection)->second, stop);
      if (!planned) {
        std::lock_guard lock(mutex);
        if (failed.empty()) failed = connection;
        return std::move(planned).error().Within(
            fmt::format("while planning the read of {} from connection '{}'", Join(fragment.sources, ", "), connection));
      }
      extracts_[i] = std::move(*planned);
    }
    return {};
  };
  const int count = static_cast<int>(groups.size());
  DVT_TRY(RunWorkers(count, count, stop, [&](int group, const std::stop_token&) { return plan_group(group); }));
  ShareReaders();
  return {};
}

// A connection lost while planning may have held its moment: all reads are then planned again, at another one.
Status Transfer::PrepareExtracts(std::stop_token stop) {
  DVT_TRY(EnterBudgets(stop));
  RetryPolicy policy = context_.read_options.retry;
  policy.retry_on_unknown = false;
  policy.starts_over = true;
  std::string connection;
  DVT_TRY(RunWithRetry(
      policy, stop,
      [&]() -> Status {
        Scopes scopes;
        connection.clear();
        auto planned = PlanExtracts(scopes, connection, stop);
        if (!planned && planned.error().code() == ErrorCode::kStartOver && context_.moments != nullptr)
          context_.moments->Forget(connection, scopes[connection]);
        return planned;
      },
      [&](const Error& error, int attempt, double wait) {
        context_.message(Severity::kWarning, fmt::format("connection '{}': {}; attempt {} in {:.1f} s", connection,
                                                         error.message(), attempt + 1, wait));
      }));
  // The display reads these counters from its own thread: on a restart they are set back, never replaced.
  if (!progress_.extracts.empty()) {
    for (auto& flow : progress_.extracts) flow.Reset();
    return {};
  }
  for (const auto& extract : extracts_) {
    auto& flow = progress_.extracts.emplace_back();
    flow.connection = extract.fragment->connection;
    flow.name = Join(extract.fragment->sources, ", ");
    flow.path = extract.read.method;
    flow.input = extract.fragment->input_name;
    flow.estimated_rows = plan::ExpectedRows(*extract.fragment, extract.read.estimated_rows);
    flow.partitions = static_cast<int>(extract.read.partitions.size());
    flow.rows_without_keys = extract.fragment->rows_without_keys;
    flow.moment = extract.scope->Moment();
  }
  return {};
}

Result<PreparedExtract> Transfer::PrepareExtract(const plan::ExtractFragment& fragment,
                                                 std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop) {
  PreparedExtract extract;
  extract.fragment = &fragment;
  DVT_ASSIGN(extract.connector, context_.connector(fragment.connection));
  connectors::ReadRequest& request = extract.request;
  request.options = context_.read_options;
  if (context_.options_of) {
    DVT_ASSIGN(request.options, context_.options_of(fragment.connection));
  }
  if (context_.budget_of) {
    DVT_ASSIGN(extract.budget, context_.budget_of(fragment.connection));
  }
  if (scope == nullptr) {
    DVT_ASSIGN(scope, BeginRead(*extract.connector, request.options.shared_moment, stop));
  }
  extract.scope = scope;
  request.relation = fragment.relation;
  request.alias = fragment.alias;
  request.select_list = fragment.select_list;
  request.where = fragment.where;
  request.sql = fragment.relation ? "" : fragment.sql;
  DVT_ASSIGN(extract.read, extract.connector->PlanRead(request, scope, stop));
  if (!context_.keep_folder.empty()) {
    extract.kept = PartitionStore::At(context_.keep_folder, *extract.connector, scope->Moment());
    if (extract.kept == nullptr)
      context_.message(Severity::kWarning, fmt::format("connection '{}' does not name its state: partitions of {} are not kept",
                                                       fragment.connection, Join(fragment.sources, ", ")));
  }
  return extract;
}

Result<std::shared_ptr<connectors::ReadScope>> Transfer::BeginRead(connectors::Connector& connector, bool shared,
                                                                   std::stop_token stop) {
  return context_.moments == nullptr ? connector.BeginRead(stop) : context_.moments->Begin(connector, shared, stop);
}

// One reader for each table, one connection that plans, and as many more readers as may be of use: what is not needed is given back
// when the reads are planned. In the order of the connections' names, so that no two models wait for each other.
Status Transfer::EnterBudgets(std::stop_token stop) {
  if (!context_.budget_of) return {};
  std::map<std::string, int> tables;
  for (const auto& fragment : plan_.extracts) ++tables[fragment.connection];
  for (const auto& [connection, count] : tables) {
    DVT_ASSIGN(const auto budget, context_.budget_of(connection));
    if (budget == nullptr) continue;
    DVT_TRY(budget->WaitForHours(stop, [&](const std::string& text) { context_.message(Severity::kWarning, text); }));
    const int cores = static_cast<int>(std::max(2u, std::thread::hardware_concurrency()));
    DVT_ASSIGN(readers_[connection], budget->Reserve(1 + count, 1 + count * cores, stop));
  }
  return {};
}

// Each read of a connection gets its part of the readers granted, at least one.
void Transfer::ShareReaders() {
  for (const auto& [connection, readers] : readers_) {
    int wanted = 0;
    for (const auto& extract : extracts_) wanted += extract.fragment->connection == connection ? extract.read.parallel : 0;
    const int granted = readers.count() - 1;
    for (auto& extract : extracts_) {
      if (extract.fragment->connection != connection || extract.budget->limits().max_connections == 0) continue;
      extract.most_parallel = std::max(1, extract.read.parallel * granted / std::max(1, std::max(wanted, granted)));
      extract.read.parallel = std::min(extract.read.parallel, extract.most_parallel);
    }
  }
}

Error Transfer::FromSource(size_t extract, Error error) {
  const auto& prepared = extracts_[extract];
  if (error.code() == ErrorCode::kStartOver && context_.moments != nullptr)
    context_.moments->Forget(prepared.fragment->connection, prepared.scope);
  return error;
}

std::function<void(const Error&, int, double)> Transfer::RetryReporter(size_t extract, int partition) {
  return [this, extract, partition](const Error& error, int attempt, double wait) {
    ++progress_.extracts[extract].retries;
    const auto& prepared = extracts_[extract];
    context_.message(
        Severity::kWarning,
        fmt::format("connection '{}', {} ({}): {}; reading this partition again, attempt {} in {:.1f} s",
                    prepared.fragment->connection, Join(prepared.fragment->sources, ", "),
                    prepared.read.partitions[static_cast<size_t>(partition)].description, error.message(), attempt + 1, wait));
  };
}

Result<Stream> Transfer::OpenOnce(size_t index, int partition, std::stop_token stop) {
  const auto& extract = extracts_[index];
  if (extract.kept != nullptr) {
    DVT_ASSIGN(auto found, extract.kept->Find(extract.read, partition));
    if (found) {
      ++progress_.extracts[index].partitions_kept;
      return std::move(*found);
    }
  }
  auto opened = OpenWithin(extract.budget, *extract.connector, extract.read, partition, extract.scope, stop);
  if (!opened) return FromSource(index, std::move(opened).error());
  return extract.kept == nullptr ? std::move(opened) : extract.kept->Keep(extract.read, partition, std::move(*opened));
}

// The partition as a stream that survives retryable failures and counts what it hands on.
Result<Stream> Transfer::OpenPartition(size_t index, int partition, std::stop_token stop) {
  auto& extract = extracts_[index];
  auto open = [this, index, partition, stop] { return OpenOnce(index, partition, stop); };
  const RetryPolicy& policy = extract.request.options.retry;
  Stream inner = extract.read.repeatable
                     ? connectors::ResumingStream(extract.read.fields, policy, open, stop, RetryReporter(index, partition))
                     : connectors::RetryingStream(extract.read.fields, policy, open, context_.hold_bytes, context_.spill_folder,
                                                  stop, RetryReporter(index, partition));
  auto held = std::make_shared<Stream>(std::move(inner));
  FlowCounter* flow = &progress_.extracts[index];
  flow->Begin();
  const columnar::Fields* fields = &extract.read.fields;
  const std::string context =
      fmt::format("while reading {} from connection '{}'", Join(extract.fragment->sources, ", "), extract.fragment->connection);
  return columnar::MakeStream(extract.read.fields, [this, index, held, flow, fields, context]() -> Result<Array> {
    auto batch = held->Next();
    if (!batch) return FromSource(index, std::move(batch).error().Within(context));
    if (batch->valid()) {
      flow->Add(batch->length(), columnar::BatchBytes(batch->get(), *fields));
    } else {
      flow->FinishPartition();
    }
    return batch;
  });
}

engine::Input Transfer::MakeInput(size_t index) {
  const auto& extract = extracts_[index];
  engine::Input input;
  input.name = extract.fragment->input_name;
  input.fields = extract.read.fields;
  input.partitions = static_cast<int>(extract.read.partitions.size());
  input.parallel = extract.read.parallel;
  input.estimated_rows = extract.fragment->estimated_rows ? extract.fragment->estimated_rows : extract.read.estimated_rows;
  input.open = [this, index](int partition, std::stop_token stop) { return OpenPartition(index, partition, stop); };
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

namespace {

// The condition that the keys make, and what it says for people; empty if they say nothing.
std::string KeyCondition(const plan::ExtractFragment& fragment, std::vector<engine::KeySet>& sets, size_t most_bytes,
                         std::vector<std::string>& notes) {
  std::vector<std::string> any;
  bool everywhere = true;
  size_t next = 0;
  for (const auto& all : fragment.key_filters) {
    std::vector<std::string> terms;
    for (const plan::KeyFilter& filter : all) {
      bool complete = true;
      std::vector<std::string> values;
      for (size_t i = 0; i < filter.from.size(); ++i) {
        engine::KeySet& set = sets[next++];
        complete = complete && set.complete;
        values.insert(values.end(), std::make_move_iterator(set.values.begin()), std::make_move_iterator(set.values.end()));
      }
      const size_t count = values.size();
      auto text = complete ? plan::KeyPredicate(filter, fragment.profile, std::move(values), most_bytes) : std::nullopt;
      if (!text) continue;
      terms.push_back(std::move(*text));
      notes.push_back(fmt::format("{} keys of {}", count, filter.column.name));
    }
    everywhere = everywhere && !terms.empty();
    any.push_back(Join(terms, " AND "));
  }
  if (!everywhere || any.empty()) return {};
  return any.size() == 1 ? any.front() : "((" + Join(any, ") OR (") + "))";
}

}  // namespace

Result<engine::Narrowed> Transfer::Narrow(size_t index, std::vector<engine::KeySet> keys, std::stop_token stop) {
  PreparedExtract& extract = extracts_[index];
  std::vector<std::string> notes;
  const std::string condition = KeyCondition(*extract.fragment, keys, context_.key_filter_bytes, notes);
  engine::Narrowed out{static_cast<int>(extract.read.partitions.size()), extract.read.parallel,
                       extract.fragment->rows_without_keys};
  if (condition.empty()) return out;
  connectors::ReadRequest request = extract.request;
  if (request.relation) {
    request.where = request.where.empty() ? condition : request.where + " AND " + condition;
  } else {
    request.sql = plan::WithCondition(*extract.fragment, condition);
  }
  auto read = extract.connector->PlanRead(request, extract.scope, stop);
  if (!read)
    return FromSource(
        index, std::move(read).error().Within(fmt::format("while planning the filtered read of {} from connection '{}'",
                                                          Join(extract.fragment->sources, ", "), extract.fragment->connection)));
  extract.read.partitions = std::move(read->partitions);
  extract.read.parallel = extract.most_parallel > 0 ? std::min(read->parallel, extract.most_parallel) : read->parallel;
  extract.read.partitioned_by = std::move(read->partitioned_by);
  extract.read.repeatable = read->repeatable;
  progress_.extracts[index].filtered_by = Join(notes, ", ");
  progress_.extracts[index].partitions = static_cast<int>(extract.read.partitions.size());
  out.partitions = static_cast<int>(extract.read.partitions.size());
  out.parallel = extract.read.parallel;
  out.estimated_rows = extract.fragment->estimated_rows;
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
    DVT_ASSIGN(Stream rows, engine->Run(plan_.transform.sql, std::move(inputs), stop));
    return each ? each(std::move(rows)) : std::move(rows);
  }
  const auto& read = extracts_.front().read;
  const auto open = [this, each = std::move(each)](int partition, std::stop_token worker) -> Result<Stream> {
    DVT_ASSIGN(Stream rows, OpenPartition(0, partition, std::move(worker)));
    return each ? each(std::move(rows)) : std::move(rows);
  };
  return ReadTogether(fields_, static_cast<int>(read.partitions.size()), read.parallel, static_cast<size_t>(context_.queue_bytes),
                      open, std::move(stop));
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

Result<int64_t> Transfer::Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) {
  progress_.load.connection = target.config().name;
  progress_.load.name = relation.ToString();
  progress_.transferring = true;
  DVT_ASSIGN(const bool raw, RawFits(target, relation, stop));
  Result<int64_t> rows = direct() && target.Has(connectors::Capability::kParallelSinks)
                             ? LoadPartitions(target, relation, raw, stop)
                             : LoadStream(target, relation, stop);
  // The reads are over: what they hold on the sources (snapshots, locks) must not stand in the way of the swap.
  for (auto& extract : extracts_) extract.scope.reset();
  readers_.clear();
  if (!rows)
    return std::move(rows).error().Within(
        fmt::format("while loading {} on connection '{}'", relation.ToString(), target.config().name));
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
        RetryReporter(0, partition)));
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
  DVT_ASSIGN(auto sink, target.OpenSink(request, stop));
  if (!request.raw_format.empty()) {
    auto raw = OpenRawWithin(extract.budget, *extract.connector, extract.read, partition, extract.scope, stop);
    if (!raw) return FromSource(0, std::move(raw).error());
    for (;;) {
      auto chunk = (*raw)->Next();
      if (!chunk) return undo(FromSource(0, std::move(chunk).error()));
      if (chunk->empty()) break;
      if (auto written = sink->WriteRaw(*chunk, stop); !written) return undo(std::move(written).error());
      count((*raw)->rows() - rows, static_cast<int64_t>(chunk->size()));
    }
  } else {
    DVT_ASSIGN(Stream stream, OpenOnce(0, partition, stop));
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
