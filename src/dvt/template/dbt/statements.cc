#include <fmt/format.h>

#include "dvt/template/dbt/context_internal.h"

namespace dvt::tmpl {
namespace {

/// What the server said to a statement; prints as its message.
class Response : public HostObject {
 public:
  Response(std::string message, std::string code, int64_t rows)
      : message_(std::move(message)), code_(std::move(code)), rows_(rows) {}
  std::string TypeName() const override { return "AdapterResponse"; }
  std::string Str() const override { return message_; }
  std::string Repr() const override { return "AdapterResponse(_message=" + ReprString(message_) + ")"; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    if (name == "_message" || name == "message") return std::optional<Object>(Object(message_));
    if (name == "code") return std::optional<Object>(code_.empty() ? Object() : Object(code_));
    if (name == "rows_affected") return std::optional<Object>(rows_ < 0 ? Object() : Object(rows_));
    return std::optional<Object>();
  }

 private:
  std::string message_;
  std::string code_;
  int64_t rows_;
};

Object ResultRecord(Object response, const QueryTable& table) {
  ObjectList data;
  for (const auto& row : table.rows) data.push_back(Object::Tuple(row));
  return Object::MakeDict(
      {{"response", std::move(response)}, {"data", Object::List(std::move(data))}, {"table", MakeTable(table)}});
}

Result<Object> RunStatement(Context& context, const Shared& shared, const std::string& sql, bool auto_begin, bool fetch,
                            const Object& name) {
  if (shared->params.adapter == nullptr) {
    return Error(ErrorCode::kInvalidArgument, "a statement cannot run here: there is no connection").At(context.place());
  }
  if (name.is_string() && name.as_string() == "main" && shared->params.write) DVT_TRY(shared->params.write(sql));
  auto table = shared->params.adapter->Execute(sql, auto_begin, fetch);
  if (!table) return std::move(table).error();
  Object response(std::make_shared<Response>(table->message, table->code, table->rows_affected));
  if (!name.is_none()) shared->results[name.Str()] = ResultRecord(response, *table);
  return MakeTable(std::move(*table));
}

}  // namespace

void AddStatementFunctions(Context& context, const Shared& shared) {
  context.Set("statement", MakeFunction("statement", [shared](Context& c, const Arguments& a) -> Result<Object> {
                std::vector<Parameter> parameters = {{"name", Object()},
                                                     {"fetch_result", Object(false)},
                                                     {"auto_begin", Object(true)},
                                                     {"language", Object("sql")},
                                                     {"caller", Object()}};
                DVT_ASSIGN(auto bound, a.Bind("statement", parameters));
                if (!shared->params.execute) return Object("");
                if (!bound[4].is_callable()) {
                  return Error(ErrorCode::kInvalidArgument,
                               "statement() must be used as {% call statement(…) %} … {% endcall %}");
                }
                DVT_ASSIGN(auto sql, c.Call(bound[4], {}));
                DVT_TRY(RunStatement(c, shared, sql.Str(), bound[2].Truth(), bound[1].Truth(), bound[0]));
                return Object("");
              }));
  context.Set("load_agate_table", MakeFunction("load_agate_table", [shared](Context& c, const Arguments&) -> Result<Object> {
                if (shared->params.adapter == nullptr) return MakeTable({});
                return shared->params.adapter->CallExtra(c, "seed_table", {});
              }));
  context.Set("run_query", MakeFunction("run_query", [shared](Context& c, const Arguments& a) -> Result<Object> {
                DVT_ASSIGN(auto bound, a.Bind("run_query", {{"sql", std::nullopt}}));
                if (!shared->params.execute) return Object();
                return RunStatement(c, shared, bound[0].Str(), false, true, Object("run_query_statement"));
              }));
  context.Set("load_result", MakeFunction("load_result", [shared](Context&, const Arguments& a) -> Result<Object> {
                DVT_ASSIGN(auto bound, a.Bind("load_result", {{"name", std::nullopt}}));
                auto found = shared->results.find(bound[0].Str());
                return found == shared->results.end() ? Object() : found->second;
              }));
  context.Set("store_result", MakeFunction("store_result", [shared](Context&, const Arguments& a) -> Result<Object> {
                DVT_ASSIGN(auto bound,
                           a.Bind("store_result", {{"name", std::nullopt}, {"response", Object()}, {"agate_table", Object()}}));
                shared->results[bound[0].Str()] =
                    Object::MakeDict({{"response", bound[1]}, {"data", Object::List()}, {"table", bound[2]}});
                return Object("");
              }));
  context.Set(
      "store_raw_result", MakeFunction("store_raw_result", [shared](Context&, const Arguments& a) -> Result<Object> {
        std::vector<Parameter> parameters = {{"name", std::nullopt},
                                             {"message", Object()},
                                             {"code", Object()},
                                             {"rows_affected", Object()},
                                             {"agate_table", Object()}};
        DVT_ASSIGN(auto bound, a.Bind("store_raw_result", parameters));
        auto text = [](const Object& o) { return o.is_none() ? std::string() : o.Str(); };
        Object response(std::make_shared<Response>(text(bound[1]), text(bound[2]), bound[3].is_int() ? bound[3].as_int() : -1));
        shared->results[bound[0].Str()] =
            Object::MakeDict({{"response", response}, {"data", Object::List()}, {"table", bound[4]}});
        return Object("");
      }));
}

}  // namespace dvt::tmpl
