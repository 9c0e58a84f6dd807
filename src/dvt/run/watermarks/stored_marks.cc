#include "dvt/run/watermarks/stored_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/run/watermarks/model_watermarks.h"
#include "dvt/sql/sql.h"

namespace dvt::run {

namespace {

/// Writes statements about one model's rows of the table.
class MarkStatements {
 public:
  MarkStatements(const connectors::Connector& target, const columnar::RelationName& table, const std::string& model)
      : target_(target), table_(target.QuoteRelation(table)), model_(model) {}

  std::string Select() const {
    return fmt::format("select {}, {}, {}, {} from {} where {}", Name("input"), Name("column_name"), Name("value_type"),
                       Name("value"), table_, OfModel());
  }
  std::string DeleteAll() const { return fmt::format("delete from {} where {}", table_, OfModel()); }
  std::string Delete(const Watermark& mark) const {
    return fmt::format("delete from {} where {} and {} = {}", table_, OfModel(), Name("input"), Text(mark.node_id));
  }
  /// Of inputs that the model no longer has.
  std::string DeleteOthers(const std::vector<Watermark>& marks) const {
    std::string known;
    for (const auto& mark : marks) known += (known.empty() ? "" : ", ") + Text(mark.node_id);
    return fmt::format("delete from {} where {} and {} not in ({})", table_, OfModel(), Name("input"), known);
  }
  /// `unread`: that nothing was read of the input.
  std::string Insert(const Watermark& mark, bool unread, const std::string& invocation, const std::string& now) const {
    return fmt::format("insert into {} ({}, {}, {}, {}, {}, {}, {}) values ({}, {}, {}, {}, {}, {}, {})", table_, Name("model"),
                       Name("input"), Name("column_name"), Name("value_type"), Name("value"), Name("invocation_id"),
                       Name("stored_at"), Text(model_), Text(mark.node_id), Text(mark.column),
                       unread ? "null" : Text(std::string(MarkKindName(mark.kind))), unread ? "null" : OrNull(mark.after()),
                       Text(invocation), Text(now));
  }
  /// Changes nothing if another run has stored another value since it was read.
  std::string Advance(const Watermark& mark, const std::string& invocation, const std::string& now) const {
    return fmt::format("update {} set {} = {}, {} = {}, {} = {} where {} and {} = {} and {}", table_, Name("value"),
                       OrNull(mark.after()), Name("invocation_id"), Text(invocation), Name("stored_at"), Text(now), OfModel(),
                       Name("input"), Text(mark.node_id),
                       mark.before ? fmt::format("{} = {}", Name("value"), Text(*mark.before)) : Name("value") + " is null");
  }

 private:
  std::string Name(std::string_view column) const { return target_.Quote(column); }
  std::string OfModel() const { return fmt::format("{} = {}", Name("model"), Text(model_)); }
  std::string Text(const std::string& text) const {
    sql::Arena arena;
    return sql::Print(sql::MakeString(arena, text), target_.dialect());
  }
  std::string OrNull(const std::optional<std::string>& text) const { return text ? Text(*text) : "null"; }

