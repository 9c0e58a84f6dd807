#include "dvt/plan/split/reduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dvt/base/text/text.h"
#include "dvt/plan/cost/distinct.h"
#include "dvt/plan/pushdown/own_meaning.h"
#include "dvt/plan/split/blocks.h"
#include "dvt/plan/split/top_rows.h"
#include "dvt/plan/split/unit_terms.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Scope;
using sql::Source;

constexpr double kWorthwhile = 0.5;  // of the rows: grouping costs the source, and the reading its partitions

// Rows that the source takes for equal are equal for the engine, and arrive alike. The source may tell more apart.
bool IsGroupKey(const columnar::Field& field, const SourceProfile& source) {
  const DataType& type = field.type;
  if (type.is_integer() || type.kind == TypeKind::kBool || type.kind == TypeKind::kDecimal) return true;
  if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampTz) return true;
  if (type.kind != TypeKind::kString) return false;
  return source.facts.loose_types || (source.facts.binary_collation && IsPlainText(field));
}

// Of a branch of a CASE, by its place.
const Node* ResultOf(const Node* choice, uint32_t at) { return at == 1 ? choice->Child(1) : choice->Child(at)->Child(1); }

class Reducer {
 public:
  Reducer(const PlanOptions& options, const sql::Analysis& analysis, const sql::Dialect& dialect, const Node* root,
          const FilterAnalysis& filters, const std::set<const Source*>& whole, CollectedInputs& inputs)
      : options_(options),
        analysis_(analysis),
        root_(root),
        filters_(filters),
        whole_(whole),
        inputs_(inputs),
        blocks_(analysis, dialect, root, filters) {
    skip_ = inputs.evaluated;
    for (const GroupedInput& group : inputs.groups) skip_.insert(group.scope->query);
  }

  void Run() {
    for (JoinedInput& join : inputs_.joins) {
      Unit unit;
      for (auto& member : join.members) unit.members.emplace_back(&member.input, member.alias + ".");
      unit.slot = &join.reduction;
      Try(unit);
    }
    for (SplitInput& input : inputs_.tables) {
      if (input.occurrences.size() != 1 || !input.tail.empty()) continue;
      Unit unit;
      unit.members.emplace_back(&input, "");
      unit.slot = &input.reduction;
      Try(unit);
    }
  }

 private:
  /// A unit's part in the aggregates of its block.
  struct Draft {
    std::vector<PartialCall> own;
    Reduction reduction;
    bool counted = false;
    std::set<ColumnRef> keys;
  };

  void Try(Unit& unit) {
    unit.scope = filters_.ScopeOf(unit.members.front().first->occurrences.front());
    if (unit.scope == nullptr || !filters_.Of(unit.scope).movable || !blocks_.CallsOf(*unit.scope).readable) return;
    for (const auto& [input, qualifier] : unit.members) {
      if (!input->queries || whole_.contains(input->occurrences.front())) return;
    }
    Draft draft;
    const bool tested = IsTestedOnly(unit);
    draft.counted = !tested && !blocks_.IgnoresDuplicates(*unit.scope);
    if (draft.counted && !ReadCalls(unit, draft)) return;
    if (!draft.counted && !tested) ReadExtremes(unit, draft);
    if (draft.counted) draft.reduction.count = NewName(unit);
    if (!FindKeys(unit, draft) || !IsWorthwhile(unit, draft)) return;
    Accept(unit, std::move(draft));
  }

  // Behind SEMI and ANTI joins only the existence of rows matters.
  bool IsTestedOnly(const Unit& unit) const {
    const Node* node = unit.members.front().first->occurrences.front()->node;
    bool tested = false;
    sql::Visit(unit.scope->query->Child(sql::kFromSlot), [&](const Node* join) {
      if (join->IsQuery()) return false;
      if (join->Is(Kind::kJoin, Op::kSemi) || join->Is(Kind::kJoin, Op::kAnti)) {
        tested = tested || sql::Contains(join->Child(1), [&](const Node* below) { return below == node; });
      }
      return true;
    });
    return tested;
  }

