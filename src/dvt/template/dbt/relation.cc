#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/dbt/adapter_api.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

using MaybeObject = Result<std::optional<Object>>;

namespace {

MaybeObject Some(Object value) { return std::optional<Object>(std::move(value)); }
Object TextOrNone(const std::string& text) { return text.empty() ? Object() : Object(text); }

std::string QuotePart(const RelationPolicy* policy, const std::string& part) {
  if (policy != nullptr && policy->quote) return policy->quote(part);
  return "\"" + ReplaceAll(part, "\"", "\"\"") + "\"";
}

constexpr std::string_view kMethods[] = {"include",
                                         "incorporate",
                                         "quote",
                                         "without_identifier",
                                         "render",
                                         "render_limited",
                                         "quoted",
                                         "information_schema",
                                         "information_schema_only",
                                         "replace_path",
                                         "matches",
                                         "get",
                                         "add_ephemeral_prefix",
                                         "relation_max_name_length",
                                         "create"};

bool IsSet(const Object& value) { return !value.is_none() && !value.is_undefined(); }

}  // namespace

Relation::Relation(RelationParts parts, std::shared_ptr<const RelationPolicy> policy)
    : parts_(std::move(parts)), policy_(std::move(policy)) {
  if (policy_ != nullptr) {
    include_database_ = policy_->names_database;
    include_schema_ = policy_->names_schema;
  }
}

RelationParts Relation::written_parts() const {
  if (include_schema_ || (policy_ != nullptr && !policy_->names_schema)) return parts_;
  return {"", "", parts_.identifier, parts_.type};
}

std::string Relation::Render() const {
  if (!text_.empty()) return text_;
  std::string out;
  auto append = [&](const std::string& part, bool include, bool quote) {
    if (part.empty() || !include) return;
    if (!out.empty()) out += '.';
    out += quote ? QuotePart(policy_.get(), part) : part;
  };
  append(parts_.database, include_database_, quote_database_);
  append(parts_.schema, include_schema_, quote_schema_);
  append(parts_.identifier, include_identifier_, quote_identifier_);
  return out;
}

std::string Relation::Repr() const { return "<Relation " + Render() + ">"; }

bool Relation::Equals(const Object& other) const {
  auto relation = other.host_as<Relation>();
  if (relation == nullptr) return other.is_string() && other.as_string() == Render();
  return relation->parts_.database == parts_.database && relation->parts_.schema == parts_.schema &&
         relation->parts_.identifier == parts_.identifier;
}

size_t Relation::Hash() const { return std::hash<std::string>()(parts_.schema + "." + parts_.identifier); }

Value Relation::ToValue() const { return Value(Render()); }

std::vector<std::string> Relation::AttributeNames() const {
  std::vector<std::string> names = {"database", "schema",   "identifier", "name",   "table",
                                    "type",     "is_table", "is_view",    "is_cte", "path"};
  for (auto method : kMethods) names.emplace_back(method);
  return names;
}

std::shared_ptr<Relation> Relation::Copy() const { return std::make_shared<Relation>(*this); }

// By this packages know a relation among mappings.
static Object Metadata() { return Object::MakeDict({{"type", Object("Relation")}}); }

