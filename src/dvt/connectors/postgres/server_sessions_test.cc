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

TEST_F(ServerSessions, LargeLoadsKeepTheLogWriterAtWork) {
  constexpr char kAwake[] = "count(*) FILTER (WHERE query = 'SELECT pg_catalog.txid_current()' AND state = 'idle')";
  Run("CREATE TABLE texts (i text)");
  auto plan = connector_->PlanRead(Table("texts"), nullptr, {});
  ASSERT_TRUE(plan) << plan.error().ToString();
  const std::string value(1 << 20, 'x');
  std::string row{0, 1, 0, 16, 0, 0};  // one column, of a megabyte
  row += value;
  for (const int rows : {4, 20}) {
    auto sink = connector_->OpenSink({{"", schema_, "texts"}, plan->fields, plan->raw_format, true, 60}, {});
    ASSERT_TRUE(sink) << sink.error().ToString();
    for (int i = 0; i < rows; ++i) ASSERT_TRUE((*sink)->WriteRaw(row, {}));
    Wait(kAwake, rows == 4 ? "0" : "1");
    if (rows == 20) EXPECT_EQ(Ours("count(pg_terminate_backend(pid)) FILTER (WHERE state = 'idle')"), "1");
    ASSERT_TRUE((*sink)->Commit({})) << "an aid only";
  }
  EXPECT_EQ(One("SELECT count(*) FROM texts"), "24");
  connector_ = nullptr;
  Wait("count(*)", "0");
}

TEST_F(ServerSessions, ThoseThatIdleAreClosedAtRest) {
  Run("CREATE TABLE texts (i text)");
  auto plan = connector_->PlanRead(Table("texts"), nullptr, {});
  ASSERT_TRUE(plan) << plan.error().ToString();
  std::string row{0, 1, 0, 16, 0, 0};
  row += std::string(1 << 20, 'x');
  for (const bool ends_at_once : {false, true}) {
    ReadTable("SELECT i FROM " + schema_ + ".t");
    auto sink = connector_->OpenSink({{"", schema_, "texts"}, plan->fields, plan->raw_format, true, 60}, {});
    ASSERT_TRUE(sink) << sink.error().ToString();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE((*sink)->WriteRaw(row, {}));
    Wait("count(*) FILTER (WHERE query = 'SELECT pg_catalog.txid_current()')", "1");
    auto at_work = connector_->OpenSink(Load(), {});
    ASSERT_TRUE(at_work) << at_work.error().ToString();
    ASSERT_TRUE((*sink)->Commit({}));
    connector_->Rest();
    if (!ends_at_once) Wait("count(*)", "1");
    EXPECT_EQ(Ours("count(*) FILTER (WHERE state = 'active' AND query LIKE 'COPY%')"), "1") << "not those at work";
    ASSERT_TRUE((*at_work)->Commit({}));
  }
  connector_ = nullptr;
  Wait("count(*)", "0");
}

// Rows are counted by the server's messages.
TEST_F(ServerSessions, RawRowsAreCountedWhateverTheirLengths) {
  Run("CREATE TABLE wide AS SELECT i, repeat('x', CASE WHEN i % 100 = 0 THEN 1 << (i / 100 % 19) WHEN i % 777 = 0 THEN 65522 + i "
      "/ 777 "
      "ELSE i % 300 END) AS x FROM generate_series(1, 20000) i; ALTER TABLE wide ALTER x SET STORAGE EXTERNAL; "
      "CREATE TABLE copy (LIKE wide); CREATE TABLE nothing (LIKE wide)");
  for (const std::string from : {"wide", "nothing"}) {
    auto scope = connector_->BeginRead({});
    ASSERT_TRUE(scope) << scope.error().ToString();
    auto plan = connector_->PlanRead(Table(from), *scope, {});
    ASSERT_TRUE(plan) << plan.error().ToString();
    ASSERT_FALSE(plan->raw_format.empty());
    auto sink = connector_->OpenSink({{"", schema_, "copy"}, plan->fields, plan->raw_format, true, 60}, {});
    ASSERT_TRUE(sink) << sink.error().ToString();
    int64_t rows = 0;
    for (int i = 0; i < static_cast<int>(plan->partitions.size()); ++i) {
      auto raw = connector_->OpenRaw(*plan, i, *scope, {});
      ASSERT_TRUE(raw) << raw.error().ToString();
      for (auto chunk = (*raw)->Next(); chunk && !chunk->empty(); chunk = (*raw)->Next())
        ASSERT_TRUE((*sink)->WriteRaw(*chunk, {}));
      rows += (*raw)->rows();
    }
    EXPECT_EQ(rows, from == "wide" ? 20000 : 0);
    auto committed = (*sink)->Commit({});
    ASSERT_TRUE(committed) << committed.error().ToString();
    EXPECT_EQ(*committed, rows);
  }
  EXPECT_EQ(One("SELECT count(*) FROM (TABLE wide EXCEPT TABLE copy) x"), "0");
}

}  // namespace
}  // namespace dvt::connectors::postgres
