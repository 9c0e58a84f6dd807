#include "dvt/run/changes/changes_mover.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/columnar/ipc/spill.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

namespace {

constexpr size_t kSortBytes = size_t{64} << 20;
constexpr int64_t kRereadShare = 4;  // from 1/4 of the rows on, two scans cost a source more than one that sends all hashes
constexpr int64_t kMostHeldKeys = 4'000'000;  // of changed rows, eight bytes each

// What a key is known by among a few million others; two keys of one number only mean a row more than needed.
uint64_t NumberOf(std::string_view key) { return std::hash<std::string_view>()(key); }

}  // namespace

ChangesMover::ChangesMover(std::unique_ptr<PlanMover> rows, ChangeSettings settings, ChangePlace place, TransferContext context,
                           NodeProgress& progress)
    : rows_(std::move(rows)),
      settings_(std::move(settings)),
      place_(std::move(place)),
      context_(std::move(context)),
      progress_(progress),
      state_(place_.state_folder + "/" + place_.name) {}

ChangesMover::~ChangesMover() = default;

Result<std::unique_ptr<ChangesMover>> ChangesMover::Make(std::unique_ptr<PlanMover> rows, ChangeSettings settings,
                                                         ChangePlace place, TransferContext context, NodeProgress& progress,
                                                         std::stop_token stop) {
  std::unique_ptr<ChangesMover> mover(
      new ChangesMover(std::move(rows), std::move(settings), std::move(place), std::move(context), progress));
  DVT_ASSIGN(mover->key_, KeyPositions(mover->settings_.key, mover->rows_->fields()));
  for (const size_t position : mover->key_) mover->key_fields_.push_back(mover->rows_->fields()[position]);
  mover->LookAtSource(stop);
  const Transfer& transfer = mover->rows_->transfer();
  if (!transfer.direct())
    mover->why_not_extracts_ =
        mover->place_.same_again ? WhyNotSummed(transfer) : "its functions may give other values each time";
  if (transfer.direct() || !mover->settings_.groups) mover->why_not_extracts_ = "they are not asked for sums";
  if (mover->source_ || mover->AsksForExtracts()) {
    auto& flow = progress.extracts.emplace_back();
    flow.connection = transfer.extracts().front().connector->config().name;
    flow.name = "hashes of " + (mover->source_ ? mover->source_->described : "all that is read");
    if (mover->source_) flow.estimated_rows = progress.extracts.front().estimated_rows;
    mover->hash_flow_ = &flow;
  }
  return mover;
}

// Whether the source can hash the rows of the plan itself, at the moment at which it is read.
void ChangesMover::LookAtSource(std::stop_token stop) {
  source_.reset();
  Transfer& transfer = rows_->transfer();
  if (!transfer.direct()) {
    why_here_ = "part of the query runs in the engine";
    return;
  }
  const auto& extract = transfer.extracts().front();
  HashedQuery query;
  query.connector = extract.connector;
  query.scope = extract.scope;
  query.budget = extract.budget;
  query.rows.relation = extract.fragment->relation;
  query.rows.alias = extract.fragment->alias;
  query.rows.select_list = extract.fragment->select_list;
  query.rows.where = extract.fragment->where;
  query.rows.sql = extract.fragment->relation ? "" : extract.fragment->sql;
  query.rows.options = extract.request.options;
  query.fields = extract.read.fields;
  query.key = key_;
  query.described = extract.fragment->sources.empty() ? "the query" : Join(extract.fragment->sources, ", ");
  why_here_ = WhyNotInSource(query);
  if (!why_here_.empty()) return;
  if (query.rows.relation) {
    const auto table = query.connector->Describe(*query.rows.relation, stop);
    const std::string& first = key_fields_.front().name;
    query.keys_are_indexed = table && std::any_of(table->indexes.begin(), table->indexes.end(), [&](const auto& index) {
                               return !index.columns.empty() && EqualsIgnoreCase(index.columns.front(), first);
                             });
  }
  source_ = std::move(query);
}

// A state is of use only for the same rows of the same target.
Value ChangesMover::Header() const {
  Value header = Value::MakeMap(), columns = Value::MakeList(), key = Value::MakeList();
  for (const auto& field : rows_->fields()) {
    Value column = Value::MakeMap();
    column.Set("name", field.name);
    column.Set("type", field.type.ToString());
    columns.Push(std::move(column));
  }
  for (const auto& field : key_fields_) key.Push(field.name);
  header.Set("target", place_.target);
  header.Set("key", std::move(key));
  header.Set("columns", std::move(columns));
  return header;
}

