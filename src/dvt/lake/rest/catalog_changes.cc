// What changes a catalog. Each call says how to find out whether it was done, for the case that its answer is lost.
#include <algorithm>

#include "dvt/lake/iceberg/json_fields.h"
#include "dvt/lake/rest/call_parts_internal.h"
#include "dvt/lake/rest/errors.h"

namespace dvt::lake {

namespace {

using Seen = std::optional<CatalogAnswer>;

// What was there before a change; nothing where the catalog does not say. Errors are those that the change itself would meet.
template <typename T>
Result<std::optional<T>> Before(Result<T> looked) {
  if (looked) return std::optional<T>(*std::move(looked));
  const ErrorCode code = looked.error().code();
  if (IsPassing(looked.error()) || code == ErrorCode::kCancelled || code == ErrorCode::kAuthentication)
    return std::move(looked).error();
  return std::optional<T>();
}

Error CannotTell(const std::string& what) { return Error(ErrorCode::kUnknown, "the state of " + what + " before is not known"); }

Error Exists(const std::string& what) {
  return Error(ErrorCode::kAlreadyExists, what + " exists already").WithVendorCode("409 AlreadyExistsException");
}

// Something that is there now is ours if it was not there before and is what was wanted.
Result<Seen> OursIf(bool alike, std::optional<bool> existed, const std::string& what, CatalogAnswer answer) {
  if (!existed) return CannotTell(what);
  if (*existed || !alike) return Exists(what);
  return Seen(std::move(answer));
}

bool Has(const Properties& all, const Properties& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
    const auto found = all.find(entry.first);
    return found != all.end() && found->second == entry.second;
  });
}

// Columns, partitioning and order without the ids that the catalog gives out.
std::string LayoutText(const Schema& schema, const PartitionSpec& spec, const SortOrder& order) {
  std::string text;
  for (const auto& field : schema.fields)
    text += fmt::format("{} {}{}, ", field.name, field.type.ToString(), field.required ? " required" : "");
  for (const auto& field : spec.fields) text += fmt::format("by {} {}, ", field.name, field.transform.ToString());
  for (const auto& field : order.fields)
    text += fmt::format("order {} {} {}, ", field.transform.ToString(), field.descending, field.nulls_last);
  return text;
}

bool IsAsWanted(const TableMetadata& table, const NewTable& what) {
  return LayoutText(table.schema(), table.spec(), table.sort_order()) == LayoutText(what.schema, what.spec, what.order) &&
         Has(table.properties, what.properties) && (what.location.empty() || what.location == table.location);
}

CatalogCall Change(const char* method, std::string path, std::string what) {
  CatalogCall call;
  call.method = method;
  call.path = std::move(path);
  call.what = std::move(what);
  call.repeatable = false;
  return call;
}

}  // namespace

Status RestCatalog::CreateNamespace(const Namespace& levels, const Properties& properties, std::stop_token stop) {
  std::optional<bool> existed;
  if (!session_->takes_keys()) {
    DVT_ASSIGN(existed, Before(NamespaceExists(levels, stop)));
  }
  return MakeNamespace(levels, properties, existed, stop);
}

Result<bool> RestCatalog::CreateNamespaceIfMissing(const Namespace& levels, const Properties& properties, std::stop_token stop) {
  DVT_ASSIGN(const bool exists, NamespaceExists(levels, stop));
  if (exists) return false;
  auto created = MakeNamespace(levels, properties, false, stop);
  if (created) return true;
  if (created.error().code() == ErrorCode::kAlreadyExists) return false;
  return std::move(created).error();
}

