// Partitions, snapshots, cancel, errors, raw copy and sessions against a real server.
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "dvt/connectors/postgres/test_server.h"

namespace dvt::connectors::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Server : public ServerTest {
 protected:
  ReadRequest Split(const std::string& table, int partitions, std::string column = {}) const {
    ReadRequest request = Table(table);
    request.options.prefer_column = std::move(column);
    request.options.rows_per_partition = 1;
    request.options.max_partitions = partitions;
    return request;
  }

  struct Counted {
    ReadPlan plan;
    std::multiset<std::string> rows;
  };
  Result<Counted> ReadAll(const ReadRequest& request, std::shared_ptr<ReadScope> scope = nullptr) {
    if (scope == nullptr) {
      DVT_ASSIGN(scope, connector_->BeginRead({}));
    }
    Counted out;
    DVT_ASSIGN(out.plan, connector_->PlanRead(request, scope, {}));
    for (int i = 0; i < static_cast<int>(out.plan.partitions.size()); ++i) {
      DVT_ASSIGN(columnar::Stream stream, connector_->Open(out.plan, i, scope, {}));
      DVT_ASSIGN(const auto rows, Rows(stream, out.plan.fields));
      out.rows.insert(rows.begin(), rows.end());
    }
    return out;
  }

  void ExpectExact(const Counted& got, const std::string& sql) {
    auto rows = Query(sql);
    ASSERT_TRUE(rows);
    EXPECT_EQ(got.rows.size(), rows->size());
    EXPECT_TRUE(got.rows == std::multiset<std::string>(rows->begin(), rows->end()));
  }
};

TEST_F(Server, PagePartitionsAreExact) {
  Run("CREATE TABLE t AS SELECT i, repeat('x', 100) AS s FROM generate_series(1, 100000) i");
  Run("DELETE FROM t WHERE i % 3 = 0; ANALYZE t");
  auto got = ReadAll(Split("t", 16));
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_EQ(got->plan.partitioned_by, "ctid");
  EXPECT_TRUE(got->plan.repeatable);
  EXPECT_GT(got->plan.partitions.size(), 8u);
  EXPECT_GE(got->plan.parallel, 2);
  EXPECT_EQ(got->rows.size(), 66667u);
  ExpectExact(*got, "SELECT i, s FROM t");
}

TEST_F(Server, FiltersAliasesAndColumnListsAreKept) {
  Run("CREATE TABLE t AS SELECT i, i % 7 AS k, repeat('x', 100) AS s FROM generate_series(1, 50000) i; ANALYZE t");
  ReadRequest request = Split("t", 8);
  request.alias = "o";
  request.select_list = {"o.i AS \"Odd Name\"", "o.k"};
  request.where = "o.k = 3 OR o.k = 4";
  auto got = ReadAll(request);
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_GT(got->plan.partitions.size(), 1u);
  EXPECT_EQ(got->plan.fields[0].name, "Odd Name");
  ExpectExact(*got, "SELECT i, k FROM t WHERE k IN (3, 4)");
}

TEST_F(Server, KeyRangesReadNullsAndOutliersOnce) {
  Run("CREATE TABLE t (i integer, n numeric(10,2), d date, ts timestamptz, f double precision)");
  Run("INSERT INTO t SELECT CASE WHEN i % 50 = 0 THEN NULL ELSE i END, i / 3.0, date '2020-01-01' + i % 900, now() + i * "
      "interval '1 min', "
      "CASE WHEN i % 70 = 0 THEN 'NaN'::float8 ELSE i END FROM generate_series(1, 20000) i");
  for (const bool analyzed : {false, true}) {
    if (analyzed) {
      Run("ANALYZE t");
      Run("INSERT INTO t VALUES (-5000000, 99999999.99, '4000-01-01', '3000-01-01', '-Infinity'), (5000000, -1, NULL, NULL, "
          "'Infinity')");
    }
    for (const std::string column : {"i", "n", "d", "ts", "f"}) {
      if (!analyzed && column == "f") continue;
      SCOPED_TRACE(column);
      auto got = ReadAll(Split("t", 7, column));
      ASSERT_TRUE(got) << got.error().ToString();
      EXPECT_EQ(got->plan.partitioned_by, "key range " + column);
      EXPECT_GE(got->plan.partitions.size(), 4u);
      ExpectExact(*got, "SELECT * FROM t");
    }
  }
  auto wrong = ReadAll(Split("t", 7, "ii"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), ErrorCode::kConfig);
}

