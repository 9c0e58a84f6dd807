#include "dvt/run/tasks/error_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/config_place.h"

namespace dvt::run {

namespace {

const char* KindOf(const Error& error) {
  if (!error.vendor_code().empty()) return "Database";
  switch (error.code()) {
    case ErrorCode::kAuthentication:
    case ErrorCode::kPermission:
    case ErrorCode::kConnection:
    case ErrorCode::kTimeout:
    case ErrorCode::kThrottled:
    case ErrorCode::kDeadlock: return "Database";
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kConfig:
    case ErrorCode::kSyntax:
    case ErrorCode::kNotFound:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kType:
    case ErrorCode::kUnsupported: return "Compilation";
    default: return "Runtime";
  }
}

// Names that are words of other messages, too, do not tell which config is meant.
bool NamesConfig(const std::string& word) {
  return word.find('_') != std::string::npos || word == "watermarks" || word == "partitions" || word == "lookback" ||
         word == "begin";
}

// The first config that the message names and the node was given.
Error AtItsConfig(const model::Manifest& manifest, const model::Node& node, Error error) {
  const Place& place = error.place();
  const bool of_node = place.line == 0 && (place.file.empty() || place.file == node.original_path);
  if (!of_node || !error.vendor_code().empty() || std::string_view(KindOf(error)) != "Compilation") return error;
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz_";
  const std::string& text = error.message();
  for (size_t begin = text.find_first_of(kLetters); begin != std::string::npos;) {
    const size_t end = std::min(text.find_first_not_of(kLetters, begin), text.size());
    std::string word = text.substr(begin, end - begin);
    if (word == "materialization") word = "materialized";
    begin = text.find_first_of(kLetters, end);
    if ((!NamesConfig(word) && word != "materialized") || node.given_config.Find(word) == nullptr) continue;
    Place found = project::PlaceOfConfig(manifest, node, {word});
    if (found.line > 0) return std::move(error).At(std::move(found));
  }
  return error;
}

}  // namespace

std::string NodeErrorText(const model::Manifest& manifest, const model::Node& node, Error error) {
  error = AtItsConfig(manifest, node, std::move(error));
  const std::string head =
      fmt::format("{} Error in {} {} ({})", KindOf(error), model::ResourceTypeName(node.type), node.name, node.original_path);
  const std::string text = std::move(error).AtIfUnknown({node.original_path, 0, 0}).ToString();
  return SecretRegistry::Redact(head + "\n  " + ReplaceAll(text, "\n", "\n  "));
}

}  // namespace dvt::run
