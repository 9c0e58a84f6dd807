#include "dvt/connectors/postgres/copy_writer.h"

#include <fmt/format.h>

#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/connectors/postgres/byte_order.h"
#include "dvt/connectors/postgres/catalog.h"
#include "dvt/connectors/postgres/wire_encode.h"

namespace dvt::connectors::postgres {

namespace {

constexpr size_t kChunk = 128 << 10;                            // bytes handed to libpq at a time
constexpr char kHeader[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";  // signature, flags, extension length: 19 bytes with the last zero

// Name, type, its modifier, and whether the relation can take rows, of each column in order.
std::string ColumnsSql(const Settings& settings, const columnar::RelationName& relation) {
  const std::string schema = Connection::QuoteLiteral(relation.schema.empty() ? settings.schema : relation.schema);
  return fmt::format(
      "SELECT a.attname, a.atttypid, a.atttypmod, c.relkind IN ('r','p','f') FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
      "WHERE c.relname = {0} AND c.relkind IN ('r','p','v','m','f') AND c.relnamespace = CASE WHEN {1} = 'pg_temp' THEN "
      "pg_catalog.pg_my_temp_schema() ELSE (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {1}) END ORDER BY a.attnum",
      Connection::QuoteLiteral(relation.name), schema);
}

class CopySink : public Sink {
 public:
  CopySink(std::unique_ptr<Connection> connection, SinkRequest request, KeepConnection keep, std::shared_ptr<LogPacer> pacer)
      : connection_(std::move(connection)), request_(std::move(request)), keep_(std::move(keep)), pacer_(std::move(pacer)) {}
  ~CopySink() override { Abort(); }

  Status Open(std::stop_token stop) {
    std::string begin = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0";
    if (!request_.sync) begin += "; SET LOCAL synchronous_commit = off";
    if (request_.query_timeout_seconds > 0) {
      begin += fmt::format("; SET LOCAL statement_timeout = {}", static_cast<int64_t>(request_.query_timeout_seconds * 1000));
    }
    // The columns come with the transaction's begin: one round trip.
    auto found = connection_->Run(begin + "; " + ColumnsSql(connection_->settings(), request_.relation), stop);
    if (!found) return Failed(std::move(found).error());
    std::string columns;
    DVT_TRY(MatchColumns(*found, columns, stop));
    auto started =
        connection_->Start(fmt::format("COPY {} ({}) FROM STDIN (FORMAT {})", target_, columns, text_ ? "text" : "binary"), stop);
    if (!started) return Failed(std::move(started).error());
    if (*started == nullptr || PQresultStatus(started->get()) != PGRES_COPY_IN)
      return Error(ErrorCode::kInternal, "COPY did not begin");
    copying_ = true;
    if (!text_) buffer_.Append(kHeader, 19);
    return {};
  }

  Status Write(const ArrowArray& batch, std::stop_token stop) override {
    DVT_TRY(Writable(stop));
    const auto columns = columnar::BatchColumns(batch, request_.fields);
    const auto count = static_cast<int>(encoders_.size());
    std::string fault;
    for (int64_t row = 0; row < batch.length; ++row) {
      bool written = true;
      if (text_) {
        for (int i = 0; i < count && written; ++i) {
          if (i > 0) buffer_.AppendValue('\t');
          written = encoders_[static_cast<size_t>(i)].AppendEscaped(columns[static_cast<size_t>(i)], row, buffer_, fault);
        }
        buffer_.AppendValue('\n');
      } else {
        buffer_.AppendValue(__builtin_bswap16(static_cast<uint16_t>(count)));
        for (int i = 0; i < count && written; ++i) {
          written = encoders_[static_cast<size_t>(i)].Append(columns[static_cast<size_t>(i)], row, buffer_, fault);
        }
      }
      if (!written) {
        return Failed(
            Error(ErrorCode::kData, fault).WithHint("Cast or round the column in the model's SQL, or widen the table's column."));
      }
      if (buffer_.size() >= kChunk) DVT_TRY(Send(stop));
    }
    return {};
  }

  Status WriteRaw(std::string_view chunk, std::stop_token stop) override {
    DVT_TRY(Writable(stop));
    if (request_.raw_format.empty()) return Error(ErrorCode::kInternal, "the sink was not opened for raw chunks");
    if (buffer_.size() != 0) DVT_TRY(Send(stop));
    return Put(chunk, stop);
  }

  Result<int64_t> Commit(std::stop_token stop) override {
    DVT_TRY(Writable(stop));
    if (!text_) buffer_.AppendValue(uint16_t{0xFFFF});
    DVT_TRY(Send(stop));
    if (PQputCopyEnd(connection_->raw(), nullptr) != 1) return Failed(connection_->Failure(nullptr));
    copying_ = false;
    if (auto flushed = connection_->Flush(stop); !flushed) return Failed(std::move(flushed).error());
    int64_t rows = 0;
    for (;;) {
      auto result = connection_->NextResult(stop);
      if (!result) return Failed(std::move(result).error());
      if (*result == nullptr) break;
      if (PQresultStatus(result->get()) != PGRES_COMMAND_OK) {
        Error error = connection_->Failure(result->get());
        (void)connection_->Drain(stop);
        return Failed(std::move(error));
      }
      rows = std::atoll(PQcmdTuples(result->get()));
    }
    DVT_TRY(Run("COMMIT", stop));
    done_ = true;
    keep_(std::move(connection_));
    return rows;
  }

  void Abort() noexcept override {
    if (done_) return;
    done_ = true;
    if (connection_ != nullptr && connection_->usable()) {
      // Ending COPY with an error and closing rolls all of it back; nobody waits for the server to say so.
      if (copying_ && PQputCopyEnd(connection_->raw(), "the load was given up") == 1) PQflush(connection_->raw());
      connection_->CancelAndDrain();
    }
    connection_.reset();
  }

 private:
  Status Writable(const std::stop_token& stop) {
    if (done_) return Error(ErrorCode::kInternal, "the sink is closed");
    if (stop.stop_requested()) {
      Abort();
      return Error(ErrorCode::kCancelled, "the load into " + request_.relation.ToString() + " was cancelled");
    }
    return {};
  }

  Status Run(const std::string& sql, std::stop_token stop) {
    auto done = connection_->Run(sql, stop);
    if (!done) return Failed(std::move(done).error());
    return {};
  }

  Error Failed(Error error) {
    Abort();
    return std::move(error).Within("while loading " + request_.relation.ToString());
  }

  // `rows` of ColumnsSql.
  Status MatchColumns(const PgResult& rows, std::string& list, std::stop_token stop) {
    const Settings& settings = connection_->settings();
    columnar::RelationName table = request_.relation;
    if (table.schema.empty()) table.schema = settings.schema;
    const bool elsewhere = !table.database.empty() && table.database != settings.database;
    table.database = settings.database;
    if (elsewhere || PQntuples(rows.get()) == 0) {
      auto missing = FindRelation(*connection_, request_.relation, stop);
      if (!missing) return Failed(std::move(missing).error());
    }
    const bool holds_rows = PQntuples(rows.get()) == 0 || Cell(rows, 0, 3) == "t";
    if (!holds_rows)
      return Failed(Error(ErrorCode::kUnsupported, table.ToString() + " is no table; rows cannot be loaded into it"));
    target_ = Connection::Quote(table.schema) + "." + Connection::Quote(table.name);
    std::vector<std::string> names;
    std::vector<std::pair<unsigned, int>> all;
    for (int i = 0; i < PQntuples(rows.get()); ++i) {
      names.emplace_back(Cell(rows, i, 0));
      all.emplace_back(static_cast<unsigned>(std::strtoul(PQgetvalue(rows.get(), i, 1), nullptr, 10)),
                       std::atoi(PQgetvalue(rows.get(), i, 2)));
    }
    TypeResolver resolver(*connection_);
    auto types = resolver.Resolve(all, stop);
    if (!types) return Failed(std::move(types).error());
    for (const auto& field : request_.fields) {
      // The server cuts names off.
      constexpr size_t kLongestName = 63;
      const auto at = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
        return name == field.name ||
               (field.name.size() > kLongestName && name.size() > kLongestName - 4 && field.name.starts_with(name));
      });
      if (at == names.end()) {
        return Failed(Error(ErrorCode::kNotFound, fmt::format("table {} has no column {}", table.ToString(), field.name))
                          .WithHint(std::string(TrimView(DidYouMean(field.name, names)))));
      }
      const PgType& target = (*types)[static_cast<size_t>(at - names.begin())];
      list += (list.empty() ? "" : ", ") + Connection::Quote(*at);
      if (!request_.raw_format.empty()) continue;
      DVT_ASSIGN(const int decimals, MoneyDecimals(target, stop));
      auto encoder = ValueEncoder::Make(field, target, decimals);
      if (!encoder) return Failed(std::move(encoder).error());
      text_ = text_ || encoder->needs_text();
      encoders_.push_back(std::move(*encoder));
    }
    return {};
  }

