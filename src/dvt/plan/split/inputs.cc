#include "dvt/plan/split/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/own_meaning.h"
#include "dvt/plan/split/reduce.h"
#include "dvt/plan/split/top_rows.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Source;

// Reads the column that costs least, for tables of which only the number of rows matters.
int CheapestColumn(const columnar::TableInfo& info) {
  auto cost = [&](const columnar::Field& field) {
    const int kind = field.type.is_integer() ? 0 : field.type.is_numeric() ? 1 : field.type.is_temporal() ? 2 : 3;
    return kind * 2 + (field.nullable ? 1 : 0);
  };
  int best = 0;
  for (size_t i = 1; i < info.columns.size(); ++i) {
    if (cost(info.columns[i]) < cost(info.columns[static_cast<size_t>(best)])) best = static_cast<int>(i);
  }
  return best;
}

std::string Identifier(std::string_view text) {
  std::string out;
  for (const char c : text) out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::tolower(c)) : '_';
  return out;
}

}  // namespace

bool SameKeyMeaning(const columnar::Field& one, const columnar::Field& other, const SourceFacts& facts) {
  const columnar::DataType &a = one.type, &b = other.type;
  if (a.is_integer() && b.is_integer()) return true;
  if (facts.loose_types || a.kind != b.kind) return false;
  using columnar::TypeKind;
  if (a.kind == TypeKind::kString) return facts.binary_collation && a.fixed == b.fixed && IsPlainText(one) && IsPlainText(other);
  return a.kind == TypeKind::kDate || a.kind == TypeKind::kDecimal;
}

bool IsUniqueKey(const columnar::TableInfo& info, const std::set<std::string>& columns) {
  return std::any_of(info.indexes.begin(), info.indexes.end(), [&](const columnar::IndexInfo& index) {
    if (!index.primary && !index.unique) return false;
    return std::all_of(index.columns.begin(), index.columns.end(),
                       [&](const std::string& column) { return columns.contains(column); });
  });
}

std::optional<int64_t> SplitInput::EstimatedRows() const {
  if (!info->estimated_rows) return std::nullopt;
  const auto rows = static_cast<double>(*info->estimated_rows) * selectivity;
  const auto estimate = std::max<int64_t>(*info->estimated_rows > 0 ? 1 : 0, std::llround(rows));
  if (reduction != nullptr && reduction->rows) return std::min(estimate, static_cast<int64_t>(std::llround(*reduction->rows)));
  return most_rows >= 0 ? std::min(estimate, most_rows) : estimate;
}

InputCollector::InputCollector(const PlanRequest& request, Catalog& catalog, ModelQuery& query, const sql::Analysis& analysis,
                               const Node* root, std::set<columnar::RelationName> apart)
    : request_(request),
      catalog_(catalog),
      query_(query),
      analysis_(analysis),
      root_(root),
      filters_(analysis, query.dialect()),
      apart_(std::move(apart)) {
  // A star, a natural join, a pivot or a renaming list means all columns of the tables beside it.
  for (const sql::Scope& scope : analysis.scopes()) {
    bool whole = false;
    const Node* items = scope.query->Is(Kind::kSelect) ? scope.query->Child(sql::kItemsSlot) : nullptr;
    if (items != nullptr) {
      whole =
          std::any_of(items->Children().begin(), items->Children().end(), [](const Node* item) { return item->Is(Kind::kStar); });
    }
    const Node* from = scope.query->Is(Kind::kSelect) ? scope.query->Child(sql::kFromSlot) : nullptr;
    std::set<const Node*> turned;  // tables of which PIVOT and UNPIVOT pass on, or group by, what they do not name
    sql::Visit(from, [&](const Node* node) {
      if (node->Is(Kind::kJoin) && node->Has(sql::kNatural)) whole = true;
      if (node->Is(Kind::kPivot) || node->Is(Kind::kMatchRecognize)) {
        for (const Node* table : sql::FindAll(const_cast<Node*>(node), Kind::kTable, true)) turned.insert(table);
      }
      return !node->IsQuery();
    });
    for (const Source* source : scope.sources) {
      const Node* alias = source->node == nullptr ? nullptr : source->node->Child(0);
      if (whole || turned.contains(source->node) || (alias != nullptr && alias->Child(1) != nullptr)) whole_.insert(source);
    }
  }
}

