#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/engine/api/engine.h"
#include "dvt/plan/fragment/fragment.h"
#include "dvt/run/observer.h"
#include "dvt/run/transfer/key_condition.h"
#include "dvt/run/transfer/pump.h"
#include "dvt/run/transfer/shared_extracts.h"
#include "dvt/run/transfer/source_read.h"

namespace dvt::run {

/// What a transfer needs from the run around it.
struct TransferContext {
  std::function<Result<std::shared_ptr<connectors::Connector>>(const std::string& connection)> connector;
  std::function<Result<engine::Engine*>(const std::string& compute)> engine;
  connectors::ReadOptions read_options;  ///< of the project and the model
  /// The same for reads of one connection, which may have settings of its own; null: `read_options`.
  std::function<Result<connectors::ReadOptions>(const std::string& connection)> options_of;
  std::function<Result<std::shared_ptr<LoadBudget>>(const std::string& connection)> budget_of;  ///< null: none has one
  const SharedExtracts* shared = nullptr;                                                       ///< of the run; null: none
  std::string node_id;               ///< to which the extracts belong, for `shared`
  std::string keep_folder;           ///< where partitions that were read whole are kept (PartitionStore); empty: nowhere
  SourceMoments* moments = nullptr;  ///< as in ReadSupport, with the next ones
  int64_t queue_bytes = 2 << 20;     ///< between the engine and the loaders
  int64_t hold_bytes = 32 << 20;
  std::string spill_folder;
  size_t key_filter_bytes = 4'000'000;   ///< of values in one query; more become ranges
  KeyTableRefusals* refusals = nullptr;  ///< of the run
  int load_parallel = 2;
  std::optional<connectors::TableWrite> write;         ///< for targets with stored tables
  std::function<void(Severity, std::string)> message;  ///< retries and fallbacks, for people
  std::function<bool()> is_last;  ///< whether nothing of the run will read or load behind this; null: something may
};

/// One extract with how it will be read.
struct PreparedExtract : SourceRead {
  const plan::ExtractFragment* fragment = nullptr;
  std::shared_ptr<SharedExtract> shared;  ///< where its rows come from; null: from its source
};

/// Moves the rows of one direct or federated model: prepared (sources asked, nothing read), then loaded once into an existing
/// table. Every partition's rows become visible to engine or target once, whatever fails. Used by one thread; reads and writes
/// on its own threads.
class Transfer {
 public:
  /// Plans every read. The plan must outlive the transfer.
  static Result<std::unique_ptr<Transfer>> Prepare(const plan::ModelPlan& plan, TransferContext context, NodeProgress& progress,
                                                   std::stop_token stop);
  ~Transfer();

  /// Result columns, in order.
  const columnar::Fields& fields() const { return fields_; }
  const std::vector<PreparedExtract>& extracts() const { return extracts_; }
  bool direct() const { return plan_.transform.sql.empty(); }

  /// Opens the sessions that Load will ask for meanwhile, if it can tell how many. Does not block.
  void ExpectLoad(connectors::Connector& target) const;
  /// The rows as one stream, for `dvt show` and for targets that are not tables. Call at most one of Open and Load. A direct read's
  /// partitions are read together; `each` is put around every one of them (around the whole of a federated one), on their own threads.
  Result<columnar::Stream> Open(std::stop_token stop, std::function<columnar::Stream(columnar::Stream)> each = nullptr);
  /// Loads all rows into the table, which must exist and be invisible to others until it is swapped in. Returns the count. Where the
  /// target has kLateSync, the rows are durable with its next commit; a session opened before tells by living on that none was lost.
  Result<int64_t> Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop);
  /// Fallbacks of the target while loading, for people.
  std::vector<std::string> load_notes() const { return notes_.all(); }

 private:
  Transfer(const plan::ModelPlan& plan, TransferContext context, NodeProgress& progress)
      : plan_(plan),
        context_(std::move(context)),
        support_{context_.moments, context_.hold_bytes, context_.spill_folder, context_.message},
        progress_(progress) {}

  using Scopes = std::map<std::string, std::shared_ptr<connectors::ReadScope>>;
  Status PrepareExtracts(std::stop_token stop);
  /// What this model reads by itself; `connection` names the one that failed.
  Status PlanOwn(Scopes& scopes, std::string& connection, std::stop_token stop);
  /// False if less can be shared than was thought (`shared_` then says so): the budgets have to be asked again.
  Result<bool> PlanExtracts(Scopes& scopes, std::string& connection, std::stop_token stop);
  void FindShared();
  /// Waits until the budgets of the sources let this model read.
  Status EnterBudgets(std::stop_token stop);
  void ShareReaders();
  int PartOfReaders(const std::string& connection) const;
  void DescribeReads();
  Result<std::shared_ptr<connectors::ReadScope>> BeginRead(connectors::Connector& connector, bool shared, std::stop_token stop);
  Error FromSource(size_t extract, Error error);
  /// Begins the connection's moment if `scope` is null, and plans `read.request` in it.
  Status PlanRead(const std::string& connection, SourceRead& read, std::shared_ptr<connectors::ReadScope>& scope,
                  std::stop_token stop);
  Status PrepareExtract(size_t extract, std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop);
  Result<bool> PrepareShared(size_t extract, std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop);
  /// Whether all that this model reads through the connection is of one moment.
  bool AtOneMoment(size_t extract, const std::shared_ptr<connectors::ReadScope>& scope) const;
  void EndReads();
  /// Behind the run's last load: sessions of readers and sinks need not wait for more.
  void EndSessions(connectors::Connector& target);
  Result<columnar::Fields> EngineFields(std::stop_token stop);
  engine::Input MakeInput(size_t extract);
  Result<connectors::ReadPlan> PlanNarrowed(const PreparedExtract& extract, const KeyCondition& condition,
                                            std::stop_token stop) const;
  KeyTableRule TableRule(const PreparedExtract& extract) const;
  /// False if the error is no reason to read without tables of keys. Tells why it is, once for each connection that refuses them.
  bool DoWithoutTables(const PreparedExtract& extract, const Error& error) const;
  void DropKeys();
  /// Plans the read anew, with the keys that other extracts gave.
  Result<engine::Narrowed> Narrow(size_t extract, std::vector<engine::KeySet> keys, std::stop_token stop);
  Result<bool> RawFits(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop);
  Result<int64_t> LoadPartitions(connectors::Connector& target, const columnar::RelationName& relation, bool raw,
                                 std::stop_token stop);
  Result<int64_t> LoadPartition(connectors::Connector& target, const connectors::SinkRequest& request, int partition,
                                std::stop_token stop);
  Result<int64_t> LoadStream(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop);

  const plan::ModelPlan& plan_;
  TransferContext context_;
  const ReadSupport support_;
  NodeProgress& progress_;
  std::vector<PreparedExtract> extracts_;
  std::vector<std::shared_ptr<SharedExtract>> shared_;                   // by extract; null: it is read here
  std::map<std::string, std::shared_ptr<LoadBudget::Readers>> readers_;  // by connection; while the transfer reads
  std::map<std::string, int> tables_of_;                                 // that are read through connections with a limit
  std::map<std::string, int> lent_;                                      // readers of these connections, to shared extracts
  columnar::Fields fields_;
  SinkNotes notes_;
};

}  // namespace dvt::run