Status RestCatalog::MakeNamespace(const Namespace& levels, const Properties& properties, std::optional<bool> existed,
                                  std::stop_token stop) {
  CatalogCall call = Change("POST", "namespaces", What(levels));
  Tell(call, "polaris.create_namespace", levels);
  call.body.Set("namespace", LevelsJson(levels));
  call.body.Set("properties", TextMapToJson(properties));
  call.look = [&, existed](std::stop_token looking) -> Result<Seen> {
    auto there = LoadNamespace(levels, looking);
    if (!there && there.error().code() == ErrorCode::kNotFound) return Seen();
    if (!there) return std::move(there).error();
    return OursIf(Has(*there, properties), existed, What(levels), {});
  };
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::UpdateNamespace(const Namespace& levels, const Properties& updates, const std::vector<std::string>& removals,
                                    std::stop_token stop) {
  CatalogCall call = Change("POST", NamespacePath(levels) + "/properties", What(levels));
  Tell(call, "polaris.update_namespace", levels);
  Value gone = Value::MakeList();
  for (const auto& key : removals) gone.Push(key);
  call.body.Set("removals", std::move(gone));
  call.body.Set("updates", TextMapToJson(updates));
  call.look = [&](std::stop_token looking) -> Result<Seen> {
    DVT_ASSIGN(const Properties there, LoadNamespace(levels, looking));
    const bool removed = std::none_of(removals.begin(), removals.end(), [&](const auto& key) { return there.contains(key); });
    return removed && Has(there, updates) ? Seen(CatalogAnswer()) : Seen();
  };
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::DropNamespace(const Namespace& levels, std::stop_token stop) {
  std::optional<bool> existed;
  if (!session_->takes_keys()) {
    DVT_ASSIGN(existed, Before(NamespaceExists(levels, stop)));
  }
  CatalogCall call = Change("DELETE", NamespacePath(levels), What(levels));
  Tell(call, "polaris.drop_namespace", levels);
  call.look = [&](std::stop_token looking) -> Result<Seen> {
    if (!existed) return CannotTell(What(levels));
    DVT_ASSIGN(const bool exists, NamespaceExists(levels, looking));
    return *existed && !exists ? Seen(CatalogAnswer()) : Seen();
  };
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Result<LoadedTable> RestCatalog::CreateTable(const TableIdentifier& table, const NewTable& what, std::stop_token stop) {
  std::optional<bool> existed;
  if (!what.staged && !session_->takes_keys()) {
    DVT_ASSIGN(existed, Before(TableExists(table, stop)));
  }
  return MakeTable(table, what, existed, stop);
}

Result<LoadedTable> RestCatalog::CreateTableIfMissing(const TableIdentifier& table, const NewTable& what, std::stop_token stop) {
  auto there = LoadTable(table, stop);
  if (there || there.error().code() != ErrorCode::kNotFound) return there;
  auto created = MakeTable(table, what, false, stop);
  if (!created && created.error().code() == ErrorCode::kAlreadyExists) return LoadTable(table, stop);
  return created;
}

Result<LoadedTable> RestCatalog::MakeTable(const TableIdentifier& table, const NewTable& what, std::optional<bool> existed,
                                           std::stop_token stop) {
  CatalogCall call = Change("POST", NamespacePath(table.levels) + "/tables", What(table));
  Tell(call, "iceberg.create_table", table);
  call.delegate = true;
  call.repeatable = what.staged;  // nothing is there yet that could be there twice
  call.body.Set("name", table.name);
  if (!what.location.empty()) call.body.Set("location", what.location);
  call.body.Set("schema", SchemaToJson(what.schema));
  call.body.Set("partition-spec", PartitionSpecToJson(what.spec));
  call.body.Set("write-order", SortOrderToJson(what.order));
  call.body.Set("stage-create", what.staged);
  call.body.Set("properties", TextMapToJson(what.properties));
  call.look = [&, existed](std::stop_token looking) -> Result<Seen> {
    auto answer = session_->Call(LoadCall(table), looking);
    if (!answer && answer.error().code() == ErrorCode::kNotFound) return Seen();
    if (!answer) return std::move(answer).error();
    DVT_ASSIGN(const LoadedTable there, TableOf(table, *answer));
    return OursIf(IsAsWanted(there.metadata, what), existed, What(table), *std::move(answer));
  };
  return Answered(table, call, stop);
}

Result<LoadedTable> RestCatalog::RegisterTable(const TableIdentifier& table, const std::string& metadata_location,
                                               std::stop_token stop) {
  std::optional<bool> existed;
  if (!session_->takes_keys()) {
    DVT_ASSIGN(existed, Before(TableExists(table, stop)));
  }
  CatalogCall call = Change("POST", NamespacePath(table.levels) + "/register", What(table));
  Tell(call, "iceberg.register_table", table);
  call.delegate = true;
  call.body.Set("name", table.name);
  call.body.Set("metadata-location", metadata_location);
  call.look = [&](std::stop_token looking) -> Result<Seen> {
    auto answer = session_->Call(LoadCall(table), looking);
    if (!answer && answer.error().code() == ErrorCode::kNotFound) return Seen();
    if (!answer) return std::move(answer).error();
    const bool alike = OptionalText(answer->body, "metadata-location") == metadata_location;
    return OursIf(alike, existed, What(table), *std::move(answer));
  };
  return Answered(table, call, stop);
}

// The uuid of what bears a name; empty if nothing does.
Result<std::string> RestCatalog::UuidOf(const char* kind, const TableIdentifier& identifier, std::stop_token stop) {
  CatalogCall call;
  call.operation = "polaris.look_up";
  call.may_be_missing = true;
  call.path = TablePath(identifier, fmt::format("{}s", kind).c_str());
  call.what = What(identifier, kind);
  if (kind == std::string_view("table")) call.query.push_back({"snapshots", "refs"});
  auto answer = session_->Call(call, stop);
  if (!answer && answer.error().code() == ErrorCode::kNotFound) return std::string();
  if (!answer) return std::move(answer).error();
  std::string uuid = OptionalText(answer->body["metadata"], fmt::format("{}-uuid", kind).c_str());
  if (uuid.empty()) return Error(ErrorCode::kUnknown, fmt::format("{} has no uuid", call.what));
  return uuid;
}

Status RestCatalog::Drop(const char* kind, const TableIdentifier& identifier, std::vector<HttpHeader> query,
                         std::stop_token stop) {
  std::optional<std::string> before;
  if (!session_->takes_keys()) {
    DVT_ASSIGN(before, Before(UuidOf(kind, identifier, stop)));
  }
  CatalogCall call = Change("DELETE", TablePath(identifier, fmt::format("{}s", kind).c_str()), What(identifier, kind));
  call.operation = fmt::format("iceberg.drop_{}", kind);
  call.table = identifier.ToString();
  call.query = std::move(query);
  call.look = [&](std::stop_token looking) -> Result<Seen> {
    if (!before) return CannotTell(What(identifier, kind));
    DVT_ASSIGN(const std::string now, UuidOf(kind, identifier, looking));
    // Another one of that name is somebody else's and stays.
    return now != *before ? Seen(CatalogAnswer()) : Seen();
  };
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::DropTable(const TableIdentifier& table, bool purge, std::stop_token stop) {
  return Drop("table", table, {{"purgeRequested", purge ? "true" : "false"}}, stop);
}

Status RestCatalog::DropView(const TableIdentifier& view, std::stop_token stop) { return Drop("view", view, {}, stop); }

Status RestCatalog::Rename(const char* kind, const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop) {
  std::optional<std::string> before;
  if (!session_->takes_keys()) {
    DVT_ASSIGN(before, Before(UuidOf(kind, from, stop)));
  }
  CatalogCall call =
      Change("POST", fmt::format("{}s/rename", kind), fmt::format("the {} {} as {}", kind, from.ToString(), to.ToString()));
  call.operation = fmt::format("iceberg.rename_{}", kind);
  call.table = from.ToString();
  call.body.Set("source", IdentifierJson(from));
  call.body.Set("destination", IdentifierJson(to));
  call.look = [&](std::stop_token looking) -> Result<Seen> {
    if (!before) return CannotTell(What(from, kind));
    if (before->empty()) return Seen();
    DVT_ASSIGN(const std::string there, UuidOf(kind, to, looking));
    if (there == *before) return Seen(CatalogAnswer());
    DVT_ASSIGN(const std::string here, UuidOf(kind, from, looking));
    if (here == *before) return Seen();
    return CannotTell(What(from, kind));  // it is under neither name
  };
  DVT_TRY(session_->Call(call, stop));
  return {};
}

Status RestCatalog::RenameTable(const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop) {
  return Rename("table", from, to, stop);
}

Status RestCatalog::RenameView(const TableIdentifier& from, const TableIdentifier& to, std::stop_token stop) {
  return Rename("view", from, to, stop);
}

Result<LoadedTable> RestCatalog::Commit(const TableIdentifier& table, const Value& requirements, const Value& updates,
                                        std::stop_token stop) {
  CatalogCall call = Change("POST", TablePath(table), What(table));
  Tell(call, "iceberg.commit", table);
  call.body.Set("identifier", IdentifierJson(table));
  call.body.Set("requirements", requirements);
  call.body.Set("updates", updates);
  return Answered(table, call, stop);
}

}  // namespace dvt::lake
