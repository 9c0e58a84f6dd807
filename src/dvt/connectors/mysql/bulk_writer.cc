#include "dvt/connectors/mysql/bulk_writer.h"

#include <fmt/format.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/base/thread/bounded_queue.h"
#include "dvt/connectors/mysql/catalog.h"
#include "dvt/connectors/mysql/error_map.h"
#include "dvt/connectors/mysql/quoting.h"
#include "dvt/connectors/mysql/value_encoder.h"

namespace dvt::connectors::mysql {

namespace {

constexpr size_t kChunkBytes = 1u << 20;
constexpr size_t kQueueBytes = 4u << 20;

struct Target {
  std::string relation;  // quoted
  std::vector<TargetColumn> columns;
};

class BulkSink : public Sink {
 public:
  BulkSink(std::shared_ptr<Connection> connection, Target target, columnar::Fields fields, RowEncoder encoder, Spelling spelling)
      : connection_(std::move(connection)),
        target_(std::move(target)),
        fields_(std::move(fields)),
        encoder_(std::move(encoder)),
        spelling_(spelling),
        queue_(kQueueBytes) {}

  ~BulkSink() override { Abort(); }

  void AddNote(std::string note) { notes_.push_back(std::move(note)); }
  std::vector<std::string> notes() const override { return notes_; }

  // For INSERTs: no statement may exceed the server's packet limit.
  void set_packet_bytes(size_t bytes) {
    packet_bytes_ = bytes;
    statement_bytes_ = std::min(kChunkBytes, bytes);
  }

  Status Write(const ArrowArray& batch, std::stop_token stop) override {
    if (finished_) return Error(ErrorCode::kInternal, "a finished sink was written to");
    if (stop.stop_requested()) return Cancel();
    const auto views = columnar::BatchColumns(batch, fields_);
    for (int64_t row = 0; row < batch.length; ++row) {
      const size_t before = chunk_.size();
      if (spelling_ == Spelling::kLiterals) chunk_ += chunk_.empty() ? InsertHead() : ",";
      if (auto status = encoder_.AppendRow(views, row, chunk_); !status) {
        Abort();
        return status;
      }
      if (spelling_ == Spelling::kLiterals && chunk_.size() > statement_bytes_ && before > 0) {
        // The row goes into the next statement.
        std::string next = InsertHead() + chunk_.substr(before + 1);
        chunk_.resize(before);
        DVT_TRY(Flush(stop));
        chunk_ = std::move(next);
      }
      if (spelling_ == Spelling::kLiterals && chunk_.size() > packet_bytes_) return TooLarge();
      ++rows_;
      if (chunk_.size() >= flush_bytes()) DVT_TRY(Flush(stop));
    }
    return {};
  }

  Result<int64_t> Commit(std::stop_token stop) override {
    if (finished_) return Error(ErrorCode::kInternal, "a finished sink was committed");
    if (!chunk_.empty()) DVT_TRY(Flush(stop));
    if (loader_.joinable()) {
      DVT_TRY(WaitForLoader(stop));
      if (affected_ != rows_) {
        const int64_t stored = affected_;
        Abort();
        return Error(ErrorCode::kConstraint,
                     fmt::format("the server stored {} of {} rows in {}", stored, rows_, target_.relation))
            .WithHint("Rows with duplicate keys were left out by the server; nothing was committed.");
      }
      DVT_TRY(connection_->Execute("COMMIT", stop));
    }
    finished_ = true;
    connection_.reset();
    return rows_;
  }

  void Abort() noexcept override {
    if (finished_) return;
    finished_ = true;
    aborting_ = true;
    queue_.Close();
    if (loader_.joinable()) {
      if (!loader_done_) connection_->Interrupt();  // the server rolls back
      loader_.join();
    }
    connection_.reset();
  }

 private:
  size_t flush_bytes() const { return spelling_ == Spelling::kLiterals ? std::min(kChunkBytes, statement_bytes_) : kChunkBytes; }

  std::string InsertHead() const {
    std::string head = "INSERT INTO " + target_.relation + " (";
    for (size_t i = 0; i < target_.columns.size(); ++i) head += (i > 0 ? ", " : "") + QuoteName(target_.columns[i].name);
    return head + ") VALUES ";
  }

  std::string LoadStatement() const {
    std::string sql = "LOAD DATA LOCAL INFILE 'dvt' INTO TABLE " + target_.relation +
                      " CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (";
    std::string sets;
    for (size_t i = 0; i < target_.columns.size(); ++i) {
      const TargetColumn& column = target_.columns[i];
      const std::string expression = LoadExpression(column, static_cast<int>(i));
      if (i > 0) sql += ", ";
      sql += expression.empty() ? QuoteName(column.name) : fmt::format("@dvt{}", i);
      if (!expression.empty()) sets += (sets.empty() ? " SET " : ", ") + QuoteName(column.name) + " = " + expression;
    }
    return sql + ")" + sets;
  }

