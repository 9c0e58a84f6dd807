#include "dvt/base/telemetry/span.h"

#include <gtest/gtest.h>

#include "dvt/base/telemetry/otlp_exporter.h"
#include "dvt/base/text/secrets.h"

namespace dvt {
namespace {

class Spans : public testing::Test {
 protected:
  Spans() {
    SetSpanListener([this](const FinishedSpan& span) {
      seen_.push_back(span);
      return true;
    });
  }
  ~Spans() override {
    SetSpanListener({});
    SecretRegistry::Clear();
  }
  std::vector<FinishedSpan> seen_;
};

TEST_F(Spans, HangBelowTheActiveOne) {
  const TraceParent caller{std::string(32, 'a'), std::string(16, 'b')};
  {
    const TraceScope scope(caller);
    ActiveSpan outer("outer");
    { const Span inner("inner"); }
    Span moved("moved");
    Span there = std::move(moved);
    there.End();
  }
  const Span alone("alone");
  ASSERT_EQ(seen_.size(), 3U);
  EXPECT_EQ(seen_[0].name, "inner");
  EXPECT_EQ(seen_[1].name, "moved");
  EXPECT_EQ(seen_[2].name, "outer");
  EXPECT_EQ(seen_[2].trace_id, caller.trace_id);
  EXPECT_EQ(seen_[2].parent_id, caller.span_id);
  EXPECT_EQ(seen_[0].parent_id, seen_[2].span_id);
  EXPECT_EQ(seen_[0].trace_id, caller.trace_id);
  EXPECT_NE(seen_[0].span_id, seen_[1].span_id);
  EXPECT_GE(seen_[2].end_ns, seen_[0].start_ns);
}

TEST_F(Spans, HoldNoSecret) {
  SecretRegistry::Register("hunter2");
  Span span("polaris.authenticate");
  span.Set("where", "id = 'hunter2'");
  span.Fail(Error(ErrorCode::kAuthentication, "no entry for hunter2").WithVendorCode("401").Within("with hunter2"));
  span.End();
  ASSERT_EQ(seen_.size(), 1U);
  const std::string sent = ToJson(OtlpTraces(seen_, Value::MakeMap())) + ToJson(OtlpLogs(seen_, Value::MakeMap()));
  EXPECT_EQ(sent.find("hunter2"), std::string::npos) << sent;
  EXPECT_NE(sent.find("no entry for *****"), std::string::npos) << sent;
}

TEST_F(Spans, TellWhatHappensMeanwhile) {
  EXPECT_EQ(ActiveSpan::Innermost(), nullptr);
  SecretRegistry::Register("hunter2");
  Value told = Value::MakeMap();
  told.Set("why", "hunter2 was refused");
  {
    ActiveSpan outer("outer");
    { ActiveSpan inner("inner"); }
    ASSERT_EQ(ActiveSpan::Innermost(), &outer);
    ActiveSpan::Innermost()->Tell("again", told);
  }
  EXPECT_EQ(ActiveSpan::Innermost(), nullptr);
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_TRUE(seen_[0].events.empty());
  ASSERT_EQ(seen_[1].events.size(), 1U);
  EXPECT_EQ(seen_[1].events[0].name, "again");
  EXPECT_EQ(seen_[1].events[0].attributes["why"].ToText(), "***** was refused");
  EXPECT_GE(seen_[1].events[0].time_ns, seen_[1].start_ns);
}

TEST(TraceParent, IsReadAsW3cWritesIt) {
  const TraceParent read = TraceParent::Parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(read.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(read.span_id, "b7ad6b7169203331");
  EXPECT_EQ(read.ToString(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(TraceParent().ToString(), "");
  {
    const TraceScope scope(read);
    EXPECT_EQ(TraceParent::Current().span_id, read.span_id);
  }
  EXPECT_EQ(TraceParent::Current().ToString(), "");
  for (const auto* wrong :
       {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"})
    EXPECT_TRUE(TraceParent::Parse(wrong).trace_id.empty()) << wrong;
}

TEST(OtlpJson, FollowsTheProtocolsEncoding) {
  FinishedSpan span;
  span.name = "iceberg.append";
  span.trace_id = std::string(32, '1');
  span.span_id = std::string(16, '2');
  span.start_ns = 1700000000123456789;
  span.end_ns = span.start_ns + 2000000;
  span.attributes.Set("rows", 5);
  span.attributes.Set("columns", Value(Value::List{Value("a"), Value("b")}));
  Value resource = Value::MakeMap();
  resource.Set("service.name", "shop");
  const auto wanted = ParseJson(
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},)"
      R"("scopeSpans":[{"scope":{"name":"dvt"},"spans":[{"traceId":"11111111111111111111111111111111","spanId":"2222222222222222",)"
      R"("name":"iceberg.append","kind":1,"startTimeUnixNano":"1700000000123456789","endTimeUnixNano":"1700000000125456789",)"
      R"("attributes":[{"key":"rows","value":{"intValue":"5"}},)"
      R"({"key":"columns","value":{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}}],"status":{"code":0}}]}]}]})");
  ASSERT_TRUE(wanted);
  EXPECT_EQ(ToJson(OtlpTraces({span}, resource)), ToJson(*wanted));
  span.events.push_back({"iceberg.retry", span.start_ns + 1000, Value::MakeMap()});
  span.events[0].attributes.Set("attempt", 2);
  EXPECT_EQ(
      ToJson(OtlpTraces({span}, resource)["resourceSpans"].list()[0]["scopeSpans"].list()[0]["spans"].list()[0]["events"]),
      R"([{"timeUnixNano": "1700000000123457789", "name": "iceberg.retry", "attributes": [{"key": "attempt", "value": {"intValue": "2"}}]}])");
  span.error = "gone";
  const Value logs = OtlpLogs({span}, resource);
  const auto& records = logs["resourceLogs"].list()[0]["scopeLogs"].list()[0]["logRecords"].list();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0]["body"]["stringValue"].ToText(), "iceberg.retry");
  EXPECT_EQ(records[0]["severityText"].ToText(), "WARN");
  EXPECT_EQ(records[0]["spanId"].ToText(), span.span_id);
  const Value& record = records[1];
  EXPECT_EQ(record["severityText"].ToText(), "WARN");
  EXPECT_EQ(record["body"]["stringValue"].ToText(), "iceberg.append failed: gone");
  EXPECT_EQ(record["traceId"].ToText(), span.trace_id);
}

}  // namespace
}  // namespace dvt
