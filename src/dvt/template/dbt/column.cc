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

/// One row: by position, by column name, by attribute.
class Row : public HostObject {
 public:
  Row(std::shared_ptr<const QueryTable> table, size_t index) : table_(std::move(table)), index_(index) {}
  std::string TypeName() const override { return "Row"; }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override { return values(); }
  std::optional<int64_t> Length() const override { return static_cast<int64_t>(values().size()); }
  bool Truth() const override { return !values().empty(); }
  std::string Repr() const override { return "<Row: " + Object::Tuple(values()).Repr() + ">"; }
  Value ToValue() const override {
    Value out = Value::MakeMap();
    for (size_t i = 0; i < values().size(); ++i) out.Set(table_->columns[i], values()[i].ToValue());
    return out;
  }
  MaybeObject GetItem(Context& context, const Object& key) override {
    if (key.is_int()) {
      auto size = static_cast<int64_t>(values().size());
      int64_t at = key.as_int() < 0 ? key.as_int() + size : key.as_int();
      if (at < 0 || at >= size) return std::optional<Object>();
      return std::optional<Object>(values()[static_cast<size_t>(at)]);
    }
    for (size_t i = 0; key.is_string() && i < table_->columns.size(); ++i) {
      if (table_->columns[i] == key.as_string()) return std::optional<Object>(values()[i]);
    }
    (void)context;
    return std::optional<Object>();
  }
  MaybeObject GetAttr(Context& context, std::string_view name) override {
    auto self = std::static_pointer_cast<Row>(shared_from_this());
    if (name == "values") {
      return std::optional<Object>(
          MakeFunction("values", [self](Context&, const Arguments&) -> Result<Object> { return Object::Tuple(self->values()); }));
    }
    if (name == "keys") {
      return std::optional<Object>(
          MakeFunction("keys", [self](Context&, const Arguments&) -> Result<Object> { return Object::Tuple(self->Keys()); }));
    }
    if (name == "dict" || name == "items") {
      bool items = name == "items";
      return std::optional<Object>(MakeFunction(std::string(name), [self, items](Context&, const Arguments&) -> Result<Object> {
        Object dict = Object::MakeDict();
        ObjectList pairs;
        for (size_t i = 0; i < self->values().size(); ++i) {
          dict.dict().Set(Object(self->table_->columns[i]), self->values()[i]);
          pairs.push_back(Object::Tuple({Object(self->table_->columns[i]), self->values()[i]}));
        }
        return items ? Object::List(std::move(pairs)) : dict;
      }));
    }
    return GetItem(context, Object(name));
  }

 private:
  const std::vector<Object>& values() const { return table_->rows[index_]; }
  ObjectList Keys() const { return {table_->columns.begin(), table_->columns.end()}; }
  std::shared_ptr<const QueryTable> table_;
  size_t index_;
};

/// One column of a result: .name, .values(), iteration.
class TableColumn : public HostObject {
 public:
  TableColumn(std::shared_ptr<const QueryTable> table, size_t index) : table_(std::move(table)), index_(index) {}
  std::string TypeName() const override { return "Column"; }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override { return Values(); }
  std::optional<int64_t> Length() const override { return static_cast<int64_t>(table_->rows.size()); }
  std::string Repr() const override { return "<Column: " + table_->columns[index_] + ">"; }
  Value ToValue() const override { return Object::List(Values()).ToValue(); }
  MaybeObject GetItem(Context&, const Object& key) override {
    ObjectList values = Values();
    if (!key.is_int()) return std::optional<Object>();
    int64_t at = key.as_int() < 0 ? key.as_int() + static_cast<int64_t>(values.size()) : key.as_int();
    if (at < 0 || at >= static_cast<int64_t>(values.size())) return std::optional<Object>();
    return std::optional<Object>(values[static_cast<size_t>(at)]);
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    if (name == "name") return std::optional<Object>(Object(table_->columns[index_]));
    if (name == "index") return std::optional<Object>(Object(static_cast<int64_t>(index_)));
    if (name != "values" && name != "values_distinct" && name != "values_without_nulls") return std::optional<Object>();
    auto self = std::static_pointer_cast<TableColumn>(shared_from_this());
    std::string which(name);
    return std::optional<Object>(MakeFunction(which, [self, which](Context&, const Arguments&) -> Result<Object> {
      ObjectList out;
      Dict seen;
      for (const auto& value : self->Values()) {
        if (which == "values_without_nulls" && value.is_none()) continue;
        if (which == "values_distinct") {
          if (seen.Find(value) != nullptr) continue;
          seen.Set(value, Object());
        }
        out.push_back(value);
      }
      return Object::Tuple(std::move(out));
    }));
  }

 private:
  ObjectList Values() const {
    ObjectList values;
    for (const auto& row : table_->rows) values.push_back(row[index_]);
    return values;
  }
  std::shared_ptr<const QueryTable> table_;
  size_t index_;
};

