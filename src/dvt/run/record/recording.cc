#include "dvt/run/record/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/run/record/schema_value.h"

namespace dvt::run {

namespace {

constexpr int kVersion = 1;
constexpr size_t kLongestSql = 8000;  // longer texts are told apart by their digest alone

// Enough to know a text again, whatever is masked or cut of what people see.
Value SqlValue(const std::string& sql) {
  return sql.size() <= kLongestSql ? Value(sql) : Value(sql.substr(0, kLongestSql) + " …");
}

Value ExtractValue(const RecordedExtract& extract) {
  Value out = Value::MakeMap();
  out.Set("connection", extract.connection);
  out.Set("sql", SqlValue(extract.sql));
  out.Set("sql_md5", Md5Hex(extract.sql));
  out.Set("method", extract.method);
  out.Set("rows", extract.rows());
  out.Set("estimated_rows", extract.estimated_rows ? Value(*extract.estimated_rows) : Value());
  out.Set("parallel", extract.parallel);
  out.Set("columns", FieldsValue(extract.fields));
  Value partitions = Value::MakeList();
  for (const auto& partition : extract.partitions) {
    Value entry = Value::MakeMap();
    entry.Set("file", partition.file);
    entry.Set("description", partition.description);
    entry.Set("rows", partition.rows);
    entry.Set("complete", partition.complete);
    partitions.Push(std::move(entry));
  }
  out.Set("partitions", std::move(partitions));
  return out;
}

std::optional<int64_t> Number(const Value& value) {
  return value.is_int() ? std::optional<int64_t>(value.as_int()) : std::nullopt;
}

Result<RecordedExtract> ExtractFrom(const Value& value) {
  RecordedExtract extract;
  extract.connection = value["connection"].ToText();
  extract.sql = value["sql_md5"].ToText();  // queries are compared by it
  extract.method = value["method"].ToText();
  extract.estimated_rows = Number(value["estimated_rows"]);
  extract.parallel = static_cast<int>(Number(value["parallel"]).value_or(1));
  DVT_ASSIGN(extract.fields, FieldsFrom(value["columns"]));
  if (!value["partitions"].is_list()) return Error(ErrorCode::kData, "an extract without partitions");
  for (const Value& entry : value["partitions"].list()) {
    RecordedPartition partition;
    partition.file = entry["file"].ToText();
    if (partition.file.find("..") != std::string::npos || partition.file.starts_with("/"))
      return Error(ErrorCode::kData, fmt::format("the file '{}' lies outside of the recording", partition.file));
    partition.description = entry["description"].ToText();
    partition.rows = Number(entry["rows"]).value_or(0);
    partition.complete = entry["complete"].is_bool() && entry["complete"].as_bool();
    extract.partitions.push_back(std::move(partition));
  }
  return extract;
}

Status ReadIndex(const Value& index, Recording& recording) {
  if (Number(index["version"]) != kVersion)
    return Error(ErrorCode::kData, fmt::format("version {} is not known here", index["version"].ToText()));
  recording.recorded_at = index["recorded_at"].ToText();
  recording.command = index["command"].ToText();
  if (!index["connections"].is_map() || !index["relations"].is_list() || !index["extracts"].is_list())
    return Error(ErrorCode::kData, "it has no connections, relations or extracts");
  for (const auto& entry : index["connections"].map()) {
    RecordedConnection& connection = recording.connections[entry.key];
    connection.type = entry.value["type"].ToText();
    connection.identity = entry.value["identity"].ToText();
    if (entry.value["text_order"].is_string()) connection.text_order = entry.value["text_order"].as_string();
    if (!entry.value["letter_cases"].is_map()) continue;  // nobody asked
    for (const auto& known : entry.value["letter_cases"].map())
      connection.letter_cases[known.key] = static_cast<sql::LetterCase>(
          std::clamp<int64_t>(Number(known.value).value_or(0), 0, static_cast<int64_t>(sql::LetterCase::kEngine)));
  }
  for (const Value& entry : index["relations"].list()) {
    DVT_ASSIGN(auto info, TableFrom(entry["table"]));
    recording.relations[{entry["connection"].ToText(), NameFrom(entry["asked"])}] = std::move(info);
  }
  for (const Value& entry : index["extracts"].list()) {
    DVT_ASSIGN(auto extract, ExtractFrom(entry));
    recording.extracts.push_back(std::move(extract));
  }
  return {};
}

}  // namespace

std::string LetterCaseKey(const std::vector<columnar::RelationName>& relations) {
  std::set<std::string> names;
  for (const auto& relation : relations) names.insert(relation.ToString());
  return Join(std::vector<std::string>(names.begin(), names.end()), ", ");
}

int64_t RecordedExtract::rows() const {
  int64_t sum = 0;
  for (const auto& partition : partitions) sum += partition.rows;
  return sum;
}

const RecordedExtract* Recording::Find(const std::string& connection, const std::string& sql) const {
  const std::string digest = Md5Hex(sql);
  const auto found = std::find_if(extracts.rbegin(), extracts.rend(), [&](const RecordedExtract& extract) {
    return extract.connection == connection && extract.sql == digest;
  });
  return found == extracts.rend() ? nullptr : &*found;
}

Status WriteRecording(const std::string& folder, const Recording& recording) {
  Value index = Value::MakeMap();
  index.Set("version", kVersion);
  index.Set("recorded_at", recording.recorded_at);
  index.Set("command", recording.command);
  Value connections = Value::MakeMap();
  for (const auto& [name, connection] : recording.connections) {
    Value entry = Value::MakeMap();
    entry.Set("type", connection.type);
    entry.Set("identity", connection.identity);
    entry.Set("text_order", connection.text_order ? Value(*connection.text_order) : Value());
    Value cases = Value::MakeMap();
    for (const auto& [relations, known] : connection.letter_cases) cases.Set(relations, static_cast<int64_t>(known));
    if (!connection.letter_cases.empty()) entry.Set("letter_cases", std::move(cases));
    connections.Set(name, std::move(entry));
  }
  index.Set("connections", std::move(connections));
  Value relations = Value::MakeList();
  for (const auto& [key, info] : recording.relations) {
    Value entry = Value::MakeMap();
    entry.Set("connection", key.first);
    entry.Set("asked", NameValue(key.second));
    entry.Set("table", TableValue(info));
    relations.Push(std::move(entry));
  }
  index.Set("relations", std::move(relations));
  Value extracts = Value::MakeList();
  for (const auto& extract : recording.extracts) extracts.Push(ExtractValue(extract));
  index.Set("extracts", std::move(extracts));
  SecretRegistry::RedactAll(index);
  return WriteFileAtomic(JoinPath(folder, kRecordingIndex), ToJson(index, 2) + "\n");
}

Result<Recording> ReadRecording(const std::string& folder) {
  const std::string path = JoinPath(folder, kRecordingIndex);
  if (!FileExists(path)) {
    return Error(ErrorCode::kNotFound, fmt::format("{} holds no recording: there is no {}", folder, kRecordingIndex))
        .WithHint("make one with: dvt run --record " + folder);
  }
  DVT_ASSIGN(const std::string text, ReadFile(path));
  DVT_ASSIGN(const Value index, ParseJson(text, path));
  Recording recording;
  if (auto read = ReadIndex(index, recording); !read) {
    return Error(ErrorCode::kData, fmt::format("{} cannot be read: {}", path, read.error().message()))
        .WithHint("record again with: dvt run --record " + folder);
  }
  return recording;
}

}  // namespace dvt::run