Result<CollectedInputs> InputCollector::Collect() {
  for (const Source& source : analysis_.sources()) DVT_TRY(AddOccurrence(source));
  out_.tables = all_;
  ReadApart();
  if (request_.options.push_joins) JoinTables();
  if (request_.options.push_aggregates) GroupTables();
  if (request_.options.push_predicates) FindEvaluated();
  if (request_.options.push_limits) LimitInputs(analysis_, query_.dialect(), filters_, out_);
  if (request_.options.push_aggregates)
    ReduceInputs(request_.options, analysis_, query_.dialect(), root_, filters_, whole_, out_);
  CountColumns();
  auto finish = [](SplitInput& input) {
    if (input.columns.empty() && input.reduction == nullptr && !input.info->columns.empty())
      input.columns.insert(CheapestColumn(*input.info));
    input.pushed.insert(input.pushed.begin(), fmt::format("{} of {} columns", input.columns.size(), input.info->columns.size()));
  };
  for (SplitInput& input : out_.tables) {
    AddColumns(input);
    AddFilter(input, "");
    if (request_.options.push_semi_joins && input.occurrences.size() == 1) AddKeyFilters(input, "", {});
    finish(input);
  }
  for (JoinedInput& join : out_.joins) {
    std::set<const Source*> together;
    for (const auto& member : join.members) together.insert(member.input.occurrences.front());
    for (auto& member : join.members) {
      AddColumns(member.input);
      AddFilter(member.input, member.alias + ".");
      if (request_.options.push_semi_joins) AddKeyFilters(member.input, member.alias + ".", together);
      member.input.pushed.insert(member.input.pushed.begin(),
                                 fmt::format("{} of {} columns of {}", member.input.columns.size(),
                                             member.input.info->columns.size(), member.input.table->relation.name));
    }
    const bool none =
        std::all_of(join.members.begin(), join.members.end(), [](const auto& member) { return member.input.columns.empty(); });
    if (none && join.reduction == nullptr) {
      finish(join.members.front().input);
    }
  }
  NameInputs();
  return std::move(out_);
}

void InputCollector::ReadApart() {
  std::vector<SplitInput> tables;
  for (const SplitInput& input : out_.tables) {
    if (!apart_.contains(input.table->written)) {
      tables.push_back(input);
      continue;
    }
    for (const Source* source : input.occurrences) tables.push_back(Single(input, source));
  }
  out_.tables = std::move(tables);
}

std::set<columnar::RelationName> InputCollector::Repeated() const {
  std::map<columnar::RelationName, int> counts;
  for (const Source& source : analysis_.sources()) {
    if (source.kind == sql::SourceKind::kTable) ++counts[source.relation];
  }
  std::set<columnar::RelationName> out;
  for (const auto& [name, count] : counts) {
    if (count > 1) out.insert(name);
  }
  return out;
}

Status InputCollector::AddOccurrence(const Source& source) {
  if (source.kind != sql::SourceKind::kTable) return {};
  const BoundTable* table = query_.Find(source.relation);
  if (table == nullptr) return Error(ErrorCode::kInternal, fmt::format("table {} was not resolved", source.relation.ToString()));
  auto it = std::find_if(all_.begin(), all_.end(), [&](const SplitInput& input) {
    return input.table->connection == table->connection && input.table->relation == table->relation;
  });
  if (it == all_.end()) {
    SplitInput input;
    input.table = table;
    DVT_ASSIGN(input.info, query_.Describe(*table));
    input.profile.dialect = &catalog_.DialectOf(table->connection);
    input.profile.facts = catalog_.Facts(table->connection);
    input.profile.model_text_binary = !query_.dialect().Has(sql::Feature::kCaseInsensitiveText);
    input.queries = CanQuery(catalog_, table->connection);
    input.filters = CanFilter(catalog_, table->connection);
    all_.push_back(std::move(input));
    it = all_.end() - 1;
  }
  it->occurrences.push_back(&source);
  return {};
}

SplitInput InputCollector::Single(const SplitInput& shared, const Source* source) const {
  SplitInput out = shared;
  out.occurrences = {source};
  return out;
}

void InputCollector::TakeOut(const Source* source) {
  for (auto it = out_.tables.begin(); it != out_.tables.end(); ++it) {
    const auto found = std::find(it->occurrences.begin(), it->occurrences.end(), source);
    if (found == it->occurrences.end()) continue;
    it->occurrences.erase(found);
    if (it->occurrences.empty()) out_.tables.erase(it);
    return;
  }
}

const SplitInput* InputCollector::InputOf(const Source* source) const {
  const auto it = std::find_if(all_.begin(), all_.end(), [&](const SplitInput& input) {
    return std::find(input.occurrences.begin(), input.occurrences.end(), source) != input.occurrences.end();
  });
  return it == all_.end() ? nullptr : &*it;
}

// What the query still reads when the sources have done their part.
void InputCollector::CountColumns() {
  std::set<const Node*> done = out_.evaluated;
  for (const GroupedInput& group : out_.groups) done.insert(group.scope->query);
  for (const PartialCall& partial : out_.partials) AddReplaced(partial, done);
  bound_ = NamedColumns(analysis_, root_, done);
}

