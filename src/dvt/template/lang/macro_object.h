#pragma once

#include <memory>
#include <string>

#include "dvt/template/lang/interpreter.h"

namespace dvt::tmpl {

/// A macro as a value, or the caller of a call block.
class MacroObject : public HostObject {
 public:
  MacroObject(std::shared_ptr<const Template> tmpl, std::shared_ptr<const ast::Macro> macro, std::shared_ptr<Scope> closure,
              std::string package)
      : tmpl_(std::move(tmpl)), macro_(std::move(macro)), closure_(std::move(closure)), package_(std::move(package)) {}

  const std::string& name() const { return macro_->name; }
  void set_is_caller() { is_caller_ = true; }

  std::string TypeName() const override { return "Macro"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context& context, const Arguments& arguments) override;
  /// The same, throwing.
  Object Invoke(Context& context, const Arguments& arguments);
  Result<std::optional<Object>> GetAttr(Context& context, std::string_view name) override;
  std::string Repr() const override { return "<Macro '" + macro_->name + "'>"; }

 private:
  std::shared_ptr<const Template> tmpl_;
  std::shared_ptr<const ast::Macro> macro_;
  std::shared_ptr<Scope> closure_;
  std::string package_;
  bool is_caller_ = false;
};

}  // namespace dvt::tmpl