TEST_F(Server, SkewFollowsTheHistogram) {
  Run("CREATE TABLE t AS SELECT (power(i, 4))::bigint AS k FROM generate_series(1, 20000) i; ANALYZE t");
  auto scope = connector_->BeginRead({});
  auto plan = connector_->PlanRead(Split("t", 4, "k"), *scope, {});
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->partitions.size(), 4u);
  for (int i = 0; i < 4; ++i) {
    auto stream = connector_->Open(*plan, i, *scope, {});
    ASSERT_TRUE(stream);
    auto rows = Rows(*stream, plan->fields);
    ASSERT_TRUE(rows);
    EXPECT_NEAR(static_cast<double>(rows->size()), 5000, 1000);
  }
}

TEST_F(Server, EmptyTablesViewsAndPartitionedTables) {
  Run("CREATE TABLE empty (i integer)");
  auto got = ReadAll(Split("empty", 8));
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_EQ(got->rows.size(), 0u);
  got = ReadAll(Split("empty", 8, "i"));
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_EQ(got->rows.size(), 0u);
  Run("CREATE TABLE p (i integer PRIMARY KEY, s text) PARTITION BY RANGE (i); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) "
      "TO (10000); "
      "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10000) TO (90000); INSERT INTO p SELECT i, 'x' FROM generate_series(0, "
      "29999) i; ANALYZE p");
  got = ReadAll(Split("p", 6));
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_EQ(got->plan.partitioned_by, "key range i");
  ExpectExact(*got, "SELECT * FROM p");
  Run("CREATE VIEW v AS SELECT i, count(*) AS n FROM p GROUP BY i");
  got = ReadAll(Split("v", 6));
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_EQ(got->plan.partitions.size(), 1u);
  got = ReadAll(Split("v", 6, "i"));
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_EQ(got->plan.partitions.size(), 6u);
  ExpectExact(*got, "SELECT * FROM v");
  ReadRequest query;
  query.sql = "SELECT s, count(*) FROM " + schema_ + ".p GROUP BY s; -- the end";
  got = ReadAll(query);
  ASSERT_FALSE(got) << "a semicolon inside needs a clear answer";
  query.sql = "SELECT s, count(*) FROM " + schema_ + ".p GROUP BY s -- the end";
  got = ReadAll(query);
  ASSERT_TRUE(got) << got.error().ToString();
  EXPECT_EQ(*got->rows.begin(), "x|30000");
}

TEST_F(Server, AllPartitionsSeeOneMomentWhileTheTableChanges) {
  Run("CREATE TABLE t AS SELECT i, repeat('x', 200) AS s FROM generate_series(1, 40000) i");
  auto scope = connector_->BeginRead({});
  ASSERT_TRUE(scope);
  EXPECT_EQ((*scope)->Describe().substr(0, 9), "snapshot ");
  auto plan = connector_->PlanRead(Split("t", 10), *scope, {});
  ASSERT_TRUE(plan);
  int64_t rows = 0;
  for (int i = 0; i < static_cast<int>(plan->partitions.size()); ++i) {
    Run("INSERT INTO t SELECT i, 'new' FROM generate_series(1, 5000) i; UPDATE t SET s = 'y' WHERE i % 10 = 0; DELETE FROM t "
        "WHERE i % 10 = 1");
    auto stream = connector_->Open(*plan, i, *scope, {});
    ASSERT_TRUE(stream) << stream.error().ToString();
    auto part = Rows(*stream, plan->fields);
    ASSERT_TRUE(part);
    for (const auto& row : *part) EXPECT_EQ(row.back(), 'x');
    rows += static_cast<int64_t>(part->size());
  }
  EXPECT_EQ(rows, 40000);
  // A rewrite of the table must wait for the readers.
  Run("SET lock_timeout = '200ms'");
  EXPECT_FALSE(session_->Execute("TRUNCATE t", {}));
  scope->reset();
}

TEST_F(Server, LostSnapshotSaysSo) {
  Run("CREATE TABLE t AS SELECT 1 AS i");
  config_.settings.Set("application_name", "coordinator_" + schema_);
  auto connector = Make(config_);
  auto scope = connector->BeginRead({});
  auto plan = connector->PlanRead(Table("t"), *scope, {});
  ASSERT_TRUE(plan);
  ASSERT_EQ(One("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'coordinator_" + schema_ + "'"),
            "true");
  std::this_thread::sleep_for(milliseconds(200));
  auto stream = connector->Open(*plan, 0, *scope, {});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code(), ErrorCode::kStartOver);
  EXPECT_NE(stream.error().message().find("snapshot"), std::string::npos);
}

