#include "dvt/engine/duckdb/run_inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/duckdb/handles.h"

namespace dvt::engine {

namespace duck = columnar::duckdb;

Status RunInputs::Register(std::vector<Input> inputs) {
  for (Input& input : inputs) {
    const size_t ahead = input.read_ahead_bytes;
    auto queue = std::make_shared<InputQueue>(std::move(input), state_, ahead);
    const int64_t id = registry_->Add(queue);
    entries_.push_back({id, queue, false, false, false, false});
    DVT_TRY(connection_->Run(fmt::format("CREATE TEMPORARY VIEW {} AS SELECT * FROM {}({})", duck::QuoteName(queue->input().name),
                                         kInputFunction, id)));
  }
  return {};
}

Result<duck::PreparedQuery> RunInputs::Prepare(const std::string& sql, bool start) {
  ResetBinds();
  DVT_ASSIGN(duck::PreparedQuery query, duck::PrepareQuery(*connection_, sql));
  if (!start) return query;
  // What stands in the part of a recursive CTE that is repeated is bound once, and read in each of its rounds.
  const bool recursive = ToLower(sql).find("recursive") != std::string::npos;
  for (Entry& entry : entries_) {
    const int binds = entry.input->binds;
    entry.read = binds > 0;
    entry.repeated = binds > query.times_prepared || (recursive && entry.read);  // a query that had to be cast was bound twice
  }
  MarkKeySources();
  const bool staged = std::any_of(entries_.begin(), entries_.end(), [](const Entry& e) { return e.repeated || e.key_source; });
  if (staged) query.statement.Reset();
  DVT_TRY(ReadInOrder());
  if (!staged) return query;
  return duck::PrepareQuery(*connection_, sql);
}

RunInputs::Entry* RunInputs::Find(const std::string& name) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.input->input().name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

void RunInputs::MarkKeySources() {
  for (const Entry& entry : entries_) {
    if (!entry.read) continue;
    for (const KeyRequest& request : entry.input->input().keys) {
      if (Entry* source = Find(request.input); source != nullptr && source->read) source->key_source = true;
    }
  }
}

// Inputs that wait for nobody are read from the start; the others when the keys that they wait for are there.
Status RunInputs::ReadInOrder() {
  for (Entry& entry : entries_) {
    if (entry.read && entry.input->input().keys.empty()) entry.input->Start();
  }
  for (Entry& entry : entries_) {
    if (!entry.read) continue;
    if (!entry.input->input().keys.empty()) {
      DVT_TRY(Narrow(entry));
      entry.input->Start();
    }
    if (entry.repeated || entry.key_source) DVT_TRY(Materialize(entry));
  }
  return {};
}

Status RunInputs::Narrow(Entry& entry) {
  std::vector<KeySet> sets;
  for (const KeyRequest& request : entry.input->input().keys) {
    DVT_ASSIGN(KeySet keys, ReadKeys(request));
    sets.push_back(std::move(keys));
  }
  DVT_ASSIGN(const Narrowed narrowed, entry.input->input().narrow(std::move(sets), state_->token()));
  entry.input->SetNarrowed(narrowed);
  return {};
}

Result<KeySet> RunInputs::ReadKeys(const KeyRequest& request) {
  const Entry* source = Find(request.input);
  KeySet out;
  if (source == nullptr || !source->copied) return out;
  const std::string column = duck::QuoteName(request.column);
  const std::string sql = fmt::format("SELECT DISTINCT CAST({0} AS VARCHAR) FROM {1} WHERE {0} IS NOT NULL LIMIT {2}", column,
                                      duck::QuoteName(request.input), kMostKeys + 1);
  duck::QueryResult result;
  if (duckdb_query(connection_->get(), sql.c_str(), result.get()) == DuckDBError) {
    const char* text = duckdb_result_error(result.get());
    return Error(ErrorCode::kInternal,
                 fmt::format("the keys of {} cannot be read: {}", request.input, text == nullptr ? "" : text));
  }
  for (;;) {
    const duck::Chunk chunk(duckdb_fetch_chunk(*result.get()));
    if (!chunk) break;
    const idx_t rows = duckdb_data_chunk_get_size(chunk.get());
    auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), 0)));
    for (idx_t i = 0; i < rows; ++i) out.values.emplace_back(duckdb_string_t_data(&texts[i]), duckdb_string_t_length(texts[i]));
  }
  out.complete = static_cast<int64_t>(out.values.size()) <= kMostKeys;
  if (!out.complete) out.values.clear();
  return out;
}

Status RunInputs::Materialize(Entry& entry) {
  const std::string name = duck::QuoteName(entry.input->input().name);
  const std::string copy = duck::QuoteName(fmt::format("dvt copy {} of {}", entry.id, entry.input->input().name));
  DVT_TRY(connection_->Run(fmt::format("CREATE TEMPORARY TABLE {} AS SELECT * FROM {}({})", copy, kInputFunction, entry.id),
                           state_->token()));
  entry.copied = true;
  return connection_->Run(fmt::format("CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT * FROM {}", name, copy));
}

void RunInputs::ResetBinds() {
  for (Entry& entry : entries_) entry.input->binds = 0;
}

void RunInputs::End() {
  state_->Stop();
  for (Entry& entry : entries_) {
    entry.input->Join();
    registry_->Remove(entry.id);
  }
  entries_.clear();
}

}  // namespace dvt::engine