void InputCollector::AddColumns(SplitInput& input) const {
  for (const Source* source : input.occurrences) {
    if (whole_.contains(source)) {
      for (size_t i = 0; i < input.info->columns.size(); ++i) input.columns.insert(static_cast<int>(i));
    }
    for (auto it = bound_.lower_bound({source, 0}); it != bound_.end() && it->source == source; ++it)
      input.columns.insert(it->index);
  }
}

// Conjuncts on one occurrence that its source evaluates to the same truth need no second evaluation, nor their columns.
void InputCollector::FindEvaluated() {
  std::map<const Source*, const SplitInput*> alone;
  for (const SplitInput& input : out_.tables) {
    if (input.occurrences.size() == 1) alone[input.occurrences.front()] = &input;
  }
  for (const JoinedInput& join : out_.joins) {
    for (const auto& member : join.members) {
      alone[member.input.occurrences.front()] = &member.input;
      for (const KeyPair& pair : member.keys) out_.evaluated.insert(pair.origin);
    }
  }
  for (const auto& [source, input] : alone) {
    const sql::Scope* scope = filters_.ScopeOf(source);
    if (scope == nullptr || !input->queries) continue;
    const BlockFacts& facts = filters_.Of(scope);
    const auto nullable = facts.nullable.find(source);
    if (nullable == facts.nullable.end() || nullable->second) continue;
    for (const auto& [term, predicate] : facts.terms) {
      const bool own = Weaken(predicate, [source = source](const ColumnRef& c) {
                         return c.source == source ? std::optional(c) : std::nullopt;
                       }).has_value();
      if (own && IsEvaluated(predicate, *input)) out_.evaluated.insert(term);
    }
  }
}

bool IsEvaluated(const Predicate& predicate, const SplitInput& input) {
  using PKind = Predicate::Kind;
  if (predicate.kind == PKind::kUnknown || input.profile.facts.loose_types) return false;
  if (predicate.kind == PKind::kAnd || predicate.kind == PKind::kOr) {
    return std::all_of(predicate.children.begin(), predicate.children.end(),
                       [&](const Predicate& p) { return IsEvaluated(p, input); });
  }
  for (const ColumnRef& column : {predicate.column, predicate.kind == PKind::kColumns ? predicate.other : predicate.column}) {
    if (column.source != input.occurrences.front()) return false;
    // A zero date is below all others there, and NULL here.
    const bool upward = predicate.kind == PKind::kCompare &&
                        (predicate.op == sql::Op::kGe || predicate.op == sql::Op::kGt || predicate.op == sql::Op::kEq);
    const columnar::DataType& type = input.info->columns[static_cast<size_t>(column.index)].type;
    if (type.is_temporal() && input.profile.facts.odd_dates && !upward) return false;
    if (type.kind == columnar::TypeKind::kString && !input.profile.facts.binary_collation) return false;
  }
  std::vector<std::string> reasons;
  return RenderPredicate(predicate, input.info->columns, input.profile, "", &reasons).has_value() && reasons.empty();
}

void InputCollector::AddFilter(SplitInput& input, const std::string& qualifier) {
  ReportOpaque(input);
  std::vector<Predicate> any;
  for (const Source* source : input.occurrences) {
    const auto filter = filters_.FilterOf(source);
    auto own = filter ? Weaken(*filter,
                               [](const ColumnRef& c) {
                                 return std::optional(ColumnRef{nullptr, c.index});
                               })
                      : std::nullopt;
    if (!own) {
      if (!any.empty()) {
        input.not_pushed.push_back(
            {"filter", fmt::format("another use of {} in the query needs all of its rows", input.table->relation.name)});
      }
      return;
    }
    any.push_back(std::move(*own));
  }
  if (any.empty() || !request_.options.push_predicates) return;
  Predicate filter = AnyOf(std::move(any));
  if (!input.filters) {
    input.not_pushed.push_back({"filter", "the source runs no queries: the engine filters"});
    return;
  }
  std::vector<std::string> reasons;
  const auto text = RenderPredicate(filter, input.info->columns, input.profile, qualifier, &reasons);
  for (const std::string& reason : reasons) {
    const size_t colon = reason.find(": ");
    input.not_pushed.push_back({"condition on " + reason.substr(0, colon), reason.substr(colon + 2)});
  }
  if (!text) return;
  input.filter = std::move(filter);
  input.where = *text;
  input.selectivity = Selectivity(*input.filter, *input.info);
  input.pushed.push_back("where " + *text);
}