// Hashes of all rows that are there now: from the source, or of the rows themselves, which are kept for Load.
Status ChangesMover::ReadAll(RowSorter& sorter, std::stop_token stop) {
  groups_.reset();
  if (source_) {
    progress_.phase = "hashes";
    progress_.transferring = true;  // the display tells how far they are
    hash_flow_->Reset();
    if (known_groups_) groups_ = std::make_unique<GroupComparison>(*known_groups_);
    if (by_groups_) return ReadByGroups(sorter, stop);
    if (groups_ != nullptr) groups_->ReadEverything();
    return ReadHashes(*source_, HashRequest(*source_), context_, *hash_flow_, sorter, stop);
  }
  DVT_ASSIGN(Stream stream, rows_->transfer().Open(stop));
  DVT_ASSIGN(held_, columnar::OpenSpillFile(context_.spill_folder, rows_->fields()));
  LocalHashing hashing(rows_->fields(), key_);
  for (;;) {
    DVT_ASSIGN(Array batch, stream.Next());
    if (!batch.valid()) break;
    DVT_TRY(hashing.Add(batch, sorter));
    DVT_TRY(held_->Write(std::move(batch)));
  }
  return held_->FinishWriting();
}

bool ChangesMover::AsksForGroups(const std::optional<RowGroups>& known, int64_t rows) const {
  return known && source_ && settings_.groups && SumsGroups(*source_) && known->reread <= rows / kRereadShare;
}

// Sums of groups, then the hashes of those groups that differ; of all rows if these are most.
Status ChangesMover::ReadByGroups(RowSorter& sorter, std::stop_token stop) {
  DVT_TRY(ReadGroupSums(*source_, *groups_, context_, *hash_flow_, stop));
  if (groups_->equal()) return {};
  if (groups_->rows_to_read() <= groups_->rows_now() / 2)
    return ReadDifferingGroups(*source_, *groups_, context_, *hash_flow_, sorter, stop);
  groups_->ReadEverything();
  return ReadHashes(*source_, HashRequest(*source_), context_, *hash_flow_, sorter, stop);
}

Result<std::unique_ptr<RowSorter>> ChangesMover::ReadAllWithRetry(std::stop_token stop) {
  RetryPolicy policy;
  policy.max_retries = 2;
  policy.retry_on_unknown = false;
  policy.starts_over = true;
  std::unique_ptr<RowSorter> sorter;
  DVT_TRY(RunWithRetry(
      policy, stop,
      [&]() -> Status {
        if (sorter != nullptr) {
          inputs_.clear();  // they were of another moment
          DVT_TRY(rows_->Restart(stop));
          LookAtSource(stop);
        }
        sorter = std::make_unique<RowSorter>(SpillFolder(), kSortBytes);
        return ReadAll(*sorter, stop);
      },
      [&](const Error& error, int attempt, double wait) {
        context_.message(Severity::kWarning, fmt::format("{}: {}; looking for changes again, attempt {} in {:.1f} s",
                                                         place_.target, error.message(), attempt + 1, wait));
      }));
  return sorter;
}

Status ChangesMover::Compare(RowSorter& sorter, SortedRows* before, std::stop_token stop) {
  DVT_ASSIGN(const auto sorted, sorter.Finish());
  DVT_ASSIGN(auto next, state_.Begin(Header()));
  CheckedRows checked(*sorted, settings_.key, stop);
  DVT_ASSIGN(changes_, CompareRows(checked, before, *next, SpillFolder(), groups_.get()));
  if (changes_.torn) return {};
  DVT_TRY(next->Commit(groups_ != nullptr ? groups_->Reread() : 0));
  DVT_TRY(KeepFact(next->total()));
  found_.counts = changes_.counts;
  const int64_t touched = found_.counts.inserted + found_.counts.changed;
  everything_ = keys_fail_ ||
                (source_ ? touched > MostKeysToLookFor(*source_, touched + found_.counts.unchanged) : touched > kMostHeldKeys);
  return {};
}

// The state stays as it is.
Status ChangesMover::NothingChanged(int64_t rows) {
  DVT_ASSIGN(changes_.touched, RowSpool::Open(SpillFolder()));
  DVT_ASSIGN(changes_.gone, RowSpool::Open(SpillFolder()));
  found_.counts.unchanged = rows;
  return {};
}

