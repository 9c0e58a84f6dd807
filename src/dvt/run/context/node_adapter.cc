#include "dvt/run/context/node_adapter.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/run/changes/change_calls.h"
#include "dvt/run/context/limited_relation.h"
#include "dvt/run/context/statement_event.h"
#include "dvt/run/materialize/contract.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run {

using columnar::RelationName;
using tmpl::ColumnParts;
using tmpl::Object;
using tmpl::QueryTable;
using tmpl::RelationParts;

namespace {

RelationName NameOf(const RelationParts& parts) { return {parts.database, parts.schema, parts.identifier}; }

std::string_view KindText(columnar::RelationKind kind) {
  switch (kind) {
    case columnar::RelationKind::kView: return "view";
    case columnar::RelationKind::kMaterializedView: return "materialized_view";
    case columnar::RelationKind::kFile: return "external";
    default: return "table";
  }
}

RelationParts PartsOfInfo(const columnar::RelationInfo& info) {
  return {info.name.database, info.name.schema, info.name.name, std::string(KindText(info.kind))};
}

columnar::RelationKind KindOf(const std::string& type) {
  if (type == "view") return columnar::RelationKind::kView;
  if (type == "materialized_view") return columnar::RelationKind::kMaterializedView;
  return columnar::RelationKind::kTable;
}

// Dates and times as templates know them; the rest as everywhere.
Object TemplateValue(const columnar::ColumnView& column, int64_t row) {
  Object value = ValueObject(column, row);
  const auto kind = column.type().kind;
  const bool date = kind == columnar::TypeKind::kDate, aware = kind == columnar::TypeKind::kTimestampTz;
  int64_t micros = 0;
  if (!value.is_string() || (!date && !aware && kind != columnar::TypeKind::kTimestamp)) return value;
  if (!columnar::ParseTimestamp(value.as_string(), micros)) return value;  // infinity
  return date ? tmpl::MakeDate(micros) : tmpl::MakeDateTime(static_cast<double>(micros) / 1e6, aware);
}

// Whole numbers that fit are integers.
Object NumberObject(const std::string& text) {
  if (text.size() < 19 && text.find_first_not_of("-0123456789") == std::string::npos)
    return static_cast<int64_t>(std::stoll(text));
  return std::stod(text);
}

void AppendRows(QueryTable& table, const columnar::Array& batch, const columnar::Fields& fields) {
  const auto columns = columnar::BatchColumns(batch.get(), fields);
  for (int64_t row = 0; row < batch.length(); ++row) {
    auto& out = table.rows.emplace_back();
    for (size_t i = 0; i < columns.size(); ++i) {
      const bool number = fields[i].type.kind == columnar::TypeKind::kString && fields[i].native_type == "numeric";
      Object value = TemplateValue(columns[i], row);
      out.push_back(number && value.is_string() ? NumberObject(value.as_string()) : std::move(value));
    }
  }
}

}  // namespace

std::shared_ptr<const tmpl::RelationPolicy> PolicyOf(const std::shared_ptr<connectors::Connector>& connector) {
  auto policy = std::make_shared<tmpl::RelationPolicy>();
  policy->quote = [connector](std::string_view identifier) { return connector->Quote(identifier); };
  policy->max_identifier = static_cast<int64_t>(connector->max_identifier());
  // Asked by what QuoteRelation writes: a system that has no databases or schemas leaves the part out.
  const std::string all = connector->QuoteRelation({"d", "s", "n"});
  policy->names_database = all.find(connector->Quote("d")) != std::string::npos;
  policy->names_schema = all.find(connector->Quote("s")) != std::string::npos;
  return policy;
}

Object ValueObject(const columnar::ColumnView& column, int64_t row) {
  if (column.IsNull(row)) return nullptr;
  const auto& type = column.type();
  if (type.kind == columnar::TypeKind::kBool) return column.Bool(row);
  if (type.kind == columnar::TypeKind::kUInt64 && column.Fixed<uint64_t>(row) > INT64_MAX) {
    return std::to_string(column.Fixed<uint64_t>(row));
  }
  if (type.is_integer()) return column.Integer(row);
  if (type.kind == columnar::TypeKind::kFloat32 || type.kind == columnar::TypeKind::kFloat64) return column.Float(row);
  std::string text;
  columnar::AppendText(text, column, row);
  if (type.kind == columnar::TypeKind::kDecimal) return NumberObject(text);
  return text;
}

