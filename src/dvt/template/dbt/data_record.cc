#include "dvt/template/dbt/data_record.h"

#include "dvt/template/dbt/context_internal.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

class DataRecord : public HostObject {
 public:
  explicit DataRecord(DataRecordParts parts) : parts_(std::move(parts)) {}
  std::string TypeName() const override { return parts_.type_name; }
  std::string Repr() const override { return parts_.type_name + "(" + Plain().Repr() + ")"; }
  Value ToValue() const override { return Plain().ToValue(); }

  MaybeObject GetItem(Context&, const Object& key) override {
    const Object* found = key.is_string() ? Find(key.as_string()) : nullptr;
    if (found != nullptr) return std::optional<Object>(*found);
    return parts_.none_if_missing ? std::optional<Object>(Object()) : std::optional<Object>();
  }

  MaybeObject GetAttr(Context& context, std::string_view name) override {
    auto self = std::static_pointer_cast<DataRecord>(shared_from_this());
    if (const Object* found = Find(name)) return std::optional<Object>(*found);
    if (name == "to_dict")
      return std::optional<Object>(MakeFunction(
          "to_dict", [self](Context&, const Arguments&) -> Result<Object> { return Object::FromValue(self->ToValue()); }));
    if (name == "get" && parts_.none_if_missing) {
      return std::optional<Object>(MakeFunction("get", [self](Context&, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("get", {{"key", std::nullopt}, {"default", Object()}}));
        const Object* found = self->Find(bound[0].Str());
        return found != nullptr ? *found : bound[1];
      }));
    }
    return GetItem(context, Object(name));
  }

  std::vector<std::string> AttributeNames() const override {
    std::vector<std::string> names{"to_dict"};
    for (const auto& [name, value] : parts_.members) names.push_back(name);
    return names;
  }

 private:
  const Object* Find(std::string_view name) const {
    for (const auto& [key, value] : parts_.members) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  Object Plain() const {
    Object dict = Object::MakeDict();
    for (const auto& [key, value] : parts_.members) dict.dict().Set(Object(key), value);
    return dict;
  }

  DataRecordParts parts_;
};

}  // namespace

Object MakeDataRecord(DataRecordParts parts) { return Object(std::make_shared<DataRecord>(std::move(parts))); }

Object MakeMoment(double seconds_since_epoch) { return MakeDateTime(seconds_since_epoch, false); }

}  // namespace dvt::tmpl
