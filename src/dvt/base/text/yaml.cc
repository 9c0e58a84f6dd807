#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <deque>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"
#include "dvt/base/text/yaml_repeats.h"

namespace dvt {
namespace {

constexpr size_t kMaxExpandedNodes = 5'000'000;

/// Carries an Error out of yaml-cpp's callbacks; never leaves this file.
struct YamlFailure {
  Error error;
};

size_t CountNodes(const Value& value) {
  size_t count = 1;
  if (value.is_list()) {
    for (const auto& item : value.list()) count += CountNodes(item);
  } else if (value.is_map()) {
    for (const auto& entry : value.map()) count += CountNodes(entry.value);
  }
  return count;
}

/// Builds the Value tree from parser events: resolves aliases and merge keys, refuses duplicate keys.
class TreeBuilder : public YAML::EventHandler {
 public:
  /// `repeated`: takes keys that come twice, of which the last counts; null: they are refused.
  TreeBuilder(std::string file, std::string_view text, std::vector<RepeatedKey>* repeated)
      : file_(std::move(file)), text_(text), repeated_(repeated) {}

  Value Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Add(Marked(Value(), mark), anchor); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end()) Fail(mark, "an alias to a node that contains it");
    expanded_ += CountNodes(found->second);
    if (expanded_ > kMaxExpandedNodes) Fail(mark, "aliases expand to more than 5 million nodes");
    Add(Value(found->second), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
    Value value;
    if (tag == "!") {
      value = Value(text);
      value.set_quoted(true);
    } else if (tag == "?" || tag.empty()) {
      value = ResolveYamlScalar(text);
    } else {
      value = Tagged(mark, tag, text);
    }
    if (InKeyPosition()) {
      SetKey(mark, value, text);
      if (anchor) anchors_[anchor] = Marked(std::move(value), mark);
      return;
    }
    Add(Marked(std::move(value), mark), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Start(mark, tag, anchor, Value::MakeList());
  }
  void OnSequenceEnd() override { End(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    Start(mark, tag, anchor, Value::MakeMap());
  }
  void OnMapEnd() override { End(); }

 private:
  struct Frame {
    Value value;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    bool merge = false;
    Value::Entry entry;
    std::vector<Value> merges;
    std::unordered_set<std::string> keys;
  };

  static Value Marked(Value value, const YAML::Mark& mark) {
    value.set_mark({mark.line + 1, mark.column + 1});
    return value;
  }

  [[noreturn]] void Fail(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    throw YamlFailure{Error(ErrorCode::kConfig, "Invalid YAML: " + message)
                          .At({file_, mark.line + 1, mark.column + 1})
                          .WithHint(std::move(hint))};
  }

  bool InKeyPosition() const { return !frames_.empty() && frames_.back().value.is_map() && !frames_.back().has_key; }

  Value Tagged(const YAML::Mark& mark, const std::string& tag, const std::string& text) {
    constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
    std::string_view name = std::string_view(tag).substr(tag.rfind(kPrefix, 0) == 0 ? kPrefix.size() : 0);
    if (name == "str") {
      Value value(text);
      value.set_quoted(true);
      return value;
    }
    Value value = ResolveYamlScalar(text);
    if ((name == "int" && value.is_int()) || (name == "bool" && value.is_bool()) || (name == "null" && value.is_null()))
      return value;
    if (name == "float" && value.is_number()) return Value(value.as_float());
    Fail(mark, "the tag '" + tag + "' is not allowed for '" + text + "'",
         "allowed tags are !!str, !!int, !!float, !!bool and !!null");
  }

  void SetKey(const YAML::Mark& mark, const Value& value, const std::string& text) {
    Frame& frame = frames_.back();
    frame.has_key = true;
    frame.merge = text == "<<" && !value.quoted();
    frame.entry = Value::Entry{text, Value(), {mark.line + 1, mark.column + 1}, value.quoted()};
    if (frame.merge || frame.keys.insert(text).second) return;
    if (repeated_ == nullptr) Fail(mark, "the key '" + text + "' is given twice in one mapping");
    repeated_->push_back({text, frame.entry.key_mark});
    std::erase_if(frame.value.map(), [&](const Value::Entry& entry) { return entry.key == text; });
  }

  void Start(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value value) {
    if (InKeyPosition()) {
      const std::string_view rest = text_.substr(std::min(text_.size(), static_cast<size_t>(std::max(0, mark.pos - 1))));
      if (rest.find("{{") <= 1) Fail(mark, "a mapping or list cannot be a key", "put quotes around a template: key: \"{{ … }}\"");
      Fail(mark, "a mapping or list cannot be a key", "is a { or [ that begins here never closed?");
    }
    if (tag != "?" && tag != "!" && !tag.empty() && tag != "tag:yaml.org,2002:map" && tag != "tag:yaml.org,2002:seq") {
      Fail(mark, "the tag '" + tag + "' is not allowed here");
    }
    Frame& frame = frames_.emplace_back();
    frame.value = Marked(std::move(value), mark);
    frame.anchor = anchor;
  }

  void End() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    for (auto& merged : frame.merges) {
      for (auto& entry : merged.map()) {
        if (frame.keys.insert(entry.key).second) frame.value.map().push_back(std::move(entry));
      }
    }
    Add(std::move(frame.value), frame.anchor);
  }

  void Add(Value value, YAML::anchor_t anchor) {
    if (anchor) anchors_[anchor] = value;
    if (frames_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.value.is_list()) {
      frame.value.list().push_back(std::move(value));
      return;
    }
    if (!frame.has_key) {  // an empty or aliased key
      SetKey({}, value, value.is_null() ? "" : value.ToText());
      return;
    }
    frame.has_key = false;
    if (frame.merge) {
      Merge(frame, std::move(value));
      return;
    }
    frame.entry.value = std::move(value);
    frame.value.map().push_back(std::move(frame.entry));
  }

  void Merge(Frame& frame, Value value) {
    if (value.is_map()) {
      frame.merges.push_back(std::move(value));
      return;
    }
    bool all_maps = value.is_list();
    if (all_maps) {
      for (const auto& item : value.list()) all_maps = all_maps && item.is_map();
    }
    if (!all_maps) {
      throw YamlFailure{Error(ErrorCode::kConfig,
                              "Invalid YAML: '<<' needs a mapping or a list of mappings, found " + std::string(value.TypeName()))
                            .At({file_, frame.entry.key_mark.line, frame.entry.key_mark.column})};
    }
    for (auto& item : value.list()) frame.merges.push_back(std::move(item));
  }

  std::string file_;
  std::string_view text_;
  std::vector<RepeatedKey>* repeated_;
  Value root_;
  std::deque<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Value> anchors_;
  size_t expanded_ = 0;
};

std::string YamlHint(std::string_view message) {
  if (message.find("illegal map value") != std::string_view::npos) return "a value that contains ': ' must be in quotes";
  if (message.find("end of map") != std::string_view::npos) return "check the indentation here and of the line before";
  if (message.find("end of sequence") != std::string_view::npos) return "check the indentation of the list items";
  return {};
}

}  // namespace

namespace {

Result<Value> Parse(std::string_view text, std::string_view file, std::vector<RepeatedKey>* repeated) {
  if (!IsUtf8(text)) return Error(ErrorCode::kConfig, "Invalid YAML: the file is not UTF-8 text").At({std::string(file), 0, 0});
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder{std::string(file), text, repeated};
    parser.HandleNextDocument(builder);
    Value value = builder.Take();
    TreeBuilder rest{std::string(file), text, repeated};
    if (parser.HandleNextDocument(rest)) {
      Value second = rest.Take();
      if (!second.is_null()) {
        return Error(ErrorCode::kConfig, "Invalid YAML: the file holds more than one document")
            .At({std::string(file), second.mark().line, second.mark().column});
      }
    }
    return value;
  } catch (const YamlFailure& failure) {
    return failure.error;
  } catch (const YAML::Exception& e) {
    int line = e.mark.is_null() ? 0 : e.mark.line + 1;
    int column = e.mark.is_null() ? 0 : e.mark.column + 1;
    return Error(ErrorCode::kConfig, "Invalid YAML: " + e.msg).At({std::string(file), line, column}).WithHint(YamlHint(e.msg));
  }
}

}  // namespace

Result<Value> ParseYaml(std::string_view text, std::string_view file) { return Parse(text, file, nullptr); }

Result<Value> ParseYamlWithRepeats(std::string_view text, std::string_view file, std::vector<RepeatedKey>& repeated) {
  return Parse(text, file, &repeated);
}

}  // namespace dvt