MaybeObject Relation::GetAttr(Context&, std::string_view name) {
  if (name == "database") return Some(TextOrNone(parts_.database));
  if (name == "schema") return Some(TextOrNone(parts_.schema));
  if (name == "identifier" || name == "name" || name == "table") return Some(TextOrNone(parts_.identifier));
  if (name == "type") return Some(TextOrNone(parts_.type));
  if (name == "metadata") return Some(Metadata());
  if (name == "is_table") return Some(Object(parts_.type == "table"));
  if (name == "is_view") return Some(Object(parts_.type == "view"));
  if (name == "is_cte") return Some(Object(parts_.type == "cte"));
  if (name == "is_pointer" || name == "is_function" || name == "is_dynamic_table" || name == "dbt_created" ||
      name == "require_alias")
    return Some(Object(false));
  if (name == "limit" || name == "event_time_filter") return Some(Object());
  if (name == "is_materialized_view") return Some(Object(parts_.type == "materialized_view"));
  if (name == "can_be_renamed" || name == "can_be_replaced") return Some(Object(parts_.type == "table" || parts_.type == "view"));
  if (name == "path") {
    return Some(Object::MakeDict({{"database", TextOrNone(parts_.database)},
                                  {"schema", TextOrNone(parts_.schema)},
                                  {"identifier", TextOrNone(parts_.identifier)}}));
  }
  if (name == "include_policy" || name == "quote_policy") {
    bool quote = name == "quote_policy";
    return Some(Object::MakeDict({{"database", Object(quote ? quote_database_ : include_database_)},
                                  {"schema", Object(quote ? quote_schema_ : include_schema_)},
                                  {"identifier", Object(quote ? quote_identifier_ : include_identifier_)}}));
  }
  if (name == "Table") return Some(Object("table"));
  if (name == "View") return Some(Object("view"));
  if (name == "MaterializedView") return Some(Object("materialized_view"));
  if (name == "External") return Some(Object("external"));
  if (name == "CTE") return Some(Object("cte"));
  for (auto method : kMethods) {
    if (method != name) continue;
    auto self = std::static_pointer_cast<Relation>(shared_from_this());
    return Some(
        MakeFunction(std::string(name), [self, method](Context&, const Arguments& a) { return self->Method(method, a); }));
  }
  return std::optional<Object>();
}

Result<Object> Relation::Method(std::string_view name, const Arguments& a) const {
  if (name == "render" || name == "render_limited") return Object(Render());
  if (name == "relation_max_name_length") return Object(policy_ == nullptr ? int64_t{63} : policy_->max_identifier);
  if (name == "add_ephemeral_prefix") {
    DVT_ASSIGN(auto bound, a.Bind(name, {{"name", std::nullopt}}));
    return Object("__dbt__cte__" + bound[0].Str());
  }
  if (name == "include" || name == "quote") return WithPolicy(name, a);
  if (name == "without_identifier" || name == "information_schema_only") return WithoutIdentifier();
  if (name == "incorporate" || name == "replace_path" || name == "create") return WithParts(a);
  if (name == "quoted") {
    DVT_ASSIGN(auto bound, a.Bind(name, {{"identifier", std::nullopt}}));
    return Object(QuotePart(policy_.get(), bound[0].Str()));
  }
  if (name == "information_schema") return InformationSchema(a);
  if (name == "matches") return Matches(a);
  return Get(a);
}

// include(…) and quote(…): which parts are written, and which of them in quotes.
Result<Object> Relation::WithPolicy(std::string_view name, const Arguments& a) const {
  std::vector<Parameter> parameters = {{"database", Object()}, {"schema", Object()}, {"identifier", Object()}};
  DVT_ASSIGN(auto bound, a.Bind(name, parameters));
  auto copy = Copy();
  bool include = name == "include";
  bool* flags[] = {include ? &copy->include_database_ : &copy->quote_database_,
                   include ? &copy->include_schema_ : &copy->quote_schema_,
                   include ? &copy->include_identifier_ : &copy->quote_identifier_};
  for (size_t i = 0; i < std::size(flags); ++i) {
    if (IsSet(bound[i])) *flags[i] = bound[i].Truth();
  }
  copy->text_.clear();
  copy->shown_.clear();
  return Object(copy);
}

Object Relation::WithoutIdentifier() const {
  auto copy = Copy();
  copy->include_identifier_ = false;
  copy->text_.clear();
  copy->shown_.clear();
  return Object(copy);
}

// The parts come by name or together as `path`, where those that are none stay.
Object Relation::WithParts(const Arguments& a) const {
  auto copy = Copy();
  copy->text_.clear();
  copy->shown_.clear();
  for (const auto& [key, value] : a.named) {
    if (key == "path" && value.is_dict()) {
      for (const auto& [part, text] : value.dict().entries()) {
        if (IsSet(text)) copy->SetPart(part.Str(), text);
      }
    } else {
      copy->SetPart(key, value);
    }
  }
  return Object(copy);
}

