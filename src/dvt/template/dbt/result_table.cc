// Results of queries as templates see them: agate's tables.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/template/dbt/adapter_api.h"
#include "dvt/template/dbt/mapped_sequence.h"
#include "dvt/template/dbt/table_text.h"
#include "dvt/template/lang/ast.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/raise.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

/// One row: by position, by column name, by attribute.
class Row : public MappedSequence {
 public:
  Row(std::shared_ptr<const QueryTable> table, size_t index) : table_(std::move(table)), index_(index) {}
  std::string TypeName() const override { return "Row"; }
  std::string Repr() const override { return "<Row: " + Object::Tuple(Values()).Repr() + ">"; }
  Value ToValue() const override {
    Value out = Value::MakeMap();
    for (size_t i = 0; i < values().size(); ++i) out.Set(table_->columns[i], values()[i].ToValue());
    return out;
  }
  MaybeObject GetItem(Context& context, const Object& key) override {  // without copies of the whole row
    if (!key.is_string()) return MappedSequence::GetItem(context, key);
    const auto found = std::find(table_->columns.begin(), table_->columns.end(), key.as_string());
    if (found == table_->columns.end()) return std::optional<Object>();
    return std::optional<Object>(values()[static_cast<size_t>(found - table_->columns.begin())]);
  }

 protected:
  ObjectList Names() const override { return {table_->columns.begin(), table_->columns.end()}; }
  ObjectList Values() const override { return values(); }

 private:
  const std::vector<Object>& values() const { return table_->rows[index_]; }
  std::shared_ptr<const QueryTable> table_;
  size_t index_;
};

// agate's data types, by what a column holds: its name, jsonify(), csvify().
Object DataTypeOf(const ObjectList& values) {
  std::string name = "Boolean";  // of nulls alone
  for (const auto& value : values) {
    if (value.is_none()) continue;
    if (value.is_bool()) break;
    const std::string type = value.TypeName();
    name = value.is_number()     ? "Number"
           : type == "date"      ? "Date"
           : type == "datetime"  ? "DateTime"
           : type == "timedelta" ? "TimeDelta"
                                 : "Text";
    break;
  }
  const auto plain = [name](const std::string& function) {
    return MakeFunction(function, [name, function](Context&, const Arguments& a) -> Result<Object> {
      DVT_ASSIGN(auto bound, a.Bind(function, {{"d", std::nullopt}}));
      const bool number = name == "Number" && bound[0].is_number() && function == "jsonify";
      if (bound[0].is_none() || bound[0].is_string() || bound[0].is_bool()) return bound[0];
      return number ? Object(bound[0].as_float()) : Object::FromValue(bound[0].ToValue());
    });
  };
  return MakeRecord(name, {{"jsonify", plain("jsonify")}, {"csvify", plain("csvify")}});
}

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
    if (name == "data_type") return std::optional<Object>(DataTypeOf(Values()));
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

Object ColumnsOf(const std::shared_ptr<const QueryTable>& table) {
  ObjectList columns;
  for (size_t i = 0; i < table->columns.size(); ++i) columns.emplace_back(std::make_shared<TableColumn>(table, i));
  return MakeMappedSequence("MappedSequence", {table->columns.begin(), table->columns.end()}, std::move(columns));
}