Result<bool> ChangesMover::SumUpInputs(StateReader* before, std::stop_token stop) {
  inputs_.clear();
  if (!AsksForExtracts() || !WhyNotSummed(rows_->transfer()).empty()) return false;  // it may have begun anew
  progress_.phase = "hashes";
  hash_flow_->Reset();
  auto inputs = SumUpExtracts(rows_->plan(), rows_->transfer(), context_, *hash_flow_, stop);
  if (!inputs) {
    if (inputs.error().code() == ErrorCode::kCancelled) return std::move(inputs).error();
    return false;  // reading says what is wrong
  }
  inputs_ = std::move(*inputs);
  const auto fact = InputsFact::Read(place_.state_folder + "/" + place_.name + ".inputs");
  if (before == nullptr || !fact || fact->inputs != inputs_) return false;
  DVT_ASSIGN(const RowSums known, before->Total());
  return known == fact->rows;
}

Status ChangesMover::KeepFact(const RowSums& rows) const {
  if (inputs_.empty()) return {};
  return InputsFact{inputs_, rows}.Write(place_.state_folder + "/" + place_.name + ".inputs");
}

Result<bool> ChangesMover::FindOnce(bool may_group, std::stop_token stop) {
  std::string why_not;
  std::unique_ptr<StateReader> before;
  DVT_ASSIGN(before, state_.Open(Header(), why_not));
  if (before == nullptr) {
    found_.whole = MayRebuild();
    context_.message(Severity::kWarning, fmt::format("{}: {}; {}", place_.target, why_not,
                                                     found_.whole ? "the table is built anew" : "all rows count as new"));
    if (found_.whole) return true;
  }
  known_groups_ = before == nullptr ? std::nullopt : before->groups();
  by_groups_ = may_group && before != nullptr && AsksForGroups(known_groups_, before->rows());
  changes_ = {};
  held_.reset();
  DVT_ASSIGN(found_.inputs_equal, SumUpInputs(before.get(), stop));
  if (found_.inputs_equal) {
    DVT_TRY(NothingChanged(before->rows()));
    return true;
  }
  DVT_ASSIGN(const auto sorter, ReadAllWithRetry(stop));
  const bool grouped = by_groups_ && source_ && groups_ != nullptr;
  found_.hashes_read = sorter->rows();
  found_.groups = grouped ? static_cast<int64_t>(known_groups_->sums.size()) : 0;
  found_.groups_differing = grouped ? groups_->differing() : 0;
  if (grouped && groups_->equal()) {
    DVT_TRY(NothingChanged(groups_->rows_now()));
    return true;
  }
  DVT_TRY(Compare(*sorter, before.get(), stop));
  return !changes_.torn;
}

Result<FoundChanges> ChangesMover::Find(bool whole, std::stop_token stop) {
  found_ = {};
  for (const auto& field : key_fields_) found_.key.push_back(field.name);
  asked_whole_ = whole;
  brings_deleted_ = everything_ = false;
  found_.whole = whole;
  if (whole) return found_;
  DVT_ASSIGN(const bool held, FindOnce(true, stop));
  if (!held) DVT_TRY(FindOnce(false, stop));
  groups_.reset();
  known_groups_.reset();
  return found_;
}

Result<int64_t> ChangesMover::Pump(Stream rows, connectors::Connector& target, const columnar::RelationName& relation,
                                   std::stop_source& stopper) {
  progress_.load.connection = target.config().name;
  progress_.load.name = relation.ToString();
  progress_.load.path = "bulk load";
  progress_.transferring = true;
  connectors::SinkRequest request;
  request.relation = relation;
  request.fields = fields();
  request.query_timeout_seconds = context_.read_options.query_timeout_seconds;
  const int sinks = target.Has(connectors::Capability::kParallelSinks) ? std::max(1, context_.load_parallel) : 1;
  return PumpIntoSinks(std::move(rows), target, request, sinks, static_cast<size_t>(context_.queue_bytes), progress_.load, notes_,
                       stopper);
}