  Error TooLarge() {
    const size_t bytes = chunk_.size();
    Abort();
    return Error(ErrorCode::kData,
                 fmt::format("a row for {} needs {} as a statement, more than the server's max_allowed_packet of {}",
                             target_.relation, HumanBytes(static_cast<double>(bytes)),
                             HumanBytes(static_cast<double>(packet_bytes_))))
        .WithHint("Raise max_allowed_packet, or allow local_infile on the server.");
  }

  Error Cancel() {
    Abort();
    return CancelledError();
  }

  // The loader's error, which ended the load.
  Error LoaderError() {
    if (loader_.joinable()) loader_.join();
    Error error = loader_error_.has_value() ? *loader_error_ : Error(ErrorCode::kInternal, "the load ended early");
    Abort();
    return std::move(error).Within("while loading into " + target_.relation);
  }

  Status Flush(const std::stop_token& stop) {
    if (!loader_.joinable()) loader_ = std::thread([this] { Load(); });
    const size_t bytes = chunk_.size();
    std::string chunk = std::move(chunk_);
    chunk_.clear();
    chunk_.reserve(flush_bytes() + flush_bytes() / 8);
    if (queue_.Push(std::move(chunk), bytes, stop)) return {};
    if (stop.stop_requested()) return Cancel();
    return LoaderError();
  }

  Status WaitForLoader(const std::stop_token& stop) {
    queue_.Close();
    {
      std::unique_lock lock(mutex_);
      if (!done_.wait(lock, stop, [this] { return loader_done_.load(); })) {
        lock.unlock();
        return Cancel();
      }
    }
    loader_.join();
    if (loader_error_.has_value()) return LoaderError();
    return {};
  }

  // ---- the loader's thread

  void Load() {
    Status status = spelling_ == Spelling::kLoadData ? LoadData() : InsertAll();
    if (!status) loader_error_ = std::move(status).error();
    {
      std::lock_guard lock(mutex_);
      loader_done_ = true;
    }
    queue_.Close();  // wakes a waiting Write
    done_.notify_all();
  }

  Status Begin() {
    DVT_TRY(connection_->Execute("START TRANSACTION", {}));
    return {};
  }

  Status LoadData() {
    DVT_TRY(Begin());
    mysql_set_local_infile_handler(connection_->handle(), &BulkSink::InfileInit, &BulkSink::InfileRead, &BulkSink::InfileEnd,
                                   &BulkSink::InfileError, this);
    DVT_ASSIGN(auto result, connection_->Execute(LoadStatement(), {}));
    affected_ += std::max<int64_t>(0, result.rows_affected);
    return CheckWarnings();
  }

  Status InsertAll() {
    DVT_TRY(Begin());
    while (auto statement = queue_.Pop({})) {
      DVT_ASSIGN(auto result, connection_->Execute(*statement, {}));
      affected_ += std::max<int64_t>(0, result.rows_affected);
      DVT_TRY(CheckWarnings());
    }
    return {};
  }

  Status CheckWarnings() {
    if (mysql_warning_count(connection_->handle()) == 0) return {};
    DVT_ASSIGN(auto warnings, connection_->Rows("SHOW WARNINGS LIMIT 5", {}));
    std::optional<Error> found;
    for (const TextRow& warning : warnings) {
      const auto number = static_cast<unsigned>(std::strtoul(warning[1].value_or("0").c_str(), nullptr, 10));
      const ErrorCode code = ClassifyError(number, {});
      const bool telling = code == ErrorCode::kConstraint || code == ErrorCode::kDisk || code == ErrorCode::kMemory;
      if (found.has_value() && !telling) continue;
      found = Error(telling ? code : ErrorCode::kData, "the server would change or drop values: " + warning[2].value_or(""))
                  .WithVendorCode(std::to_string(number));
      if (telling) break;
    }
    if (found.has_value()) return std::move(*found);
    return {};
  }

  static int InfileInit(void** state, const char*, void* user) {
    *state = user;
    return 0;
  }

  static int InfileRead(void* state, char* buffer, unsigned int capacity) {
    auto& self = *static_cast<BulkSink*>(state);
    if (self.aborting_) return -1;
    if (self.sent_ == self.sending_.size()) {
      auto next = self.queue_.Pop({});
      if (self.aborting_) return -1;
      if (!next.has_value()) return 0;
      self.sending_ = std::move(*next);
      self.sent_ = 0;
    }
    const size_t count = std::min<size_t>(capacity, self.sending_.size() - self.sent_);
    std::memcpy(buffer, self.sending_.data() + self.sent_, count);
    self.sent_ += count;
    return static_cast<int>(count);
  }

  static void InfileEnd(void*) {}

