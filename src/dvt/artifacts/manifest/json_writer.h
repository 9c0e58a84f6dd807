#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/text/value.h"

namespace dvt::artifacts {

/// Writes compact JSON piece by piece into one growing buffer; secrets known to SecretRegistry are blanked by Take().
class JsonWriter {
 public:
  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void Key(std::string_view key);
  void String(std::string_view text);
  void Int(int64_t number);
  void Float(double number);
  void Bool(bool flag);
  void Null();
  void Write(const Value& value);

  // Key and value in one.
  void Member(std::string_view key, std::string_view text) { Key(key); String(text); }
  void Member(std::string_view key, const char* text) { Key(key); String(text); }
  void Member(std::string_view key, const std::string& text) { Key(key); String(text); }
  void Member(std::string_view key, const Value& value) { Key(key); Write(value); }
  void Member(std::string_view key, const std::vector<std::string>& texts);
  void MemberBool(std::string_view key, bool flag) { Key(key); Bool(flag); }
  void MemberFloat(std::string_view key, double number) { Key(key); Float(number); }
  void MemberNull(std::string_view key) { Key(key); Null(); }
  /// Null where the text is empty.
  void MemberOrNull(std::string_view key, std::string_view text);

  std::string Take();

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();

  std::string out_;
  bool first_ = true;       // nothing written yet at this level
  bool after_key_ = false;
};

}  // namespace dvt::artifacts