// All rows, hashed on their way: the state is that of exactly these rows.
Result<int64_t> ChangesMover::LoadWhole(connectors::Connector& target, const columnar::RelationName& relation,
                                        std::stop_token stop) {
  std::stop_source stopper;
  std::stop_callback forward(stop, [&] { stopper.request_stop(); });
  DVT_TRY(SumUpInputs(nullptr, stopper.get_token()));
  RowSorter sorter(SpillFolder(), kSortBytes);
  const auto hash = [&](Stream stream) {
    auto hashing = std::make_shared<LocalHashing>(rows_->fields(), key_);
    auto inner = std::make_shared<Stream>(std::move(stream));
    return columnar::MakeStream(rows_->fields(), [&sorter, hashing, inner]() -> Result<Array> {
      DVT_ASSIGN(Array batch, inner->Next());
      if (batch.valid()) DVT_TRY(hashing->Add(batch, sorter));
      return batch;
    });
  };
  DVT_ASSIGN(Stream hashed, rows_->transfer().Open(stopper.get_token(), hash));
  DVT_ASSIGN(const int64_t loaded, Pump(std::move(hashed), target, relation, stopper));
  DVT_ASSIGN(const auto sorted, sorter.Finish());
  DVT_ASSIGN(auto next, state_.Begin(Header()));
  CheckedRows checked(*sorted, settings_.key, stop);
  DVT_TRY(KeepRows(checked, *next));
  DVT_TRY(next->Commit());
  DVT_TRY(KeepFact(next->total()));
  found_.counts.inserted = next->rows();
  return loaded;
}

// The rows held since the comparison, without those that did not change.
Result<Stream> ChangesMover::HeldRows() {
  auto wanted = std::make_shared<std::vector<uint64_t>>();
  KeyRow row;
  while (!everything_) {
    DVT_ASSIGN(const bool more, changes_.touched->Next(row));
    if (!more) break;
    wanted->push_back(NumberOf(row.key));
  }
  std::sort(wanted->begin(), wanted->end());
  auto hashing = std::make_shared<LocalHashing>(rows_->fields(), key_);
  return columnar::MakeStream(rows_->fields(), [this, wanted, hashing]() -> Result<Array> {
    for (;;) {
      DVT_ASSIGN(Array batch, held_->Next());
      if (!batch.valid() || everything_) return batch;
      std::vector<uint8_t> keep(static_cast<size_t>(batch.length()));
      bool any = false;
      hashing->ForEachKey(batch, [&](int64_t at, const std::string& key) {
        const bool changed = std::binary_search(wanted->begin(), wanted->end(), NumberOf(key));
        keep[static_cast<size_t>(at)] = changed ? 1 : 0;
        any = any || changed;
      });
      if (any) return columnar::CopyRows(std::move(batch), rows_->fields(), keep);
    }
  });
}

Result<int64_t> ChangesMover::Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) {
  std::stop_source stopper;
  std::stop_callback forward(stop, [&] { stopper.request_stop(); });
  if (!found_.whole && changes_.touched == nullptr) {
    return Error(ErrorCode::kUnsupported, "this project's own incremental materialization does not ask what changed")
        .WithHint("use the built-in one, call adapter.find_changes() before adapter.transfer(), or leave change_detection out");
  }
  if (brings_deleted_) {
    DVT_TRY(changes_.gone->Rewind());
    return Pump(KeyStream(key_fields_, *changes_.gone), target, relation, stopper);
  }
  if (found_.whole) return LoadWhole(target, relation, stop);
  if (source_ && everything_) return rows_->Load(target, relation, stop);
  DVT_ASSIGN(Stream rows, TouchedRows(stopper.get_token()));
  return Pump(std::move(rows), target, relation, stopper);
}

Result<Stream> ChangesMover::TouchedRows(std::stop_token stop) {
  DVT_TRY(changes_.touched->Rewind());
  if (!source_ && held_ == nullptr)  // nothing was read
    return columnar::MakeStream(rows_->fields(), []() -> Result<Array> { return Array(); });
  if (!source_) return HeldRows();
  if (everything_) return rows_->transfer().Open(stop);
  return ReadTouched(*source_, context_, progress_.extracts.front(), *changes_.touched, keys_fail_, stop);
}

Result<std::unique_ptr<SortedRows>> ChangesMover::Hashes(std::stop_token stop) {
  DVT_ASSIGN(const auto sorter, ReadAllWithRetry(stop));
  return sorter->Finish();
}

// Everything from another moment: other rows may be the changed ones.
Status ChangesMover::Restart(std::stop_token stop) {
  progress_.load.Reset();
  if (brings_deleted_) return {};
  DVT_TRY(rows_->Restart(stop));
  LookAtSource(stop);
  const bool was_whole = found_.whole;
  if (was_whole) return {};
  DVT_ASSIGN(const auto again, Find(asked_whole_, stop));
  if (again.whole) return Error(ErrorCode::kStartOver, "what was known of the target's rows is no longer there");
  return {};
}

std::vector<std::string> ChangesMover::load_notes() const {
  auto notes = rows_->load_notes();
  const auto more = notes_.all();
  notes.insert(notes.end(), more.begin(), more.end());
  return notes;
}

}  // namespace dvt::run
