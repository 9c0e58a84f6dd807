#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// agate's MappedSequence: values by position, by name and by attribute, with what of a dictionary's methods agate gives it. Rows, the
/// columns of a table and groups of tables are such.
class MappedSequence : public HostObject {
 public:
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override { return Values(); }
  std::optional<int64_t> Length() const override { return static_cast<int64_t>(Values().size()); }
  bool Truth() const override { return *Length() > 0; }
  Result<std::optional<Object>> GetItem(Context& context, const Object& key) override;
  Result<std::optional<Object>> GetAttr(Context& context, std::string_view name) override;

 protected:
  virtual ObjectList Names() const = 0;
  virtual ObjectList Values() const = 0;

 private:
  Result<Object> Member(Context& context, std::string_view which, const Arguments& arguments);
};

/// One of fixed values; `type_name` is for messages.
Object MakeMappedSequence(std::string type_name, ObjectList names, ObjectList values);

}  // namespace dvt::tmpl
