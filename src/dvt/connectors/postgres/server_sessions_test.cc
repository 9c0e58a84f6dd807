// Connections that serve again: of reads that are over, of the catalog, of loads.
#include <chrono>
#include <thread>

#include "dvt/connectors/postgres/test_server.h"

namespace dvt::connectors::postgres {
namespace {

class ServerSessions : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    if (IsSkipped()) return;
    config_.settings.Set("application_name", "again_" + schema_);
    connector_ = Make(config_);
    Run("CREATE TABLE t AS SELECT i FROM generate_series(1, 3) i");
  }

  std::string Ours(const std::string& what) {
    return One("SELECT " + what + " FROM pg_stat_activity WHERE application_name = 'again_" + schema_ + "'");
  }
  std::string Pids() { return Ours("string_agg(pid::text, ',' ORDER BY pid)"); }
  void Wait(const std::string& what, const std::string& wanted) {
    for (int i = 0; i < 100 && Ours(what) != wanted; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(Ours(what), wanted) << what;
  }
  void ReadTable(const std::string& sql) {
    auto scope = connector_->BeginRead({});
    ASSERT_TRUE(scope) << scope.error().ToString();
    ReadRequest request;
    request.sql = sql;
    auto plan = connector_->PlanRead(request, *scope, {});
    ASSERT_TRUE(plan) << plan.error().ToString();
    auto stream = connector_->Open(*plan, 0, *scope, {});
    ASSERT_TRUE(stream) << stream.error().ToString();
    auto rows = Rows(*stream, plan->fields);
    ASSERT_TRUE(rows) << rows.error().ToString();
  }
  SinkRequest Load() const { return {{"", schema_, "t"}, {{"i", columnar::TypeKind::kInt32}}}; }
};

TEST_F(ServerSessions, ThoseOfReadsServeAgainAsNewOnes) {
  ReadTable("SELECT i, set_config('dvt.left', 'over', false), pg_advisory_lock(4711, i) IS NULL FROM " + schema_ + ".t");
  Wait("count(*) FILTER (WHERE state = 'idle')", "2");  // no transaction, and so no lock and no snapshot
  EXPECT_EQ(One("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711"), "0");
  const std::string pids = Pids();
  ReadTable("SELECT i FROM " + schema_ + ".t");
  EXPECT_EQ(Pids(), pids) << "no further connection";
  auto session = connector_->OpenSession({});
  ASSERT_TRUE(session) << session.error().ToString();
  EXPECT_EQ(Pids(), pids);
  auto shown =
      (*session)->Query("SELECT coalesce(current_setting('dvt.left', true), '') || current_setting('statement_timeout')", {});
  ASSERT_TRUE(shown);
  const auto fields = *shown->GetFields();
  EXPECT_EQ(*Rows(*shown, fields)->begin(), "0");
}

TEST_F(ServerSessions, ThoseOfReadsThatDiedAreReplaced) {
  ReadTable("SELECT i FROM " + schema_ + ".t");
  Wait("count(*) FILTER (WHERE state = 'idle')", "2");
  ASSERT_EQ(Ours("count(pg_terminate_backend(pid))"), "2");
  Wait("count(*)", "0");
  ReadTable("SELECT i FROM " + schema_ + ".t");
  Wait("count(*) FILTER (WHERE state = 'idle')", "2");
}

TEST_F(ServerSessions, LoadsTakeTheConnectionOfTheCatalog) {
  for (const bool lost : {false, true}) {
    ASSERT_TRUE(connector_->Describe({"", schema_, "t"}, {}));
    ASSERT_EQ(Ours("count(*)"), "1");
    const std::string pid = Pids();
    if (lost) {
      ASSERT_EQ(Ours("count(pg_terminate_backend(pid))"), "1");
      Wait("count(*)", "0");
    }
    auto sink = connector_->OpenSink(Load(), {});
    ASSERT_TRUE(sink) << sink.error().ToString();
    EXPECT_EQ(Pids() == pid, !lost);
    ASSERT_TRUE((*sink)->Commit({}));
    const std::string loader = Pids();
    ASSERT_TRUE(connector_->Describe({"", schema_, "t"}, {}));
    EXPECT_EQ(Pids(), loader) << "and the catalog that of a load";
  }
  auto none = Load();
  none.relation.name = "tt";
  auto sink = connector_->OpenSink(none, {});
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().code(), ErrorCode::kNotFound) << sink.error().ToString();
  Run("CREATE VIEW v AS SELECT * FROM t");
  none.relation.name = "v";
  sink = connector_->OpenSink(none, {});
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().code(), ErrorCode::kUnsupported) << sink.error().ToString();
}

}  // namespace
}  // namespace dvt::connectors::postgres
