#include <map>

#include "dvt/template/lang/builtins.h"

namespace dvt::tmpl {

struct Environment::Tables {
  std::unordered_map<std::string, Function> filters;
  std::unordered_map<std::string, Function> tests;
  std::unordered_map<std::string, Object> globals;
};

Environment::Environment() : tables_(std::make_unique<Tables>()) {
  AddTextFilters(*this);
  AddHtmlFilters(*this);
  AddListFilters(*this);
  AddSelectFilters(*this);
  AddNumberFilters(*this);
  AddTests(*this);
  AddGlobals(*this);
}

Environment::~Environment() = default;

void Environment::SetFilter(std::string name, Function function) { tables_->filters[std::move(name)] = std::move(function); }
void Environment::SetTest(std::string name, Function function) { tables_->tests[std::move(name)] = std::move(function); }
void Environment::SetGlobal(std::string name, Object value) { tables_->globals[std::move(name)] = std::move(value); }

namespace {

template <class Map>
auto FindIn(const Map& map, std::string_view name) -> const typename Map::mapped_type* {
  auto at = map.find(std::string(name));
  return at == map.end() ? nullptr : &at->second;
}

template <class Map>
std::vector<std::string> KeysOf(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& entry : map) keys.push_back(entry.first);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

const Function* Environment::FindFilter(std::string_view name) const { return FindIn(tables_->filters, name); }
const Function* Environment::FindTest(std::string_view name) const { return FindIn(tables_->tests, name); }
const Object* Environment::FindGlobal(std::string_view name) const { return FindIn(tables_->globals, name); }
std::vector<std::string> Environment::FilterNames() const { return KeysOf(tables_->filters); }
std::vector<std::string> Environment::TestNames() const { return KeysOf(tables_->tests); }
std::vector<std::string> Environment::GlobalNames() const { return KeysOf(tables_->globals); }

Function Builtin(RawFunction function) {
  return [function](Context& context, const Arguments& arguments) -> Result<Object> {
    try {
      return function(context, arguments);
    } catch (Raised& raised) {
      return std::move(raised.error);
    }
  };
}

Object ApplyFilter(Context& context, const std::string& name, Arguments arguments) {
  const Function* filter = context.environment().FindFilter(name);
  if (filter == nullptr) Raise(ErrorCode::kSyntax, "No filter named '" + name + "'.");
  return Unwrap((*filter)(context, arguments));
}

bool ApplyTest(Context& context, const std::string& name, Arguments arguments) {
  const Function* test = context.environment().FindTest(name);
  if (test == nullptr) Raise(ErrorCode::kSyntax, "No test named '" + name + "'.");
  return Unwrap((*test)(context, arguments)).Truth();
}

}  // namespace dvt::tmpl
