#include "dvt/plan/split/key_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/key_predicate.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Scope;
using sql::Source;

constexpr double kUnknownRows = 1e6;
constexpr double kMostKeyRows = 600'000;      // of an input whose keys reduce others: more would hardly fit into a query
constexpr double kMostTableRows = 2'000'000;  // … where they go as a table
constexpr double kUsefulFraction = 0.7;

/// One occurrence of a table in an extract.
struct Place {
  size_t extract = 0;
  size_t occurrence = 0;  ///< of a table that is read for several
  const SplitInput* input = nullptr;
  std::string qualifier;
};

/// A column of an extract, as others see it.
struct ExposedKey {
  size_t extract = 0;
  std::string column;
  columnar::DataType type;
};

class KeyFilterPlanner {
 public:
  KeyFilterPlanner(const PlanOptions& options, const sql::Analysis& analysis, const FilterAnalysis& filters,
                   const CollectedInputs& inputs, const ExposedNames& names, std::vector<ExtractFragment>& extracts)
      : options_(options), analysis_(analysis), filters_(filters), inputs_(inputs), names_(names), extracts_(extracts) {
    size_t at = 0;
    for (const JoinedInput& join : inputs.joins) {
      for (const auto& member : join.members)
        places_[member.input.occurrences.front()] = {at, 0, &member.input, member.alias + "."};
      AddExtract(at++, 1);
    }
    for (const GroupedInput& group : inputs.groups) {
      groups_[group.scope] = {at, &group};
      places_[group.input.occurrences.front()] = {at, 0, &group.input, ""};
      AddExtract(at++, 1);
    }
    for (const SplitInput& input : inputs.tables) {
      for (size_t i = 0; i < input.occurrences.size(); ++i) places_[input.occurrences[i]] = {at, i, &input, ""};
      AddExtract(at++, input.occurrences.size());
    }
  }

  void Plan(const std::vector<KeyEdge>& edges) {
    for (const KeyEdge& edge : edges) AddCandidates(edge);
    Order();
    Keep();
  }

 private:
  struct Candidate {
    Place place;
    KeyFilter filter;
    std::vector<size_t> from;
    double fraction = 1;
    bool used = false;
  };
  struct State {
    double base = 0;
    double rows = 0;
    bool known = false;
    bool read = false;
    std::vector<double> fractions;  // of each occurrence
  };

  void AddExtract(size_t at, size_t occurrences) {
    State state;
    state.known = extracts_[at].estimated_rows.has_value();
    state.base = state.rows = state.known ? static_cast<double>(*extracts_[at].estimated_rows) : kUnknownRows;
    state.fractions.assign(occurrences, 1.0);
    const SourceFacts& facts = extracts_[at].profile.facts;
    if (facts.key_tables && options_.key_tables.value_or(facts.key_tables_free))
      extracts_[at].key_table_from =
          options_.key_table_from.value_or(facts.key_table_from > 0 ? facts.key_table_from : kKeysOfTable);
    states_.push_back(std::move(state));
  }

  // Where a filter on that column may go: every place stands for itself.
  void Targets(const KeyEnd& end, std::vector<std::pair<Place, int>>& out, int depth) const {
    if (depth > 50) return;
    if (end.source != nullptr && end.source->kind == sql::SourceKind::kTable) {
      const auto it = places_.find(end.source);
      if (it != places_.end() && it->second.input->filters && it->second.input->tail.empty())
        out.emplace_back(it->second, end.index);
      return;
    }
    const Scope* block = end.block;
    if (end.source != nullptr) {
      block = end.source->query;
      if (block == nullptr || filters_.ReadersOf(block).size() != 1) return;
    }
    if (block == nullptr || block->recursive || FilterAnalysis::IsLimited(block)) return;
    if (!filters_.Of(block).movable) return;
    if (block->query->Is(Kind::kSetOperation)) {
      if (block->query->Has(sql::kByName)) return;
      for (const Scope* branch : block->branches) Targets({nullptr, branch, end.index}, out, depth + 1);
      return;
    }
    if (!block->query->Is(Kind::kSelect)) return;
    const auto columns = filters_.OutputColumns(block);
    if (!columns || end.index >= static_cast<int>(columns->size())) return;
    const auto& column = (*columns)[static_cast<size_t>(end.index)];
    if (column) Targets({column->source, nullptr, column->index}, out, depth + 1);
  }

