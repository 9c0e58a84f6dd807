#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/plan/resolve/planner.h"
#include "dvt/run/changes/change_finder.h"
#include "dvt/run/changes/change_settings.h"
#include "dvt/run/changes/extract_sums.h"
#include "dvt/run/changes/group_query.h"
#include "dvt/run/changes/row_state.h"
#include "dvt/run/materialize/movers.h"

namespace dvt::columnar {
class SpillFile;
}

namespace dvt::run {

/// Where a target's state is kept and what belongs to it.
struct ChangePlace {
  std::string state_folder;  ///< target/state
  std::string name;          ///< of the state's file
  std::string target;        ///< connection and relation: a state of another target is not used
  bool same_again = false;   ///< GivesTheSameAgain of the query
};

/// Brings only the rows of a plan's query that changed since the last time, and the keys of those that are gone.
/// The hashes come from the source where the plan is direct and the source can compute them: then only hashes of unchanged rows move.
/// Otherwise all rows are read, hashed here and held in a spill file until it is known which of them are needed; nothing is read if
/// the sources tell that all that a federated plan reads is as it was.
class ChangesMover : public RowMover, public ChangeFinder {
 public:
  static Result<std::unique_ptr<ChangesMover>> Make(std::unique_ptr<PlanMover> rows, ChangeSettings settings, ChangePlace place,
                                                    TransferContext context, NodeProgress& progress, std::stop_token stop);
  ~ChangesMover() override;

  const columnar::Fields& fields() const override { return brings_deleted_ ? key_fields_ : rows_->fields(); }
  Result<int64_t> Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) override;
  Status Restart(std::stop_token stop) override;
  std::vector<std::string> load_notes() const override;
  ChangeFinder* change_finder() override { return this; }

  Result<FoundChanges> Find(bool whole, std::stop_token stop) override;
  /// What Find would do, without reading a row; `why_whole` if the table is built anew for another reason than the state.
  Result<plan::ChangeFacts> Forecast(const std::string& why_whole, std::stop_token stop) const;
  void TakeDeletedKeys() override { brings_deleted_ = true; }
  Status Confirm() override { return state_.Confirm(); }
  const FoundChanges& found() const override { return found_; }
  PlanMover& rows() { return *rows_; }
  /// After Find: the rows that are new or changed, perhaps with others among them that are not. The mover must outlive the stream.
  Result<columnar::Stream> TouchedRows(std::stop_token stop);
  /// After Find: which rows these are, and which are gone. Read once.
  RowChanges& changes() { return changes_; }
  const columnar::Fields& key_fields() const { return key_fields_; }
  const std::vector<size_t>& key() const { return key_; }
  /// Hashes of all rows, in the order of their keys.
  Result<std::unique_ptr<SortedRows>> Hashes(std::stop_token stop);
  /// "in the source" or why not there.
  const std::string& why_here() const { return why_here_; }

 private:
  ChangesMover(std::unique_ptr<PlanMover> rows, ChangeSettings settings, ChangePlace place, TransferContext context,
               NodeProgress& progress);
  void LookAtSource(std::stop_token stop);
  Value Header() const;
  bool MayRebuild() const { return settings_.deletes && !settings_.fails_on_new_columns; }
  Status ReadAll(RowSorter& sorter, std::stop_token stop);
  /// The same, from another moment if the one that is being read was lost.
  Result<std::unique_ptr<RowSorter>> ReadAllWithRetry(std::stop_token stop);
  /// Whether the source is asked for groups first: it can, they are known, and the last run did not read most of them anyway.
  bool AsksForGroups(const std::optional<RowGroups>& known, int64_t rows) const;
  Status ReadByGroups(RowSorter& sorter, std::stop_token stop);
  /// Reads and compares; false if the groups did not hold (RowChanges::torn).
  Result<bool> FindOnce(bool may_group, std::stop_token stop);
  Status NothingChanged(int64_t rows);
  /// Whether sources tell if any of a federated plan's inputs is another than in the run before.
  bool AsksForExtracts() const { return !source_ && why_not_extracts_.empty(); }
  /// Sums up what the plan will read; true if the state is what came of it.
  Result<bool> SumUpInputs(StateReader* before, std::stop_token stop);
  Status KeepFact(const RowSums& rows) const;
  Status Compare(RowSorter& sorter, SortedRows* before, std::stop_token stop);
  Result<int64_t> LoadWhole(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop);
  Result<int64_t> Pump(columnar::Stream rows, connectors::Connector& target, const columnar::RelationName& relation,
                       std::stop_source& stopper);
  Result<columnar::Stream> HeldRows();
  std::string SpillFolder() const { return place_.state_folder + "/tmp"; }

  std::unique_ptr<PlanMover> rows_;
  ChangeSettings settings_;
  ChangePlace place_;
  TransferContext context_;
  NodeProgress& progress_;
  RowState state_;
  std::vector<size_t> key_;
  columnar::Fields key_fields_;
  std::optional<HashedQuery> source_;  ///< where the hashes are computed by the source
  std::string why_here_;
  FlowCounter* hash_flow_ = nullptr;
  FoundChanges found_;
  RowChanges changes_;
  std::string why_not_extracts_;
  std::string inputs_;                       ///< SumUpExtracts of what is being read; empty: unknown
  std::optional<RowGroups> known_groups_;    ///< while Find runs: of the state
  std::unique_ptr<GroupComparison> groups_;  ///< of them with the source's
  std::unique_ptr<columnar::SpillFile> held_;
  bool asked_whole_ = false;
  bool by_groups_ = false;   ///< Find asks for groups first
  bool everything_ = false;  ///< every row is brought, though some are known
  bool keys_fail_ = false;   ///< rows were not found by their keys: they are looked for no more
  bool brings_deleted_ = false;
  SinkNotes notes_;
};

}  // namespace dvt::run