  static int InfileError(void*, char* message, unsigned int capacity) {
    if (capacity > 0) *fmt::format_to_n(message, capacity - 1, "the load was aborted").out = '\0';
    return 2000;
  }

  std::shared_ptr<Connection> connection_;
  const Target target_;
  const columnar::Fields fields_;
  const RowEncoder encoder_;
  const Spelling spelling_;
  size_t statement_bytes_ = kChunkBytes;
  size_t packet_bytes_ = SIZE_MAX;
  std::vector<std::string> notes_;
  std::string chunk_;
  int64_t rows_ = 0;
  bool finished_ = false;

  BoundedQueue<std::string> queue_;
  std::thread loader_;
  std::mutex mutex_;
  std::condition_variable_any done_;
  std::atomic<bool> loader_done_{false};
  std::atomic<bool> aborting_{false};
  std::optional<Error> loader_error_;  // read after joining
  int64_t affected_ = 0;               // read after joining
  std::string sending_;                // the loader's
  size_t sent_ = 0;
};

Result<Target> MatchColumns(Connection& connection, const std::string& schema, const SinkRequest& request, std::stop_token stop) {
  DVT_ASSIGN(auto facts, DescribeTable(connection, schema, request.relation.name, ReadConventions{}, stop));
  Target target;
  target.relation = QuoteName(schema) + "." + QuoteName(facts.info.name.name);
  std::vector<std::string> names;
  for (const auto& column : facts.info.columns) names.push_back(column.name);
  for (const auto& field : request.fields) {
    const columnar::Field* column = facts.info.FindColumn(field.name);
    for (const auto& candidate : facts.info.columns) {
      if (column == nullptr && EqualsIgnoreCase(candidate.name, field.name)) column = &candidate;
    }
    if (column == nullptr) {
      return Error(ErrorCode::kNotFound, fmt::format("there is no column '{}' in {}", field.name, target.relation))
          .WithHint(std::string(TrimView(DidYouMean(field.name, names))));
    }
    for (const auto& generated : facts.generated_columns) {
      if (generated == column->name) {
        return Error(ErrorCode::kType,
                     fmt::format("column '{}' of {} is generated and cannot be written", generated, target.relation));
      }
    }
    target.columns.push_back({column->name, field.type, column->type, column->native_type});
  }
  if (target.columns.empty()) return Error(ErrorCode::kInvalidArgument, "a sink needs at least one column");
  return target;
}

// Whether the server takes LOAD DATA LOCAL from us: an empty load tells, and finds missing privileges before any row is read.
Result<bool> AcceptsLoadData(Connection& connection, const Settings& settings, const Target& target, std::stop_token stop) {
  if (!settings.local_infile) return false;
  mysql_set_local_infile_handler(
      connection.handle(),
      [](void** state, const char*, void*) {
        *state = nullptr;
        return 0;
      },
      [](void*, char*, unsigned int) { return 0; }, [](void*) {}, [](void*, char*, unsigned int) { return 0; }, nullptr);
  auto probe = connection.Execute("LOAD DATA LOCAL INFILE 'dvt' INTO TABLE " + target.relation + " CHARACTER SET utf8mb4", stop);
  if (probe) return true;
  const auto number = static_cast<unsigned>(std::strtoul(probe.error().vendor_code().c_str(), nullptr, 10));
  if (ForbidsLocalInfile(number) && connection.usable()) return false;
  return std::move(probe).error();
}

}  // namespace

Result<std::unique_ptr<Sink>> OpenBulkSink(const std::shared_ptr<const Settings>& settings, const std::string& schema,
                                           const SinkRequest& request, std::stop_token stop) {
  DVT_ASSIGN(auto connection, Connection::Open(settings, stop));
  DVT_ASSIGN(auto target, MatchColumns(*connection, schema, request, stop));
  DVT_ASSIGN(const bool load, AcceptsLoadData(*connection, *settings, target, stop));
  const Spelling spelling = load ? Spelling::kLoadData : Spelling::kLiterals;
  DVT_ASSIGN(auto encoder, RowEncoder::Make(target.columns, spelling));
  size_t packet_bytes = SIZE_MAX;
  if (!load) {
    DVT_ASSIGN(auto limit, connection->Rows("SELECT @@max_allowed_packet", stop));
    const long long packet = limit.empty() ? 0 : std::strtoll(limit[0][0].value_or("0").c_str(), nullptr, 10);
    if (packet > 2048) packet_bytes = static_cast<size_t>(packet) - 1024;
  }
  auto sink = std::make_unique<BulkSink>(std::move(connection), std::move(target), request.fields, std::move(encoder), spelling);
  sink->set_packet_bytes(packet_bytes);
  if (!load && settings->local_infile) {
    sink->AddNote(
        "the server refuses LOAD DATA LOCAL, so rows go in by INSERT statements, which is slower: set local_infile = ON on the "
        "server, or local_infile: false here to accept it");
  }
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dvt::connectors::mysql