NodeAdapter::NodeAdapter(RunContext& run, std::shared_ptr<connectors::Connector> connector, std::stop_token stop)
    : run_(run), connector_(std::move(connector)), stop_(std::move(stop)), policy_(PolicyOf(connector_)) {}

NodeAdapter::~NodeAdapter() = default;

// What a target cannot run itself is written in the dialect that stands for it.
std::vector<std::string> NodeAdapter::DispatchPrefixes() const {
  if (connector_->Has(connectors::Capability::kSql)) return {type(), "default"};
  return {type(), std::string(connector_->dialect().name), "default"};
}

Result<connectors::Session*> NodeAdapter::session() {
  if (only_looks_) return Error(ErrorCode::kUnsupported, "its template asks the database");
  if (session_ == nullptr) {
    DVT_ASSIGN(const RetryPolicy policy, run_.connections->RetryOf(connector_->config().name));
    DVT_TRY(RunWithRetry(
        policy, stop_,
        [&]() -> Status {
          DVT_ASSIGN(session_, connector_->OpenSession(stop_));
          return {};
        },
        [&](const Error& error, int attempt, double wait) {
          run_.observer->Message(Severity::kWarning, fmt::format("connection '{}': {}; attempt {} in {:.1f} s",
                                                                 connector_->config().name, error.message(), attempt + 1, wait));
        }));
  }
  return session_.get();
}

std::string QueryComment::Put(const std::string& sql) const {
  if (text.empty()) return sql;
  if (!append) return "/* " + text + " */\n" + sql;
  size_t end = sql.size();
  while (end > 0 && (sql[end - 1] == ';' || std::isspace(static_cast<unsigned char>(sql[end - 1])) != 0)) --end;
  return sql.substr(0, end) + "\n/* " + text + " */" + sql.substr(end);
}

Result<QueryTable> NodeAdapter::Execute(const std::string& text, bool auto_begin, bool fetch) {
  const std::string sql = comment_.Put(NameLimitedRelations(text));
  DVT_ASSIGN(auto* session, this->session());
  if (auto_begin && !session->in_transaction()) DVT_TRY(session->Begin());
  changes_pending_ = changes_pending_ || session->in_transaction();
  QueryTable table;
  StatementEvent told(*run_.observer, connector_->config().name, sql);
  if (!fetch) {
    DVT_ASSIGN(const auto done, told.Done(session->Execute(sql, stop_)));
    table.message = done.message;
    table.code = done.message.substr(0, done.message.find(' '));
    table.rows_affected = done.rows_affected;
    return table;
  }
  DVT_ASSIGN(auto stream, told.Done(session->QueryValues(sql, stop_)));
  DVT_ASSIGN(const auto fields, stream.GetFields());
  for (const auto& field : fields) table.columns.push_back(field.name);
  for (;;) {
    DVT_ASSIGN(auto batch, stream.Next());
    if (!batch.valid()) break;
    AppendRows(table, batch, fields);
  }
  table.rows_affected = static_cast<int64_t>(table.rows.size());
  table.message = fmt::format("SELECT {}", table.rows.size());
  table.code = "SELECT";
  return table;
}

Result<std::optional<RelationParts>> NodeAdapter::GetRelation(const std::string& database, const std::string& schema,
                                                              const std::string& identifier) {
  DVT_ASSIGN(const auto found, run_.relations.Find(*connector_, {database, schema, identifier}, stop_));
  if (!found) return std::optional<RelationParts>();
  RelationParts parts = PartsOfInfo(*found);
  parts.database = database;
  parts.schema = schema;
  return std::optional(parts);
}

Result<std::vector<RelationParts>> NodeAdapter::ListRelations(const std::string& database, const std::string& schema) {
  DVT_ASSIGN(const auto listed, run_.relations.List(*connector_, schema, stop_));
  std::vector<RelationParts> relations;
  for (const auto& info : listed) {
    relations.push_back(PartsOfInfo(info));
    relations.back().database = database;
    relations.back().schema = schema;
  }
  return relations;
}

