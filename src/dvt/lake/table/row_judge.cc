#include <arrow/array.h>

#include <algorithm>
#include <map>
#include <set>

#include "dvt/lake/data/deletes_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/table/row_judge_internal.h"

namespace dvt::lake {

namespace {

void Mark(std::vector<bool>& marks, int64_t row) {
  if (static_cast<size_t>(row) >= marks.size()) marks.resize(static_cast<size_t>(row) + 1);
  marks[static_cast<size_t>(row)] = true;
}

}  // namespace

Result<std::shared_ptr<ParquetFile>> OpenTaskFile(const Table& table, const FileTask& task, const Schema& schema,
                                                  std::vector<NestedField> fields) {
  ParquetRead read;
  read.fields = std::move(fields);
  const std::string mapping = table.metadata().Property("schema.name-mapping.default", "");
  if (mapping.empty()) {
    read.names = NameMapping::Of(schema);
  } else {
    DVT_ASSIGN(const Value json, ParseJson(mapping));
    DVT_ASSIGN(read.names, NameMapping::FromJson(json));
  }
  if (const PartitionSpec* spec = table.metadata().FindSpec(task.file.spec_id)) {
    for (size_t i = 0; i < spec->fields.size(); ++i)
      if (spec->fields[i].transform.kind() == TransformKind::kIdentity)
        read.constants[spec->fields[i].source_id] = task.file.partition[i];
  }
  return ParquetFile::Open(table.store(), task.file.path, task.file.file_size, std::move(read));
}

Status ReadTaskFile(const ParquetFile& file, const BoundFilter* filter, const TakeRows& take, std::stop_token stop) {
  for (int group = 0; group < file.row_groups(); ++group) {
    if (filter != nullptr && !file.MightMatch(*filter, group)) continue;
    DVT_ASSIGN(const auto reader, file.OpenRowGroup(group));
    int64_t row = file.first_row(group);
    while (true) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the change was cancelled");
      DVT_ASSIGN(const auto batch, reader->Next());
      if (batch == nullptr) break;
      DVT_TRY(take(batch, row));
      row += batch->num_rows();
    }
  }
  return {};
}

// The columns that the filter or the keys are about, whole.
std::vector<NestedField> RowJudge::Fields() const {
  std::set<int> needed;
  filter_.CollectFields(needed);
  if (keys_ != nullptr)
    for (const auto& field : keys_->fields()) needed.insert(field.id);
  std::vector<NestedField> fields;
  for (const auto& field : schema_.fields) {
    const bool wanted = std::any_of(needed.begin(), needed.end(), [&](int id) {
      return field.id == id || Schema{0, field.type.fields, {}}.Find(id) != nullptr;
    });
    if (wanted) fields.push_back(field);
  }
  return fields;
}

Status RowJudge::MarkBatch(const std::vector<NestedField>& fields, const arrow::RecordBatch& batch, int64_t first_row,
                           Marks& marks) const {
  if (keys_ != nullptr) {
    DVT_ASSIGN(const auto keys, RowKeys(keys_->fields(), fields, batch));
    for (size_t i = 0; i < keys.size(); ++i)
      if (keys_->Contains(keys[i], KeyTable::Hash(keys[i]))) Mark(marks, first_row + static_cast<int64_t>(i));
    return {};
  }
  DVT_ASSIGN(const auto mask, EvaluateFilter(filter_, fields, batch));
  const auto& values = static_cast<const arrow::BooleanArray&>(*mask);
  for (int64_t i = 0; i < values.length(); ++i)
    if (values.IsValid(i) && values.Value(i)) Mark(marks, first_row + i);
  return {};
}

Result<RowJudge::Marks> RowJudge::Judge(const FileTask& task, std::stop_token stop) const {
  const auto fields = Fields();
  DVT_ASSIGN(const auto file, OpenTaskFile(table_, task, schema_, fields));
  Marks marks;
  DVT_TRY(ReadTaskFile(
      *file, &filter_, [&](const auto& batch, int64_t first_row) { return MarkBatch(fields, *batch, first_row, marks); }, stop));
  return marks;
}

Status RowJudge::Run(const std::vector<const FileTask*>& tasks, const Verdict& verdict, std::stop_token stop) const {
  if (keys_ != nullptr && !keys_->in_memory()) return RunOnDisk(tasks, verdict, stop);
  for (const FileTask* task : tasks) {
    DVT_ASSIGN(const Marks marks, Judge(*task, stop));
    if (!marks.empty()) DVT_TRY(verdict(*task, marks));
  }
  return {};
}

Result<int64_t> RowJudge::DealFile(const FileTask& task, int64_t first_number, DealtKeys& dealt, std::stop_token stop) const {
  const auto fields = Fields();
  DVT_ASSIGN(const auto file, OpenTaskFile(table_, task, schema_, fields));
  DVT_TRY(ReadTaskFile(
      *file, &filter_,
      [&](const auto& batch, int64_t first_row) -> Status {
        DVT_ASSIGN(const auto keys, RowKeys(keys_->fields(), fields, *batch));
        for (size_t i = 0; i < keys.size(); ++i) {
          const uint64_t hash = KeyTable::Hash(keys[i]);
          if (keys_->MightContain(hash)) DVT_TRY(dealt.Add(keys[i], hash, first_number + first_row + static_cast<int64_t>(i)));
        }
        return {};
      },
      stop));
  return file->first_row(file->row_groups());
}

Status RowJudge::RunOnDisk(const std::vector<const FileTask*>& tasks, const Verdict& verdict, std::stop_token stop) const {
  DealtKeys dealt(keys_->log());
  std::map<int64_t, size_t> task_of_number;  // rows are counted through all files
  int64_t number = 0;
  for (size_t i = 0; i < tasks.size(); ++i) {
    task_of_number[number] = i;
    DVT_ASSIGN(const int64_t rows, DealFile(*tasks[i], number, dealt, stop));
    number += rows;
  }
  DVT_TRY(dealt.Close());
  std::map<size_t, Marks> marks;
  for (int part = 0; part < DealtKeys::kParts; ++part) {
    DVT_ASSIGN(const KeyTable keys, keys_->Part(part));
    DVT_TRY(dealt.Read(part, [&](std::string_view key, int64_t row) -> Status {
      if (!keys.Contains(key, KeyTable::Hash(key))) return {};
      const auto task = std::prev(task_of_number.upper_bound(row));
      Mark(marks[task->second], row - task->first);
      return {};
    }));
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the change was cancelled");
  }
  for (const auto& [task, meant] : marks) DVT_TRY(verdict(*tasks[task], meant));
  return {};
}

}  // namespace dvt::lake