void Relation::SetPart(std::string_view part, const Object& value) {
  std::string text = IsSet(value) ? value.Str() : "";
  if (part == "database") parts_.database = text;
  if (part == "schema") parts_.schema = text;
  if (part == "identifier") parts_.identifier = text;
  if (part == "type") parts_.type = text;
}

Result<Object> Relation::InformationSchema(const Arguments& a) const {
  DVT_ASSIGN(auto bound, a.Bind("information_schema", {{"view_name", Object()}}));
  std::string view = IsSet(bound[0]) ? bound[0].Str() : "";
  auto copy = Copy();
  std::string text = parts_.database.empty() || !include_database_ ? "" : QuotePart(policy_.get(), parts_.database) + ".";
  text += "INFORMATION_SCHEMA";
  if (IsSet(bound[0])) text += "." + view;
  copy->text_ = text;
  copy->shown_.clear();
  copy->parts_.schema = "INFORMATION_SCHEMA";
  copy->parts_.identifier = view;
  return Object(copy);
}

Result<Object> Relation::Matches(const Arguments& a) const {
  DVT_ASSIGN(auto bound, a.Bind("matches", {{"database", Object()}, {"schema", Object()}, {"identifier", Object()}}));
  auto same = [](const Object& wanted, const std::string& have) {
    return !IsSet(wanted) || EqualsIgnoreCase(wanted.Str(), have);
  };
  return Object(same(bound[0], parts_.database) && same(bound[1], parts_.schema) && same(bound[2], parts_.identifier));
}

// As of a mapping: get(key, default).
Result<Object> Relation::Get(const Arguments& a) const {
  DVT_ASSIGN(auto bound, a.Bind("get", {{"key", std::nullopt}, {"default", Object()}}));
  std::string key = bound[0].Str();
  if (key == "database") return TextOrNone(parts_.database);
  if (key == "schema") return TextOrNone(parts_.schema);
  if (key == "identifier") return TextOrNone(parts_.identifier);
  if (key == "type") return TextOrNone(parts_.type);
  if (key == "metadata") return Metadata();
  return bound[1];
}

class RelationFactory {
 public:
  static Object Limited(const Object& relation, std::string subquery) {
    auto limited = relation.host_as<Relation>()->Copy();
    limited->shown_ = std::move(subquery);
    return Object(limited);
  }
  static Object WithText(RelationParts parts, std::string text, std::shared_ptr<const RelationPolicy> policy) {
    auto relation = std::make_shared<Relation>(std::move(parts), std::move(policy));
    relation->text_ = std::move(text);
    return Object(relation);
  }
};

Object MakeLimitedRelation(const Object& relation, std::string subquery) {
  return RelationFactory::Limited(relation, std::move(subquery));
}

Object MakeRelation(RelationParts parts, std::shared_ptr<const RelationPolicy> policy) {
  return Object(std::make_shared<Relation>(std::move(parts), std::move(policy)));
}

Object MakeRelationText(RelationParts parts, std::string text, std::shared_ptr<const RelationPolicy> policy) {
  return RelationFactory::WithText(std::move(parts), std::move(text), std::move(policy));
}

Result<RelationParts> WrittenPartsOf(const Object& relation, std::string_view function) {
  if (auto host = relation.host_as<Relation>()) return host->written_parts();
  return PartsOf(relation, function);
}

Result<RelationParts> PartsOf(const Object& relation, std::string_view function) {
  if (auto host = relation.host_as<Relation>()) return host->parts();
  return Error(ErrorCode::kInvalidArgument, fmt::format("{}() needs a relation, not {}", function,
                                                        relation.is_undefined() ? relation.UndefinedMessage() : relation.Repr()))
      .WithHint("pass `this`, ref(…), source(…) or api.Relation.create(…)");
}

}  // namespace dvt::tmpl