Result<std::vector<ColumnParts>> NodeAdapter::GetColumns(const RelationParts& relation) {
  // Only this session sees its temporary tables, and inside a transaction what was made in it: ask through the session.
  const bool temporary = relation.schema.empty() && policy_->names_schema;
  if (session_ != nullptr && (temporary || session_->in_transaction())) {
    const std::string name = temporary ? connector_->Quote(relation.identifier) : connector_->QuoteRelation(NameOf(relation));
    DVT_ASSIGN(auto stream, session_->Query("select * from " + name + " where 1 = 0", stop_));
    DVT_ASSIGN(const auto fields, stream.GetFields());
    std::vector<ColumnParts> columns;
    for (const auto& field : fields) {
      DVT_ASSIGN(auto type, connector_->TypeName(field.type, nullptr));
      columns.push_back({field.name, field.native_type.empty() ? std::move(type) : field.native_type});
    }
    return columns;
  }
  const auto info = connector_->Describe(NameOf(relation), stop_);
  std::vector<ColumnParts> columns;
  if (!info) return info.error().code() == ErrorCode::kNotFound ? Result(columns) : info.error();
  for (const auto& field : info->columns) columns.push_back({field.name, field.native_type});
  return columns;
}

Result<std::vector<std::string>> NodeAdapter::ListSchemas(const std::string&) { return connector_->ListSchemas(stop_); }

Status NodeAdapter::CreateSchema(const std::string&, const std::string& schema) {
  if (only_looks_) return Error(ErrorCode::kUnsupported, "its template changes the database");
  return run_.relations.EnsureSchema(*connector_, schema, stop_);
}

Status NodeAdapter::DropSchema(const std::string&, const std::string& schema) {
  DVT_ASSIGN(auto* session, this->session());
  DVT_TRY(session->Execute("drop schema if exists " + connector_->Quote(schema) + " cascade", stop_));
  run_.relations.Forget(connector_->config().name, schema);
  return {};
}

void NodeAdapter::CacheAdded(const RelationParts& relation) {
  run_.relations.Add(connector_->config().name, {NameOf(relation), KindOf(relation.type)});
}

void NodeAdapter::CacheDropped(const RelationParts& relation) {
  run_.relations.Drop(connector_->config().name, NameOf(relation));
}

void NodeAdapter::CacheRenamed(const RelationParts& from, const RelationParts& to) {
  CacheDropped(from);
  RelationParts renamed = to;
  if (renamed.type.empty()) renamed.type = from.type;
  CacheAdded(renamed);
}

Result<std::vector<ColumnParts>> NodeAdapter::GetQueryColumns(const std::string& sql) {
  // The only query of a target without SQL is the one that moves.
  if (mover_ != nullptr && !connector_->Has(connectors::Capability::kSql)) return TransferColumns();
  DVT_ASSIGN(const auto fields, connector_->DescribeQuery(sql, stop_));
  std::vector<ColumnParts> columns;
  for (const auto& field : fields) {
    std::string native = field.native_type;
    if (native.empty()) {
      DVT_ASSIGN(native, connector_->TypeName(field.type, nullptr));
    }
    columns.push_back({field.name, std::move(native)});
  }
  return columns;
}

Result<std::vector<ColumnParts>> NodeAdapter::TransferColumns() {
  std::vector<ColumnParts> columns;
  type_losses_.clear();
  for (const auto& field : mover_->fields()) {
    std::string loss, type = field.native_type;
    if (type.empty()) {
      auto named = connector_->TypeName(field.type, &loss);
      if (!named) return std::move(named).error().Within(fmt::format("for column '{}'", field.name));
      type = std::move(*named);
    }
    if (!loss.empty()) type_losses_.push_back(fmt::format("column '{}': {}", field.name, loss));
    columns.push_back({field.name, std::move(type)});
  }
  return columns;
}