class Columns : public HostObject {
 public:
  explicit Columns(std::shared_ptr<const QueryTable> table) : table_(std::move(table)) {}
  std::string TypeName() const override { return "MappedSequence"; }
  bool is_iterable() const override { return true; }
  std::optional<int64_t> Length() const override { return static_cast<int64_t>(table_->columns.size()); }
  Result<ObjectList> Iterate(Context&) override {
    ObjectList out;
    for (size_t i = 0; i < table_->columns.size(); ++i) out.push_back(At(i));
    return out;
  }
  MaybeObject GetItem(Context&, const Object& key) override {
    for (size_t i = 0; i < table_->columns.size(); ++i) {
      bool match = key.is_string()
                       ? table_->columns[i] == key.as_string()
                       : key.is_int() && (key.as_int() == static_cast<int64_t>(i) ||
                                          key.as_int() + static_cast<int64_t>(table_->columns.size()) == static_cast<int64_t>(i));
      if (match) return std::optional<Object>(At(i));
    }
    return std::optional<Object>();
  }
  MaybeObject GetAttr(Context& context, std::string_view name) override {
    const std::string which(name);
    if (which != "keys" && which != "values" && which != "items" && which != "dict" && which != "get")
      return GetItem(context, Object(name));
    auto self = std::static_pointer_cast<Columns>(shared_from_this());
    return std::optional<Object>(
        MakeFunction(which, [self, which](Context& c, const Arguments& a) { return self->Member(c, which, a); }));
  }

 private:
  Object At(size_t index) const { return Object(std::make_shared<TableColumn>(table_, index)); }
  /// agate's MappedSequence, as far as it is like a dictionary.
  Result<Object> Member(Context& context, std::string_view which, const Arguments& arguments) {
    if (which == "get") {
      DVT_ASSIGN(auto bound, arguments.Bind(which, {{"key", std::nullopt}, {"default", Object()}}));
      DVT_ASSIGN(auto found, GetItem(context, bound[0]));
      return found.value_or(bound[1]);
    }
    ObjectList values, pairs, names(table_->columns.begin(), table_->columns.end());
    Object dict = Object::MakeDict();
    for (size_t i = 0; i < names.size(); ++i) {
      values.push_back(At(i));
      pairs.push_back(Object::Tuple({names[i], At(i)}));
      dict.dict().Set(names[i], At(i));
    }
    if (which == "dict") return dict;
    return Object::Tuple(which == "keys" ? names : which == "values" ? values : pairs);
  }
  std::shared_ptr<const QueryTable> table_;
};

class Table : public HostObject {
 public:
  explicit Table(std::shared_ptr<const QueryTable> table) : table_(std::move(table)) {}
  std::string TypeName() const override { return "Table"; }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override { return Rows(); }
  std::optional<int64_t> Length() const override { return static_cast<int64_t>(table_->rows.size()); }
  bool Truth() const override { return true; }
  std::string Repr() const override {
    std::string out = "| " + Join(table_->columns, " | ") + " |\n";
    for (const auto& row : table_->rows) {
      for (const auto& value : row) out += "| " + value.Str() + " ";
      out += "|\n";
    }
    return out;
  }
  Value ToValue() const override { return Object::List(Rows()).ToValue(); }
  MaybeObject GetItem(Context&, const Object& key) override {
    if (!key.is_int() || key.as_int() < 0 || key.as_int() >= *Length()) return std::optional<Object>();
    return std::optional<Object>(Object(std::make_shared<Row>(table_, static_cast<size_t>(key.as_int()))));
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    if (name == "rows") return std::optional<Object>(Object::List(Rows()));
    if (name == "columns") return std::optional<Object>(Object(std::make_shared<Columns>(table_)));
    if (name == "column_names") return std::optional<Object>(Object::Tuple({table_->columns.begin(), table_->columns.end()}));
    if (name == "print_table" || name == "print_csv" || name == "print_json") {
      auto self = std::static_pointer_cast<Table>(shared_from_this());
      return std::optional<Object>(
          MakeFunction(std::string(name), [self](Context&, const Arguments&) -> Result<Object> { return Object(self->Repr()); }));
    }
    return std::optional<Object>();
  }
  std::vector<std::string> AttributeNames() const override { return {"rows", "columns", "column_names", "print_table"}; }

 private:
  ObjectList Rows() const {
    ObjectList rows;
    for (size_t i = 0; i < table_->rows.size(); ++i) rows.emplace_back(std::make_shared<Row>(table_, i));
    return rows;
  }
  std::shared_ptr<const QueryTable> table_;
};

}  // namespace

Object MakeColumn(const ColumnParts& column, std::shared_ptr<const RelationPolicy> policy) {
  return Object(std::make_shared<Column>(column, std::move(policy)));
}

Object MakeTable(QueryTable table) {
  return Object(std::make_shared<Table>(std::make_shared<const QueryTable>(std::move(table))));
}

}  // namespace dvt::tmpl