TEST_F(Server, ReadsTakeTheConnectionOfTheCatalog) {
  Run("CREATE TABLE t AS SELECT 1 AS i");
  config_.settings.Set("application_name", "reader_" + schema_);
  const std::string ours = "FROM pg_stat_activity WHERE application_name = 'reader_" + schema_ + "'";
  for (const bool lost : {false, true}) {
    auto connector = Make(config_);
    ASSERT_TRUE(connector->Describe(*Table("t").relation, {}));
    if (lost) {
      ASSERT_EQ(One("SELECT count(pg_terminate_backend(pid)) " + ours), "1");
      std::this_thread::sleep_for(milliseconds(200));
    }
    auto moment = connector->BeginRead({});
    ASSERT_TRUE(moment);
    auto scope = connector->BeginReadAt(*moment, {});
    ASSERT_TRUE(scope) << scope.error().ToString();
    EXPECT_EQ(One("SELECT count(*) " + ours), "2");
    auto plan = connector->PlanRead(Table("t"), *scope, {});
    ASSERT_TRUE(plan) << plan.error().ToString();
    EXPECT_TRUE(connector->Describe(*Table("t").relation, {})) << "another one serves the catalog";
    EXPECT_EQ(One("SELECT count(*) " + ours), "3");
    connector.reset();
    moment->reset();
    scope->reset();
    for (int i = 0; i < 50 && One("SELECT count(*) " + ours) != "0"; ++i) std::this_thread::sleep_for(milliseconds(20));
  }
}

TEST_F(Server, CancelIsPromptEverywhere) {
  const auto expect_prompt = [&](const std::function<Status(std::stop_token)>& work, const char* what) {
    std::stop_source source;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(milliseconds(150));
      source.request_stop();
    });
    const auto begin = steady_clock::now();
    auto status = work(source.get_token());
    ASSERT_FALSE(status) << what;
    EXPECT_EQ(status.error().code(), ErrorCode::kCancelled) << what << ": " << status.error().ToString();
    EXPECT_LT(steady_clock::now() - begin, milliseconds(1150)) << what;
  };
  const auto as_status = [](auto result) -> Status {
    if (result) return {};
    return std::move(result).error();
  };
  expect_prompt([&](std::stop_token stop) { return as_status(session_->Execute("SELECT pg_sleep(30)", stop)); }, "execute");
  EXPECT_EQ(One("SELECT 1"), "1") << "the session must live on";
  expect_prompt(
      [&](std::stop_token stop) -> Status {
        DVT_ASSIGN(auto stream, session_->Query("SELECT i, pg_sleep(0.01) IS NULL FROM generate_series(1, 100000) i", stop));
        for (;;) {
          DVT_ASSIGN(auto batch, stream.Next());
          if (!batch.valid()) return {};
        }
      },
      "query");
  EXPECT_EQ(One("SELECT 1"), "1");
  Run("CREATE TABLE t (i integer); CREATE TABLE u (i integer)");
  Run("BEGIN; LOCK TABLE t");
  expect_prompt(
      [&](std::stop_token stop) {
        return as_status(connector_->OpenSink({{"", schema_, "t"}, {{"i", columnar::TypeKind::kInt32}}}, stop));
      },
      "sink behind a lock");
  Run("COMMIT");
  // A server that accepts and says nothing.
  ConnectionConfig silent = config_;
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  silent.settings.Set("host", "127.0.0.1");
  silent.settings.Set("port", static_cast<int>(ntohs(address.sin_port)));
  auto connector = Make(silent);
  expect_prompt([&](std::stop_token stop) { return as_status(connector->OpenSession(stop)); }, "connect");
  silent.settings.Set("connect_timeout", 1);
  auto timed_out = Make(silent)->OpenSession({});
  ASSERT_FALSE(timed_out);
  EXPECT_EQ(timed_out.error().code(), ErrorCode::kTimeout);
  ::close(listener);
}

