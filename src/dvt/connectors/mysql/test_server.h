#pragma once
// A real server for the tests, named by DVT_TEST_MYSQL=mysql://user:password@host:port/schema (percent-encoded).

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/mysql/connector.h"

namespace dvt::connectors::mysql {

inline std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

inline ConnectionConfig ConfigFromUrl(std::string_view url) {
  ConnectionConfig config;
  config.name = "shop";
  config.type = "mysql";
  config.settings = Value::MakeMap();
  url.remove_prefix(std::string_view("mysql://").size());
  const size_t at = url.rfind('@'), colon = url.find(':');
  const std::string_view place = url.substr(at + 1);
  const size_t port = place.find(':'), slash = place.find('/');
  config.settings.Set("user", PercentDecoded(url.substr(0, colon)));
  config.settings.Set("password", PercentDecoded(url.substr(colon + 1, at - colon - 1)));
  config.settings.Set("host", std::string(place.substr(0, port)));
  config.settings.Set("port", static_cast<int64_t>(std::strtol(std::string(place.substr(port + 1)).c_str(), nullptr, 10)));
  config.settings.Set("schema", PercentDecoded(place.substr(slash + 1)));
  return config;
}

/// Skips (visibly) when no server is named. Each test has its own tables, dropped by name.
class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* url = std::getenv("DVT_TEST_MYSQL");
    if (url == nullptr || *url == '\0') GTEST_SKIP() << "DVT_TEST_MYSQL names no server";
    config_ = ConfigFromUrl(url);
    connector_ = Make();
  }

  std::shared_ptr<Connector> Make(const std::vector<std::pair<std::string, Value>>& settings = {}) {
    ConnectionConfig config = config_;
    for (const auto& [name, value] : settings) config.settings.Set(name, value);
    auto made = MakeMySqlConnector(config);
    EXPECT_TRUE(made.has_value()) << made.error().ToString();
    return made ? *made : nullptr;
  }

  void Run(const std::string& sql) {
    auto session = connector_->OpenSession({});
    ASSERT_TRUE(session.has_value()) << session.error().ToString();
    auto result = (*session)->Execute(sql, {});
    ASSERT_TRUE(result.has_value()) << result.error().ToString();
  }

  static columnar::RelationName Named(const std::string& name) { return {{}, {}, name}; }

  /// All rows of a stream as text, NULL as "∅".
  static Result<std::vector<std::vector<std::string>>> Drain(columnar::Stream& stream) {
    std::vector<std::vector<std::string>> rows;
    DVT_ASSIGN(auto fields, stream.GetFields());
    for (;;) {
      DVT_ASSIGN(auto batch, stream.Next());
      if (!batch.valid()) return rows;
      const auto views = columnar::BatchColumns(batch.get(), fields);
      for (int64_t row = 0; row < batch.length(); ++row) {
        std::vector<std::string> values;
        for (const auto& view : views) {
          std::string text = "∅";
          if (view.type().kind != columnar::TypeKind::kNull && !view.IsNull(row)) {
            text.clear();
            columnar::AppendText(text, view, row);
          }
          values.push_back(std::move(text));
        }
        rows.push_back(std::move(values));
      }
    }
  }

  static Result<std::vector<std::vector<std::string>>> Query(Connector& connector, const std::string& sql) {
    DVT_ASSIGN(auto session, connector.OpenSession({}));
    DVT_ASSIGN(auto stream, session->Query(sql, {}));
    return Drain(stream);
  }

  std::vector<std::vector<std::string>> Rows(const std::string& sql) {
    auto rows = Query(*connector_, sql);
    EXPECT_TRUE(rows.has_value()) << rows.error().ToString();
    return rows ? *rows : std::vector<std::vector<std::string>>{};
  }

  ConnectionConfig config_;
  std::shared_ptr<Connector> connector_;
};

}  // namespace dvt::connectors::mysql