void InputCollector::ReportOpaque(SplitInput& input) {
  for (const Source* source : input.occurrences) {
    const sql::Scope* scope = filters_.ScopeOf(source);
    if (scope == nullptr) continue;
    const auto& opaque = filters_.Of(scope).opaque;
    const auto it = opaque.find(source);
    if (it == opaque.end()) continue;
    for (const Node* node : it->second) {
      input.not_pushed.push_back({sql::Print(node, query_.dialect()),
                                  "only comparisons of plain columns with constants are known to mean the same in both systems"});
    }
  }
}

void InputCollector::AddKeyFilters(SplitInput& input, const std::string& qualifier, const std::set<const Source*>& besides) {
  if (!input.queries || !input.tail.empty()) return;
  const Source* source = input.occurrences.front();
  const sql::Scope* scope = filters_.ScopeOf(source);
  std::set<const Source*> path = besides;
  path.insert(source);
  for (const KeyPair& pair : filters_.Of(scope).joins) {
    const bool left = pair.left.source == source;
    if (!left && pair.right.source != source) continue;
    std::string note;
    std::string text = KeyFilterVia(input, qualifier, left ? pair.left : pair.right, left ? pair.right : pair.left, path, &note);
    if (text.empty() || std::find(input.key_filters.begin(), input.key_filters.end(), text) != input.key_filters.end()) continue;
    input.key_filters.push_back(text);
    input.pushed.push_back(note);
    input.selectivity *= 0.3;
  }
}

// "own IN (SELECT other FROM its table WHERE its filter)", if the other table lives in the same database and its filter removes rows.
std::string InputCollector::KeyFilterVia(const SplitInput& input, const std::string& qualifier, const ColumnRef& own,
                                         const ColumnRef& other, const std::set<const Source*>& path, std::string* note) const {
  if (path.contains(other.source) || path.size() > 4) return {};
  const SplitInput* to = InputOf(other.source);
  if (to == nullptr || to->table->identity != input.table->identity || !to->queries) return {};
  const columnar::Field& own_field = input.info->columns[static_cast<size_t>(own.index)];
  const columnar::Field& other_field = to->info->columns[static_cast<size_t>(other.index)];
  if (!SameKeyMeaning(own_field, other_field, input.profile.facts)) return {};
  const bool smaller =
      to->info->estimated_rows && input.info->estimated_rows && *to->info->estimated_rows <= *input.info->estimated_rows;
  if (!smaller && !IsUniqueKey(*to->info, {other_field.name})) return {};

  std::vector<std::string> terms;
  if (const auto filter = filters_.FilterOf(other.source)) {
    if (const auto text = RenderPredicate(*filter, to->info->columns, to->profile, "", nullptr)) terms.push_back(*text);
  }
  std::set<const Source*> longer = path;
  longer.insert(other.source);
  for (const KeyPair& pair : filters_.Of(filters_.ScopeOf(other.source)).joins) {
    const bool left = pair.left.source == other.source;
    if (!left && pair.right.source != other.source) continue;
    const std::string inner =
        KeyFilterVia(*to, "", left ? pair.left : pair.right, left ? pair.right : pair.left, longer, nullptr);
    if (!inner.empty()) terms.push_back(inner);
  }
  if (terms.empty()) return {};
  const sql::Dialect& dialect = *input.profile.dialect;
  if (note != nullptr) *note = fmt::format("only rows that join with the filtered {}", to->table->relation.name);
  return fmt::format("{}{} IN (SELECT {} FROM {} WHERE {})", qualifier, sql::QuoteIdentifier(dialect, own_field.name),
                     sql::QuoteIdentifier(dialect, other_field.name),
                     QuotedRelation(catalog_, input.table->connection, to->table->relation), Join(terms, " AND "));
}

void InputCollector::NameInputs() {
  std::set<std::string> taken;
  sql::Visit(root_, [&](const Node* node) {
    if (node->Is(Kind::kTableAlias) && node->Child(0) != nullptr) taken.insert(ToLower(node->Child(0)->text));
    return true;
  });
  auto unique = [&](const std::string& base) {
    std::string name = base;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}_{}", base, i);
    return name;
  };
  for (SplitInput& input : out_.tables) {
    input.name = unique(Identifier(input.table->connection) + "__" + Identifier(input.table->relation.name));
  }
  for (JoinedInput& join : out_.joins) {
    std::string base = Identifier(join.anchor().table->connection) + "_";
    for (const auto& member : join.members) base += "_" + Identifier(member.input.table->relation.name);
    join.name = unique(base);
  }
  for (GroupedInput& group : out_.groups) {
    group.name =
        unique(Identifier(group.input.table->connection) + "__" + Identifier(group.input.table->relation.name) + "_grouped");
  }
}

}  // namespace dvt::plan
