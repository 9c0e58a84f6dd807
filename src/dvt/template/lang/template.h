#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

namespace ast {
struct Body;
struct Macro;
}  // namespace ast

struct ParseOptions {
  bool trim_blocks = false;
  bool lstrip_blocks = false;
  bool keep_trailing_newline = false;
  bool dbt_blocks = true;  ///< materialization, test, data_test, snapshot, docs; else they are unknown tags
  int first_line = 1;      ///< line number of the first line, for text cut out of a file
};

/// A macro-like block of a file.
struct Definition {
  enum class Type { kMacro, kMaterialization, kTest, kSnapshot, kDocs };
  Type type = Type::kMacro;
  std::string name;        ///< as written: "cents", "table", "unique", "orders_snapshot"
  std::string macro_name;  ///< as dbt calls it: "cents", "materialization_table_default", "test_unique", "snapshot_…", ""
  std::string adapter;     ///< of a materialization ("default" when none is given)
  std::vector<std::string> parameters;
  Place place;
  size_t begin = 0;  ///< byte range of the whole block in the text
  size_t end = 0;
  size_t body_begin = 0;  ///< byte range between its tags (a snapshot's or docs block's own text)
  size_t body_end = 0;
  int body_line = 1;
  std::shared_ptr<const ast::Macro> macro;  ///< what runs; null for docs
};

/// A parsed text. Immutable: share and cache it freely over threads.
class Template {
 public:
  ~Template();
  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }
  /// Top-level blocks in order of the file.
  const std::vector<Definition>& definitions() const { return definitions_; }
  const Definition* FindDefinition(std::string_view macro_name) const;
  const ast::Body& body() const { return *body_; }
  /// True if the text has no tags at all and renders to itself.
  bool is_plain() const { return plain_; }

 private:
  friend class Parser;
  friend Result<std::shared_ptr<const Template>> Parse(std::string text, std::string file, const ParseOptions& options);
  Template() = default;
  std::string file_;
  std::string text_;
  std::vector<Definition> definitions_;
  std::unique_ptr<ast::Body> body_;
  bool plain_ = false;
};

/// Parses one file or string. kSyntax with file, line and column on failure. Thread-safe.
Result<std::shared_ptr<const Template>> Parse(std::string text, std::string file = {}, const ParseOptions& options = {});

/// The docs blocks of a markdown file; text outside of them is not read as a template.
Result<std::vector<Definition>> ParseDocs(std::string_view text, std::string file);

/// Filters, tests and globals. Fill it, then share it read-only over threads.
class Environment {
 public:
  /// Has every built-in filter, test and global of Jinja2.
  Environment();
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// A filter gets the value as its first positional argument; a test likewise and its result counts as a bool.
  void SetFilter(std::string name, Function function);
  void SetTest(std::string name, Function function);
  /// Immutable values only: globals are shared by all renders.
  void SetGlobal(std::string name, Object value);
  const Function* FindFilter(std::string_view name) const;
  const Function* FindTest(std::string_view name) const;
  const Object* FindGlobal(std::string_view name) const;
  std::vector<std::string> FilterNames() const;
  std::vector<std::string> TestNames() const;
  std::vector<std::string> GlobalNames() const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

struct Limits {
  int64_t max_steps = 200'000'000;      ///< evaluated nodes
  int max_depth = 200;                  ///< nested macro calls
  size_t max_output = size_t{1} << 30;  ///< bytes of one render
};

/// The variables and state of one render (one node, one thread). Reusable for several renders that share variables.
class Context {
 public:
  /// Finds a name that is no local of the template: project macros, packages. It wins over variables and globals.
  using Lookup = std::function<std::optional<Object>(std::string_view)>;

  explicit Context(std::shared_ptr<const Environment> environment);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Environment& environment() const { return *environment_; }
  void Set(std::string name, Object value);
  void SetLookup(Lookup lookup) { lookup_ = std::move(lookup); }
  /// Variables that `make` makes when they are first asked for; nullopt: there is none after all. What was set wins.
  /// `names` must outlive the context.
  void SetLate(std::span<const std::string_view> names, Lookup make) {
    late_names_ = names;
    late_ = std::move(make);
  }
  /// All names that can be suggested for a misspelt one besides variables and globals.
  void SetLookupNames(std::function<std::vector<std::string>()> names) { lookup_names_ = std::move(names); }
  void set_limits(const Limits& limits) { limits_ = limits; }
  const Limits& limits() const { return limits_; }
  /// Undefined values swallow attribute access and calls (dbt while parsing).
  void set_lenient_undefined(bool lenient) { lenient_undefined_ = lenient; }
  bool lenient_undefined() const { return lenient_undefined_; }
  /// Checked between statements; a stop ends the render with kCancelled.
  void set_stop_token(std::stop_token stop) { stop_ = std::move(stop); }
  const std::stop_token& stop_token() const { return stop_; }

  /// By the lookup, then a variable of this context (set, or made late), then a global; nullopt if there is none.
  std::optional<Object> Resolve(std::string_view name);
  /// As Resolve, without the lookup.
  std::optional<Object> ResolveOwn(std::string_view name);
  std::vector<std::string> KnownNames() const;

  /// Calls a macro, function or other callable from C++ (also while a render of this context is under way).
  Result<Object> Call(const Object& callable, Arguments arguments);
  /// x.name and x[key] as a template would see them.
  Result<Object> GetAttr(const Object& object, std::string_view name);
  Result<Object> GetItem(const Object& object, const Object& key);
  /// list(x); an error if x cannot be iterated.
  Result<ObjectList> Iterate(const Object& object);
  /// Where evaluation stands: for messages of host functions.
  Place place() const;
  /// Names of the macros being called, outermost first.
  std::vector<std::string> MacroStack() const;

 private:
  friend class Interpreter;
  struct State;
  const Object* FindVariable(std::string_view name);
  std::shared_ptr<const Environment> environment_;
  std::unordered_map<std::string, Object> variables_;
  Lookup lookup_;
  std::span<const std::string_view> late_names_;
  Lookup late_;
  std::function<std::vector<std::string>()> lookup_names_;
  Limits limits_;
  bool lenient_undefined_ = false;
  std::stop_token stop_;
  std::unique_ptr<State> state_;
};

/// Renders to text. Errors carry place and, as contexts, the macro stack.
Result<std::string> Render(const std::shared_ptr<const Template>& tmpl, Context& context);
/// As dbt renders YAML values: a template that is one expression with a result that a filter made a bool or a number keeps its
/// type; all else is text.
Result<Object> RenderNative(const std::shared_ptr<const Template>& tmpl, Context& context);
/// Evaluates a bare expression ("a.b + 1").
Result<Object> Evaluate(std::string_view expression, Context& context, std::string file = {});

/// The macro as a value that templates can call. It runs in the context of its caller: names that are not its own are resolved
/// there. `package` shows in messages.
Object MakeMacro(std::shared_ptr<const Template> tmpl, const Definition& definition, std::string package = {});
/// Name of a macro object, or empty if it is none.
std::string MacroName(const Object& object);
/// Calls a macro: the value given to return(), else the text it rendered.
Result<Object> CallMacro(const Object& macro, ObjectList args, std::vector<std::pair<std::string, Object>> kwargs,
                         Context& context);

}  // namespace dvt::tmpl
