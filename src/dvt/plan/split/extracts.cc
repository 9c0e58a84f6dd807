#include "dvt/plan/split/extracts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

const columnar::Field& FieldAt(const SplitInput& input, int index) { return input.info->columns[static_cast<size_t>(index)]; }

std::string SelectItem(const SplitInput& input, const std::string& qualifier, int index, const std::string& exposed) {
  const sql::Dialect& dialect = *input.profile.dialect;
  const columnar::Field& field = FieldAt(input, index);
  const std::string name = qualifier + sql::QuoteIdentifier(dialect, field.name);
  const bool padded =
      input.queries && field.type.fixed && field.type.kind == columnar::TypeKind::kString && input.profile.facts.char_padded;
  if (padded) return fmt::format("CAST({} AS {}) AS {}", name, dialect.unlimited_text, sql::QuoteIdentifier(dialect, exposed));
  return exposed == field.name ? name : fmt::format("{} AS {}", name, sql::QuoteIdentifier(dialect, exposed));
}

void AddColumns(const SplitInput& input, const std::string& qualifier, const ExposedNames& names, ExtractFragment& extract) {
  for (const int index : input.columns) {
    const std::string& exposed = names.at({input.occurrences.front(), index});
    extract.select_list.push_back(SelectItem(input, qualifier, index, exposed));
    columnar::Field field = FieldAt(input, index);
    field.name = exposed;
    extract.fields.push_back(std::move(field));
  }
}

void AddTerms(const SplitInput& input, std::vector<std::string>& terms) {
  if (!input.where.empty()) terms.push_back(input.where);
  terms.insert(terms.end(), input.key_filters.begin(), input.key_filters.end());
}

// What the source makes of equal rows.
void AddReduction(const Reduction& reduction, const sql::Dialect& dialect, ExtractFragment& extract) {
  for (const Reduction::Item& item : reduction.items) {
    extract.select_list.push_back(fmt::format("{} AS {}", item.sql, sql::QuoteIdentifier(dialect, item.field.name)));
    extract.fields.push_back(item.field);
  }
  if (!extract.select_list.empty()) return;
  extract.select_list.emplace_back("1 AS one");  // streams have columns
  extract.fields.push_back({"one", columnar::TypeKind::kInt64, false, {}});
}

std::string EndOf(const Reduction& reduction) {
  if (!reduction.keys.empty()) return "\nGROUP BY " + Join(reduction.keys, ", ");
  // Without keys there is a row even of nothing.
  return reduction.items.empty() ? "\nLIMIT 1" : "\nHAVING COUNT(*) > 0";
}

// Further conditions may follow here.
void EndFilter(const SplitInput& input, bool filtered, ExtractFragment& extract) {
  extract.profile = input.profile;
  extract.filter_at = extract.sql.size();
  extract.filtered = filtered;
}

}  // namespace

ExposedNames ExposeColumns(const CollectedInputs& inputs) {
  ExposedNames names;
  auto expose = [&](const SplitInput& input, std::set<std::string>& taken) {
    for (const int index : input.columns) {
      const std::string& name = FieldAt(input, index).name;
      std::string exposed = name;
      for (int i = 2; !taken.insert(ToLower(exposed)).second; ++i) exposed = fmt::format("{}_{}", name, i);
      for (const sql::Source* source : input.occurrences) names[{source, index}] = exposed;
    }
  };
  for (const SplitInput& input : inputs.tables) {
    std::set<std::string> taken;
    expose(input, taken);
  }
  for (const JoinedInput& join : inputs.joins) {
    std::set<std::string> taken;
    for (const auto& member : join.members) expose(member.input, taken);
  }
  return names;
}