  bool IsPlainCall(const Node* call) const {
    if (call->flags != 0 || call->Child(sql::kArgsSlot) == nullptr) return false;
    for (uint32_t slot = 1; slot < call->count; ++slot) {
      if (call->Child(slot) != nullptr) return false;
    }
    return true;
  }

  // Where the numbers of rows do not matter.
  void ReadExtremes(const Unit& unit, Draft& draft) {
    for (Node* call : blocks_.CallsOf(*unit.scope).calls) {
      const std::string name = ToUpper(call->text);
      if ((name == "MIN" || name == "MAX") && IsPlainCall(call)) ReadOwn(unit, call, draft);
    }
  }

  // Every aggregate of the block must be told how often a row counts.
  bool ReadCalls(const Unit& unit, Draft& draft) {
    const BlockCalls& block = blocks_.CallsOf(*unit.scope);
    if (!block.grouped) return false;
    for (Node* call : block.calls) {
      const bool claimed = std::any_of(inputs_.partials.begin(), inputs_.partials.end(), [&](const PartialCall& partial) {
        return partial.call == call && partial.own != nullptr;
      });
      if (claimed) continue;
      if (IsPlainCall(call) && (ReadOwn(unit, call, draft) || ReadBranches(unit, call, draft))) continue;
      if (BlockKinds::IgnoresDuplicates(call)) continue;
      if (!IsPlainCall(call) || !ReadForeign(unit, call, draft)) return false;
    }
    return true;
  }

  bool IsNullable(const Unit& unit) const {
    const auto& nullable = filters_.Of(unit.scope).nullable;
    const auto found = nullable.find(unit.members.front().first->occurrences.front());
    return found == nullable.end() || found->second;
  }

  PartialCall PartOf(const Unit& unit, Node* call, PartialCall::Kind kind) const {
    PartialCall out;
    out.call = call;
    out.block = unit.scope->query;
    out.kind = kind;
    out.own = unit.members.front().first->occurrences.front();
    return out;
  }

  // An aggregate over the unit's own columns, which its source computes for each group.
  bool ReadOwn(const Unit& unit, Node* call, Draft& draft) {
    const Node* args = call->Child(sql::kArgsSlot);
    const Node* argument = args->count == 1 ? sql::Unparen(args->Child(0)) : nullptr;
    if (argument == nullptr || unit.members.front().first->profile.facts.loose_types || IsConstant(argument)) return false;
    // A CASE can make a value of the row of NULLs that an outer join supplies, where no partial result is.
    const bool cases = !IsNullable(unit);
    const UnitTerms terms(analysis_, unit);
    const auto number = terms.Number(argument, cases);
    const auto column = argument->Is(Kind::kColumn) ? terms.Column(argument) : std::nullopt;
    const auto ordered = column || cases ? terms.Ordered(argument) : std::nullopt;
    const std::string name = ToUpper(call->text);
    PartialCall out = PartOf(unit, call, PartialCall::Kind::kCount);
    if (name == "COUNT" && column && terms.CountsAlike(argument)) {
      out.count = Add(unit, draft, fmt::format("COUNT({})", column->first), TypeKind::kInt64);
    } else if (name == "COUNT" && !column && (number || ordered)) {
      out.count = Add(unit, draft, fmt::format("COUNT({})", number ? number->sql : ordered->first), TypeKind::kInt64);
    } else if ((name == "MIN" || name == "MAX") && ordered) {
      out.kind = PartialCall::Kind::kExtreme;
      std::string sql = fmt::format("{}({})", name, ordered->first);
      if (ordered->second.kind == TypeKind::kDecimal)
        sql = fmt::format("CAST({} AS DECIMAL({}, {}))", sql, ordered->second.precision, ordered->second.scale);
      out.sum = Add(unit, draft, sql, ordered->second);
    } else if ((name == "SUM" || name == "AVG") && number) {
      out.kind = name == "SUM" ? PartialCall::Kind::kSum : PartialCall::Kind::kAverage;
      out.integer = number->integer;
      out.scale = number->scale;
      out.sum = Add(unit, draft, fmt::format("CAST(SUM({}) AS DECIMAL(38, {}))", number->sql, number->scale),
                    DataType::Decimal(38, number->scale));
      if (name == "AVG") out.count = Add(unit, draft, fmt::format("COUNT({})", number->sql), TypeKind::kInt64);
    } else {
      return false;
    }
    draft.own.push_back(std::move(out));
    return true;
  }

