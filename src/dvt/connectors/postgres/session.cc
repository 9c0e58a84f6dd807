#include "dvt/connectors/postgres/session.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/connectors/postgres/catalog.h"
#include "dvt/connectors/postgres/copy_reader.h"
#include "dvt/connectors/postgres/statement_split.h"

namespace dvt::connectors::postgres {

namespace {

// Shared with a running stream, so that the session knows when it is free again.
struct SessionState {
  ~SessionState() { give_back(std::move(connection)); }

  std::unique_ptr<Connection> connection;
  GiveBack give_back;
  bool streaming = false;
  bool was_in_transaction = false;  // when the stream began
};

class PgSession : public Session {
 public:
  PgSession(std::unique_ptr<Connection> connection, GiveBack give_back) : state_(std::make_shared<SessionState>()) {
    state_->connection = std::move(connection);
    state_->give_back = std::move(give_back);
  }

  Result<ExecuteResult> Execute(std::string_view sql, std::stop_token stop) override {
    DVT_TRY(Ready());
    DVT_ASSIGN(PgResult result, connection().Run(std::string(sql), stop));
    ExecuteResult out;
    if (result == nullptr || PQresultStatus(result.get()) == PGRES_EMPTY_QUERY) {
      out.message = "OK";
      return out;
    }
    out.message = PQcmdStatus(result.get());
    const std::string_view count = PQcmdTuples(result.get());
    if (!count.empty() && !out.message.starts_with("SELECT")) out.rows_affected = std::atoll(count.data());
    return out;
  }

  Result<columnar::Stream> Query(std::string_view sql, std::stop_token stop) override { return Rows(sql, false, stop); }
  Result<columnar::Stream> QueryValues(std::string_view sql, std::stop_token stop) override { return Rows(sql, true, stop); }
  Status Begin() override { return Simple("BEGIN"); }
  Status Commit() override {
    const bool failed = PQtransactionStatus(connection().raw()) == PQTRANS_INERROR;
    DVT_TRY(Simple("COMMIT"));
    if (failed) return Error(ErrorCode::kInvalidArgument, "the transaction had failed and was rolled back, not committed");
    return {};
  }
  Status Rollback() override { return in_transaction() ? Simple("ROLLBACK") : Status(); }
  bool in_transaction() const override { return state_->connection->in_transaction(); }
  Result<std::string> TransactionName() override {
    DVT_TRY(Ready());
    if (PQtransactionStatus(connection().raw()) != PQTRANS_INTRANS) return std::string();
    DVT_ASSIGN(PgResult name, connection().Run("SELECT pg_catalog.txid_current_if_assigned()", {}));
    return std::string(Cell(name, 0, 0));
  }

 private:
  Result<columnar::Stream> Rows(std::string_view sql, bool exact_texts, const std::stop_token& stop) {
    DVT_TRY(Ready());
    auto statements = SplitStatements(sql);
    if (statements.empty()) return Error(ErrorCode::kSyntax, "the query is empty");
    const std::string query = std::move(statements.back());
    statements.pop_back();
    for (const auto& statement : statements) {
      auto done = connection().Run(statement, stop);
      if (!done) return std::move(done).error();
    }
    DVT_ASSIGN(QueryShape shape, DescribeShape(connection(), query, stop));
    for (auto& field : shape.fields) {
      if (exact_texts && field.type.kind == columnar::TypeKind::kDecimal && field.type.precision == 0) {
        field.type = columnar::TypeKind::kString;
      }
    }
    if (shape.fields.empty()) {
      auto done = connection().Run(query, stop);
      if (!done) return std::move(done).error();
      return columnar::MakeStream({}, std::vector<columnar::Array>());
    }
    if (shape.has_casts) {
      const std::string word = FirstWord(query);
      if (word != "select" && word != "with" && word != "values" && word != "table") {
        return Error(ErrorCode::kUnsupported, shape.notes.front() + ", which this kind of statement does not allow")
            .WithHint("Cast the column to text in the statement.");
      }
    }
    // Mostly, describing left the statement prepared: it is not read again, as inside a COPY it would be.
    if (shape.has_casts || !connection().has_prepared()) DVT_TRY(connection().Prepare(shape.Wrap(query), stop));
    state_->was_in_transaction = in_transaction();
    state_->streaming = true;
    return OpenRowStream(connection(), shape.fields, stop, Release(stop));
  }

  Connection& connection() { return *state_->connection; }

  Status Ready() {
    if (state_->streaming) return Error(ErrorCode::kInternal, "the session is still streaming a query's rows");
    if (!connection().usable()) {
      return Error(ErrorCode::kConnection, fmt::format("the session with '{}' was lost", connection().settings().connection));
    }
    return {};
  }

  Status Simple(const char* sql) {
    DVT_TRY(Ready());
    auto done = connection().Run(sql, {});
    if (!done) return std::move(done).error();
    return {};
  }

  // A stream given up early leaves a statement running. Cancelling it would fail an open transaction, so there the rest is read.
  ReleaseConnection Release(std::stop_token stop) {
    return [state = state_, stop](bool finished) {
      state->streaming = false;
      Connection& connection = *state->connection;
      if (finished || !connection.usable()) return;
      if (state->was_in_transaction && !stop.stop_requested()) {
        (void)connection.Drain(stop);
      } else {
        connection.CancelAndDrain();
      }
    };
  }

  std::shared_ptr<SessionState> state_;
};

}  // namespace

std::unique_ptr<Session> MakeSession(std::unique_ptr<Connection> connection, GiveBack give_back) {
  return std::make_unique<PgSession>(std::move(connection), std::move(give_back));
}

}  // namespace dvt::connectors::postgres