  // Which extracts' columns hold at least all values of that column.
  bool Sources(const KeyEnd& end, std::vector<ExposedKey>& out, int depth) const {
    if (depth > 50) return false;
    if (end.source != nullptr && end.source->kind == sql::SourceKind::kTable) return AddTable(*end.source, end.index, out);
    const Scope* block = end.source != nullptr ? end.source->query : end.block;
    if (block == nullptr || block->recursive || end.index < 0) return false;
    if (const auto group = groups_.find(block); group != groups_.end()) {
      const auto& items = group->second.second->items;
      if (end.index >= static_cast<int>(items.size())) return false;
      const auto& item = items[static_cast<size_t>(end.index)];
      out.push_back({group->second.first, item.name, item.field.type});
      return true;
    }
    if (block->query->Is(Kind::kSetOperation)) {
      if (block->query->Has(sql::kByName) || block->branches.size() != 2) return false;
      const bool both = block->query->op == Op::kUnion;
      return Sources({nullptr, block->branches[0], end.index}, out, depth + 1) &&
             (!both || Sources({nullptr, block->branches[1], end.index}, out, depth + 1));
    }
    const Node* items = block->query->Is(Kind::kSelect) ? block->query->Child(sql::kItemsSlot) : nullptr;
    if (items == nullptr || end.index >= static_cast<int>(items->count)) return false;
    for (const Node* item : items->Children()) {
      if (sql::Contains(item, [](const Node* node) { return node->Is(Kind::kStar); })) return false;
    }
    const Node* item = items->Child(static_cast<uint32_t>(end.index));
    const Node* value = sql::Unparen(item->Is(Kind::kAlias) ? item->Child(0) : item);
    const sql::ColumnBinding* binding = value->Is(Kind::kColumn) ? analysis_.Find(value) : nullptr;
    if (binding == nullptr || binding->source == nullptr || binding->index < 0 || !binding->merged.empty() || binding->row ||
        binding->fields != 0) {
      return false;
    }
    return Sources({binding->source, nullptr, binding->index}, out, depth + 1);
  }

  bool AddTable(const Source& source, int index, std::vector<ExposedKey>& out) const {
    const auto place = places_.find(&source);
    const auto name = names_.find({&source, index});
    if (place == places_.end() || name == names_.end()) return false;
    out.push_back({place->second.extract, name->second, place->second.input->info->columns[static_cast<size_t>(index)].type});
    return true;
  }

