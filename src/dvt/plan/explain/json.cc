#include "dvt/plan/resolve/planner.h"

namespace dvt::plan {
namespace {

Value Texts(const std::vector<std::string>& texts) {
  Value out = Value::MakeList();
  for (const std::string& text : texts) out.Push(text);
  return out;
}

Value RowsOrNull(const std::optional<int64_t>& rows) { return rows ? Value(*rows) : Value(); }

Value RelationToJson(const columnar::RelationName& relation) {
  Value out = Value::MakeMap();
  out.Set("database", relation.database);
  out.Set("schema", relation.schema);
  out.Set("name", relation.name);
  return out;
}

Value ReadToJson(const ReadFacts& read) {
  Value out = Value::MakeMap();
  out.Set("method", read.method);
  out.Set("partitions", read.partitions);
  out.Set("parallel", read.parallel);
  out.Set("partitioned_by", read.partitioned_by);
  out.Set("estimated_rows", RowsOrNull(read.estimated_rows));
  out.Set("notes", Texts(read.notes));
  if (read.shared) {
    Value shared = Value::MakeMap();
    shared.Set("readers", Texts(read.shared->readers));
    shared.Set("sql", read.shared->sql);
    shared.Set("estimated_rows", RowsOrNull(read.shared->estimated_rows));
    shared.Set("rows_apart", RowsOrNull(read.shared->rows_apart));
    out.Set("shared", std::move(shared));
  }
  return out;
}

Value KeyFiltersToJson(const ExtractFragment& extract) {
  Value any = Value::MakeList();
  for (const auto& all : extract.key_filters) {
    Value list = Value::MakeList();
    for (const KeyFilter& filter : all) {
      Value entry = Value::MakeMap();
      entry.Set("column", filter.column.name);
      Value from = Value::MakeList();
      for (const KeySource& source : filter.from) from.Push(source.input + "." + source.column);
      entry.Set("keys_of", std::move(from));
      entry.Set("expected_keys", static_cast<int64_t>(filter.expected));
      entry.Set("as_table", extract.key_table_from && filter.expected >= static_cast<double>(*extract.key_table_from));
      list.Push(std::move(entry));
    }
    any.Push(std::move(list));
  }
  return any;
}

Value ExtractToJson(const ExtractFragment& extract) {
  Value out = Value::MakeMap();
  out.Set("connection", extract.connection);
  out.Set("input", extract.input_name);
  out.Set("sources", Texts(extract.sources));
  out.Set("sql", extract.sql);
  out.Set("partitionable", extract.relation.has_value());
  Value columns = Value::MakeList();
  for (const columnar::Field& field : extract.fields) {
    Value column = Value::MakeMap();
    column.Set("name", field.name);
    column.Set("type", field.type.ToString());
    columns.Push(std::move(column));
  }
  out.Set("columns", std::move(columns));
  out.Set("estimated_rows", RowsOrNull(extract.estimated_rows));
  out.Set("rows_without_join_filters", RowsOrNull(extract.rows_without_keys));
  out.Set("join_filters", KeyFiltersToJson(extract));
  out.Set("pushed", Texts(extract.pushed));
  Value kept = Value::MakeList();
  for (const NotPushed& item : extract.not_pushed) {
    Value entry = Value::MakeMap();
    entry.Set("what", item.what);
    entry.Set("reason", item.reason);
    kept.Push(std::move(entry));
  }
  out.Set("not_pushed", std::move(kept));
  return out;
}

Value ChangesToJson(const ChangeFacts& changes) {
  Value out = Value::MakeMap();
  out.Set("key", Texts(changes.key));
  out.Set("whole", changes.whole);
  out.Set("known_rows", RowsOrNull(changes.known_rows));
  out.Set("state", changes.state);
  out.Set("hashes", changes.hashes);
  out.Set("hash_sql", changes.hash_sql.empty() ? Value() : Value(changes.hash_sql));
  out.Set("reads", changes.reads);
  out.Set("deletes", changes.deletes);
  return out;
}

Value WatermarksToJson(const ModelPlan& plan) {
  Value out = Value::MakeList();
  for (const WatermarkBound& bound : plan.watermarks) {
    Value entry = Value::MakeMap();
    entry.Set("input", bound.input);
    entry.Set("column", bound.column);
    entry.Set("first_read", !bound.known);
    entry.Set("above", bound.above ? Value(*bound.above) : Value());
    entry.Set("upto", bound.upto ? Value(*bound.upto) : Value());
    out.Push(std::move(entry));
  }
  return out;
}

Value JoinToJson(const PartedJoin& join) {
  Value out = Value::MakeMap();
  out.Set("parts", join.count);
  for (const auto& [name, side] : {std::pair("left", &join.left), std::pair("right", &join.right)}) {
    Value key = Value::MakeMap();
    key.Set("input", side->input);
    if (side->column.empty()) {
      key.Set("expression", side->key);
    } else {
      key.Set("column", side->column);
    }
    out.Set(name, std::move(key));
  }
  return out;
}

}  // namespace

Value PlanToJson(const ModelPlan& plan, const std::vector<ReadFacts>& reads, const std::optional<ChangeFacts>& changes) {
  Value out = Value::MakeMap();
  out.Set("node_id", plan.node_id);
  out.Set("plan_id", PlanId(plan));
  out.Set("way", std::string(WayName(plan.way)));
  Value extracts = Value::MakeList();
  for (size_t i = 0; i < plan.extracts.size(); ++i) {
    Value extract = ExtractToJson(plan.extracts[i]);
    extract.Set("expected_rows",
                RowsOrNull(ExpectedRows(plan.extracts[i], i < reads.size() ? reads[i].estimated_rows : std::nullopt)));
    extract.Set("read", i < reads.size() ? ReadToJson(reads[i]) : Value());
    extracts.Push(std::move(extract));
  }
  out.Set("extracts", std::move(extracts));
  Value own = Value::MakeList();
  for (const auto& [expression, value] : plan.own_values) {
    Value entry = Value::MakeMap();
    entry.Set("expression", expression);
    entry.Set("value", value.empty() ? Value() : Value(value));
    own.Push(std::move(entry));
  }
  out.Set("asked_of_target", std::move(own));
  if (!plan.watermarks.empty()) out.Set("watermarks", WatermarksToJson(plan));
  if (!plan.transform.sql.empty()) {
    Value transform = Value::MakeMap();
    transform.Set("compute", plan.transform.compute);
    transform.Set("sql", plan.transform.sql);
    if (const auto& parts = plan.transform.parts) transform.Set("joined", JoinToJson(*parts));
    out.Set("transform", std::move(transform));
  } else {
    out.Set("transform", Value());
  }
  Value load = Value::MakeMap();
  load.Set("connection", plan.load.connection);
  load.Set("relation", RelationToJson(plan.load.relation));
  load.Set("materialization", plan.load.materialization);
  out.Set("load", std::move(load));
  out.Set("sql", plan.sql);
  if (changes) out.Set("change_detection", ChangesToJson(*changes));
  Value warnings = Value::MakeList();
  for (const Diagnostic& warning : plan.warnings.items()) {
    Value entry = Value::MakeMap();
    entry.Set("code", warning.code);
    entry.Set("message", warning.message);
    warnings.Push(std::move(entry));
  }
  out.Set("warnings", std::move(warnings));
  return out;
}

}  // namespace dvt::plan