// adapter.create_table_for_transfer(relation): an empty table with the columns of the rows to come, by an overridable macro.
Result<Object> NodeAdapter::CreateForTransfer(tmpl::Context& context, const tmpl::Arguments& arguments) {
  DVT_ASSIGN(const auto bound, arguments.Bind("create_table_for_transfer", {{"relation", {}}, {"by_contract", Object(false)}}));
  DVT_ASSIGN(const auto parts, tmpl::PartsOf(bound[0], "create_table_for_transfer"));
  DVT_ASSIGN(const auto columns, TransferColumns());
  tmpl::ObjectList list;
  for (const auto& column : columns) list.push_back(Object::MakeDict({{"name", column.name}, {"data_type", column.data_type}}));
  const bool by_contract = bound[1].Truth();
  const char* name = by_contract ? "get_create_table_by_contract_sql" : "get_create_table_from_columns_sql";
  const auto macro = context.Resolve(name);
  if (!macro) return Error(ErrorCode::kNotFound, fmt::format("macro '{}' is missing", name));
  tmpl::Arguments call;
  call.positional = {bound[0]};
  if (!by_contract) call.positional.push_back(Object::List(std::move(list)));
  DVT_ASSIGN(const Object sql, context.Call(*macro, std::move(call)));
  DVT_TRY(Execute(sql.Str(), false, false));
  RelationParts added = parts;
  added.type = "table";
  CacheAdded(added);
  building_.push_back(NameOf(parts));
  return Object();
}

Result<int64_t> NodeAdapter::LoadWithRetry(const RelationName& name, const std::function<Status()>& empty) {
  bool first = true;
  int64_t rows = 0;
  DVT_ASSIGN(RetryPolicy policy, run_.connections->RetryOf(connector_->config().name));
  policy.max_retries = std::min(policy.max_retries, 2);
  policy.retry_on_unknown = false;
  policy.starts_over = true;
  auto loaded = RunWithRetry(
      policy, stop_,
      [&]() -> Status {
        if (!first) {
          DVT_TRY(empty());
          DVT_TRY(mover_->Restart(stop_));
        }
        first = false;
        DVT_ASSIGN(rows, mover_->Load(*connector_, name, stop_));
        return ConfirmRows(name, rows);
      },
      [&](const Error& error, int attempt, double wait) {
        run_.observer->Message(Severity::kWarning,
                               fmt::format("loading {}: {}; starting the transfer again, attempt {} in {:.1f} s", name.ToString(),
                                           error.message(), attempt + 1, wait));
      });
  if (!loaded) {
    spent_ = true;
    return std::move(loaded).error();
  }
  for (const auto& note : mover_->load_notes())
    run_.TellOnce(Severity::kWarning, fmt::format("connection '{}': {}", connector_->config().name, note));
  return rows;
}

// adapter.transfer(relation): loads the rows; after a failure that a repetition can mend, empties the table and starts over.
Result<Object> NodeAdapter::TransferInto(tmpl::Context& context, const tmpl::Arguments& arguments) {
  DVT_ASSIGN(const auto bound, arguments.Bind("transfer", {{"relation", {}}}));
  DVT_ASSIGN(const auto parts, tmpl::PartsOf(bound[0], "transfer"));
  const auto truncate = context.Resolve("truncate_relation");
  if (!truncate) return Error(ErrorCode::kNotFound, "macro 'truncate_relation' is missing");
  if (phase_) phase_("transfer");
  DVT_ASSIGN(const int64_t rows, LoadWithRetry(NameOf(parts), [&]() -> Status {
               DVT_TRY(RenewSession());
               // A TRUNCATE waits for loads of a lost connection that the server has not ended yet; a DELETE would miss their rows.
               tmpl::Arguments call;
               call.positional = {bound[0]};
               DVT_TRY(context.Call(*truncate, std::move(call)));
               return Commit();
             }));
  rows_loaded_ = rows;
  if (phase_) phase_("swap");
  return Object::MakeDict({{"rows", rows}, {"message", fmt::format("SELECT {}", rows)}});
}

// adapter.temporary_name(identifier, suffix=''): a name for building beside, marked with this run, within the system's length.
Result<Object> NodeAdapter::TemporaryName(const tmpl::Arguments& arguments) {
  DVT_ASSIGN(const auto bound, arguments.Bind("temporary_name", {{"identifier", {}}, {"suffix", Object("")}}));
  const std::string batch = batch_ == nullptr ? "" : fmt::format("_b{}", batch_->index);  // several may run at a time
  return Object(TemporaryStem(bound[0].Str()) + run_.TemporarySuffix() + batch + bound[1].Str());
}

