#include "dvt/lake/rest/catalog.h"

#include <fmt/format.h>

#include "dvt/lake/iceberg/json_fields.h"

namespace dvt::lake {

namespace {

constexpr int kPageSize = 500;

// The span of a call about a table or view, or a namespace.
void Tell(CatalogCall& call, const char* operation, const TableIdentifier& table) {
  call.operation = operation;
  call.table = table.ToString();
}

void Tell(CatalogCall& call, const char* operation, const Namespace& levels) {
  call.operation = operation;
  call.name_space = NamespaceText(levels);
}

std::string What(const TableIdentifier& table, const char* kind = "table") {
  return fmt::format("the {} {}", kind, table.ToString());
}

std::string What(const Namespace& levels) { return fmt::format("the namespace {}", NamespaceText(levels)); }

Value Levels(const Namespace& levels) {
  Value json = Value::MakeList();
  for (const auto& level : levels) json.Push(level);
  return json;
}

Namespace LevelsOf(const Value& json) {
  Namespace levels;
  if (json.is_list())
    for (const auto& level : json.list()) levels.push_back(level.ToText());
  return levels;
}

Value IdentifierJson(const TableIdentifier& table) {
  Value json = Value::MakeMap();
  json.Set("namespace", Levels(table.levels));
  json.Set("name", table.name);
  return json;
}

std::vector<StorageCredential> CredentialsOf(const Value& list) {
  std::vector<StorageCredential> out;
  if (!list.is_list()) return out;
  for (const auto& each : list.list()) out.push_back({OptionalText(each, "prefix"), TextMapOf(each["config"])});
  return out;
}

Result<LoadedTable> TableOf(const TableIdentifier& identifier, const CatalogAnswer& answer) {
  LoadedTable table;
  table.identifier = identifier;
  table.metadata_location = OptionalText(answer.body, "metadata-location");
  auto metadata = MetadataFromJson(answer.body["metadata"]);
  if (!metadata)
    return std::move(metadata).error().Within(fmt::format("in what the catalog answered about {}", identifier.ToString()));
  table.metadata = *std::move(metadata);
  table.config = TextMapOf(answer.body["config"]);
  table.credentials = CredentialsOf(answer.body["storage-credentials"]);
  table.etag = answer.etag;
  return table;
}

}  // namespace

Properties LoadedTable::StorageProperties(const Properties& catalog, const std::string& location) const {
  Properties out = catalog;
  for (const auto& [key, value] : config) out[key] = value;
  const StorageCredential* best = nullptr;
  for (const auto& credential : credentials)
    if (location.starts_with(credential.prefix) && (best == nullptr || credential.prefix.size() > best->prefix.size()))
      best = &credential;
  if (best != nullptr)
    for (const auto& [key, value] : best->config) out[key] = value;
  return out;
}

Result<std::shared_ptr<RestCatalog>> RestCatalog::Connect(const CatalogConfig& config, std::stop_token stop) {
  DVT_ASSIGN(auto session, CatalogSession::Open(config, stop));
  return std::shared_ptr<RestCatalog>(new RestCatalog(std::move(session)));
}

std::string RestCatalog::NamespacePath(const Namespace& levels) const {
  std::string joined;
  for (size_t i = 0; i < levels.size(); ++i) joined += (i == 0 ? "" : session_->namespace_separator()) + levels[i];
  return "namespaces/" + UrlEncode(joined);
}

std::string RestCatalog::TablePath(const TableIdentifier& table, const char* kind) const {
  return NamespacePath(table.levels) + "/" + kind + "/" + UrlEncode(table.name);
}

Result<std::vector<Value>> RestCatalog::Pages(CatalogCall call, const char* member, std::stop_token stop) {
  std::vector<Value> out;
  const std::vector<HttpHeader> query = call.query;
  std::string token;
  do {
    call.query = query;
    call.query.push_back({"pageSize", std::to_string(kPageSize)});
    call.query.push_back({"pageToken", token});  // an empty one asks for the first page
    DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
    if (answer.body[member].is_list())
      for (const auto& each : answer.body[member].list()) out.push_back(each);
    const std::string next = OptionalText(answer.body, "next-page-token");
    if (next == token) break;
    token = next;
  } while (!token.empty());
  return out;
}

Result<std::vector<Namespace>> RestCatalog::ListNamespaces(const Namespace& parent, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.list_namespaces", parent);
  call.path = "namespaces";
  call.what = parent.empty() ? "the catalog's namespaces" : What(parent);
  if (!parent.empty()) {
    std::string joined;
    for (size_t i = 0; i < parent.size(); ++i) joined += (i == 0 ? "" : session_->namespace_separator()) + parent[i];
    call.query.push_back({"parent", joined});
  }
  DVT_ASSIGN(const auto items, Pages(call, "namespaces", stop));
  std::vector<Namespace> out;
  for (const auto& item : items) out.push_back(LevelsOf(item));
  return out;
}

Status RestCatalog::CreateNamespace(const Namespace& levels, const Properties& properties, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.create_namespace", levels);
  call.method = "POST";
  call.path = "namespaces";
  call.what = What(levels);
  call.body.Set("namespace", Levels(levels));
  call.body.Set("properties", TextMapToJson(properties));
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Result<bool> RestCatalog::CreateNamespaceIfMissing(const Namespace& levels, const Properties& properties, std::stop_token stop) {
  DVT_ASSIGN(const bool exists, NamespaceExists(levels, stop));
  if (exists) return false;
  auto created = CreateNamespace(levels, properties, stop);
  if (created) return true;
  if (created.error().code() == ErrorCode::kAlreadyExists) return false;
  return std::move(created).error();
}

Result<Properties> RestCatalog::LoadNamespace(const Namespace& levels, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.load_namespace", levels);
  call.path = NamespacePath(levels);
  call.what = What(levels);
  DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
  return TextMapOf(answer.body["properties"]);
}

Result<bool> RestCatalog::Exists(const char* endpoint, const std::string& path, const std::string& what, std::stop_token stop) {
  CatalogCall call;
  call.operation = "polaris.look_up";
  call.may_be_missing = true;
  call.method = session_->Has(endpoint, false) ? "HEAD" : "GET";
  call.path = path;
  call.what = what;
  auto answer = session_->Call(call, stop);
  if (answer) return true;
  if (answer.error().code() == ErrorCode::kNotFound) return false;
  return std::move(answer).error();
}

Result<bool> RestCatalog::NamespaceExists(const Namespace& levels, std::stop_token stop) {
  return Exists("HEAD /v1/{prefix}/namespaces/{namespace}", NamespacePath(levels), What(levels), stop);
}

Status RestCatalog::UpdateNamespace(const Namespace& levels, const Properties& updates, const std::vector<std::string>& removals,
                                    std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.update_namespace", levels);
  call.method = "POST";
  call.path = NamespacePath(levels) + "/properties";
  call.what = What(levels);
  Value gone = Value::MakeList();
  for (const auto& key : removals) gone.Push(key);
  call.body.Set("removals", std::move(gone));
  call.body.Set("updates", TextMapToJson(updates));
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::DropNamespace(const Namespace& levels, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.drop_namespace", levels);
  call.method = "DELETE";
  call.path = NamespacePath(levels);
  call.what = What(levels);
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Result<std::vector<TableIdentifier>> RestCatalog::ListIdentifiers(const Namespace& levels, const char* kind,
                                                                  std::stop_token stop) {
  CatalogCall call;
  call.operation = fmt::format("iceberg.list_{}", kind);
  call.name_space = NamespaceText(levels);
  call.path = NamespacePath(levels) + "/" + kind;
  call.what = What(levels);
  DVT_ASSIGN(const auto items, Pages(call, "identifiers", stop));
  std::vector<TableIdentifier> out;
  for (const auto& item : items) out.push_back({LevelsOf(item["namespace"]), OptionalText(item, "name")});
  return out;
}

Result<std::vector<TableIdentifier>> RestCatalog::ListTables(const Namespace& levels, std::stop_token stop) {
  return ListIdentifiers(levels, "tables", stop);
}

Result<LoadedTable> RestCatalog::Answered(const TableIdentifier& table, const CatalogCall& call, std::stop_token stop) {
  DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
  return TableOf(table, answer);
}

Result<LoadedTable> RestCatalog::CreateTable(const TableIdentifier& table, const NewTable& what, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.create_table", table);
  call.method = "POST";
  call.path = NamespacePath(table.levels) + "/tables";
  call.what = What(table);
  call.delegate = true;
  call.body.Set("name", table.name);
  if (!what.location.empty()) call.body.Set("location", what.location);
  call.body.Set("schema", SchemaToJson(what.schema));
  call.body.Set("partition-spec", PartitionSpecToJson(what.spec));
  call.body.Set("write-order", SortOrderToJson(what.order));
  call.body.Set("stage-create", what.staged);
  call.body.Set("properties", TextMapToJson(what.properties));
  return Answered(table, call, stop);
}

Result<LoadedTable> RestCatalog::CreateTableIfMissing(const TableIdentifier& table, const NewTable& what, std::stop_token stop) {
  auto there = LoadTable(table, stop);
  if (there || there.error().code() != ErrorCode::kNotFound) return there;
  auto created = CreateTable(table, what, stop);
  if (!created && created.error().code() == ErrorCode::kAlreadyExists) return LoadTable(table, stop);
  return created;
}

Result<LoadedTable> RestCatalog::LoadTable(const TableIdentifier& table, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.load_table", table);
  call.path = TablePath(table);
  call.what = What(table);
  call.delegate = true;
  return Answered(table, call, stop);
}

Result<bool> RestCatalog::Refresh(LoadedTable& table, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.refresh_table", table.identifier);
  call.path = TablePath(table.identifier);
  call.what = What(table.identifier);
  call.delegate = true;
  call.if_none_match = table.etag;
  DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
  if (answer.status == 304) return false;
  DVT_ASSIGN(table, TableOf(table.identifier, answer));
  return true;
}

Result<bool> RestCatalog::TableExists(const TableIdentifier& table, std::stop_token stop) {
  return Exists("HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}", TablePath(table), What(table), stop);
}

Status RestCatalog::DropTable(const TableIdentifier& table, bool purge, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.drop_table", table);
  call.method = "DELETE";
  call.path = TablePath(table);
  call.what = What(table);
  call.query.push_back({"purgeRequested", purge ? "true" : "false"});
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::Rename(const char* kind, const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop) {
  CatalogCall call;
  call.operation = fmt::format("iceberg.rename_{}", kind);
  call.table = from.ToString();
  call.method = "POST";
  call.path = fmt::format("{}s/rename", kind);
  call.what = fmt::format("the {} {} as {}", kind, from.ToString(), to.ToString());
  call.body.Set("source", IdentifierJson(from));
  call.body.Set("destination", IdentifierJson(to));
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::RenameTable(const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop) {
  return Rename("table", from, to, stop);
}

Result<LoadedTable> RestCatalog::RegisterTable(const TableIdentifier& table, const std::string& metadata_location,
                                               std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.register_table", table);
  call.method = "POST";
  call.path = NamespacePath(table.levels) + "/register";
  call.what = What(table);
  call.delegate = true;
  call.body.Set("name", table.name);
  call.body.Set("metadata-location", metadata_location);
  return Answered(table, call, stop);
}

Result<LoadedTable> RestCatalog::Commit(const TableIdentifier& table, const Value& requirements, const Value& updates,
                                        std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.commit", table);
  call.method = "POST";
  call.path = TablePath(table);
  call.what = What(table);
  call.repeatable = false;
  call.body.Set("identifier", IdentifierJson(table));
  call.body.Set("requirements", requirements);
  call.body.Set("updates", updates);
  return Answered(table, call, stop);
}

Result<std::vector<StorageCredential>> RestCatalog::LoadCredentials(const TableIdentifier& table, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "polaris.load_credentials", table);
  call.path = TablePath(table) + "/credentials";
  call.what = "the storage credentials of " + table.ToString();
  call.delegate = true;
  DVT_ASSIGN(const CatalogAnswer answer, session_->Call(call, stop));
  return CredentialsOf(answer.body["storage-credentials"]);
}

Result<std::vector<TableIdentifier>> RestCatalog::ListViews(const Namespace& levels, std::stop_token stop) {
  return ListIdentifiers(levels, "views", stop);
}

Result<Value> RestCatalog::LoadView(const TableIdentifier& view, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.load_view", view);
  call.path = TablePath(view, "views");
  call.what = What(view, "view");
  DVT_ASSIGN(CatalogAnswer answer, session_->Call(call, stop));
  return std::move(answer.body);
}

Result<bool> RestCatalog::ViewExists(const TableIdentifier& view, std::stop_token stop) {
  return Exists("HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}", TablePath(view, "views"), What(view, "view"), stop);
}

Status RestCatalog::DropView(const TableIdentifier& view, std::stop_token stop) {
  CatalogCall call;
  Tell(call, "iceberg.drop_view", view);
  call.method = "DELETE";
  call.path = TablePath(view, "views");
  call.what = What(view, "view");
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::RenameView(const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop) {
  return Rename("view", from, to, stop);
}

}  // namespace dvt::lake
