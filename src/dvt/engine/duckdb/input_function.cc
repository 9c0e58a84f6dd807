#include "dvt/engine/duckdb/input_function.h"

#include <algorithm>
#include <exception>
#include <vector>

#include "dvt/columnar/duckdb/types.h"
#include "dvt/columnar/duckdb/write_vector.h"

namespace dvt::engine {

namespace duck = columnar::duckdb;

int64_t InputRegistry::Add(std::shared_ptr<InputQueue> input) {
  std::lock_guard lock(mutex_);
  inputs_[next_id_] = std::move(input);
  return next_id_++;
}

void InputRegistry::Remove(int64_t id) {
  std::shared_ptr<InputQueue> last;  // destroyed outside the lock
  std::lock_guard lock(mutex_);
  if (const auto found = inputs_.find(id); found != inputs_.end()) {
    last = std::move(found->second);
    inputs_.erase(found);
  }
}

std::shared_ptr<InputQueue> InputRegistry::Find(int64_t id) const {
  std::lock_guard lock(mutex_);
  const auto found = inputs_.find(id);
  return found == inputs_.end() ? nullptr : found->second;
}

namespace {

// Row estimate for inputs without one: large enough that DuckDB does not build a hash table from them lightly.
constexpr idx_t kUnknownRows = 1'000'000;
constexpr idx_t kMostScanThreads = 256;

struct BindData {
  std::shared_ptr<InputQueue> input;
};

/// Of one scan, shared by its threads.
struct ScanData {
  std::shared_ptr<InputQueue> input;
  std::vector<idx_t> columns;  // projected
};

/// Of one thread of a scan. DuckDB may still look at the texts of the chunk before, so the batch before stays alive.
struct ThreadData {
  columnar::Array batch;
  columnar::Array previous;
  int64_t at = 0;
};

template <class T>
void Delete(void* data) {
  delete static_cast<T*>(data);
}

void Bind(duckdb_bind_info info) {
  try {
    auto* registry = static_cast<std::shared_ptr<InputRegistry>*>(duckdb_bind_get_extra_info(info));
    const duck::OwnedValue id(duckdb_bind_get_parameter(info, 0));
    auto input = (*registry)->Find(duckdb_get_int64(id.get()));
    if (input == nullptr) return duckdb_bind_set_error(info, "this input belongs to a run that has ended");
    for (const columnar::Field& field : input->input().fields) {
      const duck::OwnedType type = duck::LogicalTypeOf(field.type);
      duckdb_bind_add_result_column(info, field.name.c_str(), type.get());
    }
    const auto estimate = input->input().estimated_rows;
    duckdb_bind_set_cardinality(info, estimate ? static_cast<idx_t>(std::max<int64_t>(*estimate, 1)) : kUnknownRows, false);
    ++input->binds;
    duckdb_bind_set_bind_data(info, new BindData{std::move(input)}, Delete<BindData>);
  } catch (const std::exception& e) {
    duckdb_bind_set_error(info, e.what());
  }
}

void Init(duckdb_init_info info) {
  try {
    const auto& input = static_cast<BindData*>(duckdb_init_get_bind_data(info))->input;
    if (input->claimed.exchange(true)) {
      input->run()->Fail(Error(ErrorCode::kInternal, "input " + input->input().name + " would be read twice")
                             .WithHint("put a MATERIALIZED common table expression around it"));
      return duckdb_init_set_error(info, "an input would be read twice");
    }
    auto scan = std::make_unique<ScanData>();
    scan->input = input;
    const idx_t count = duckdb_init_get_column_count(info);
    for (idx_t i = 0; i < count; ++i) scan->columns.push_back(duckdb_init_get_column_index(info, i));
    duckdb_init_set_max_threads(info, kMostScanThreads);
    duckdb_init_set_init_data(info, scan.release(), Delete<ScanData>);
  } catch (const std::exception& e) {
    duckdb_init_set_error(info, e.what());
  }
}

void InitThread(duckdb_init_info info) { duckdb_init_set_init_data(info, new ThreadData(), Delete<ThreadData>); }

/// False at the end of the input, or with an error set.
bool EnsureRows(duckdb_function_info info, InputQueue& input, ThreadData& thread) {
  if (thread.batch.valid() && thread.at < thread.batch.length()) return true;
  auto next = input.Pop();
  if (input.run()->token().stop_requested()) {
    duckdb_function_set_error(info, "the run was stopped");
    return false;
  }
  if (!next) return false;
  thread.previous = std::move(thread.batch);
  thread.batch = std::move(*next);
  thread.at = 0;
  return true;
}

void Scan(duckdb_function_info info, duckdb_data_chunk chunk) {
  try {
    const auto& scan = *static_cast<ScanData*>(duckdb_function_get_init_data(info));
    auto& thread = *static_cast<ThreadData*>(duckdb_function_get_local_init_data(info));
    if (!EnsureRows(info, *scan.input, thread)) return duckdb_data_chunk_set_size(chunk, 0);
    const ArrowArray& batch = thread.batch.get();
    const auto& fields = scan.input->input().fields;
    const int64_t rows = std::min<int64_t>(static_cast<int64_t>(duckdb_vector_size()), batch.length - thread.at);
    for (size_t i = 0; i < scan.columns.size(); ++i) {
      const idx_t column = scan.columns[i];
      if (column >= fields.size()) continue;  // a count needs no column
      auto filled = duck::FillVector(*batch.children[column], fields[column].type, batch.offset + thread.at, rows,
                                     duckdb_data_chunk_get_vector(chunk, i));
      if (!filled) {
        scan.input->run()->Fail(
            std::move(filled).error().Within("in column " + fields[column].name + " of input " + scan.input->input().name));
        return duckdb_function_set_error(info, "a value does not fit");
      }
    }
    thread.at += rows;
    duckdb_data_chunk_set_size(chunk, static_cast<idx_t>(rows));
  } catch (const std::exception& e) {
    duckdb_function_set_error(info, e.what());
  }
}

}  // namespace

Status RegisterInputFunction(duck::Connection& connection, std::shared_ptr<InputRegistry> registry) {
  duck::Owned<duckdb_table_function, duckdb_destroy_table_function> function(duckdb_create_table_function());
  duckdb_table_function_set_name(function.get(), kInputFunction);
  const duck::OwnedType id(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  duckdb_table_function_add_parameter(function.get(), id.get());
  duckdb_table_function_set_extra_info(function.get(), new std::shared_ptr<InputRegistry>(std::move(registry)),
                                       Delete<std::shared_ptr<InputRegistry>>);
  duckdb_table_function_set_bind(function.get(), Bind);
  duckdb_table_function_set_init(function.get(), Init);
  duckdb_table_function_set_local_init(function.get(), InitThread);
  duckdb_table_function_set_function(function.get(), Scan);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(connection.get(), function.get()) != DuckDBSuccess)
    return Error(ErrorCode::kInternal, "DuckDB refused the table function of the inputs");
  return {};
}

}  // namespace dvt::engine
