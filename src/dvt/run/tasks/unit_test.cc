#include "dvt/run/tasks/unit_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/run/context/statement_event.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run {

using model::UnitTestRows;
using tmpl::Object;

namespace {

std::string Label(const model::Node& test) { return fmt::format("unit test '{}'", test.name); }

std::string OwnerOf(const UnitTestRows& rows) { return rows.input.empty() ? "the expected rows" : "the rows of " + rows.input; }

// Whether the text can be a value of the type at all. Some systems make 0 of what is no number, and say nothing.
bool CanBe(const columnar::DataType& type, const std::string& value) {
  std::string text = ToLower(TrimView(value));
  if (type.kind == columnar::TypeKind::kBool) {
    static const std::set<std::string> known = {"true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "1", "0"};
    return known.count(text) > 0;
  }
  if (!type.is_numeric()) return true;
  const bool may_be_truth = type.kind == columnar::TypeKind::kInt8 || type.kind == columnar::TypeKind::kUInt8;
  if (may_be_truth && (text == "true" || text == "false")) return true;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.erase(0, 1);
  if (text == "nan" || text == "inf" || text == "infinity" || text.starts_with("0x") || text.starts_with("0b")) return true;
  return text.find_first_of("0123456789") != std::string::npos && text.find_first_not_of("0123456789.eE+-_") == std::string::npos;
}

}  // namespace

std::vector<std::string> UnitTestRun::Names(const Types& types) {
  std::vector<std::string> names;
  for (const auto& column : types) names.push_back(column.name);
  return names;
}

// The column that a key means: the same name, else the same but for case.
const UnitTestRun::ColumnType* UnitTestRun::ColumnOf(const Types& types, const std::string& key) {
  for (const bool exact : {true, false}) {
    for (const auto& column : types) {
      if (exact ? column.name == key : EqualsIgnoreCase(column.name, key)) return &column;
    }
  }
  return nullptr;
}

Object UnitTestRun::TypesObject(const Types& types) {
  std::vector<std::pair<std::string, Object>> entries;
  for (const auto& column : types) entries.emplace_back(column.name, Object(column.spelling));
  return Object::MakeDict(std::move(entries));
}

UnitTestRun::UnitTestRun(RunContext& run, const Compiler& compiler, const model::Node& test, NodeAdapter& adapter,
                         std::stop_token stop)
    : run_(run),
      compiler_(compiler),
      test_(test),
      case_(*test.unit_test),
      tested_(run.manifest->nodes.at(test.unit_test->tested_node)),
      adapter_(adapter),
      stop_(std::move(stop)) {
  stand_ins_.test = &test;
}

bool UnitTestRun::in_engine() const { return !adapter_.connector().Has(connectors::Capability::kSql); }

Status UnitTestRun::Run(model::NodeResult& result) {
  DVT_TRY(PlaceInputs());
  DVT_ASSIGN(const Compiled compiled, compiler_.CompileForTest(tested_, tested_.raw_code, stand_ins_, adapter_, stop_));
  const std::string actual = PrependCtes(compiled.body, ctes_);
  result.compiled = true;
  result.compiled_code = actual;
  const std::string folder = "compiled/" + test_.package + "/" + test_.original_path + "/" + tested_.name + "/";
  const std::string file = folder + test_.name + (test_.version.empty() ? "" : "_v" + test_.version) + ".sql";
  DVT_TRY(WriteFileAtomic(JoinPath(run_.target_folder, file), actual + "\n"));
  auto fields = Describe(actual);
  if (!fields)
    return std::move(fields).error().Within(
        fmt::format("while running model '{}' on the rows of {}", tested_.name, Label(test_)));
  DVT_ASSIGN(const Types types, TypesOf(*fields, adapter_.connector().config().type));
  std::vector<std::string> columns;
  DVT_ASSIGN(const std::string expected, ExpectedSql(types, columns));
  std::vector<Object> names(columns.begin(), columns.end());
  DVT_ASSIGN(const std::string sql,
             CallText("get_unit_test_sql", {Object(actual), Object(expected), Object::List(std::move(names))}));
  return Compare(sql, columns, result);
}

// Each given input becomes a CTE in front of the model's query, under a name that ref() and source() then give.
Status UnitTestRun::PlaceInputs() {
  std::set<std::string> names;
  for (const auto& rows : case_.given) {
    if (rows.input_id.empty()) {
      const bool call = rows.input.starts_with("ref") || rows.input.starts_with("source");
      return Error(ErrorCode::kConfig,
                   call ? fmt::format("{} has input {}, which is not in the project", Label(test_), rows.input)
                        : fmt::format("{} has input '{}', which is no ref(…), source(…) or this", Label(test_), rows.input))
          .At(rows.place)
          .WithHint(call ? "correct the name; disabled nodes cannot be read" : "write `- input: ref('model')`");
    }
    const auto source = run_.manifest->sources.find(rows.input_id);
    std::string name = "__dbt__cte__";
    if (source != run_.manifest->sources.end()) {
      name += source->second.source_name + "__" + source->second.name;
    } else {
      const model::Node& node = run_.manifest->nodes.at(rows.input_id);
      name += node.name + (node.version.empty() ? "" : "_v" + ReplaceAll(node.version, ".", "_"));
    }
    if (!stand_ins_.tables.emplace(rows.input_id, "").second)
      return Error(ErrorCode::kConfig, fmt::format("{} gives rows for {} twice", Label(test_), rows.input)).At(rows.place);
    std::string text = adapter_.Quote(name);
    if (std::all_of(name.begin(), name.end(),
                    [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }))
      text = name;
    while (!names.insert(ToLower(text)).second) text += "_";
    stand_ins_.tables[rows.input_id] = text;
  }
  std::vector<const UnitTestRows*> inputs;
  for (const auto& rows : case_.given) inputs.push_back(&rows);
  // `this` last: what the model gives over the others tells its columns.
  std::stable_partition(inputs.begin(), inputs.end(), [&](const auto* rows) { return rows->input_id != tested_.unique_id; });
  for (const auto* input : inputs) {
    const UnitTestRows& rows = *input;
    DVT_ASSIGN(const std::string sql, InputSql(rows));
    ctes_.emplace_back(rows.input_id, fmt::format("{} as (\n{}\n)", stand_ins_.tables[rows.input_id], sql));
  }
  return {};
}

Result<std::string> UnitTestRun::InputSql(const UnitTestRows& rows) {
  if (rows.format == "sql") {
    DVT_ASSIGN(Compiled compiled, compiler_.CompileForTest(tested_, rows.rows.as_string(), stand_ins_, adapter_, stop_));
    return std::move(compiled.body);
  }
  DVT_ASSIGN(const Types types, InputTypes(rows));
  DVT_ASSIGN(const Value fitted, Fitted(rows, types, OwnerOf(rows)));
  return CallText("get_fixture_sql", {Object::FromValue(fitted), TypesObject(types)});
}

Result<UnitTestRun::Types> UnitTestRun::InputTypes(const UnitTestRows& rows) {
  const auto node = run_.manifest->nodes.find(rows.input_id);
  if (node != run_.manifest->nodes.end() && node->second.is_ephemeral()) {
    DVT_ASSIGN(const auto fields, EphemeralFields(node->second, rows));
    return TypesOf(fields, adapter_.connector().config().type);
  }
  DVT_ASSIGN(const Whereabouts there, compiler_.Find(rows.input_id, stop_));
  DVT_ASSIGN(const auto connector, run_.connections->ForReading(there.connection));
  auto info = connector->Describe(there.relation, stop_);
  if (!info) {
    if (info.error().code() != ErrorCode::kNotFound) return std::move(info).error();
    if (rows.input_id == tested_.unique_id) {
      DVT_ASSIGN(const auto fields, OwnFields());
      return TypesOf(fields, adapter_.connector().config().type);
    }
    return Error(ErrorCode::kNotFound,
                 fmt::format("{} needs the columns of {}, and {} does not exist on connection '{}'", Label(test_), rows.input,
                             connector->QuoteRelation(there.relation), there.connection))
        .At(rows.place)
        .WithHint(
            node == run_.manifest->nodes.end()
                ? "correct the source, or write the rows with `format: sql`"
                : "build it first (dvt build runs unit tests once their inputs are there), or write the rows with `format: sql`");
  }
  return TypesOf(info->columns, connector->config().type);
}

// The native spelling where the rows come from the same system; else this system's name for the type.
Result<UnitTestRun::Types> UnitTestRun::TypesOf(const columnar::Fields& fields, const std::string& connection_type) const {
  const connectors::Connector& here = adapter_.connector();
  Types types;
  for (const auto& field : fields) {
    if (!field.native_type.empty() && connection_type == here.config().type) {
      std::string native = field.native_type;  // a text of a fixture is not cut to the column's length
      for (const char* bounded : {"character varying(", "varchar("}) {
        if (ToLower(native).starts_with(bounded)) native.resize(native.find('('));
      }
      types.push_back({field.name, std::move(native), field.type});
      continue;
    }
    auto type = in_engine() ? sql::RenderTypeName(here.dialect(), field.type) : here.TypeName(field.type, nullptr);
    if (!type) return std::move(type).error().Within(fmt::format("for column '{}'", field.name));
    types.push_back({field.name, *std::move(type), field.type});
  }
  return types;
}

// What the model would be built with the first time.
Result<columnar::Fields> UnitTestRun::OwnFields() {
  StandIns others = stand_ins_;
  others.from_nothing = true;
  DVT_ASSIGN(const Compiled compiled, compiler_.CompileForTest(tested_, tested_.raw_code, others, adapter_, stop_));
  auto fields = Describe(PrependCtes(compiled.body, ctes_));
  if (!fields) return std::move(fields).error().Within("while asking for the columns of `this`, which is not built yet");
  return fields;
}

Result<columnar::Fields> UnitTestRun::EphemeralFields(const model::Node& node, const UnitTestRows& rows) {
  model::Node inner = node;
  inner.connection = tested_.connection;
  auto compiled = compiler_.Compile(inner, adapter_, stop_);
  std::optional<Error> why;
  if (!compiled) {
    why = std::move(compiled).error();
  } else if (compiled->foreign.empty() && !in_engine()) {
    auto fields = Describe(compiled->sql);
    if (fields) return fields;
    why = std::move(fields).error();
  }
  Error error(ErrorCode::kConfig,
              fmt::format("{} needs the columns of ephemeral model '{}', which has no relation to ask{}", Label(test_), node.name,
                          why ? ", and its query cannot be asked: " + why->message() : ""));
  return std::move(error).At(rows.place).WithHint("write the rows of " + rows.input + " with `format: sql`");
}

Result<columnar::Fields> UnitTestRun::Describe(const std::string& sql) {
  if (!in_engine()) return adapter_.connector().DescribeQuery(sql, stop_);
  DVT_ASSIGN(engine::Engine * engine, run_.connections->GetEngine(run_.options.compute));
  return engine->Describe(sql, {});
}

Result<columnar::Stream> UnitTestRun::Query(const std::string& sql) {
  if (in_engine()) {
    DVT_ASSIGN(engine::Engine * engine, run_.connections->GetEngine(run_.options.compute));
    return engine->Run(sql, {}, stop_);
  }
  DVT_ASSIGN(connectors::Session * session, adapter_.session());
  StatementEvent told(*run_.observer, adapter_.connector().config().name, sql);
  return told.Done(session->Query(sql, stop_));
}

// ref('package', 'x') → x; source('a', 'b') → b.
static std::string NameIn(const std::string& input) {
  std::string name;
  for (size_t at = 0, end = 0; (at = input.find_first_of("'\"", end)) != std::string::npos; ++end) {
    end = input.find(input[at], at + 1);
    if (end == std::string::npos) break;
    if (input.substr(0, at).find("v=") == std::string::npos) name = input.substr(at + 1, end - at - 1);
  }
  return name.empty() ? input : name;
}

Error UnitTestRun::WrongColumn(const std::string& column, const std::string& owner, const UnitTestRows& rows,
                               const Types& types) const {
  const bool expected = rows.input.empty();
  const std::string whose = expected ? "model '" + tested_.name + "'" : rows.input;
  return Error(ErrorCode::kConfig,
               fmt::format("Invalid column name: '{}' in unit test fixture for {}. It is in {} of {} and no column of {}.{}",
                           column, expected ? "expected output" : "'" + NameIn(rows.input) + "'", owner, Label(test_), whose,
                           DidYouMean(column, Names(types))))
      .At(rows.place)
      .WithHint("columns are: " + Join(Names(types), ", "));
}

// The rows with the columns' own names; a name that is none of them, or a text that is no such value, is an error at its place.
Result<Value> UnitTestRun::Fitted(const UnitTestRows& rows, const Types& types, const std::string& owner) const {
  Value fitted = Value::MakeList();
  for (const auto& row : rows.rows.list()) {
    Value out = Value::MakeMap();
    for (const auto& entry : row.map()) {
      const Mark mark = entry.key_mark.line > 0 ? entry.key_mark : row.mark().line > 0 ? row.mark() : Mark{rows.place.line, 0};
      const Place place{rows.place.file, mark.line, mark.column};
      const ColumnType* column = ColumnOf(types, entry.key);
      if (column == nullptr) return WrongColumn(entry.key, owner, rows, types).At(place);
      if (entry.value.is_string() && !CanBe(column->type, entry.value.as_string())) {
        return Error(ErrorCode::kData, fmt::format("'{}' in column '{}' of {} of {} is no {}", entry.value.as_string(),
                                                   column->name, owner, Label(test_), column->spelling))
            .At(place)
            .WithHint("write a value of that type; SQL expressions need `format: sql`");
      }
      out.Set(column->name, entry.value);
    }
    fitted.Push(std::move(out));
  }
  return fitted;
}

Result<std::string> UnitTestRun::CallText(const std::string& macro, std::vector<Object> arguments) {
  const auto resolver = compiler_.MakeResolver(tested_, adapter_, stop_);
  const auto params = compiler_.Params(tested_, &adapter_, resolver.get());
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  context->set_stop_token(stop_);
  const auto found = context->Resolve(macro);
  if (!found) return Error(ErrorCode::kNotFound, fmt::format("macro '{}' is missing", macro));
  tmpl::Arguments call;
  call.positional = std::move(arguments);
  DVT_ASSIGN(const Object text, context->Call(*found, std::move(call)));
  return std::string(TrimView(text.Str()));
}

// Compared are the columns that the expected rows name; all of them if there are no rows.
Result<std::string> UnitTestRun::ExpectedSql(const Types& actual, std::vector<std::string>& columns) {
  const UnitTestRows& rows = case_.expect;
  std::set<std::string> named;
  if (rows.format == "sql") {
    DVT_ASSIGN(const Compiled compiled, compiler_.CompileForTest(tested_, rows.rows.as_string(), stand_ins_, adapter_, stop_));
    auto fields = Describe(compiled.body);
    if (!fields) return std::move(fields).error().AtIfUnknown(rows.place).Within("in the expected rows of " + Label(test_));
    for (const auto& field : *fields) {
      const ColumnType* column = ColumnOf(actual, field.name);
      if (column == nullptr) return WrongColumn(field.name, "the expected rows", rows, actual);
      named.insert(column->name);
    }
    for (const auto& column : actual) {
      if (named.count(column.name) > 0) columns.push_back(column.name);
    }
    return compiled.body;
  }
  DVT_ASSIGN(const Value fitted, Fitted(rows, actual, "the expected rows"));
  for (const auto& row : fitted.list()) {
    for (const auto& entry : row.map()) named.insert(entry.key);
  }
  Types types;
  for (const auto& column : actual) {
    if (named.empty() || named.count(column.name) > 0) types.push_back(column);
  }
  columns = Names(types);
  return CallText("get_expected_sql", {Object::FromValue(fitted), TypesObject(types)});
}

Status UnitTestRun::Compare(const std::string& sql, const std::vector<std::string>& columns, model::NodeResult& result) {
  auto stream = Query(sql);
  if (!stream)
    return std::move(stream)
        .error()
        .AtIfUnknown(test_.place)
        .Within("while comparing what came out with what " + Label(test_) + " expects");
  DVT_ASSIGN(const auto fields, stream->GetFields());
  std::vector<TextRow> actual, expected;
  for (;;) {
    auto batch = stream->Next();
    if (!batch)
      return std::move(batch)
          .error()
          .AtIfUnknown(test_.place)
          .Within("while comparing what came out with what " + Label(test_) + " expects");
    if (!batch->valid()) break;
    const auto views = columnar::BatchColumns(batch->get(), fields);
    for (int64_t r = 0; r < batch->length(); ++r) {
      TextRow row;
      for (const auto& view : views) {
        auto& cell = row.emplace_back();
        if (!view.IsNull(r)) columnar::AppendText(cell.emplace(), view, r);
      }
      const bool is_actual = row.back() == "actual";
      row.pop_back();
      (is_actual ? actual : expected).push_back(std::move(row));
    }
  }
  const std::string difference = DescribeDifference(columns, actual, expected);
  result.failures = difference.empty() ? 0 : 1;
  result.status = difference.empty() ? "pass" : "fail";
  if (!difference.empty()) result.message = "actual differs from expected:\n\n" + difference;
  result.adapter_response.Set("_message", fmt::format("SELECT {}", actual.size() + expected.size()));
  return {};
}

}  // namespace dvt::run