// The identifier, shortened so that stem, mark and suffix fit; a shortened one keeps a digest so that long names stay apart.
std::string NodeAdapter::TemporaryStem(const std::string& identifier) const {
  constexpr size_t kRoomForSuffix = 12;  // "_b1234_new"
  const size_t room = static_cast<size_t>(connector_->max_identifier()) - run_.TemporarySuffix().size() - kRoomForSuffix;
  if (identifier.size() <= room) return identifier;
  size_t cut = room - 9;
  while (cut > 0 && (static_cast<unsigned char>(identifier[cut]) & 0xC0) == 0x80) --cut;
  return identifier.substr(0, cut) + "_" + Md5Hex(identifier).substr(0, 8);
}

// adapter.stale_relations(relation): what interrupted runs left behind while building it.
Result<Object> NodeAdapter::StaleRelations(const tmpl::Arguments& arguments) {
  DVT_ASSIGN(const auto bound, arguments.Bind("stale_relations", {{"relation", {}}}));
  DVT_ASSIGN(const auto parts, tmpl::PartsOf(bound[0], "stale_relations"));
  const std::string prefix = TemporaryStem(parts.identifier) + "__dvt_tmp_";
  const std::string own = TemporaryStem(parts.identifier) + run_.TemporarySuffix() + "_b";  // of another batch
  DVT_ASSIGN(const auto listed, run_.relations.ListStarting(*connector_, parts.schema, prefix, stop_));
  tmpl::ObjectList stale;
  for (const auto& info : listed) {
    if (info.name.name.starts_with(own)) continue;
    RelationParts relation = PartsOfInfo(info);
    relation.database = parts.database;
    relation.schema = parts.schema;
    stale.push_back(tmpl::MakeRelation(relation, policy_));
  }
  return Object::List(std::move(stale));
}

// Columns of a query on this node's session, without its rows.
Result<columnar::Fields> NodeAdapter::FieldsOf(const std::string& sql) {
  DVT_ASSIGN(auto* session, this->session());
  DVT_ASSIGN(auto stream, session->Query(sql, stop_));
  DVT_ASSIGN(auto fields, stream.GetFields());
  return fields;
}

// adapter.assert_contract(definition_sql, contract_sql, columns, rules): an error with a table where they differ. The rows that a
// transfer will bring stand for the query. Without `contract_sql` the columns' types are read as they are written.
Result<Object> NodeAdapter::AssertContract(const tmpl::Arguments& arguments) {
  DVT_ASSIGN(const auto bound,
             arguments.Bind("assert_contract", {{"definition_sql", {}}, {"contract_sql", {}}, {"columns", {}}, {"rules", {}}}));
  const Value columns = bound[2].ToValue(), given = bound[3].ToValue();
  const auto asked = [&](const char* key, bool fallback) { return given[key].is_bool() ? given[key].as_bool() : fallback; };
  const bool moved = mover_ != nullptr;
  const ContractRules rules{.modifiers = asked("modifiers", false) && !moved,
                            .kinds = asked("kinds", false) || moved,
                            .typed_queries = asked("typed_queries", true) || moved};
  columnar::Fields contract, definition;
  if (bound[1].is_string()) {
    DVT_ASSIGN(contract, FieldsOf(bound[1].as_string()));
  } else {
    std::vector<std::pair<std::string, std::string>> declared;
    for (const auto& column : columns.list()) declared.emplace_back(column["exact_name"].ToText(), column["data_type"].ToText());
    DVT_ASSIGN(contract, DeclaredFields(declared, *connector_));
  }
  if (mover_ != nullptr) {
    definition = mover_->fields();
  } else {
    DVT_ASSIGN(definition, FieldsOf(bound[0].Str()));
  }
  auto mismatches = CompareContract(definition, contract, *connector_, rules);
  if (mismatches.empty()) return Object();
  for (auto& mismatch : mismatches) {  // what the system's users know a type as
    for (auto* type : {&mismatch.definition_type, &mismatch.contract_type}) {
      if (const Value& known = given["type_names"][ToLower(*type)]; known.is_string()) *type += " (" + known.as_string() + ")";
    }
  }
  return ContractError(mismatches);
}