// agate's print_table, print_csv, print_json.
Result<std::string> PrintedText(const QueryTable& table, const std::string& which, const Arguments& a) {
  if (which == "print_csv") return TableCsv(table);
  if (which == "print_json") {
    const Object* indent = a.FindNamed("indent");
    return TableJson(table, indent != nullptr && indent->is_int() ? static_cast<int>(indent->as_int()) : -1);
  }
  const TableLimits usual;
  DVT_ASSIGN(const auto bound, a.Bind(which, {{"max_rows", Object(usual.rows)},
                                              {"max_columns", Object(usual.columns)},
                                              {"output", Object()},
                                              {"max_column_width", Object(usual.width)},
                                              {"locale", Object()},
                                              {"max_precision", Object(usual.precision)}}));
  const auto limit = [](const Object& given) { return given.is_int() ? given.as_int() : -1; };
  return TableText(table, {limit(bound[0]), limit(bound[1]), limit(bound[3]), limit(bound[5])});
}

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
    if (name == "columns") return std::optional<Object>(ColumnsOf(table_));
    if (name == "column_names") return std::optional<Object>(Object::Tuple({table_->columns.begin(), table_->columns.end()}));
    if (auto method = Derived(name)) return method;
    if (name == "print_table" || name == "print_csv" || name == "print_json") {
      return std::optional<Object>(MakeFunction(
          std::string(name), [table = table_, which = std::string(name)](Context& c, const Arguments& a) -> Result<Object> {
            DVT_ASSIGN(std::string text, PrintedText(*table, which, a));
            while (text.ends_with('\n')) text.pop_back();  // print() ends the line
            const auto print = c.Resolve("print");
            if (!print) return Object();
            return c.Call(*print, Arguments{{Object(std::move(text))}, {}});
          }));
    }
    return std::optional<Object>();
  }
  std::vector<std::string> AttributeNames() const override {
    return {"rows",    "columns", "column_names", "print_table", "rename", "select",
            "exclude", "limit",   "order_by",     "distinct",    "where",  "group_by"};
  }

 private:
  // agate's tables made from this one.
  std::optional<Object> Derived(std::string_view name) {
    static constexpr std::string_view kMethods[] = {"rename",   "select",   "exclude", "limit",
                                                    "order_by", "distinct", "where",   "group_by"};
    if (std::find(std::begin(kMethods), std::end(kMethods), name) == std::end(kMethods)) return std::nullopt;
    auto self = std::static_pointer_cast<Table>(shared_from_this());
    return MakeFunction(std::string(name), [self, which = std::string(name)](Context& c, const Arguments& a) -> Result<Object> {
      if (which == "rename") return self->Renamed(a);
      if (which == "select" || which == "exclude") return self->Columned(a, which == "select");
      if (which == "limit") return self->Limited(a);
      if (which == "where") return self->Where(c, a);
      if (which == "group_by") return self->Grouped(c, a);
      try {
        return self->Ordered(c, which, a);
      } catch (Raised& raised) {
        return std::move(raised.error);
      }
    });
  }

  // New names by a dict of old ones, or a list of all.
  Result<Object> Renamed(const Arguments& a) const {
    DVT_ASSIGN(auto bound, a.Bind("rename", {{"column_names", Object()},
                                             {"row_names", Object()},
                                             {"slug_columns", Object(false)},
                                             {"slug_rows", Object(false)}}));
    QueryTable out = *table_;
    for (size_t i = 0; i < out.columns.size(); ++i) {
      if (bound[0].is_dict()) {
        if (const Object* name = bound[0].dict().Find(std::string_view(out.columns[i]))) out.columns[i] = name->Str();
      } else if (bound[0].is_sequence() && i < bound[0].items().size()) {
        out.columns[i] = bound[0].items()[i].Str();
      }
    }
    return MakeTable(std::move(out));
  }

  std::optional<size_t> IndexOf(const Object& key) const {
    if (key.is_int() && key.as_int() >= 0 && key.as_int() < static_cast<int64_t>(table_->columns.size()))
      return static_cast<size_t>(key.as_int());
    const auto at = std::find(table_->columns.begin(), table_->columns.end(), key.Str());
    return at == table_->columns.end() ? std::nullopt : std::optional<size_t>(at - table_->columns.begin());
  }

  Result<std::vector<size_t>> Indexes(const Object& key) const {
    std::vector<size_t> out;
    for (const auto& each : key.is_sequence() ? key.items() : ObjectList{key}) {
      const auto index = IndexOf(each);
      if (!index) return Error(ErrorCode::kNotFound, "the table has no column " + each.Repr());
      out.push_back(*index);
    }
    return out;
  }

  Result<Object> Columned(const Arguments& a, bool keep) const {
    DVT_ASSIGN(auto bound, a.Bind(keep ? "select" : "exclude", {{"key", std::nullopt}}));
    DVT_ASSIGN(std::vector<size_t> wanted, Indexes(bound[0]));
    if (!keep) {
      std::vector<size_t> rest;
      for (size_t i = 0; i < table_->columns.size(); ++i) {
        if (std::find(wanted.begin(), wanted.end(), i) == wanted.end()) rest.push_back(i);
      }
      wanted = std::move(rest);
    }
    QueryTable out;
    for (const size_t i : wanted) out.columns.push_back(table_->columns[i]);
    for (const auto& row : table_->rows) {
      auto& made = out.rows.emplace_back();
      for (const size_t i : wanted) made.push_back(row[i]);
    }
    return MakeTable(std::move(out));
  }

  Result<Object> Limited(const Arguments& a) const {
    DVT_ASSIGN(auto bound, a.Bind("limit", {{"start_or_stop", Object()}, {"stop", Object()}, {"step", Object()}}));
    const bool both = !bound[1].is_none();
    QueryTable out = *table_;
    out.rows.clear();
    for (const auto& index : SliceOf(RowNumbers(), both ? bound[0] : Object(), both ? bound[1] : bound[0], bound[2]).items())
      out.rows.push_back(table_->rows[static_cast<size_t>(index.as_int())]);
    return MakeTable(std::move(out));
  }

  Object RowNumbers() const {
    ObjectList numbers;
    for (size_t i = 0; i < table_->rows.size(); ++i) numbers.emplace_back(static_cast<int64_t>(i));
    return Object::List(std::move(numbers));
  }

  Result<Object> Where(Context& c, const Arguments& a) const {
    DVT_ASSIGN(auto bound, a.Bind("where", {{"test", std::nullopt}}));
    QueryTable out = *table_;
    out.rows.clear();
    for (size_t i = 0; i < table_->rows.size(); ++i) {
      DVT_ASSIGN(const Object kept, c.Call(bound[0], Arguments{{Object(std::make_shared<Row>(table_, i))}, {}}));
      if (kept.Truth()) out.rows.push_back(table_->rows[i]);
    }
    return MakeTable(std::move(out));
  }

  // A table for each value of a column, or of a function of the row, in the order in which they first occur.
  Result<Object> Grouped(Context& c, const Arguments& a) const {
    DVT_ASSIGN(auto bound, a.Bind("group_by", {{"key", std::nullopt}, {"key_name", Object()}, {"key_type", Object()}}));
    std::vector<size_t> by;
    if (!bound[0].is_callable()) {
      DVT_ASSIGN(by, Indexes(bound[0]));
    }
    ObjectList keys;
    std::vector<QueryTable> groups;
    Dict places;
    for (size_t i = 0; i < table_->rows.size(); ++i) {
      Object key;
      if (bound[0].is_callable()) {
        DVT_ASSIGN(key, c.Call(bound[0], Arguments{{Object(std::make_shared<Row>(table_, i))}, {}}));
      } else {
        key = table_->rows[i][by[0]];
      }
      const Object* place = places.Find(key);
      if (place == nullptr) {
        places.Set(key, Object(static_cast<int64_t>(groups.size())));
        keys.push_back(key);
        groups.emplace_back().columns = table_->columns;
        place = places.Find(key);
      }
      groups[static_cast<size_t>(place->as_int())].rows.push_back(table_->rows[i]);
    }
    ObjectList tables;
    for (auto& group : groups) tables.push_back(MakeTable(std::move(group)));
    return MakeMappedSequence("TableSet", std::move(keys), std::move(tables));
  }

  // agate puts nulls last.
  Result<Object> Ordered(Context& c, const std::string& which, const Arguments& a) const {
    DVT_ASSIGN(auto bound, a.Bind(which, {{"key", Object()}, {"reverse", Object(false)}}));
    std::vector<size_t> by;
    if (bound[0].is_none()) {
      for (size_t i = 0; i < table_->columns.size(); ++i) by.push_back(i);
    } else {
      DVT_ASSIGN(by, Indexes(bound[0]));
    }
    QueryTable out = *table_;
    auto same = [&](const auto& left, const auto& right) {
      return std::all_of(by.begin(), by.end(), [&](size_t i) { return left[i].Equals(right[i]); });
    };
    if (which == "distinct") {
      std::vector<std::vector<Object>> rows;
      for (const auto& row : out.rows) {
        if (std::none_of(rows.begin(), rows.end(), [&](const auto& seen) { return same(seen, row); })) rows.push_back(row);
      }
      out.rows = std::move(rows);
      return MakeTable(std::move(out));
    }
    auto less = [&](const auto& left, const auto& right) {
      for (const size_t i : by) {
        if (left[i].is_none() || right[i].is_none()) {
          if (left[i].is_none() != right[i].is_none()) return right[i].is_none();
          continue;
        }
        if (!left[i].Equals(right[i])) return CompareOperation(c, ast::CompareOp::kLt, left[i], right[i]);
      }
      return false;
    };
    std::stable_sort(out.rows.begin(), out.rows.end(), less);
    if (bound[1].Truth()) std::reverse(out.rows.begin(), out.rows.end());
    return MakeTable(std::move(out));
  }

  ObjectList Rows() const {
    ObjectList rows;
    for (size_t i = 0; i < table_->rows.size(); ++i) rows.emplace_back(std::make_shared<Row>(table_, i));
    return rows;
  }
  std::shared_ptr<const QueryTable> table_;
};

}  // namespace

Object MakeTable(QueryTable table) {
  return Object(std::make_shared<Table>(std::make_shared<const QueryTable>(std::move(table))));
}

}  // namespace dvt::tmpl