TEST_F(Server, ErrorsHaveClasses) {
  const auto code = [&](const std::string& sql) {
    auto done = session_->Execute(sql, {});
    return done ? ErrorCode::kInternal : done.error().code();
  };
  EXPECT_EQ(code("SELEC 1"), ErrorCode::kSyntax);
  EXPECT_EQ(code("SELECT * FROM nowhere"), ErrorCode::kNotFound);
  EXPECT_EQ(code("SELECT nothing FROM pg_class"), ErrorCode::kNotFound);
  EXPECT_EQ(code("SELECT 1/0"), ErrorCode::kData);
  Run("CREATE TABLE t (i integer PRIMARY KEY)");
  EXPECT_EQ(code("CREATE TABLE t ()"), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code("INSERT INTO t VALUES (1), (1)"), ErrorCode::kConstraint);
  EXPECT_EQ(code("SET transaction_read_only = on; INSERT INTO t VALUES (1)"), ErrorCode::kPermission);
  EXPECT_EQ(code("SET statement_timeout = 50; SELECT pg_sleep(5)"), ErrorCode::kTimeout);
  Run("RESET statement_timeout");
  auto placed = session_->Execute("SELECT 1,\n  nope FROM t", {});
  ASSERT_FALSE(placed);
  EXPECT_NE(placed.error().message().find("line 2, column 3"), std::string::npos) << placed.error().message();
  EXPECT_EQ(placed.error().vendor_code(), "42703");

  ConnectionConfig wrong = config_;
  wrong.settings.Set("password", "Sup3rSecretValue");
  auto refused = Make(wrong)->Test({});
  if (!refused) {  // a server that trusts everybody accepts any password
    EXPECT_EQ(refused.error().code(), ErrorCode::kAuthentication) << refused.error().ToString();
    EXPECT_EQ(refused.error().ToString().find("Sup3rSecretValue"), std::string::npos);
  }
  wrong = config_;
  wrong.settings.Set("dbname", "no_such_database");
  auto missing = Make(wrong)->Test({});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound) << missing.error().ToString();
  wrong.settings.Set("port", 1);
  auto down = Make(wrong)->Test({});
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code(), ErrorCode::kConnection) << down.error().ToString();
  EXPECT_TRUE(RetryPolicy().IsRetryable(down.error()));
  wrong.settings.Set("host", "no-such-host.invalid");
  auto nowhere = Make(wrong)->Test({});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code(), ErrorCode::kConnection) << nowhere.error().ToString();
}

TEST_F(Server, LoadsAreAtomic) {
  Run("CREATE TABLE t (i integer PRIMARY KEY)");
  auto source = session_->Query("SELECT i FROM generate_series(1, 50000) i", {});
  ASSERT_TRUE(source);
  const auto fields = *source->GetFields();
  auto batch = source->Next();
  ASSERT_TRUE(batch);
  *source = columnar::Stream();
  const SinkRequest request{{"", schema_, "t"}, fields, "", false, 60};
  {
    auto sink = connector_->OpenSink(request, {});
    ASSERT_TRUE(sink) << sink.error().ToString();
    ASSERT_TRUE((*sink)->Write(batch->get(), {}));
    EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
  }
  EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
  auto sink = connector_->OpenSink(request, {});
  ASSERT_TRUE((*sink)->Write(batch->get(), {}));
  EXPECT_EQ(*(*sink)->Commit({}), batch->length());
  EXPECT_EQ(One("SELECT count(*) FROM t"), std::to_string(batch->length()));
  sink = connector_->OpenSink(request, {});
  Status written = (*sink)->Write(batch->get(), {});  // every key is there already
  Result<int64_t> committed = written ? (*sink)->Commit({}) : Result<int64_t>(std::move(written).error());
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code(), ErrorCode::kConstraint) << committed.error().ToString();
  auto missing = connector_->OpenSink({{"", schema_, "t"}, {{"ii", columnar::TypeKind::kInt32}}}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  Run("SET default_transaction_read_only = on");
}

