#pragma once

#include <string>
#include <string_view>

#include "dvt/template/lang/ast.h"
#include "dvt/template/lang/object.h"
#include "dvt/template/lang/raise.h"

/// Python's operations on objects. All throw Raised.
namespace dvt::tmpl {

[[noreturn]] void RaiseUndefined(const Object& undefined);
inline void RequireDefined(const Object& object) {
  if (object.is_undefined()) RaiseUndefined(object);
}

Object BinaryOperation(Context& context, BinaryOp op, const Object& left, const Object& right);
std::string_view BinaryOpName(BinaryOp op);
Object Negate(const Object& operand, bool minus);
bool CompareOperation(Context& context, ast::CompareOp op, const Object& left, const Object& right);
/// Python's ordering: <0, 0, >0; a type error (with `op` in it) where there is none.
int Order(const Object& left, const Object& right, std::string_view op = "<");
bool Contains(Context& context, const Object& container, const Object& item);

/// list(x); a host iterator is used up.
ObjectList IterateObject(Context& context, const Object& object);
/// len(x); nullopt if it has none.
std::optional<int64_t> LengthOf(const Object& object);

/// Jinja's x.name and x[key]: undefined where there is nothing.
Object GetAttribute(Context& context, const Object& object, std::string_view name);
Object GetSubscript(Context& context, const Object& object, const Object& key);
/// A dotted path or index, as the `attribute` argument of filters has it.
Object GetPath(Context& context, const Object& object, const Object& path);
Object SliceOf(const Object& object, const Object& start, const Object& stop, const Object& step);
Object CallObject(Context& context, const Object& callee, const Arguments& arguments);
Object CallMethodOf(Context& context, const Object& object, std::string_view name, const Arguments& arguments);

int64_t RequireInt(const Object& object, std::string_view what);
const std::string& RequireString(const Object& object, std::string_view what);
void RequireHashable(const Object& object);
/// Throws when a text is longer than any render may become.
void CheckSize(const Context& context, size_t bytes);

/// "'str' object" names of the values, as Jinja's messages have them.
std::string OwnerName(const Object& object);

// Methods of Python's str, list, dict, tuple, set, int and float (python_str.cc, python_containers.cc).
bool HasMethod(const Object& object, std::string_view name);
Object CallBuiltinMethod(Context& context, const Object& object, std::string_view name, const Arguments& arguments);
bool HasStringMethod(std::string_view name);
Object CallStringMethod(Context& context, const Object& object, std::string_view name, const Arguments& arguments);

/// `format % values` and format.format(…) (format.cc).
std::string PercentFormat(Context& context, std::string_view format, const Object& values);
std::string BraceFormat(Context& context, std::string_view format, const Arguments& arguments);
/// format(value, spec)
std::string FormatWithSpec(const Object& value, std::string_view spec);

/// Python's int(text, base) and float(text); false if the text is none.
bool ParseInt(std::string_view text, int base, int64_t* value);
bool ParseFloat(std::string_view text, double* value);

/// Marks the value given to return(): thrown where it cannot be handed up as a result.
struct Returned {
  Object value;
};

}  // namespace dvt::tmpl
