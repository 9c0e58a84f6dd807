#include "dvt/connectors/iceberg/sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/base/thread/bounded_queue.h"
#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/columnar/c_abi/endless_values.h"
#include "dvt/columnar/ipc/normalize.h"
#include "dvt/connectors/iceberg/types.h"
#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/row_change.h"

namespace dvt::connectors::iceberg {

namespace {

using Mode = TableWrite::Mode;
constexpr size_t kQueueBytes = 8 << 20;

/// The write itself, on a thread of its own: it pulls rows from a queue that the sink fills.
class TableWriter {
 public:
  TableWriter(SinkRequest request, std::shared_ptr<CatalogSession> catalog)
      : request_(std::move(request)), write_(*request_.write), catalog_(std::move(catalog)) {}

  Result<lake::WriteOutcome> Run(columnar::Stream rows, std::stop_token stop) {
    DVT_ASSIGN(const auto catalog, catalog_->Open(stop));
    DVT_ASSIGN(const auto identifier, CatalogSession::Identify(request_.relation));
    lake::TableLayout layout{Join(write_.partition_by, ", "), Join(write_.sorted_by, ", "), write_.properties};
    auto loaded = catalog->LoadTable(identifier, stop);
    if (!loaded) {
      if (loaded.error().code() != ErrorCode::kNotFound) return std::move(loaded).error();
      DVT_TRY(catalog->CreateNamespaceIfMissing(identifier.levels, {}, stop));
      return lake::CreateFrom(catalog, identifier, std::move(rows), layout, Described(), stop);
    }
    DVT_ASSIGN(lake::Table table, lake::Table::Of(catalog, *std::move(loaded)));
    if (write_.mode == Mode::kReplace) return lake::Rebuild(table, std::move(rows), layout, Described(), stop);
    DVT_TRY(CheckLayout(table, layout));
    DVT_TRY(CheckColumns(table));
    if (write_.schema == TableWrite::Schema::kIgnore) {
      DVT_ASSIGN(rows, columnar::NormalizeStream(std::move(rows), AsStored(table)));
    }
    return Change(table, std::move(rows), stop);
  }

  std::vector<std::string> notes() const { return notes_; }

 private:
  Status CheckLayout(const lake::Table& table, const lake::TableLayout& layout) {
    const auto& metadata = table.metadata();
    const auto spec = lake::ParsePartitionSpec(layout.partition_by, metadata.schema());
    const auto order = lake::ParseSortOrder(layout.sorted_by, metadata.schema());
    const bool other = (spec && lake::NumberedSpec(metadata, *spec).id != metadata.default_spec_id) ||
                       (order && lake::NumberedOrder(metadata, *order).id != metadata.default_sort_order_id);
    if (other)
      notes_.push_back(
          fmt::format("{} keeps its partitioning and order: those of the model differ and are used when it is rebuilt "
                      "(--full-refresh)",
                      table.identifier().ToString()));
    return {};
  }

  // The rows with the types of a table that stays as it is: values that do not fit are errors.
  columnar::Fields AsStored(const lake::Table& table) const {
    columnar::Fields fields = request_.fields;
    for (auto& field : fields) {
      if (const auto type = WrittenType(field.type)) field.type = *type;
      for (const auto& there : FieldsOf(table.metadata().schema()))
        if (EqualsIgnoreCase(there.name, field.name) && there.type.is_numeric() && field.type.is_numeric())
          field.type = there.type;
    }
    return fields;
  }