TEST_F(Server, RawCopyPassesBytesThrough) {
  Run("CREATE TABLE a AS SELECT i, i / 7.0 AS n, 'text ' || i AS s, now() AS ts, CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS k "
      "FROM generate_series(1, 60000) i; ANALYZE a; CREATE TABLE b (LIKE a); CREATE TABLE c (i bigint)");
  auto scope = connector_->BeginRead({});
  auto plan = connector_->PlanRead(Split("a", 5), *scope, {});
  ASSERT_TRUE(plan);
  ASSERT_GT(plan->partitions.size(), 2u);
  auto format = connector_->RawFormatOf({"", schema_, "b"}, {"i", "n", "s", "ts", "k"}, {});
  ASSERT_TRUE(format) << format.error().ToString();
  EXPECT_EQ(*format, plan->raw_format);
  EXPECT_NE(*connector_->RawFormatOf({"", schema_, "c"}, {"i"}, {}), plan->raw_format);
  auto sink = connector_->OpenSink({{"", schema_, "b"}, plan->fields, *format, true, 60}, {});
  ASSERT_TRUE(sink) << sink.error().ToString();
  int64_t rows = 0;
  for (int i = 0; i < static_cast<int>(plan->partitions.size()); ++i) {
    auto raw = connector_->OpenRaw(*plan, i, *scope, {});
    ASSERT_TRUE(raw) << raw.error().ToString();
    for (;;) {
      auto chunk = (*raw)->Next();
      ASSERT_TRUE(chunk) << chunk.error().ToString();
      if (chunk->empty()) break;
      ASSERT_TRUE((*sink)->WriteRaw(*chunk, {}));
    }
    rows += (*raw)->rows();
  }
  EXPECT_EQ(rows, 60000);
  auto committed = (*sink)->Commit({});
  ASSERT_TRUE(committed) << committed.error().ToString();
  EXPECT_EQ(*committed, 60000);
  EXPECT_EQ(One("SELECT count(*) FROM (TABLE a EXCEPT TABLE b) x"), "0");
}

TEST_F(Server, SessionsStreamAndKeepTheirState) {
  EXPECT_EQ(One("CREATE TEMP TABLE x AS SELECT 1 AS i; INSERT INTO x VALUES (2); SELECT sum(i) FROM x"), "3");
  auto shown = Query("SHOW server_version_num");
  ASSERT_TRUE(shown) << shown.error().ToString();
  auto returned = Query("INSERT INTO x VALUES (3), (4) RETURNING i");
  ASSERT_TRUE(returned) << returned.error().ToString();
  EXPECT_EQ(returned->size(), 2u);
  auto none = session_->Query("CREATE TEMP TABLE y (i integer)", {});
  ASSERT_TRUE(none) << none.error().ToString();
  EXPECT_EQ(none->GetFields()->size(), 0u);
  none->Reset();
  auto done = session_->Execute("INSERT INTO x SELECT generate_series(1, 5)", {});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->rows_affected, 5);
  EXPECT_EQ(done->message, "INSERT 0 5");
  ASSERT_TRUE(session_->Begin());
  EXPECT_TRUE(session_->in_transaction());
  {
    auto stream = session_->Query("SELECT i, repeat('x', 1000) FROM generate_series(1, 200000) i", {});
    ASSERT_TRUE(stream);
    ASSERT_TRUE(stream->Next());
    EXPECT_FALSE(session_->Execute("SELECT 1", {})) << "busy while streaming";
  }
  Run("INSERT INTO x VALUES (100)");
  ASSERT_TRUE(session_->Rollback());
  EXPECT_FALSE(session_->in_transaction());
  EXPECT_EQ(One("SELECT max(i) FROM x"), "5");
  auto copy = session_->Execute("COPY x TO STDOUT", {});
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(One("SELECT 1"), "1");
}

// A session's connection serves the next session, which finds nothing of the one before.
TEST_F(Server, SessionsAreAsGoodAsNew) {
  // What `statement` leaves: the process that served its session, and what `question` says in the next session and its process.
  struct Left {
    std::string process, next_process, answer;
  };
  const auto after = [&](const std::string& statement, const std::string& question) {
    const auto ask = [&](Session& session, const std::string& sql) {
      auto rows = Query(sql, &session);
      EXPECT_TRUE(rows) << rows.error().ToString();
      return rows && rows->size() == 1 ? rows->front() : "?";
    };
    Left left;
    {
      auto session = connector_->OpenSession({});
      EXPECT_TRUE(session);
      left.process = ask(**session, "select pg_backend_pid()");
      auto done = (*session)->Execute(statement, {});
      EXPECT_TRUE(done) << done.error().ToString();
    }
    auto next = connector_->OpenSession({});
    EXPECT_TRUE(next);
    left.next_process = ask(**next, "select pg_backend_pid()");
    left.answer = ask(**next, question);
    return left;
  };
  const auto plain =
      after("create temp table mine (i int); prepare p as select 1; select pg_advisory_lock(4711)",
            "select to_regclass('mine') is null and (select count(*) from pg_prepared_statements where name = 'p') = 0 "
            "and (select count(*) from pg_locks where locktype = 'advisory' and objid = 4711) = 0");
  EXPECT_EQ(plain.process, plain.next_process);
  EXPECT_EQ(plain.answer, "true");
  EXPECT_EQ(after("create temp table mine (i int)", "show search_path").answer, schema_ + ", public");
  // An invented setting would stay, as an empty text.
  const auto invented = after("set mine.word = 'x'", "select current_setting('mine.word', true) is null");
  EXPECT_NE(invented.process, invented.next_process);
  EXPECT_EQ(invented.answer, "true");
  const auto called = after("select set_config('mine.word', 'x', false)", "select current_setting('mine.word', true) is null");
  EXPECT_EQ(called.answer, "true");
  // What a role gets from now on counts in sessions from now on, also where a connection lies idle.
  ASSERT_TRUE(connector_->OpenSession({}));
  const auto role = after("alter role current_user set work_mem = '5MB'", "show work_mem");
  EXPECT_NE(role.process, role.next_process);
  EXPECT_EQ(role.answer, "5MB");
  Run("alter role current_user reset work_mem");
  // A transaction left open, and a connection that was lost while it lay idle.
  EXPECT_EQ(after("begin; create table " + schema_ + ".half (i int)", "select to_regclass('half') is null").answer, "true");
  const auto lost = after("select 1", "select 1");
  Run("select pg_terminate_backend(" + lost.next_process + ")");
  EXPECT_EQ(after("select 1", "select 1").answer, "1");
}