// adapter.note(code, message): a warning of this node.
Result<Object> NodeAdapter::Note(const tmpl::Arguments& arguments) {
  DVT_ASSIGN(const auto bound, arguments.Bind("note", {{"code", {}}, {"message", {}}}));
  AddNote(bound[0].Str(), bound[1].Str());
  return Object();
}

void NodeAdapter::AddNote(const std::string& code, const std::string& message) {
  std::pair note(code, message);
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(std::move(note));
}

Result<Object> NodeAdapter::CallTransfer(tmpl::Context& context, std::string_view name, const tmpl::Arguments& arguments) {
  if (mover_ == nullptr)
    return Error(ErrorCode::kInvalidArgument, fmt::format("adapter.{} is only for models that move data", name));
  return name == "transfer" ? TransferInto(context, arguments) : CreateForTransfer(context, arguments);
}

Result<Object> NodeAdapter::CallCache(std::string_view name, const tmpl::Arguments& arguments) {
  if (name == "cache_added") {
    DVT_ASSIGN(const auto bound, arguments.Bind("cache_added", {{"relation", {}}}));
    DVT_ASSIGN(const auto parts, tmpl::PartsOf(bound[0], "cache_added"));
    CacheAdded(parts);
    return Object();
  }
  DVT_ASSIGN(const auto bound, arguments.Bind("cache_renamed", {{"from_relation", {}}, {"to_relation", {}}}));
  DVT_ASSIGN(const auto from, tmpl::PartsOf(bound[0], "cache_renamed"));
  DVT_ASSIGN(const auto to, tmpl::PartsOf(bound[1], "cache_renamed"));
  CacheRenamed(from, to);
  return Object();
}

// The rows of a seed, for macros that load them themselves.
Result<Object> NodeAdapter::SeedTable() {
  if (mover_ == nullptr) return Error(ErrorCode::kInvalidArgument, "load_agate_table() is for seeds only");
  QueryTable table;
  for (const auto& field : mover_->fields()) table.columns.push_back(field.name);
  DVT_ASSIGN(auto rows, mover_->Rows());
  for (;;) {
    DVT_ASSIGN(const auto batch, rows.Next());
    if (!batch.valid()) break;
    AppendRows(table, batch, mover_->fields());
  }
  return tmpl::MakeTable(std::move(table));
}

Result<Object> NodeAdapter::CallExtra(tmpl::Context& context, std::string_view name, const tmpl::Arguments& arguments) {
  if (name == "moves_data") return Object(mover_ != nullptr);
  if (name == "adds_batch") return Object(batch_ != nullptr && !batch_->first);
  if (name == "create_table_for_transfer" || name == "transfer") return CallTransfer(context, name, arguments);
  if (IsChangeCall(name)) return CallChangeFinder(mover_ == nullptr ? nullptr : mover_->change_finder(), name, arguments, stop_);
  if (name == "store_watermarks" || name == "forget_watermarks") return CallWatermarks(name);
  if (name == "temporary_name") return TemporaryName(arguments);
  if (name == "stale_relations") return StaleRelations(arguments);
  if (name == "drop_left_over") return DropLeftOver(context, arguments);
  if (name == "cache_added" || name == "cache_renamed") return CallCache(name, arguments);
  if (name == "assert_contract") return AssertContract(arguments);
  if (name == "note") return Note(arguments);
  if (name == "seed_table") return SeedTable();
  if (name == "external_root") {
    const Value* root = connector_->config().settings.Find("external_root");
    return Object(root == nullptr || root->is_null() ? std::string(".") : root->ToText());
  }
  if (name == "seed_loaded") {
    DVT_ASSIGN(const auto bound, arguments.Bind(name, {{"rows", {}}}));
    rows_loaded_ = bound[0].is_int() ? bound[0].as_int() : 0;
    return Object();
  }
  return Error(ErrorCode::kNotFound, fmt::format("'adapter' has no method '{}'", name));
}

}  // namespace dvt::run
