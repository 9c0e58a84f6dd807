#include "dvt/run/changes/extract_sums.h"

#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"
#include "dvt/sql/parse/parser.h"

namespace dvt::run {

namespace {

using columnar::RowGrouping;

// An extract without its key filters, which only leave out rows that do not matter.
HashedQuery QueryOf(const PreparedExtract& extract) {
  HashedQuery query;
  const plan::ExtractFragment& fragment = *extract.fragment;
  query.connector = extract.connector;
  query.scope = extract.scope;
  query.budget = extract.budget;
  query.rows.relation = fragment.relation;
  query.rows.alias = fragment.alias;
  query.rows.select_list = fragment.select_list;
  query.rows.where = fragment.where;
  query.rows.sql = fragment.relation ? "" : fragment.sql;
  query.rows.options = extract.request.options;
  query.fields = extract.read.fields;
  query.described = Join(fragment.sources, ", ");
  return query;
}

std::string WhyNotSummed(const PreparedExtract& extract) {
  const std::string name = Join(extract.fragment->sources, ", ");
  if (extract.shared != nullptr) return name + " is read for several models";
  if (extract.scope == nullptr || !extract.scope->Moment().exact) return name + " is not read at one moment";
  const HashedQuery query = QueryOf(extract);
  const std::string why = WhyNotInSource(query);
  if (!why.empty()) return fmt::format("{}: {}", name, why);
  return SumsGroups(query) ? "" : fmt::format("{} sums up no hashes", query.connector->config().type);
}

std::string Written(const RowSums& sums) { return fmt::format("{} {} {}", sums.rows, sums.upper, sums.lower); }

}  // namespace

std::string WhyNotSummed(const Transfer& transfer) {
  for (const auto& extract : transfer.extracts()) {
    const std::string why = WhyNotSummed(extract);
    if (!why.empty()) return why;
  }
  return {};
}

bool GivesTheSameAgain(const std::string& query, const sql::Dialect& dialect) {
  const auto ast = sql::Parse(query, dialect);
  if (!ast || ast->statements.size() != 1) return false;
  return !sql::Contains(ast->statements.front(), [&](const sql::Node* node) {
    if (node->Is(sql::Kind::kParameter) || node->Is(sql::Kind::kSample)) return true;
    // 'now'::date
    if (node->Is(sql::Kind::kString)) {
      const std::string text = ToLower(node->text);
      return text == "now" || text == "today" || text == "tomorrow" || text == "yesterday";
    }
    if (!node->Is(sql::Kind::kFunction)) return false;
    const auto* function = sql::FindFunction(dialect, node->text);
    return function == nullptr || (function->flags & (sql::kVolatile | sql::kStable | sql::kSession)) != 0;
  });
}

Result<std::string> SumUpExtracts(const plan::ModelPlan& plan, const Transfer& transfer, const TransferContext& context,
                                  FlowCounter& flow, std::stop_token stop) {
  std::string queries = plan.transform.sql, sums;
  for (const auto& extract : transfer.extracts()) {
    const HashedQuery query = QueryOf(extract);
    queries +=
        fmt::format("\x1f{}\x1f{}\x1f{}", query.connector->identity(), extract.fragment->input_name, extract.fragment->sql);
    RowGroups none;
    none.grouping = {RowGrouping::By::kHash, 1, 0, 1};
    none.sums.resize(2);
    GroupComparison groups(std::move(none));
    DVT_TRY(ReadGroupSums(query, groups, context, flow, stop));
    sums += ", " + Written(groups.total());
  }
  return Md5Hex(queries) + sums;
}

std::optional<InputsFact> InputsFact::Read(const std::string& path) {
  const auto text = ReadFile(path);
  if (!text) return std::nullopt;
  InputsFact fact;
  const auto lines = Split(*text, '\n');
  if (lines.size() < 2) return std::nullopt;
  fact.inputs = lines[0];
  unsigned long long rows = 0, upper = 0, lower = 0;
  if (std::sscanf(lines[1].c_str(), "%llu %llu %llu", &rows, &upper, &lower) != 3) return std::nullopt;
  fact.rows = {rows, upper, lower};
  return fact;
}

Status InputsFact::Write(const std::string& path) const {
  return WriteFileAtomic(path, fmt::format("{}\n{}\n", inputs, Written(rows)));
}

}  // namespace dvt::run