  void AddCandidates(const KeyEdge& edge) {
    std::vector<std::pair<Place, int>> targets;
    Targets(edge.target, targets, 0);
    if (targets.empty()) return;
    std::vector<ExposedKey> from;
    if (!Sources(edge.from, from, 0)) return;
    for (const auto& [place, index] : targets) {
      const columnar::Field& column = place.input->info->columns[static_cast<size_t>(index)];
      Candidate out;
      out.place = place;
      bool fits = true;
      for (const ExposedKey& key : from) {
        fits = fits && key.extract != place.extract && CanFilterByKeys(column, key.type, place.input->profile);
        out.from.push_back(key.extract);
        const KeySource source{extracts_[key.extract].input_name, key.column};
        if (std::find(out.filter.from.begin(), out.filter.from.end(), source) == out.filter.from.end()) {
          out.filter.from.push_back(source);
        }
      }
      if (!fits) continue;
      out.filter.column = column;
      out.filter.qualifier = place.qualifier;
      out.filter.domain = Domain(*place.input, column, edge.from);
      const bool known = std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& c) {
        return c.place.extract == place.extract && c.place.occurrence == place.occurrence && c.filter.column == column &&
               c.filter.qualifier == place.qualifier && c.filter.from == out.filter.from;
      });
      if (!known) candidates_.push_back(std::move(out));
    }
  }

  // About how many values the target's column has: a key as many as its table has rows, others no more than the table of the key.
  std::optional<int64_t> Domain(const SplitInput& target, const columnar::Field& column, const KeyEnd& from) const {
    if (IsUniqueKey(*target.info, {column.name})) return target.info->estimated_rows;
    if (from.source != nullptr) {
      if (const auto place = places_.find(from.source); place != places_.end()) {
        const columnar::TableInfo& info = *place->second.input->info;
        if (IsUniqueKey(info, {info.columns[static_cast<size_t>(from.index)].name})) return info.estimated_rows;
        if (info.estimated_rows && target.info->estimated_rows)
          return std::min(*info.estimated_rows, *target.info->estimated_rows);
      }
    }
    return target.info->estimated_rows;
  }

  void Order() {
    for (size_t step = 0; step < extracts_.size(); ++step) {
      size_t next = extracts_.size();
      for (size_t i = 0; i < states_.size(); ++i) {
        if (!states_[i].read && (next == extracts_.size() || states_[i].rows < states_[next].rows)) next = i;
      }
      states_[next].read = true;
      order_.push_back(next);
      for (Candidate& candidate : candidates_) TryCandidate(candidate);
    }
  }

  void TryCandidate(Candidate& candidate) {
    State& target = states_[candidate.place.extract];
    if (candidate.used || target.read) return;
    double keys = 0;
    for (const size_t from : candidate.from) {
      if (!states_[from].read || !states_[from].known) return;
      keys += states_[from].rows;
    }
    const ExtractFragment& extract = extracts_[candidate.place.extract];
    if (keys > (extract.key_table_from ? kMostTableRows : kMostKeyRows) || !candidate.filter.domain ||
        *candidate.filter.domain <= 0)
      return;
    candidate.fraction = std::min(1.0, keys / static_cast<double>(*candidate.filter.domain));
    if (candidate.fraction > kUsefulFraction) return;
    candidate.used = true;
    candidate.filter.expected = keys;
    double& part = target.fractions[candidate.place.occurrence];
    part *= candidate.fraction;
    double rows = 0;
    for (const double fraction : target.fractions) rows += fraction;
    target.rows = std::max(1.0, target.base * std::min(1.0, rows));
  }

  // A filter stays if it saves enough rows, or if its extract's keys are the ones of a filter that stays.
  void Keep() {
    std::set<size_t> needed;
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
      const State& state = states_[*it];
      const bool each = std::all_of(state.fractions.begin(), state.fractions.end(), [](double f) { return f < 1.0; });
      const bool saves = state.base - state.rows >= static_cast<double>(options_.key_filter_rows);
      if (!each || (!saves && !needed.contains(*it))) continue;
      for (const Candidate& candidate : candidates_) {
        if (candidate.used && candidate.place.extract == *it) needed.insert(candidate.from.begin(), candidate.from.end());
      }
      KeepFilters(*it);
    }
    std::vector<ExtractFragment> ordered;
    for (const size_t i : order_) ordered.push_back(std::move(extracts_[i]));
    extracts_ = std::move(ordered);
  }

  void KeepFilters(size_t at) {
    const State& state = states_[at];
    std::vector<std::vector<KeyFilter>> any(state.fractions.size());
    for (const Candidate& candidate : candidates_) {
      if (candidate.used && candidate.place.extract == at) any[candidate.place.occurrence].push_back(candidate.filter);
    }
    ExtractFragment& extract = extracts_[at];
    extract.rows_without_keys = extract.estimated_rows;
    extract.estimated_rows = std::llround(state.rows);
    for (const auto& all : any) {
      for (const KeyFilter& filter : all) {
        std::vector<std::string> from;
        for (const KeySource& source : filter.from) from.push_back(source.input + "." + source.column);
        const bool table = extract.key_table_from && filter.expected >= static_cast<double>(*extract.key_table_from);
        extract.pushed.push_back(fmt::format("{}{} in the keys of {}, once those are read{}", any.size() > 1 ? "perhaps " : "",
                                             filter.column.name, Join(from, " and "), table ? ", as a temporary table" : ""));
      }
    }
    extract.key_filters = std::move(any);
  }

  const PlanOptions& options_;
  const sql::Analysis& analysis_;
  const FilterAnalysis& filters_;
  const CollectedInputs& inputs_;
  const ExposedNames& names_;
  std::vector<ExtractFragment>& extracts_;
  std::map<const Source*, Place> places_;
  std::map<const Scope*, std::pair<size_t, const GroupedInput*>> groups_;
  std::vector<Candidate> candidates_;
  std::vector<State> states_;
  std::vector<size_t> order_;
};

}  // namespace

void PlanKeyFilters(const PlanOptions& options, const sql::Analysis& analysis, const FilterAnalysis& filters,
                    const std::vector<KeyEdge>& edges, const CollectedInputs& inputs, const ExposedNames& names,
                    std::vector<ExtractFragment>& extracts) {
  KeyFilterPlanner(options, analysis, filters, inputs, names, extracts).Plan(edges);
}

}  // namespace dvt::plan