  // A sum of a CASE that chooses by any columns between numbers of the unit's own, which its source sums for each group, and constants.
  // The columns it chooses by are told apart by the groups, if they are the unit's, or belong to others.
  bool ReadBranches(const Unit& unit, Node* call, Draft& draft) {
    const std::string name = ToUpper(call->text);
    const Node* args = call->Child(sql::kArgsSlot);
    const Node* choice = args->count == 1 ? sql::Unparen(args->Child(0)) : nullptr;
    if (choice == nullptr || !choice->Is(Kind::kCase) || (name != "SUM" && name != "AVG") ||
        unit.members.front().first->profile.facts.loose_types) {
      return false;
    }
    PartialCall out = PartOf(unit, call, name == "SUM" ? PartialCall::Kind::kSum : PartialCall::Kind::kAverage);
    out.integer = true;
    const UnitTerms terms(analysis_, unit);
    std::map<uint32_t, ExactNumber> sums;
    for (uint32_t at = 1; at < choice->count; ++at) {
      const Node* result = ResultOf(choice, at);
      if (result == nullptr || sql::Unparen(result)->Is(Kind::kNull)) continue;
      auto number = terms.Number(result, false);
      if (!number) return false;
      out.integer = out.integer && number->integer;
      out.scale = std::max(out.scale, number->scale);
      out.branches.push_back({at, "", "", false});
      if (IsConstant(result)) {
        out.branches.back().zero = number->sql.find_first_of("123456789") == std::string::npos;
      } else {
        sums.emplace(at, std::move(*number));
      }
    }
    if (sums.empty()) return false;
    for (PartialCall::Branch& branch : out.branches) {
      const auto own = sums.find(branch.at);
      if (own == sums.end()) continue;
      const std::string& sql = own->second.sql;
      branch.sum =
          Add(unit, draft, fmt::format("CAST(SUM({}) AS DECIMAL(38, {}))", sql, out.scale), DataType::Decimal(38, out.scale));
      if (name == "AVG") branch.count = Add(unit, draft, fmt::format("COUNT({})", sql), TypeKind::kInt64);
    }
    draft.own.push_back(std::move(out));
    return true;
  }

  static bool IsConstant(const Node* expression) {
    return !sql::Contains(expression, [](const Node* node) { return node->Is(Kind::kColumn); });
  }

  // An aggregate over other columns, whose values count as often as there are rows.
  bool ReadForeign(const Unit& unit, Node* call, Draft& draft) const {
    const Node* args = call->Child(sql::kArgsSlot);
    const Node* argument = args->count == 1 ? sql::Unparen(args->Child(0)) : nullptr;
    const std::string name = ToUpper(call->text);
    PartialCall out;
    out.call = call;
    out.block = unit.scope->query;
    if (name == "COUNT" && args->count <= 1) {
      const bool rows =
          argument == nullptr || argument->Is(Kind::kStar) || argument->Is(Kind::kNumber) || argument->Is(Kind::kString);
      out.kind = rows ? PartialCall::Kind::kRows : PartialCall::Kind::kCount;
    } else if ((name == "SUM" || name == "AVG") && argument != nullptr) {
      const auto number = ReadExactNumber(
          argument,
          [&](const Node* column) -> std::optional<std::pair<std::string, DataType>> {
            const sql::ColumnBinding* binding = analysis_.Find(column);
            if (binding == nullptr || binding->source == nullptr || binding->source->kind != sql::SourceKind::kTable ||
                binding->index < 0 || !binding->merged.empty() || binding->fields != 0) {
              return std::nullopt;
            }
            return std::pair{std::string(), binding->source->columns[static_cast<size_t>(binding->index)].type};
          },
          [](const Node*, const Node*) { return std::optional<std::string>(""); });  // the engine chooses
      if (!number) return false;
      out.kind = name == "SUM" ? PartialCall::Kind::kSum : PartialCall::Kind::kAverage;
      out.integer = number->integer;
      out.scale = number->scale;
    } else {
      return false;
    }
    const bool known = std::any_of(inputs_.partials.begin(), inputs_.partials.end(),
                                   [&](const PartialCall& partial) { return partial.call == call; });
    if (!known) draft.own.push_back(std::move(out));
    return true;
  }

