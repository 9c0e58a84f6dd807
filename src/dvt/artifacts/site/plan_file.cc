#include "dvt/artifacts/site/plan_file.h"

#include "dvt/artifacts/site/embedded_page.h"
#include "dvt/artifacts/site/site_page.h"

namespace dvt::artifacts {

namespace {

// The results of the last run by node; a result of `show`, a seed or a test says nothing of a model's plan.
std::map<std::string, Value> ResultsById(const Value& run) {
  std::map<std::string, Value> results;
  const Value& list = run["results"];
  if (!list.is_list()) return results;
  for (const Value& result : list.list()) {
    if (!result["adapter_response"]["dvt_way"].is_null()) results[result["unique_id"].ToText()] = result;
  }
  return results;
}

Value ListOr(const Value& value) { return value.is_list() ? value : Value::MakeList(); }

Value RunValue(const Value& result, const Value& plan) {
  const Value& response = result["adapter_response"];
  Value run = Value::MakeMap();
  run.Set("status", result["status"]);
  run.Set("seconds", result["execution_time"]);
  run.Set("message", result["message"]);
  run.Set("same_plan", plan.is_map() && response["dvt_plan"].is_string() && response["dvt_plan"] == plan["plan_id"]);
  run.Set("transfers", ListOr(response["dvt_transfers"]));
  run.Set("warnings", ListOr(response["dvt_warnings"]));
  if (response["dvt_watermarks"].is_list()) run.Set("watermarks", response["dvt_watermarks"]);
  return run;
}

Value ThingValue(const PlanThing& thing) {
  Value value = Value::MakeMap();
  value.Set("id", thing.unique_id);
  value.Set("type", thing.type);
  value.Set("name", thing.label);
  value.Set("label", thing.label);
  value.Set("connection", thing.connection);
  if (!thing.under.empty()) value.Set("under", thing.under);
  Value parents = Value::MakeList();
  for (const auto& parent : thing.parents) parents.Push(parent);
  value.Set("parents", std::move(parents));
  return value;
}

}  // namespace

std::string PlanHtml(const PlanPage& page) {
  Value data = Value::MakeMap();
  data.Set("project", page.project);
  data.Set("target", page.target);
  data.Set("version", page.version);
  data.Set("generated_at", page.generated_at);
  Value connections = Value::MakeMap();
  for (const auto& [name, type] : page.connections) connections.Set(name, type);
  data.Set("connections", std::move(connections));
  Value things = Value::MakeList();
  for (const auto& thing : page.things) things.Push(ThingValue(thing));
  data.Set("things", std::move(things));
  const auto results = ResultsById(page.last_run);
  Value models = Value::MakeList();
  for (const auto& model : page.models) {
    Value value = Value::MakeMap();
    value.Set("id", model.unique_id);
    value.Set("name", model.name);
    value.Set("path", model.path);
    value.Set("plan", model.plan);
    if (!model.error.empty()) value.Set("error", model.error);
    const auto result = results.find(model.unique_id);
    value.Set("run", result == results.end() ? Value() : RunValue(result->second, model.plan));
    models.Push(std::move(value));
  }
  data.Set("models", std::move(models));
  Value run;
  if (page.last_run.is_map()) {
    run = Value::MakeMap();
    run.Set("generated_at", page.last_run["metadata"]["generated_at"].ToText());
    run.Set("elapsed", page.last_run["elapsed_time"]);
  }
  data.Set("run", std::move(run));
  return PageWithData(PlanPageText(), data);
}

}  // namespace dvt::artifacts
