#include "dvt/artifacts/site/plan_file.h"

#include <gtest/gtest.h>

#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {
namespace {

Value PlanOf(const std::string& id) {
  Value plan = Value::MakeMap();
  plan.Set("plan_id", id);
  plan.Set("sql", "select '</script><script>alert(1)</script>' as hunter2");
  return plan;
}

Value RunOf(const std::string& model, const std::string& plan_id) {
  auto run = ParseJson(R"({"metadata": {"generated_at": "2026-01-02T03:04:05Z"}, "elapsed_time": 2.5, "results": [
    {"unique_id": "test.shop.t", "status": "pass", "adapter_response": {}},
    {"unique_id": ")" + model +
                           R"(", "status": "success", "execution_time": 1.5, "message": "SELECT 3", "adapter_response":
     {"dvt_way": "direct", "dvt_plan": ")" +
                           plan_id + R"(", "dvt_transfers": [{"role": "extract", "rows": 3}]}}]})",
                       "run_results.json");
  EXPECT_TRUE(run);
  return run ? *run : Value();
}

// The data inside of the page.
Value DataOf(const std::string& html) {
  const std::string begin = "<script id=\"data\" type=\"application/json\">";
  const size_t from = html.find(begin) + begin.size();
  auto data = ParseJson(html.substr(from, html.find("</script>", from) - from), "page");
  EXPECT_TRUE(data) << (data ? "" : data.error().ToString());
  return data ? *data : Value();
}

TEST(PlanFile, NumbersOfARunBelongToItsPlan) {
  PlanPage page;
  page.models.push_back({"model.shop.a", "a", "models/a.sql", PlanOf("p1"), ""});
  page.last_run = RunOf("model.shop.a", "p1");
  Value data = DataOf(PlanHtml(page));
  EXPECT_TRUE(data["models"].list()[0]["run"]["same_plan"].as_bool());
  EXPECT_EQ(data["models"].list()[0]["run"]["transfers"].list()[0]["rows"].as_int(), 3);
  EXPECT_EQ(data["run"]["generated_at"].as_string(), "2026-01-02T03:04:05Z");
  page.last_run = RunOf("model.shop.a", "p2");
  data = DataOf(PlanHtml(page));
  EXPECT_FALSE(data["models"].list()[0]["run"]["same_plan"].as_bool());
  page.last_run = RunOf("model.shop.b", "p1");
  EXPECT_TRUE(DataOf(PlanHtml(page))["models"].list()[0]["run"].is_null());
  page.last_run = Value();
  EXPECT_TRUE(DataOf(PlanHtml(page))["run"].is_null());
}

TEST(PlanFile, ModelsWithoutAPlanSayWhy) {
  PlanPage page;
  page.models.push_back({"model.shop.a", "a", "models/a.sql", Value(), "there is no table x"});
  const Value data = DataOf(PlanHtml(page));
  EXPECT_TRUE(data["models"].list()[0]["plan"].is_null());
  EXPECT_EQ(data["models"].list()[0]["error"].as_string(), "there is no table x");
}

TEST(PlanFile, TextsStayTextsAndSecretsStaySecret) {
  SecretRegistry::Register("hunter2");
  PlanPage page;
  page.models.push_back({"model.shop.a", "a", "models/a.sql", PlanOf("p1"), ""});
  const std::string html = PlanHtml(page);
  EXPECT_EQ(html.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(html.find("hunter2"), std::string::npos);
  EXPECT_EQ(html.find("/*@"), std::string::npos) << "a part of the page is missing";
}

}  // namespace
}  // namespace dvt::artifacts