  // What the policy says of columns that only one side has, or that have another type.
  Status CheckColumns(const lake::Table& table) const {
    std::vector<std::string> added, removed, retyped;
    const columnar::Fields there = FieldsOf(table.metadata().schema());
    const auto named = [](const columnar::Fields& fields, const std::string& name) {
      return std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return EqualsIgnoreCase(field.name, name); });
    };
    for (const auto& field : request_.fields) {
      const auto known = named(there, field.name);
      if (known == there.end()) {
        added.push_back(field.name);
        continue;
      }
      DVT_ASSIGN(const auto stored, StoredType(field.type, nullptr));
      if (stored.ToString() != known->native_type)
        retyped.push_back(fmt::format("{} {} -> {}", field.name, known->native_type, stored.ToString()));
    }
    for (const auto& field : there)
      if (named(request_.fields, field.name) == request_.fields.end()) removed.push_back(field.name);
    const char* hint = "run with --full-refresh, or set on_schema_change to append_new_columns or sync_all_columns";
    if (write_.schema == TableWrite::Schema::kIgnore && !removed.empty())
      return Error(ErrorCode::kType, fmt::format("the query no longer has the columns {} of {}", Join(removed, ", "),
                                                 table.identifier().ToString()))
          .WithHint(hint);
    if (write_.schema == TableWrite::Schema::kFail && (!added.empty() || !removed.empty() || !retyped.empty())) {
      const auto list = [](const std::vector<std::string>& names) {
        return names.empty() ? std::string("none") : Join(names, ", ");
      };
      return Error(ErrorCode::kType,
                   fmt::format("the columns of the query and of {} differ: added {}; removed {}; of other types {}",
                               table.identifier().ToString(), list(added), list(removed), list(retyped)))
          .WithHint(hint);
    }
    return {};
  }

  // The interval's ends as values of the column's type.
  Result<lake::Filter> IntervalFilter(const lake::Table& table) const {
    constexpr int64_t kDay = 86'400'000'000;
    const auto& [column, start, end] = write_.interval;
    const lake::NestedField* field = table.metadata().schema().Find(column, true);
    if (field == nullptr)
      return Error(ErrorCode::kNotFound, fmt::format("{} has no column '{}'.{}", table.identifier().ToString(), column,
                                                     DidYouMean(column, table.metadata().schema().Names())));
    const bool days = field->type.id == lake::TypeId::kDate;
    if (!days && field->type.id != lake::TypeId::kTimestamp && field->type.id != lake::TypeId::kTimestampTz)
      return Error(ErrorCode::kType,
                   fmt::format("the column '{}' is no date and no timestamp, but {}", column, field->type.ToString()));
    if (days && (start % kDay != 0 || end % kDay != 0))
      return Error(ErrorCode::kType, fmt::format("the column '{}' is a date and cannot divide a day", column));
    const auto text = [&](int64_t micros) {
      return lake::LiteralText(field->type, lake::Literal::Int(days ? micros / kDay : micros));
    };
    return lake::Filter::And(lake::Filter::Test(lake::Op::kGreaterEqual, field->name, {text(start)}),
                             lake::Filter::Test(lake::Op::kLess, field->name, {text(end)}));
  }

  lake::AppendOptions Described() const {
    lake::AppendOptions options;
    if (write_.comment) options.properties["comment"] = *write_.comment;
    options.docs = write_.column_comments;
    return options;
  }

  lake::AppendOptions Options() const {
    lake::AppendOptions options = Described();
    options.evolve_schema = write_.schema == TableWrite::Schema::kAppend || write_.schema == TableWrite::Schema::kSync;
    options.leave_out_new = write_.schema == TableWrite::Schema::kIgnore;
    options.drop_missing = write_.schema == TableWrite::Schema::kSync;
    return options;
  }

  Result<lake::WriteOutcome> Change(lake::Table& table, columnar::Stream rows, std::stop_token stop) const {
    if (write_.mode == Mode::kAppend) {
      auto done = lake::Append(table, std::move(rows), Options(), stop);
      if (done || done.error().code() != ErrorCode::kStartOver) return done;
      // Rows that are perhaps there must not be added a second time.
      return Error(ErrorCode::kUnknown, "the catalog did not say whether it committed: " + done.error().message())
          .WithVendorCode(done.error().vendor_code())
          .WithHint(done.error().hint());
    }
    lake::ReplaceOptions replace;
    replace.append = Options();
    replace.what = lake::Replaces::kKeys;
    replace.keys = write_.keys;
    replace.keys_may_repeat = write_.mode == Mode::kDeleteInsert;
    replace.null_keys_match = false;
    if (write_.mode == Mode::kPartitions) replace.what = lake::Replaces::kPartitions;
    if (write_.mode == Mode::kInterval) {
      replace.what = lake::Replaces::kFiltered;
      DVT_ASSIGN(replace.filter, IntervalFilter(table));
    }
    return lake::Replace(table, std::move(rows), replace, stop);
  }