TEST_F(Server, CatalogDescribes) {
  Run("CREATE TABLE orders (id bigint PRIMARY KEY, a integer NOT NULL, b text, UNIQUE (a, b)); CREATE VIEW orders_view AS SELECT "
      "* FROM orders; "
      "CREATE TABLE \"; drop table x; --\" (\"q\"\"uote\" integer)");
  auto info = connector_->Describe({"", schema_, "orders"}, {});
  ASSERT_TRUE(info) << info.error().ToString();
  ASSERT_EQ(info->indexes.size(), 2u);
  EXPECT_TRUE(info->indexes[0].primary);
  EXPECT_EQ(info->indexes[1].columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(info->columns[1].nullable);
  EXPECT_TRUE(info->columns[2].nullable);
  auto relations = connector_->ListRelations(schema_, {});
  ASSERT_TRUE(relations);
  EXPECT_EQ(relations->size(), 3u);
  auto missing = connector_->Describe({"", schema_, "ordres"}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().hint().find("orders"), std::string::npos) << missing.error().ToString();
  auto odd = connector_->Describe({"", schema_, "; drop table x; --"}, {});
  ASSERT_TRUE(odd) << odd.error().ToString();
  auto got = ReadAll(Table("; drop table x; --"));
  ASSERT_TRUE(got) << got.error().ToString();
  auto schemas = connector_->ListSchemas({});
  ASSERT_TRUE(schemas);
  EXPECT_NE(std::find(schemas->begin(), schemas->end(), schema_), schemas->end());
  auto fields = connector_->DescribeQuery("SELECT a, b || 'x' AS bx FROM " + schema_ + ".orders", {});
  ASSERT_TRUE(fields);
  EXPECT_EQ((*fields)[1].name, "bx");
  auto version = connector_->Test({});
  ASSERT_TRUE(version);
  EXPECT_TRUE(version->starts_with("PostgreSQL"));
}

TEST_F(Server, LettersAreTriedOnTheServer) {
  Run("CREATE TABLE plain (id int, s text); CREATE TABLE own (id int, s text COLLATE \"C\")");
  EXPECT_EQ(*connector_->LetterCaseOf({{"", schema_, "plain"}}, {}), sql::LetterCase::kPaired);
  EXPECT_EQ(*connector_->LetterCaseOf({{"", schema_, "plain"}, {"", schema_, "own"}}, {}), sql::LetterCase::kOwn);
  EXPECT_FALSE(connector_->LetterCaseOf({{"", schema_, "gone"}}, {}));
  for (const std::string options :
       {"lc_collate 'C' lc_ctype 'C'", "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'", "locale_provider icu icu_locale 'und'"}) {
    ConnectionConfig other = config_;
    other.settings.Set("dbname", schema_);
    if (!session_->Execute("CREATE DATABASE " + schema_ + " TEMPLATE template0 " + options, {}))
      continue;  // a server without ICU
    EXPECT_EQ(*Make(other)->LetterCaseOf({}, {}), sql::LetterCase::kOwn) << options;
    Run("DROP DATABASE " + schema_ + " WITH (FORCE)");
  }
}

}  // namespace
}  // namespace dvt::connectors::postgres