  std::string NewName(const Unit& unit) {
    while (true) {
      std::string name = fmt::format("dvt_part_{}", ++names_);
      const bool taken = std::any_of(unit.members.begin(), unit.members.end(),
                                     [&](const auto& member) { return member.first->info->FindColumn(name) != nullptr; });
      if (!taken) return name;
    }
  }

  std::string Add(const Unit& unit, Draft& draft, const std::string& sql, const DataType& type) {
    for (const Reduction::Item& item : draft.reduction.items) {
      if (item.sql == sql) return item.field.name;
    }
    draft.reduction.items.push_back({sql, {NewName(unit), type, true, {}}});
    return draft.reduction.items.back().field.name;
  }

  bool FindKeys(const Unit& unit, Draft& draft) const {
    std::set<const Node*> skip = skip_;
    for (const PartialCall& partial : draft.own) AddReplaced(partial, skip);
    for (const ColumnRef& column : NamedColumns(analysis_, root_, skip)) {
      const SplitInput* input = unit.Find(column.source);
      if (input == nullptr) continue;
      if (!IsGroupKey(input->info->columns[static_cast<size_t>(column.index)], input->profile)) return false;
      draft.keys.insert(column);
    }
    const SplitInput& anchor = *unit.members.front().first;
    std::set<std::string> names;
    for (const ColumnRef& key : draft.keys) {
      if (key.source == anchor.occurrences.front()) names.insert(anchor.info->columns[static_cast<size_t>(key.index)].name);
    }
    return !IsUniqueKey(*anchor.info, names);
  }

  bool IsWorthwhile(const Unit& unit, Draft& draft) const {
    const auto total = unit.members.front().first->info->estimated_rows;
    double rows = total ? static_cast<double>(*total) : 0;
    for (const auto& [input, qualifier] : unit.members) {
      const auto filter = filters_.FilterOf(input->occurrences.front());
      if (filter) rows *= Selectivity(*filter, *input->info);
    }
    double groups = 1;
    for (const ColumnRef& key : draft.keys) groups *= std::max(1.0, DistinctOf(unit, key));
    // Of `groups` values, so many occur in so many rows drawn at random.
    const double met = groups * -std::expm1(-rows / groups);
    draft.reduction.rows = total ? std::optional(std::max(1.0, std::min(rows, met))) : std::nullopt;
    if (options_.key_filter_rows == 0) return true;
    return total && rows - met >= static_cast<double>(options_.key_filter_rows) && met <= kWorthwhile * rows;
  }

  double DistinctOf(const Unit& unit, const ColumnRef& key) const {
    const SplitInput& input = *unit.Find(key.source);
    if (const auto known = DistinctValues(*input.info, key.index)) return *known;
    // A key of another table has no more values than that table has rows.
    for (const auto& group : EqualColumns(filters_.Of(unit.scope).joins)) {
      if (std::find(group.begin(), group.end(), key) == group.end()) continue;
      for (const ColumnRef& other : group) {
        if (other == key || other.source->kind != sql::SourceKind::kTable) continue;
        for (const SplitInput& table : inputs_.tables) {
          const bool here =
              std::find(table.occurrences.begin(), table.occurrences.end(), other.source) != table.occurrences.end();
          const auto rows = table.info->estimated_rows;
          if (here && rows && IsUniqueKey(*table.info, {table.info->columns[static_cast<size_t>(other.index)].name}))
            return static_cast<double>(*rows);
        }
      }
    }
    return GuessedDistinctValues(*input.info, key.index);
  }

