// api.Relation and api.Column: what macros make relations and columns with.
#include "dvt/base/text/text.h"
#include "dvt/template/dbt/context_internal.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

std::string TextOf(const Object& value) { return value.is_none() || value.is_undefined() ? std::string() : value.Str(); }

/// api.Column(name, type), api.Column.create and .translate_type.
class ColumnClass : public HostObject {
 public:
  explicit ColumnClass(Shared shared) : shared_(std::move(shared)) {}
  std::string TypeName() const override { return "ColumnClass"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context&, const Arguments& a) override {
    std::vector<Parameter> parameters = {{"column", std::nullopt},
                                         {"dtype", std::nullopt},
                                         {"char_size", Object()},
                                         {"numeric_precision", Object()},
                                         {"numeric_scale", Object()}};
    DVT_ASSIGN(auto bound, a.Bind("Column", parameters));
    std::string type = bound[1].Str();
    if (!bound[2].is_none()) type += "(" + bound[2].Str() + ")";
    if (!bound[3].is_none()) type += "(" + bound[3].Str() + (bound[4].is_none() ? "" : "," + bound[4].Str()) + ")";
    return MakeColumn({bound[0].Str(), type}, shared_->policy);
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    auto self = std::static_pointer_cast<ColumnClass>(shared_from_this());
    if (name == "create" || name == "from_description") {
      return std::optional<Object>(
          MakeFunction(std::string(name), [self](Context& c, const Arguments& a) { return self->Call(c, a); }));
    }
    if (name == "translate_type") {
      return std::optional<Object>(MakeFunction("translate_type", [](Context&, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("translate_type", {{"dtype", std::nullopt}}));
        std::string upper = ToUpper(bound[0].Str());
        return Object(upper == "STRING" ? std::string("TEXT") : bound[0].Str());
      }));
    }
    if (name == "numeric_type" || name == "string_type") {
      bool numeric = name == "numeric_type";
      return std::optional<Object>(MakeFunction(std::string(name), [numeric](Context&, const Arguments& a) -> Result<Object> {
        std::string out = numeric ? (a.positional.empty() ? "numeric" : a.positional[0].Str()) : "character varying";
        out += '(';
        for (size_t i = numeric ? 1 : 0; i < a.positional.size(); ++i)
          out += (out.back() == '(' ? "" : ",") + a.positional[i].Str();
        return Object(out + ")");
      }));
    }
    return std::optional<Object>();
  }

 private:
  Shared shared_;
};

}  // namespace

Object MakeRelationClass(const Shared& shared) {
  auto create = MakeFunction("create", [shared](Context& c, const Arguments& a) -> Result<Object> {
    std::vector<Parameter> parameters = {{"database", Object()}, {"schema", Object()},       {"identifier", Object()},
                                         {"type", Object()},     {"quote_policy", Object()}, {"include_policy", Object()},
                                         {"path", Object()},     {"limit", Object()}};
    DVT_ASSIGN(auto bound, a.Bind("Relation.create", parameters));
    Object made = MakeRelation({TextOf(bound[0]), TextOf(bound[1]), TextOf(bound[2]), TextOf(bound[3])}, shared->policy);
    for (const auto& [at, method] : {std::pair<size_t, const char*>{4, "quote"}, {5, "include"}}) {
      if (!bound[at].is_dict()) continue;
      Arguments parts;
      for (const auto& [part, value] : bound[at].dict().entries()) parts.named.emplace_back(part.Str(), value);
      DVT_ASSIGN(const auto change, c.GetAttr(made, method));
      DVT_ASSIGN(made, c.Call(change, std::move(parts)));
    }
    return made;
  });
  return MakeRecord("RelationProxy", {{"create", create},
                                      {"Table", Object("table")},
                                      {"View", Object("view")},
                                      {"CTE", Object("cte")},
                                      {"MaterializedView", Object("materialized_view")},
                                      {"External", Object("external")}});
}

Object MakeColumnClass(const Shared& shared) { return Object(std::make_shared<ColumnClass>(shared)); }

}  // namespace dvt::tmpl
