#include "dvt/connectors/iceberg/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "dvt/columnar/ipc/normalize.h"
#include "dvt/connectors/iceberg/pushed_filter.h"
#include "dvt/connectors/iceberg/types.h"
#include "dvt/lake/table/stream.h"

namespace dvt::connectors::iceberg {

Result<lake::Table> TableScope::TableOf(CatalogSession& catalog, const columnar::RelationName& relation, std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  if (const auto found = tables_.find(relation); found != tables_.end()) return found->second;
  DVT_ASSIGN(lake::Table table, catalog.Load(relation, stop));
  return tables_.emplace(relation, std::move(table)).first->second;
}

size_t TableScope::Keep(Read read) {
  const std::lock_guard lock(mutex_);
  reads_.push_back(std::make_unique<const Read>(std::move(read)));
  return reads_.size() - 1;
}

const TableScope::Read& TableScope::At(size_t index) const {
  const std::lock_guard lock(mutex_);
  return *reads_[index];
}

namespace {

int64_t RowsOf(const std::vector<lake::FileTask>& tasks) {
  int64_t rows = 0;
  for (const auto& task : tasks) rows += task.file.record_count;
  return rows;
}

// Neighbouring files, until a partition has its share of the rows.
void DealFiles(const std::vector<lake::FileTask>& tasks, size_t read, ReadPlan& plan) {
  const int64_t rows = RowsOf(tasks);
  const int count = std::min(static_cast<int>(tasks.size()), PartitionCount(rows, plan.options));
  size_t first = 0;
  int64_t dealt = 0, in_part = 0;
  for (size_t i = 0; i < tasks.size(); ++i) {
    in_part += tasks[i].file.record_count;
    const auto parts = static_cast<int64_t>(plan.partitions.size()) + 1;
    const bool last = i + 1 == tasks.size();
    if (!last && (parts == count || dealt + in_part < rows * parts / std::max(1, count))) continue;
    plan.partitions.push_back({fmt::format("{},{},{}", read, first, i + 1 - first),
                               first == i ? "file " + tasks[i].file.path : fmt::format("files {}–{}", first, i), in_part});
    dealt += in_part;
    in_part = 0;
    first = i + 1;
  }
  if (plan.partitions.empty()) plan.partitions.push_back({fmt::format("{},0,0", read), "no files", 0});
}

/// The rows of a table, whose errors keep their kind: what is missing or damaged is not asked for again.
class TableRows : public columnar::BatchSource {
 public:
  TableRows(columnar::Fields fields, columnar::Stream stream) : fields_(std::move(fields)), stream_(std::move(stream)) {}
  const columnar::Fields& fields() const override { return fields_; }
  Result<columnar::Array> Next() override { return lake::NextWhole(stream_); }

 private:
  columnar::Fields fields_;
  columnar::Stream stream_;
};

}  // namespace

Result<ReadPlan> PlanTableRead(const Connector& connector, const ReadRequest& request, CatalogSession& catalog, TableScope& scope,
                               std::stop_token stop) {
  DVT_ASSIGN(lake::Table table, scope.TableOf(catalog, *request.relation, stop));
  const lake::Schema& schema = table.metadata().schema();
  ReadPlan plan;
  plan.options = request.options;
  plan.method = "Iceberg scan";
  plan.repeatable = true;
  DVT_ASSIGN(plan.fields, PlainColumns(connector, request.select_list, FieldsOf(schema), request.relation->ToString()));
  lake::ScanOptions options;
  for (const auto& field : plan.fields) {
    if (field.type.kind == columnar::TypeKind::kUnknown)
      return Error(ErrorCode::kUnsupported,
                   fmt::format("the column '{}' of {} has the type {}, which cannot be read into a model", field.name,
                               request.relation->ToString(), field.native_type))
          .WithHint("name the other columns instead of *");
    options.columns.push_back(field.name);
  }
  options.filter = PushedFilter(request.where, schema);
  options.batch_rows = request.options.batch_rows;
  DVT_ASSIGN(lake::ScanPlan files, table.Plan(options, stop));
  files.files_skipped += static_cast<int64_t>(std::erase_if(files.tasks, [](const lake::FileTask& task) { return task.idle; }));
  plan.estimated_rows = RowsOf(files.tasks);
  if (!options.filter.children.empty() || options.filter.op != lake::Op::kTrue)
    plan.method +=
        fmt::format(", {} of {} files", files.tasks.size(), static_cast<int64_t>(files.tasks.size()) + files.files_skipped);
  const auto tasks = files.tasks;
  const size_t read = scope.Keep({std::move(table), std::move(files), std::move(options)});
  DealFiles(tasks, read, plan);
  plan.partitioned_by = tasks.size() > 1 ? "files" : "none: one file";
  plan.parallel = std::min<int>(static_cast<int>(plan.partitions.size()), 2);
  return plan;
}

Result<columnar::Stream> OpenTablePartition(const ReadPlan& plan, int partition, const TableScope& scope, std::stop_token stop) {
  // A partition's private spelling: "read,first file,files".
  const std::string& spec = plan.partitions[static_cast<size_t>(partition)].sql;
  size_t read = 0, first = 0, count = 0;
  if (std::sscanf(spec.c_str(), "%zu,%zu,%zu", &read, &first, &count) != 3)
    return Error(ErrorCode::kInternal, "bad partition of a table scan");
  const TableScope::Read& planned = scope.At(read);
  lake::ScanPlan files = planned.plan;
  files.tasks.assign(planned.plan.tasks.begin() + static_cast<std::ptrdiff_t>(first),
                     planned.plan.tasks.begin() + static_cast<std::ptrdiff_t>(first + count));
  lake::ScanOptions options = planned.options;
  options.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / std::max(1, plan.parallel));
  DVT_ASSIGN(auto stream, planned.table.Read(std::move(files), options, stop));
  DVT_ASSIGN(auto fields, stream.GetFields());
  columnar::Stream rows(std::make_unique<TableRows>(std::move(fields), std::move(stream)));
  return columnar::NormalizeStream(std::move(rows), plan.fields);
}

}  // namespace dvt::connectors::iceberg
