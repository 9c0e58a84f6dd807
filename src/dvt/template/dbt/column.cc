#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/dbt/adapter_api.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

/// "varchar(20)" → base name and up to two numbers.
struct TypeText {
  std::string base;
  std::optional<int64_t> first, second;
};

TypeText SplitType(const std::string& text) {
  TypeText type;
  size_t open = text.find('(');
  type.base = ToLower(TrimView(text.substr(0, open)));
  if (open == std::string::npos) return type;
  size_t close = text.find(')', open);
  if (close != std::string::npos) type.base += ToLower(text.substr(close + 1));
  auto parts = Split(text.substr(open + 1, close == std::string::npos ? close : close - open - 1), ',');
  auto number = [](std::string_view part) -> std::optional<int64_t> {
    part = TrimView(part);
    if (part.empty() || part.size() > 9 || part.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return std::stoll(std::string(part));
  };
  if (!parts.empty()) type.first = number(parts[0]);
  if (parts.size() > 1) type.second = number(parts[1]);
  return type;
}

bool IsOneOf(const std::string& text, std::initializer_list<std::string_view> names) {
  for (auto name : names) {
    if (text == name) return true;
  }
  return false;
}

class Column : public HostObject {
 public:
  Column(ColumnParts column, std::shared_ptr<const RelationPolicy> policy)
      : column_(std::move(column)), type_(SplitType(column_.data_type)), policy_(std::move(policy)) {}

  std::string TypeName() const override { return "Column"; }
  std::string Repr() const override { return fmt::format("<Column {} ({})>", column_.name, column_.data_type); }
  Value ToValue() const override { return Value(Value::Map{{"name", column_.name, {}}, {"data_type", column_.data_type, {}}}); }
  bool Equals(const Object& other) const override {
    auto column = other.host_as<Column>();
    return column != nullptr && column->column_.name == column_.name && column->column_.data_type == column_.data_type;
  }
  size_t Hash() const override { return std::hash<std::string>()(column_.name); }
  std::vector<std::string> AttributeNames() const override {
    return {"name",          "column",    "quoted",    "dtype", "data_type", "char_size", "numeric_precision",
            "numeric_scale", "is_string", "is_numeric"};
  }

  MaybeObject GetAttr(Context&, std::string_view name) override {
    if (name == "name" || name == "column") return std::optional<Object>(Object(column_.name));
    if (name == "data_type") return std::optional<Object>(Object(column_.data_type));
    if (name == "dtype") return std::optional<Object>(Object(type_.base));
    if (name == "quoted") return std::optional<Object>(Object(Quoted()));
    if (name == "char_size") return Number(is_string() ? type_.first : std::nullopt);
    if (name == "numeric_precision") return Number(is_numeric() ? type_.first : std::nullopt);
    if (name == "numeric_scale") return Number(is_numeric() ? type_.second : std::nullopt);
    auto method = [&](auto work) {
      auto self = std::static_pointer_cast<Column>(shared_from_this());
      return MaybeObject(std::optional<Object>(MakeFunction(
          std::string(name), [self, work](Context&, const Arguments& a) -> Result<Object> { return work(*self, a); })));
    };
    if (name == "is_string") return method([](Column& c, const Arguments&) { return Object(c.is_string()); });
    if (name == "is_numeric") return method([](Column& c, const Arguments&) { return Object(c.is_numeric()); });
    if (name == "is_integer") return method([](Column& c, const Arguments&) { return Object(c.is_integer()); });
    if (name == "is_float") return method([](Column& c, const Arguments&) { return Object(c.is_float()); });
    if (name == "is_number")
      return method([](Column& c, const Arguments&) { return Object(c.is_integer() || c.is_numeric() || c.is_float()); });
    if (name == "string_size") return method([](Column& c, const Arguments&) { return Object(c.type_.first.value_or(256)); });
    if (name == "string_type") {
      return method([](Column&, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("string_type", {{"size", std::nullopt}}));
        return Object("character varying(" + bound[0].Str() + ")");
      });
    }
    if (name == "literal") {
      return method([](Column& c, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("literal", {{"value", std::nullopt}}));
        return Object(bound[0].Str() + "::" + c.column_.data_type);
      });
    }
    if (name == "can_expand_to") {
      return method([](Column& c, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("can_expand_to", {{"other_column", std::nullopt}}));
        auto other = bound[0].host_as<Column>();
        return Object(other != nullptr && c.is_string() && other->is_string() &&
                      other->type_.first.value_or(256) > c.type_.first.value_or(256));
      });
    }
    return std::optional<Object>();
  }

 private:
  static MaybeObject Number(std::optional<int64_t> number) { return std::optional<Object>(number ? Object(*number) : Object()); }
  std::string Quoted() const {
    return policy_ != nullptr && policy_->quote ? policy_->quote(column_.name)
                                                : "\"" + ReplaceAll(column_.name, "\"", "\"\"") + "\"";
  }
  bool is_string() const {
    return IsOneOf(type_.base, {"text", "character varying", "character", "varchar", "char", "nvarchar", "string"});
  }
  bool is_numeric() const { return IsOneOf(type_.base, {"numeric", "decimal", "number"}); }
  bool is_integer() const {
    return IsOneOf(type_.base, {"smallint", "integer", "bigint", "smallserial", "serial", "bigserial", "int2", "int4", "int8",
                                "int", "tinyint", "mediumint", "hugeint", "ubigint", "uinteger", "usmallint", "utinyint"});
  }
  bool is_float() const { return IsOneOf(type_.base, {"real", "float4", "float", "double precision", "float8", "double"}); }

  ColumnParts column_;
  TypeText type_;
  std::shared_ptr<const RelationPolicy> policy_;
};

}  // namespace

Object MakeColumn(const ColumnParts& column, std::shared_ptr<const RelationPolicy> policy) {
  return Object(std::make_shared<Column>(column, std::move(policy)));
}

}  // namespace dvt::tmpl