  void Accept(Unit& unit, Draft draft) {
    Reduction& made = draft.reduction;
    std::vector<std::string> names;
    for (const ColumnRef& key : draft.keys) {
      const SplitInput& input = *unit.Find(key.source);
      const bool text =
          input.profile.facts.loose_types && input.info->columns[static_cast<size_t>(key.index)].type.kind ==
                                                 TypeKind::kString;  // a column's own collation may ignore case there
      made.keys.push_back(unit.Name(key) + (text ? " COLLATE BINARY" : ""));
      names.push_back(unit.Name(key));
    }
    if (!made.count.empty()) made.items.push_back({"COUNT(*)", {made.count, TypeKind::kInt64, false, {}}});
    std::string note = names.empty() ? "one row at most" : "rows grouped by " + Join(names, ", ");
    for (const Reduction::Item& item : made.items) note += ", " + item.sql;
    unit.members.front().first->pushed.push_back(note);
    for (PartialCall& partial : draft.own) {
      AddReplaced(partial, skip_);
      if (partial.own != nullptr) {
        std::erase_if(inputs_.partials, [&](const PartialCall& other) { return other.call == partial.call; });
      }
      inputs_.partials.push_back(std::move(partial));
    }
    if (!made.count.empty()) {
      const Source* source = unit.members.front().first->occurrences.front();
      inputs_.weights.push_back({source, unit.scope, made.count, IsNullable(unit)});
    }
    *unit.slot = std::make_shared<const Reduction>(std::move(made));
  }

  const PlanOptions& options_;
  const sql::Analysis& analysis_;
  const Node* root_;
  const FilterAnalysis& filters_;
  const std::set<const Source*>& whole_;
  CollectedInputs& inputs_;
  BlockKinds blocks_;
  std::set<const Node*> skip_;
  int names_ = 0;
};

}  // namespace

void ReduceInputs(const PlanOptions& options, const sql::Analysis& analysis, const sql::Dialect& dialect, const Node* root,
                  const FilterAnalysis& filters, const std::set<const Source*>& whole, CollectedInputs& inputs) {
  Reducer(options, analysis, dialect, root, filters, whole, inputs).Run();
}

void AddReplaced(const PartialCall& partial, std::set<const Node*>& done) {
  if (partial.own == nullptr) return;
  if (partial.branches.empty()) done.insert(partial.call);
  for (const PartialCall::Branch& branch : partial.branches)
    done.insert(ResultOf(sql::Unparen(partial.call->Child(sql::kArgsSlot)->Child(0)), branch.at));
}

std::set<ColumnRef> NamedColumns(const sql::Analysis& analysis, const Node* root, const std::set<const Node*>& skip) {
  std::set<ColumnRef> out;
  sql::Visit(root, [&](const Node* node) {
    if (skip.contains(node)) return false;
    if (!node->Is(Kind::kColumn)) return true;
    const sql::ColumnBinding* binding = analysis.Find(node);
    if (binding == nullptr) return false;
    if (binding->source != nullptr) out.insert({binding->source, binding->index});
    for (const auto& [source, index] : binding->merged) out.insert({source, index});
    return false;
  });
  // USING names columns without a column node.
  for (const Scope& scope : analysis.scopes()) {
    if (!scope.query->Is(Kind::kSelect)) continue;
    for (const Node* join : sql::FindAll(scope.query->Child(sql::kFromSlot), Kind::kJoin, true)) {
      if (join->Child(3) == nullptr) continue;
      for (const Source* source : scope.sources) {
        for (const int index : source->used) out.insert({source, index});
      }
    }
  }
  return out;
}

}  // namespace dvt::plan
