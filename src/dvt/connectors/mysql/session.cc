#include "dvt/connectors/mysql/session.h"

#include "dvt/connectors/mysql/row_reader.h"

namespace dvt::connectors::mysql {

namespace {

class MySqlSession : public Session {
 public:
  MySqlSession(std::shared_ptr<Connection> connection, const ReadConventions& conventions)
      : connection_(std::move(connection)), conventions_(conventions) {}

  Result<ExecuteResult> Execute(std::string_view sql, std::stop_token stop) override {
    DVT_TRY(CheckFree());
    return connection_->Execute(sql, std::move(stop));
  }

  Result<columnar::Stream> Query(std::string_view sql, std::stop_token stop) override {
    DVT_TRY(CheckFree());
    ReadRows request;
    request.sql = sql;
    request.conventions = conventions_;
    *busy_ = true;
    return OpenRows(connection_, std::move(request), std::move(stop), [busy = busy_](const auto&) { *busy = false; });
  }

  Status Begin() override { return Run("START TRANSACTION"); }
  Status Commit() override { return Run("COMMIT"); }

  Status Rollback() override {
    if (!connection_->usable()) return {};  // a lost connection was rolled back by the server
    return Run("ROLLBACK");
  }

  bool in_transaction() const override { return connection_->in_transaction(); }

 private:
  Status CheckFree() const {
    if (*busy_) return Error(ErrorCode::kInternal, "the session is busy: a query's stream is still open");
    if (!connection_->usable()) return Error(ErrorCode::kConnection, "the session's connection was lost");
    return {};
  }

  Status Run(std::string_view sql) {
    DVT_TRY(CheckFree());
    DVT_TRY(connection_->Execute(sql, {}));
    return {};
  }

  std::shared_ptr<Connection> connection_;
  ReadConventions conventions_;
  std::shared_ptr<bool> busy_ = std::make_shared<bool>(false);
};

}  // namespace

std::unique_ptr<Session> MakeSession(std::shared_ptr<Connection> connection, const ReadConventions& conventions) {
  return std::make_unique<MySqlSession>(std::move(connection), conventions);
}

}  // namespace dvt::connectors::mysql