ExtractFragment MakeExtract(const Catalog& catalog, const SplitInput& input, const ExposedNames& names) {
  ExtractFragment extract;
  extract.connection = input.table->connection;
  extract.input_name = input.name;
  extract.relation = input.table->relation;
  extract.sources.push_back(input.table->relation.ToString());
  AddColumns(input, "", names, extract);
  if (input.reduction != nullptr) AddReduction(*input.reduction, *input.profile.dialect, extract);
  std::vector<std::string> terms;
  AddTerms(input, terms);
  extract.where = Join(terms, " AND ");
  extract.sql = fmt::format("SELECT {}\nFROM {}", Join(extract.select_list, ", "),
                            QuotedRelation(catalog, input.table->connection, input.table->relation));
  if (!extract.where.empty()) extract.sql += "\nWHERE " + extract.where;
  EndFilter(input, !extract.where.empty(), extract);
  if (!input.tail.empty() || input.reduction != nullptr) {
    extract.sql += input.reduction != nullptr ? EndOf(*input.reduction) : input.tail;
    extract.relation.reset();
    extract.select_list.clear();
  }
  extract.estimated_rows = input.EstimatedRows();
  extract.relation_rows = input.info->estimated_rows;
  extract.not_pushed = input.not_pushed;
  extract.pushed = input.pushed;
  return extract;
}

ExtractFragment MakeExtract(const Catalog& catalog, const JoinedInput& join, const ExposedNames& names) {
  ExtractFragment extract;
  const std::string& connection = join.anchor().table->connection;
  extract.connection = connection;
  extract.input_name = join.name;
  std::vector<std::string> terms;
  std::string from;
  double rows = static_cast<double>(join.anchor().info->estimated_rows.value_or(0));
  for (const auto& member : join.members) {
    const SplitInput& input = member.input;
    extract.sources.push_back(input.table->relation.ToString());
    AddColumns(input, member.alias + ".", names, extract);
    const std::string table = QuotedRelation(catalog, connection, input.table->relation) + " AS " + member.alias;
    from += from.empty() ? "\nFROM " + table : fmt::format("\nJOIN {} ON {}", table, Join(member.on, " AND "));
    AddTerms(input, terms);
    extract.pushed.insert(extract.pushed.end(), input.pushed.begin(), input.pushed.end());
    extract.not_pushed.insert(extract.not_pushed.end(), input.not_pushed.begin(), input.not_pushed.end());
    rows *= input.selectivity;
  }
  if (join.reduction != nullptr) AddReduction(*join.reduction, *join.anchor().profile.dialect, extract);
  extract.sql = fmt::format("SELECT {}{}", Join(extract.select_list, ", "), from);
  if (!terms.empty()) extract.sql += "\nWHERE " + Join(terms, " AND ");
  EndFilter(join.anchor(), !terms.empty(), extract);
  if (join.reduction != nullptr) extract.sql += EndOf(*join.reduction);
  if (join.reduction != nullptr && join.reduction->rows) rows = std::min(rows, *join.reduction->rows);
  extract.select_list.clear();
  extract.estimated_rows = std::max<int64_t>(1, static_cast<int64_t>(rows));
  return extract;
}

ExtractFragment MakeExtract(const Catalog& catalog, const GroupedInput& group) {
  ExtractFragment extract;
  const SplitInput& input = group.input;
  extract.connection = input.table->connection;
  extract.input_name = group.name;
  extract.sources.push_back(input.table->relation.ToString());
  std::vector<std::string> items;
  for (const auto& item : group.items) {
    items.push_back(item.sql + " AS " + sql::QuoteIdentifier(*input.profile.dialect, item.name));
    extract.fields.push_back(item.field);
  }
  extract.sql =
      fmt::format("SELECT {}\nFROM {}", Join(items, ", "), QuotedRelation(catalog, extract.connection, input.table->relation));
  if (!input.where.empty()) extract.sql += "\nWHERE " + input.where;
  EndFilter(input, !input.where.empty(), extract);
  if (!group.keys.empty()) extract.sql += "\nGROUP BY " + Join(group.keys, ", ");
  if (!group.having.empty()) extract.sql += "\nHAVING " + group.having;
  extract.pushed = input.pushed;
  constexpr double kRowsOfGroup = 4;  // a guess: groups are at least that much fewer than rows
  if (group.keys.empty()) {
    extract.estimated_rows = 1;
  } else if (const auto rows = input.EstimatedRows()) {
    extract.estimated_rows =
        std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(*rows) / kRowsOfGroup * group.having_part));
  }
  return extract;
}

}  // namespace dvt::plan
