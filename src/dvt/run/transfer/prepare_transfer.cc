#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

#include "dvt/base/net/http_client.h"
#include "dvt/base/text/text.h"
#include "dvt/run/transfer/pump.h"
#include "dvt/run/transfer/transfer.h"

namespace dvt::run {

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

namespace {

Error WhilePlanning(Error error, const plan::ExtractFragment& fragment) {
  return std::move(error).Within(
      fmt::format("while planning the read of {} from connection '{}'", Join(fragment.sources, ", "), fragment.connection));
}

}  // namespace

// Connections are asked at the same time, each for one read after the other.
Status Transfer::PlanOwn(Scopes& scopes, std::string& connection, std::stop_token stop) {
  std::map<std::string, std::vector<size_t>> of_connection;
  for (size_t i = 0; i < extracts_.size(); ++i) {
    if (shared_[i] == nullptr) of_connection[plan_.extracts[i].connection].push_back(i);
  }
  std::vector<std::pair<std::string, std::vector<size_t>>> groups(of_connection.begin(), of_connection.end());
  for (const auto& [name, indices] : groups) scopes[name];  // made here: the threads find theirs
  std::mutex mutex;
  std::string failed;
  const int count = static_cast<int>(groups.size());
  auto planned = RunWorkers(count, count, stop, [&](int group, const std::stop_token&) -> Status {
    const auto& [name, indices] = groups[static_cast<size_t>(group)];
    for (const size_t i : indices) {
      auto own = PrepareExtract(i, scopes.find(name)->second, stop);
      if (own) continue;
      std::lock_guard lock(mutex);
      if (failed.empty()) failed = name;
      return WhilePlanning(std::move(own).error(), plan_.extracts[i]);
    }
    return {};
  });
  if (!failed.empty()) connection = failed;
  return planned;
}

// Shared extracts come last: they are at the moment of what this model reads by itself, or of no use to it.
Result<bool> Transfer::PlanExtracts(Scopes& scopes, std::string& connection, std::stop_token stop) {
  extracts_.clear();
  extracts_.resize(plan_.extracts.size());
  lent_.clear();
  DVT_TRY(PlanOwn(scopes, connection, stop));
  bool as_thought = true;
  for (size_t i = 0; i < extracts_.size(); ++i) {
    if (shared_[i] == nullptr) continue;
    connection = plan_.extracts[i].connection;
    auto planned = PrepareShared(i, scopes[connection], stop);
    if (!planned) return WhilePlanning(std::move(planned).error(), plan_.extracts[i]);
    if (*planned) continue;
    shared_[i] = nullptr;
    as_thought = false;
  }
  ShareReaders();
  return as_thought;
}

void Transfer::FindShared() {
  shared_.clear();
  for (const auto& fragment : plan_.extracts) {
    shared_.push_back(context_.shared == nullptr ? nullptr : context_.shared->Find(context_.node_id, fragment));
  }
}

// A connection lost while planning may have held its moment: all reads are then planned again, at another one.
Status Transfer::PrepareExtracts(std::stop_token stop) {
  RetryPolicy policy = context_.read_options.retry;
  policy.retry_on_unknown = false;
  policy.starts_over = true;
  FindShared();
  for (bool settled = false; !settled;) {
    DVT_TRY(EnterBudgets(stop));
    std::string connection;
    std::optional<Error> lasting;
    DVT_TRY(RunWithRetry(
        policy, stop,
        [&]() -> Status {
          Scopes scopes;
          auto planned = PlanExtracts(scopes, connection, stop);
          if (!planned && planned.error().code() == ErrorCode::kStartOver && context_.moments != nullptr)
            context_.moments->Forget(connection, scopes[connection]);
          settled = planned && *planned;
          if (planned) return {};
          // A place behind the connection that is not there: the model is built again soon enough.
          if (!IsUnreachable(planned.error()) || WasNeverSent(planned.error())) return std::move(planned).error();
          lasting = std::move(planned).error();
          return {};
        },
        [&](const Error& error, int attempt, double wait) {
          context_.message(Severity::kWarning, fmt::format("connection '{}': {}; attempt {} in {:.1f} s", connection,
                                                           error.message(), attempt + 1, wait));
        }));
    if (lasting) return *std::move(lasting);
  }
  DescribeReads();
  return {};
}

// The display reads these counters from its own thread: on a restart they are set back, never replaced.
void Transfer::DescribeReads() {
  if (!progress_.extracts.empty()) {
    for (size_t i = 0; i < extracts_.size(); ++i) {
      FlowCounter& flow = progress_.extracts[i];
      flow.Reset();
      flow.partitions = static_cast<int>(extracts_[i].read.partitions.size());
      flow.read_by.clear();
      if (extracts_[i].shared != nullptr) extracts_[i].shared->Describe(flow);
    }
    return;
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
    if (extract.shared != nullptr) {
      extract.shared->Describe(flow);
    } else {
      flow.moment = extract.scope->Moment();
    }
  }
}

Status Transfer::PlanRead(const std::string& connection, SourceRead& read, std::shared_ptr<connectors::ReadScope>& scope,
                          std::stop_token stop) {
  DVT_ASSIGN(read.connector, context_.connector(connection));
  read.request.options = context_.read_options;
  if (context_.options_of) {
    DVT_ASSIGN(read.request.options, context_.options_of(connection));
  }
  if (context_.budget_of) {
    DVT_ASSIGN(read.budget, context_.budget_of(connection));
  }
  if (scope == nullptr) {
    DVT_ASSIGN(scope, BeginRead(*read.connector, read.request.options.shared_moment, stop));
  }
  read.scope = scope;
  DVT_ASSIGN(read.read, read.connector->PlanRead(read.request, scope, stop));
  return {};
}

Status Transfer::PrepareExtract(size_t index, std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop) {
  const plan::ExtractFragment& fragment = plan_.extracts[index];
  PreparedExtract& extract = extracts_[index];
  extract.fragment = &fragment;
  extract.sources = fragment.sources;
  connectors::ReadRequest& request = extract.request;
  request.relation = fragment.relation;
  request.alias = fragment.alias;
  request.select_list = fragment.select_list;
  request.where = fragment.where;
  request.sql = fragment.relation ? "" : fragment.sql;
  DVT_TRY(PlanRead(fragment.connection, extract, scope, stop));
  if (!context_.keep_folder.empty()) {
    extract.kept = PartitionStore::At(context_.keep_folder, *extract.connector, scope->Moment());
    if (extract.kept == nullptr)
      context_.message(Severity::kWarning, fmt::format("connection '{}' does not name its state: partitions of {} are not kept",
                                                       fragment.connection, Join(fragment.sources, ", ")));
  }
  return {};
}

Result<bool> Transfer::PrepareShared(size_t index, std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop) {
  const plan::ExtractFragment& fragment = plan_.extracts[index];
  const std::string& connection = fragment.connection;
  SharedExtract& shared = *shared_[index];
  DVT_ASSIGN(const bool begun, shared.Begin(
                                   context_.node_id,
                                   [&](SourceRead& read) -> Status {
                                     DVT_TRY(PlanRead(connection, read, scope, stop));
                                     if (const int part = PartOfReaders(connection); part > 0) {
                                       read.read.parallel = std::min(read.read.parallel, part);
                                       lent_[connection] += read.read.parallel;
                                     }
                                     return {};
                                   },
                                   support_,
                                   [&]() -> std::shared_ptr<void> {
                                     const auto readers = readers_.find(connection);
                                     return readers == readers_.end() ? nullptr : readers->second;
                                   },
                                   stop));
  if (!begun || !AtOneMoment(index, scope)) return false;
  static_cast<SourceRead&>(extracts_[index]) = shared.ReadOf(context_.node_id, fragment.input_name);
  extracts_[index].fragment = &fragment;
  extracts_[index].shared = shared_[index];
  return true;
}

bool Transfer::AtOneMoment(size_t index, const std::shared_ptr<connectors::ReadScope>& scope) const {
  if (context_.moments == nullptr) return true;
  const std::string& connection = plan_.extracts[index].connection;
  const MomentName moment = shared_[index]->moment();
  if (scope != nullptr && !SameMoment(moment, context_.moments->NameOf(connection, scope))) return false;
  return std::all_of(extracts_.begin(), extracts_.end(), [&](const PreparedExtract& other) {
    return other.shared == nullptr || other.fragment->connection != connection || SameMoment(moment, other.shared->moment());
  });
}

Result<std::shared_ptr<connectors::ReadScope>> Transfer::BeginRead(connectors::Connector& connector, bool shared,
                                                                   std::stop_token stop) {
  return context_.moments == nullptr ? connector.BeginRead(stop) : context_.moments->Begin(connector, shared, stop);
}

// One reader for each table, one connection that plans, and as many more readers as may be of use: what is not needed is given back
// when the reads are planned. In the order of the connections' names, so that no two models wait for each other.
Status Transfer::EnterBudgets(std::stop_token stop) {
  if (!context_.budget_of) return {};
  readers_.clear();
  std::map<std::string, int> tables;
  for (size_t i = 0; i < plan_.extracts.size(); ++i) {
    if (shared_[i] == nullptr || !shared_[i]->begun()) ++tables[plan_.extracts[i].connection];
  }
  for (const auto& [connection, count] : tables) {
    DVT_ASSIGN(const auto budget, context_.budget_of(connection));
    if (budget == nullptr) continue;
    DVT_TRY(budget->WaitForHours(stop, [&](const std::string& text) { context_.message(Severity::kWarning, text); }));
    const int cores = static_cast<int>(std::max(2u, std::thread::hardware_concurrency()));
    DVT_ASSIGN(auto readers, budget->Reserve(1 + count, 1 + count * cores, stop));
    if (budget->limits().max_connections > 0) tables_of_[connection] = count;
    readers_[connection] = std::make_shared<LoadBudget::Readers>(std::move(readers));
  }
  return {};
}

// For one of the tables of a connection with a limit; 0: it has none.
int Transfer::PartOfReaders(const std::string& connection) const {
  const auto tables = tables_of_.find(connection);
  if (tables == tables_of_.end()) return 0;
  return std::max(1, (readers_.at(connection)->count() - 1) / std::max(1, tables->second));
}

// Each read of a connection gets its part of the readers granted, at least one.
void Transfer::ShareReaders() {
  for (const auto& [connection, readers] : readers_) {
    int wanted = 0;
    for (const auto& extract : extracts_) {
      if (extract.shared == nullptr && extract.fragment != nullptr && extract.fragment->connection == connection)
        wanted += extract.read.parallel;
    }
    const int granted = readers->count() - 1 - lent_[connection];
    for (auto& extract : extracts_) {
      if (extract.shared != nullptr || extract.fragment == nullptr || extract.fragment->connection != connection ||
          extract.budget->limits().max_connections == 0) {
        continue;
      }
      extract.most_parallel = std::max(1, extract.read.parallel * granted / std::max(1, std::max(wanted, granted)));
      extract.read.parallel = std::min(extract.read.parallel, extract.most_parallel);
    }
  }
}

}  // namespace dvt::run
