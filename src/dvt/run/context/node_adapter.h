#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/api/connector.h"
#include "dvt/run/context/run_context.h"
#include "dvt/template/dbt/adapter_api.h"

namespace dvt::run {

class ChangeFinder;
struct ModelWatermarks;

/// Brings rows into a table that a macro has made: the result of a federated or direct plan, or a seed's.
class RowMover {
 public:
  virtual ~RowMover() = default;
  /// Columns of the rows, once they are known.
  virtual const columnar::Fields& fields() const = 0;
  virtual Result<int64_t> Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) = 0;
  /// Makes a second Load possible after a failed one (everything is read again); an error if it cannot be.
  virtual Status Restart(std::stop_token stop) = 0;
  /// The rows themselves, where they are at hand without a source: those of a seed.
  virtual Result<columnar::Stream> Rows() const {
    return Error(ErrorCode::kUnsupported, "these rows come from another connection and are not at hand here");
  }
  /// Fallbacks of the target during the last Load, one sentence each.
  virtual std::vector<std::string> load_notes() const { return {}; }
  /// Of movers that bring only what changed; else null.
  virtual ChangeFinder* change_finder() { return nullptr; }
};

/// Which batch of a microbatch model a session builds.
struct Batch {
  EventWindow window;
  std::string id;     ///< "20240131"
  std::string label;  ///< "2024-01-31"
  int index = 0;
  bool opens = false;   ///< pre-hooks are run before it
  bool closes = false;  ///< post-hooks are run after it
  bool first = false;   ///< the one that makes the table, if there is none; the others only add to it
};

/// A comment that goes with every statement of a session, so that the server's logs say where it came from.
struct QueryComment {
  std::string text;     ///< empty: none
  bool append = false;  ///< after the statement instead of before it

  std::string Put(const std::string& sql) const;
};

/// The `adapter` of one node: a database session on its connection, made on first use. One thread at a time.
class NodeAdapter : public tmpl::AdapterApi {
 public:
  NodeAdapter(RunContext& run, std::shared_ptr<connectors::Connector> connector, std::stop_token stop);
  ~NodeAdapter() override;

  /// The rows that `adapter.transfer` loads; null on the pushdown way.
  void SetMover(RowMover* mover) { mover_ = mover; }
  /// Type losses found while making the table (DVT002).
  const std::vector<std::string>& type_losses() const { return type_losses_; }
  /// Finds them for a target that makes its tables by itself.
  Status NoteTypeLosses() {
    DVT_TRY(TransferColumns());
    return {};
  }
  /// What macros had to say with `adapter.note(code, message)`, each once.
  const std::vector<std::pair<std::string, std::string>>& notes() const { return notes_; }
  void AddNote(const std::string& code, const std::string& message);
  std::optional<int64_t> rows_loaded() const { return rows_loaded_; }
  /// The batch that is built; null for everything but a batch of a microbatch model. It must outlive the adapter.
  void SetBatch(const Batch* batch) { batch_ = batch; }
  const Batch* batch() const { return batch_; }
  /// How far the model reads its inputs; null: it has no watermarks. They must outlive the adapter's use.
  void SetWatermarks(ModelWatermarks* watermarks) { watermarks_ = watermarks; }
  ModelWatermarks* watermarks() const { return watermarks_; }
  /// From here on the node is only looked at, before it runs: what would ask or change its database fails, and nothing is said to people.
  void OnlyLook() { only_looks_ = true; }
  bool only_looks() const { return only_looks_; }
  void SetQueryComment(QueryComment comment) { comment_ = std::move(comment); }
  const QueryComment& query_comment() const { return comment_; }
  void OnPhase(std::function<void(const char*)> phase) { phase_ = std::move(phase); }
  const std::shared_ptr<const tmpl::RelationPolicy>& policy() const { return policy_; }
  connectors::Connector& connector() { return *connector_; }
  Result<connectors::Session*> session();
  /// False if building the node once more could repeat what is there for good: work was committed, or nobody knows whether it was,
  /// or a transfer was repeated in vain already.
  bool may_build_again() const { return !settled_ && !spent_; }
  /// A commit was lost, and the system cannot say what became of it.
  bool outcome_unknown() const { return outcome_unknown_; }
  /// After a failure: rolls back and drops the tables that were being built for this node. Best effort.
  void GiveUp();
  /// The mover's rows in the relation. After a failure that a repetition can mend, `empty` takes back what may already be there,
  /// and everything is read again at a new moment.
  Result<int64_t> LoadWithRetry(const columnar::RelationName& relation, const std::function<Status()>& empty);