  SinkRequest request_;
  const TableWrite write_;
  std::shared_ptr<CatalogSession> catalog_;
  std::vector<std::string> notes_;
};

class TableSink : public Sink {
 public:
  TableSink(SinkRequest request, std::shared_ptr<CatalogSession> catalog, columnar::Fields written)
      : fields_(request.fields), writer_(std::move(request), std::move(catalog)) {
    thread_ = std::jthread([this, written = std::move(written)] {
      auto rows = columnar::NormalizeStream(Rows(), written);
      outcome_ = rows ? writer_.Run(*std::move(rows), stopper_.get_token()) : Result<lake::WriteOutcome>(std::move(rows).error());
      queue_.Close();  // a failed writer takes no more rows
    });
  }
  ~TableSink() override { Abort(); }

  Status Write(const ArrowArray& batch, std::stop_token stop) override {
    return Take(columnar::CopyBatch(batch, fields_), std::move(stop));
  }

  Status Take(columnar::Array batch, std::stop_token stop) override {
    DVT_TRY(columnar::RefuseEndless(batch.get(), fields_, "Iceberg"));
    const auto bytes = static_cast<size_t>(columnar::BatchBytes(batch.get(), fields_));
    if (queue_.Push(std::move(batch), bytes, stop)) return {};
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    thread_.join();
    return outcome_ ? Error(ErrorCode::kInternal, "the table was written before its rows were complete") : outcome_.error();
  }

  Result<int64_t> Commit(std::stop_token stop) override {
    {
      const std::stop_callback cancel(stop, [this] { stopper_.request_stop(); });
      complete_ = true;
      queue_.Close();
      if (thread_.joinable()) thread_.join();
    }
    done_ = true;
    if (!outcome_) return std::move(outcome_).error();
    return outcome_->rows;
  }

  void Abort() noexcept override {
    if (std::exchange(done_, true)) return;
    stopper_.request_stop();
    queue_.Close();
    if (thread_.joinable()) thread_.join();
  }

  std::vector<std::string> notes() const override { return writer_.notes(); }

 private:
  columnar::Stream Rows() {
    return columnar::MakeStream(fields_, [this]() -> Result<columnar::Array> {
      auto batch = queue_.Pop(stopper_.get_token());
      if (batch) return *std::move(batch);
      if (complete_ && !stopper_.stop_requested()) return columnar::Array();
      return Error(ErrorCode::kCancelled, "the load was cancelled");
    });
  }

  const columnar::Fields fields_;
  TableWriter writer_;
  BoundedQueue<columnar::Array> queue_{kQueueBytes};
  std::atomic<bool> complete_ = false;
  bool done_ = false;
  std::stop_source stopper_;
  Result<lake::WriteOutcome> outcome_ = lake::WriteOutcome();
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Sink>> OpenTableSink(const SinkRequest& request, std::shared_ptr<CatalogSession> catalog,
                                            std::stop_token) {
  SinkRequest wanted = request;
  if (!wanted.write) wanted.write = TableWrite{.mode = Mode::kAppend};
  columnar::Fields written = request.fields;
  for (auto& field : written) {
    auto type = WrittenType(field.type);
    if (!type) return std::move(type).error().Within(fmt::format("for column '{}'", field.name));
    field.type = *std::move(type);
  }
  return std::unique_ptr<Sink>(std::make_unique<TableSink>(std::move(wanted), std::move(catalog), std::move(written)));
}

}  // namespace dvt::connectors::iceberg