  // How many decimals money has in the server's lc_monetary.
  Result<int> MoneyDecimals(const PgType& target, std::stop_token stop) {
    if (target.wire != Wire::kMoney) return 0;
    auto rows =
        connection_->Run("SELECT pg_catalog.length(pg_catalog.split_part(1.11111::numeric::money::numeric::text, '.', 2))", stop);
    if (!rows) return Failed(std::move(rows).error());
    return std::atoi(PQgetvalue(rows->get(), 0, 0));
  }

  Status Send(std::stop_token stop) {
    DVT_TRY(Put({reinterpret_cast<const char*>(buffer_.data()), buffer_.size()}, stop));
    buffer_.Clear();
    return {};
  }

  // What was put before must be on its way first: so libpq never buffers more than one chunk.
  Status Put(std::string_view bytes, std::stop_token stop) {
    if (auto flushed = connection_->Flush(stop); !flushed) return Failed(std::move(flushed).error());
    if (PQputCopyData(connection_->raw(), bytes.data(), static_cast<int>(bytes.size())) != 1) return CopyFailed(stop);
    if (PQflush(connection_->raw()) < 0) return CopyFailed(stop);
    // The server may have ended COPY with an error by now; reading without waiting finds it early.
    if (PQconsumeInput(connection_->raw()) == 0) return CopyFailed(stop);
    pacer_->Wrote(bytes.size());
    return {};
  }

  Status CopyFailed(std::stop_token stop) {
    auto drained = connection_->Drain(stop);
    if (!drained) return Failed(std::move(drained).error());
    return Failed(connection_->Failure(nullptr));
  }

  std::unique_ptr<Connection> connection_;
  SinkRequest request_;
  KeepConnection keep_;
  std::shared_ptr<LogPacer> pacer_;
  std::string target_;
  std::vector<ValueEncoder> encoders_;
  columnar::GrowBuffer buffer_;
  bool text_ = false;
  bool copying_ = false;
  bool done_ = false;
};

}  // namespace

Result<std::unique_ptr<Sink>> OpenCopySink(std::unique_ptr<Connection> connection, const SinkRequest& request,
                                           KeepConnection keep, std::shared_ptr<LogPacer> pacer, std::stop_token stop) {
  if (request.fields.empty()) return Error(ErrorCode::kInvalidArgument, "a load needs at least one column");
  auto sink = std::make_unique<CopySink>(std::move(connection), request, std::move(keep), std::move(pacer));
  DVT_TRY(sink->Open(stop));
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dvt::connectors::postgres