  std::string type() const override { return connector_->config().type; }
  std::vector<std::string> DispatchPrefixes() const override;
  std::string Quote(std::string_view identifier) const override { return connector_->Quote(identifier); }
  bool NamesDatabase() const override { return policy_->names_database; }
  bool NamesSchema() const override { return policy_->names_schema; }
  Result<tmpl::QueryTable> Execute(const std::string& sql, bool auto_begin, bool fetch) override;
  Status Begin() override;
  Status Commit() override;
  Status Rollback() override;
  Result<std::optional<tmpl::RelationParts>> GetRelation(const std::string& database, const std::string& schema,
                                                         const std::string& identifier) override;
  Result<std::vector<tmpl::RelationParts>> ListRelations(const std::string& database, const std::string& schema) override;
  Result<std::vector<tmpl::ColumnParts>> GetColumns(const tmpl::RelationParts& relation) override;
  Result<std::vector<std::string>> ListSchemas(const std::string& database) override;
  Status CreateSchema(const std::string& database, const std::string& schema) override;
  Status DropSchema(const std::string& database, const std::string& schema) override;
  void CacheAdded(const tmpl::RelationParts& relation) override;
  void CacheDropped(const tmpl::RelationParts& relation) override;
  void CacheRenamed(const tmpl::RelationParts& from, const tmpl::RelationParts& to) override;
  Result<std::vector<tmpl::ColumnParts>> GetQueryColumns(const std::string& sql) override;
  Result<tmpl::Object> CallExtra(tmpl::Context& context, std::string_view name, const tmpl::Arguments& arguments) override;

 private:
  Result<std::vector<tmpl::ColumnParts>> TransferColumns();
  Status SettleCommit(const std::string& transaction, Error error);
  Result<tmpl::Object> CreateForTransfer(tmpl::Context& context, const tmpl::Arguments& arguments);
  /// True if the session had to be replaced.
  Result<bool> RenewSession();
  Status ConfirmRows(const columnar::RelationName& relation, int64_t rows);
  Result<tmpl::Object> TransferInto(tmpl::Context& context, const tmpl::Arguments& arguments);
  Result<tmpl::Object> TemporaryName(const tmpl::Arguments& arguments);
  Result<tmpl::Object> StaleRelations(const tmpl::Arguments& arguments);
  Result<tmpl::Object> DropLeftOver(tmpl::Context& context, const tmpl::Arguments& arguments);
  Result<tmpl::Object> AssertContract(const tmpl::Arguments& arguments);
  Result<tmpl::Object> CallTransfer(tmpl::Context& context, std::string_view name, const tmpl::Arguments& arguments);
  Result<tmpl::Object> CallWatermarks(std::string_view name);
  Result<tmpl::Object> CallCache(std::string_view name, const tmpl::Arguments& arguments);
  Result<tmpl::Object> Note(const tmpl::Arguments& arguments);
  Result<tmpl::Object> SeedTable();
  Result<columnar::Fields> FieldsOf(const std::string& sql);
  std::string TemporaryStem(const std::string& identifier) const;

  RunContext& run_;
  std::shared_ptr<connectors::Connector> connector_;
  std::stop_token stop_;
  std::shared_ptr<const tmpl::RelationPolicy> policy_;
  std::unique_ptr<connectors::Session> session_;
  RowMover* mover_ = nullptr;
  const Batch* batch_ = nullptr;
  ModelWatermarks* watermarks_ = nullptr;
  QueryComment comment_;
  std::vector<std::string> type_losses_;
  std::vector<std::pair<std::string, std::string>> notes_;
  std::optional<int64_t> rows_loaded_;
  std::function<void(const char*)> phase_;
  std::vector<columnar::RelationName> building_;  // made for the rows to come; renamed or dropped when all went well
  bool changes_pending_ = false;                  // the open transaction ran statements
  bool only_looks_ = false;
  bool settled_ = false;
  bool spent_ = false;
  bool outcome_unknown_ = false;
};

/// How relations of a connector are written.
std::shared_ptr<const tmpl::RelationPolicy> PolicyOf(const std::shared_ptr<connectors::Connector>& connector);
/// One value of a result as a template sees it: none, bool, int, float, or text.
tmpl::Object ValueObject(const columnar::ColumnView& column, int64_t row);

}  // namespace dvt::run
