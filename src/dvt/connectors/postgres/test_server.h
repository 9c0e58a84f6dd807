#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/postgres/connector.h"

namespace dvt::connectors::postgres {

/// A test on the real server of DVT_TEST_POSTGRES, in a schema of its own.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* uri = std::getenv("DVT_TEST_POSTGRES");
    if (uri == nullptr) GTEST_SKIP() << "DVT_TEST_POSTGRES is not set: no PostgreSQL to test with";
    char* problem = nullptr;
    PQconninfoOption* options = PQconninfoParse(uri, &problem);
    ASSERT_NE(options, nullptr) << problem;
    config_ = {"pg", "postgres", Value::MakeMap(), "profiles.yml", "."};
    for (PQconninfoOption* o = options; o->keyword != nullptr; ++o) {
      if (o->val == nullptr) continue;
      for (const std::string name : {"host", "port", "user", "password", "dbname"}) {
        if (name == o->keyword) config_.settings.Set(name, std::string(o->val));
      }
    }
    PQconninfoFree(options);
    static int count = 0;
    schema_ = "dvt_test_" + std::to_string(::getpid()) + "_" + std::to_string(count++);
    config_.settings.Set("schema", schema_);
    config_.settings.Set("search_path", schema_ + ", public");
    connector_ = Make(config_);
    auto session = connector_->OpenSession({});
    ASSERT_TRUE(session) << session.error().ToString();
    session_ = std::move(*session);
    Run("CREATE SCHEMA " + schema_ + "; SET search_path = " + schema_);
  }

  void TearDown() override {
    if (session_ == nullptr) return;
    if (session_->in_transaction()) (void)session_->Rollback();
    (void)session_->Execute("DROP SCHEMA " + schema_ + " CASCADE", {});
  }

  static std::shared_ptr<Connector> Make(const ConnectionConfig& config) {
    auto connector = MakePostgresConnector(config);
    EXPECT_TRUE(connector) << connector.error().ToString();
    return *connector;
  }

  void Run(const std::string& sql) {
    auto done = session_->Execute(sql, {});
    ASSERT_TRUE(done) << done.error().ToString() << "\n" << sql;
  }

  /// Rows of a stream as text, "∅" for NULL, values joined by '|'.
  static Result<std::vector<std::string>> Rows(columnar::Stream& stream, const columnar::Fields& fields) {
    std::vector<std::string> rows;
    for (;;) {
      DVT_ASSIGN(columnar::Array batch, stream.Next());
      if (!batch.valid()) return rows;
      const auto columns = columnar::BatchColumns(batch.get(), fields);
      for (int64_t row = 0; row < batch.length(); ++row) {
        std::string text;
        for (size_t i = 0; i < columns.size(); ++i) {
          if (i > 0) text += '|';
          if (columns[i].IsNull(row))
            text += "∅";
          else
            columnar::AppendText(text, columns[i], row);
        }
        rows.push_back(std::move(text));
      }
    }
  }

  Result<std::vector<std::string>> Query(const std::string& sql, Session* session = nullptr) {
    DVT_ASSIGN(columnar::Stream stream, (session == nullptr ? session_.get() : session)->Query(sql, {}));
    DVT_ASSIGN(const columnar::Fields fields, stream.GetFields());
    return Rows(stream, fields);
  }

  /// The single value of a query, as text.
  std::string One(const std::string& sql) {
    auto rows = Query(sql);
    EXPECT_TRUE(rows) << rows.error().ToString();
    return rows && rows->size() == 1 ? rows->front() : "?";
  }

  ReadRequest Table(const std::string& name) const {
    ReadRequest request;
    request.relation = columnar::RelationName{"", schema_, name};
    return request;
  }

  ConnectionConfig config_;
  std::string schema_;
  std::shared_ptr<Connector> connector_;
  std::unique_ptr<Session> session_;
};

}  // namespace dvt::connectors::postgres