  const connectors::Connector& target_;
  const std::string table_;
  const std::string model_;
};

}  // namespace

Result<StoredMarks> ReadStoredMarks(RunContext& run, connectors::Connector& target, const columnar::RelationName& table,
                                    const std::string& model, std::stop_token stop) {
  StoredMarks marks;
  DVT_ASSIGN(const auto existing, run.relations.Find(target, table, stop));
  if (!existing) return marks;
  const std::string sql = MarkStatements(target, table, model).Select();
  DVT_ASSIGN(RetryPolicy policy, run.connections->RetryOf(target.config().name));
  policy.retry_on_unknown = false;
  DVT_TRY(RunWithRetry(
      policy, stop,
      [&]() -> Status {
        marks.clear();
        DVT_ASSIGN(const auto session, target.OpenSession(stop));
        DVT_ASSIGN(auto rows, session->Query(sql, stop));
        DVT_ASSIGN(const auto fields, rows.GetFields());
        for (;;) {
          DVT_ASSIGN(const auto batch, rows.Next());
          if (!batch.valid()) return {};
          const auto columns = columnar::BatchColumns(batch.get(), fields);
          for (int64_t row = 0; row < batch.length(); ++row) {
            const auto text = [&](size_t column) {
              std::optional<std::string> value;
              if (!columns[column].IsNull(row)) columnar::AppendText(value.emplace(), columns[column], row);
              return value;
            };
            marks[text(0).value_or("")] = {text(1).value_or(""), text(2).value_or(""), text(3)};
          }
        }
      },
      nullptr));
  return marks;
}

Status EnsureWatermarkTable(RunContext& run, const Compiler& compiler, const ModelWatermarks* marks, const model::Node& node,
                            NodeAdapter& adapter, std::stop_token stop) {
  if (marks == nullptr) return {};
  const columnar::RelationName& table = marks->table;
  connectors::Connector& target = adapter.connector();
  std::lock_guard lock(run.watermark_table_mutex);
  DVT_ASSIGN(const auto existing, run.relations.Find(target, table, stop));
  if (existing) return {};
  const tmpl::Object relation = tmpl::MakeRelation({table.database, table.schema, table.name, "table"}, adapter.policy());
  DVT_ASSIGN(const std::string sql, compiler.MacroText(node, adapter, "get_create_watermarks_sql", {relation}));
  DVT_ASSIGN(const auto session, target.OpenSession(stop));
  DVT_TRY(session->Execute(sql, stop));
  run.relations.Add(target.config().name, {table, columnar::RelationKind::kTable});
  return {};
}

Status StoreWatermarks(const RunContext& run, ModelWatermarks& marks, NodeAdapter& adapter) {
  const MarkStatements statements(adapter.connector(), marks.table, marks.model);
  const std::string now = IsoMoment(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  marks.stored = true;
  const auto execute = [&](const std::string& sql) { return adapter.Execute(sql, true, false); };
  if (marks.anew) {
    DVT_TRY(execute(statements.DeleteAll()));
    if (marks.samples && !marks.empty) return {};
    for (const auto& mark : marks.inputs) DVT_TRY(execute(statements.Insert(mark, marks.empty, run.invocation_id, now)));
    return {};
  }
  if (marks.samples) {
    // What a sample has added would come again with all that is new: the next run has to begin anew.
    const bool added = marks.only_adds && std::any_of(marks.inputs.begin(), marks.inputs.end(),
                                                      [](const Watermark& mark) { return mark.upto.has_value(); });
    if (added) DVT_TRY(execute(statements.DeleteAll()));
    return {};
  }
  DVT_ASSIGN(const auto* session, adapter.session());
  if (!session->in_transaction())
    return Error(ErrorCode::kConfig, "the transaction that wrote the rows was ended before their watermarks were stored")
        .WithHint("run the model once with --full-refresh, and take statements that end transactions out of it");
  for (const auto& mark : marks.inputs) {
    if (!mark.known) {
      DVT_TRY(execute(statements.Delete(mark)));
      DVT_TRY(execute(statements.Insert(mark, false, run.invocation_id, now)));
      continue;
    }
    if (!mark.upto) continue;
    DVT_ASSIGN(const auto done, execute(statements.Advance(mark, run.invocation_id, now)));
    if (done.rows_affected != 1)
      return Error(ErrorCode::kConstraint,
                   fmt::format("the watermark of '{}' was moved by another run while this one read; nothing was written",
                               mark.name))
          .WithHint("run the model again, not twice at a time");
  }
  DVT_TRY(execute(statements.DeleteOthers(marks.inputs)));
  return {};
}

Status ForgetWatermarks(const ModelWatermarks& marks, NodeAdapter& adapter) {
  DVT_TRY(adapter.Execute(MarkStatements(adapter.connector(), marks.table, marks.model).DeleteAll(), true, false));
  return {};
}

}  // namespace dvt::run
