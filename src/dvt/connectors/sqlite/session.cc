#include "dvt/connectors/sqlite/session.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/connectors/sqlite/reader.h"

namespace dvt::connectors::sqlite {
namespace {

/// First word of a statement, in capitals, comments skipped.
std::string FirstWord(std::string_view sql) {
  for (;;) {
    sql = TrimView(sql);
    if (sql.starts_with("--"))
      sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
    else if (sql.starts_with("/*"))
      sql.remove_prefix(std::min(sql.find("*/"), sql.size() - 2) + 2);
    else
      break;
  }
  size_t length = 0;
  while (length < sql.size() && std::isalpha(static_cast<unsigned char>(sql[length])) != 0) ++length;
  return ToUpper(sql.substr(0, length));
}

class SqliteSession : public Session {
 public:
  explicit SqliteSession(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

  Result<ExecuteResult> Execute(std::string_view sql, std::stop_token stop) override {
    handle_->set_stop(stop);
    auto executed = ExecuteAll(sql);
    handle_->set_stop({});
    return executed;
  }

  Result<columnar::Stream> Query(std::string_view sql, std::stop_token stop) override {
    handle_->set_stop(std::move(stop));
    DVT_ASSIGN(columnar::Fields fields, QueryFields(*handle_, sql));
    return ReadQuery(handle_, sql, std::move(fields));
  }

  Status Begin() override { return handle_->Run("BEGIN"); }
  Status Commit() override { return handle_->Run("COMMIT"); }
  Status Rollback() override { return in_transaction() ? handle_->Run("ROLLBACK") : Status(); }
  bool in_transaction() const override { return sqlite3_get_autocommit(handle_->get()) == 0; }

 private:
  Result<ExecuteResult> ExecuteAll(std::string_view sql) {
    ExecuteResult last{-1, "OK"};
    while (!sql.empty()) {
      if (handle_->stop().stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
      const std::string_view text = sql;
      DVT_ASSIGN(const Statement statement, handle_->Prepare(sql, &sql));
      if (statement.get() == nullptr) continue;
      for (bool more = true; more;) {
        DVT_ASSIGN(more, handle_->Step(statement));
      }
      last = {-1, "OK"};
      const std::string word = FirstWord(text);
      if (sqlite3_stmt_readonly(statement.get()) == 0 &&
          (word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "REPLACE" || word == "WITH")) {
        last.rows_affected = sqlite3_changes64(handle_->get());
        last.message = fmt::format("{} {}", word, last.rows_affected);
      }
    }
    return last;
  }

  std::shared_ptr<Handle> handle_;
};

}  // namespace

std::unique_ptr<Session> MakeSession(std::shared_ptr<Handle> handle) {
  return std::make_unique<SqliteSession>(std::move(handle));
}

}  // namespace dvt::connectors::sqlite
